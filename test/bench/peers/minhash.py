"""datatrove's four MinHash steps, and what both sides' results are worth.

    minhash.py prepare DOCUMENTS.arrow FOLDER TASKS COUNT   writes the first COUNT documents as one Parquet file a task
    minhash.py run FOLDER TASKS                             prints seconds, processor seconds and peak memory as JSON
    minhash.py judge FOLDER TASKS DUPLICATES.arrow          similarity of all pairs by exhaustive comparison; prints how many
                                                            pairs at 0.8 and above each side joined, and how many below 0.5
"""
import json
import os
import re
import resource
import shutil
import struct
import sys
import time
from collections import defaultdict

os.environ["HF_HUB_OFFLINE"] = "1"


def prepare(arrow, folder, tasks, count):
    import pyarrow.ipc
    import pyarrow.parquet

    with pyarrow.ipc.open_file(arrow) as file:
        table = file.read_all().select(["id", "text"]).slice(0, count)
    os.makedirs(f"{folder}/in", exist_ok=True)
    for task in range(tasks):
        begin, end = task * count // tasks, (task + 1) * count // tasks
        pyarrow.parquet.write_table(
            table.slice(begin, end - begin), f"{folder}/in/{task:05d}.parquet", compression="none")


def run(folder, tasks):
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import (
        MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature)
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.pipeline.readers import ParquetReader
    from datatrove.pipeline.writers import ParquetWriter
    from datatrove.utils.logging import logger
    from datatrove.utils.word_tokenizers import load_word_tokenizer

    logger.remove()
    load_word_tokenizer("eng").word_tokenize("loads it")
    for name in os.listdir(folder):
        if name != "in":
            shutil.rmtree(f"{folder}/{name}")
    config = MinhashConfig()

    def step(name, pipeline, tasks, workers):
        # forked workers need not import everything again
        LocalPipelineExecutor(
            pipeline, tasks=tasks, workers=workers, logging_dir=f"{folder}/logs/{name}", start_method="fork").run()

    def read():
        return ParquetReader(f"{folder}/in", read_metadata=False)

    start, before = time.perf_counter(), used()
    step("1", [read(), MinhashDedupSignature(f"{folder}/signatures", config=config)], tasks, tasks)
    step("2", [MinhashDedupBuckets(f"{folder}/signatures", f"{folder}/buckets", config=config)],
         config.num_buckets, tasks)
    step("3", [MinhashDedupCluster(f"{folder}/buckets", f"{folder}/clusters", config=config, save_cluster_id=True)], 1, 1)
    step("4", [read(), MinhashDedupFilter(f"{folder}/clusters"), ParquetWriter(f"{folder}/out", compression=None)],
         tasks, tasks)
    seconds, after = time.perf_counter() - start, used()
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps({"seconds": seconds, "cpuSeconds": after - before, "bytes": max(peaks) * 1024}))


def used():
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def judge(folder, tasks, duplicates):
    import pyarrow.ipc
    import pyarrow.parquet

    ids, texts, theirs = [], [], {}
    for task in range(tasks):
        table = pyarrow.parquet.read_table(f"{folder}/in/{task:05d}.parquet").to_pydict()
        with open(f"{folder}/clusters/{task:06d}.clusters", "rb") as file:
            for doc, cluster in struct.iter_unpack("<2I", file.read()):
                theirs[table["id"][doc]] = cluster
        ids += table["id"]
        texts += table["text"]
    with pyarrow.ipc.open_file(duplicates) as file:
        table = file.read_all().to_pydict()
    ours = dict(zip(table["id"], table["kept_id"]))
    for kept in table["kept_id"]:
        ours[kept] = kept

    # n-grams of words as both sides take them from such text: lower case, numbers alike, no punctuation
    sets, holders = [], defaultdict(list)
    for row, text in enumerate(texts):
        words = re.findall(r"[^\W_]+", re.sub(r"\d+([.,]\d+)*", "0", text.lower()))
        sets.append({" ".join(words[i:i + 5]) for i in range(len(words) - 4)})
        for ngram in sets[row]:
            holders[ngram].append(row)
    shared = defaultdict(int)
    for rows in holders.values():
        for i, a in enumerate(rows):
            for b in rows[i + 1:]:
                shared[a, b] += 1
    high = [(a, b) for (a, b), n in shared.items() if n / (len(sets[a]) + len(sets[b]) - n) >= 0.8]
    similar = {pair: n / (len(sets[pair[0]]) + len(sets[pair[1]]) - n) for pair, n in shared.items()}

    def joined(clusters, pairs):
        return sum(ids[a] in clusters and clusters.get(ids[a]) == clusters.get(ids[b]) for a, b in pairs)

    def pairs_of(clusters):
        members = defaultdict(list)
        for row, id in enumerate(ids):
            if id in clusters:
                members[clusters[id]].append(row)
        return [(a, b) for rows in members.values() for i, a in enumerate(rows) for b in rows[i + 1:]]

    def verdict(clusters):
        pairs = pairs_of(clusters)
        return {
            "found": joined(clusters, high),
            "pairs": len(pairs),
            "wrong": sum(similar.get(pair, 0) < 0.5 for pair in pairs),
        }

    print(json.dumps({"high": len(high), "ours": verdict(ours), "theirs": verdict(theirs)}))


command, *words = sys.argv[1:]
if command == "prepare":
    prepare(words[0], words[1], int(words[2]), int(words[3]))
elif command == "run":
    run(words[0], int(words[1]))
else:
    judge(words[0], int(words[1]), words[2])
