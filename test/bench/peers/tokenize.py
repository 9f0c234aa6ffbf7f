"""Hugging Face tokenizers on one core: trains a byte-level BPE and encodes the same documents.

One JSON message a line, one answer a line: {"documents": [...], "vocabSize": n}, then any number of {"work": "train"} and
{"work": "encode"}.
"""
import json
import os
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"
from tokenizers import Tokenizer, __version__, decoders, models, pre_tokenizers, trainers

documents = []
vocab_size = 0
tokenizer = None


def train():
    global tokenizer
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(documents, trainers.BpeTrainer(
        vocab_size=vocab_size, min_frequency=2, show_progress=False, special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))


def timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def encode():
    """The faster of its two ways; the second one keeps no offsets."""
    one_by_one, ids = timed(lambda: [tokenizer.encode(document).ids for document in documents])
    batch, _ = timed(lambda: tokenizer.encode_batch_fast(documents))
    checksum = sum(place * id for row in ids for place, id in enumerate(row)) % 2**32
    return {"seconds": min(one_by_one, batch), "tokens": sum(map(len, ids)), "checksum": checksum}


for line in sys.stdin:
    message = json.loads(line)
    if "documents" in message:
        documents, vocab_size = message["documents"], message["vocabSize"]
        answer = {"name": f"tokenizers {__version__}"}
    elif message["work"] == "train":
        answer = {"seconds": timed(train)[0]}
    else:
        answer = encode()
    print(json.dumps(answer), flush=True)
