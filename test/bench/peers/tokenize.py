"""Hugging Face tokenizers on one core: the seconds to train a byte-level BPE and to encode the same documents.

usage: tokenize.py < {"documents": [...], "vocabSize": n, "rounds": n}
"""
import json
import os
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"
from tokenizers import Tokenizer, __version__, decoders, models, pre_tokenizers, trainers

given = json.load(sys.stdin)
documents = given["documents"]


def train():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(documents, trainers.BpeTrainer(
        vocab_size=given["vocabSize"], min_frequency=2, show_progress=False, special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return tokenizer


def best(work):
    """Fewest seconds of some rounds, the first being the warm-up as well."""
    seconds = []
    for _ in range(given["rounds"]):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return min(seconds), result


train_seconds, tokenizer = best(train)
slow_seconds, ids = best(lambda: [tokenizer.encode(document).ids for document in documents])
fast_seconds, _ = best(lambda: tokenizer.encode_batch_fast(documents))
json.dump({
    "name": f"tokenizers {__version__}",
    "trainSeconds": train_seconds,
    "encodeSeconds": min(slow_seconds, fast_seconds),
    "tokens": sum(map(len, ids)),
    "checksum": sum(i * t for row in ids for i, t in enumerate(row)) % 2**32,
}, sys.stdout)
