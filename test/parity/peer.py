"""The other side of the parity command: makes tokenizers as their own libraries do, and encodes with them.

Speaks JSON lines: {work: "versions"}; {work: "make", folder, corpus, prose, unigram, gpt2} writes a file a tokenizer into the
folder; {work: "encode", format, path, pattern, strings} gives a row a string, or {refused}.
"""
import json
import os
import sys

os.environ["TOKENIZERS_PARALLELISM"] = "true"
import sentencepiece
import tiktoken
import tiktoken.load
import tokenizers
import transformers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

GPT4 = r"""(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""
O200K = "|".join([
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"])
CL100K = r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"""


def byte_level(corpus, vocab_size, regex=None, prefix_space=False, special=("<|endoftext|>",)):
    level = pre_tokenizers.ByteLevel
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = level(add_prefix_space=prefix_space) if regex is None else pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(regex), "isolated"), level(add_prefix_space=False, use_regex=False)])
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(corpus, trainers.BpeTrainer(vocab_size=vocab_size, special_tokens=list(special),
                                                      initial_alphabet=level.alphabet(), show_progress=False))
    return t


def bert(corpus, lowercase):
    t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.decoder = decoders.WordPiece()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    t.train_from_iterator(corpus, trainers.WordPieceTrainer(vocab_size=8000, special_tokens=special, show_progress=False))
    t.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(s, t.token_to_id(s)) for s in ("[CLS]", "[SEP]")])
    return t


def roberta(corpus):
    t = byte_level(corpus, 2500, prefix_space=True, special=("<s>", "<pad>", "</s>", "<unk>", "<mask>"))
    t.add_special_tokens([AddedToken("<mask>", lstrip=True)])
    t.post_processor = processors.RobertaProcessing(("</s>", t.token_to_id("</s>")), ("<s>", t.token_to_id("<s>")))
    return t


def unigram(corpus):
    t = Tokenizer(models.Unigram())
    t.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    t.pre_tokenizer = pre_tokenizers.Metaspace()
    t.decoder = decoders.Metaspace()
    t.train_from_iterator(corpus, trainers.UnigramTrainer(vocab_size=6000, special_tokens=["<pad>", "</s>", "<unk>"],
                                                          unk_token="<unk>", show_progress=False))
    t.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>",
                                                     special_tokens=[("</s>", t.token_to_id("</s>"))])
    return t


def pieces(folder, corpus, name, **settings):
    """A SentencePiece model of its own library."""
    text = os.path.join(folder, "corpus.txt")
    with open(text, "w", encoding="utf-8") as f:
        f.writelines(line + "\n" for document in corpus for line in document.split("\n") if line.strip())
    prefix = os.path.join(folder, name)
    sentencepiece.SentencePieceTrainer.train(
        input=text, model_prefix=prefix, vocab_size=3000, minloglevel=2, num_threads=1, hard_vocab_limit=False, **settings)
    return prefix + ".model"


def converted(model, style):
    """A SentencePiece model as the tokenizer.json that transformers makes of it for a family."""
    sp = sentencepiece.SentencePieceProcessor(model_file=model)
    from transformers.utils import sentencepiece_model_pb2_new as pb
    proto = pb.ModelProto()
    with open(model, "rb") as f:
        proto.ParseFromString(f.read())
    vocab = [(p.piece, p.score) for p in proto.pieces]
    if style == "t5":
        t = Tokenizer(models.Unigram(vocab, unk_id=sp.unk_id(), byte_fallback=proto.trainer_spec.byte_fallback))
        t.normalizer = normalizers.Sequence([
            normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap),
            normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), "▁")])
        t.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
        t.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
        t.add_special_tokens([s for s in ("<pad>", "</s>", "<unk>") if sp.piece_to_id(s) != sp.unk_id() or s == "<unk>"])
        t.post_processor = processors.TemplateProcessing(
            single=["$A", "</s>"], pair=["$A", "</s>", "$B", "</s>"], special_tokens=[("</s>", sp.eos_id())])
        return t
    ids = {p: i for i, (p, _) in enumerate(vocab)}
    merges = sorted(((a, b, ids[a + b]) for p in ids for i in range(1, len(p)) for a, b in [(p[:i], p[i:])]
                     if a in ids and b in ids and a + b in ids), key=lambda m: (-vocab[m[2]][1], m[2], len(m[0])))
    t = Tokenizer(models.BPE(ids, [(a, b) for a, b, _ in merges], unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    t.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    t.add_special_tokens(["<unk>", "<s>", "</s>"])
    t.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", ids["<s>"])])
    return t


def make(given):
    folder, corpus, prose = given["folder"], given["corpus"], given["prose"]
    gpt2 = tokenizers.ByteLevelBPETokenizer(given["gpt2"]["vocab"], given["gpt2"]["merges"])
    gpt2.add_special_tokens(["<|endoftext|>"])
    bpe_model = pieces(folder, prose, "bpe-fallback", model_type="bpe", byte_fallback=True, normalization_rule_name="identity",
                       remove_extra_whitespaces=False, character_coverage=0.99)
    fallback = pieces(folder, prose, "unigram-fallback", model_type="unigram", byte_fallback=True, character_coverage=0.98,
                      pad_id=3)
    made = {
        "gpt2": gpt2, "byte-level": byte_level(corpus, 3000), "byte-level-gpt4": byte_level(corpus, 3000, GPT4),
        "bert-uncased": bert(prose, True), "bert-cased": bert(prose, False), "roberta": roberta(corpus),
        "unigram-nfkc": unigram(prose), "t5-fallback": converted(fallback, "t5"), "llama": converted(bpe_model, "llama")}
    if given["unigram"]:
        made["t5"] = converted(given["unigram"], "t5")
    for name, t in made.items():
        t.save(os.path.join(folder, name + ".json"))
    return {"tokenizers": list(made), "models": [fallback, bpe_model]}


loaded = {}


def load(given):
    kind, path = given["format"], given["path"]
    if path not in loaded:
        if kind == "tokenizers":
            loaded[path] = Tokenizer.from_file(path)
            loaded[path].no_truncation()
            loaded[path].no_padding()
        elif kind == "sentencepiece":
            loaded[path] = sentencepiece.SentencePieceProcessor(model_file=path)
        else:
            ranks = tiktoken.load.load_tiktoken_bpe(path)
            loaded[path] = tiktoken.Encoding(kind, pat_str={"cl100k": CL100K, "o200k": O200K}[given["pattern"]],
                                             mergeable_ranks=ranks, special_tokens={"<|endoftext|>": len(ranks)})
    return loaded[path]


def encode(given):
    try:
        t, strings = load(given), given["strings"]
        if given["format"] == "sentencepiece":
            return {"rows": [{"plain": i, "text": t.decode(i)} for i in t.encode(strings)]}
        if given["format"] == "tiktoken":
            return {"rows": [{"plain": i, "text": t.decode(i)} for i in t.encode_ordinary_batch(strings)]}
        t.encode_special_tokens = False
        rows = [{"ids": e.ids, "types": e.type_ids, "offsets": [x for o in e.offsets for x in o],
                 "whole": t.decode(e.ids, skip_special_tokens=False)} for e in t.encode_batch(strings)]
        t.encode_special_tokens = True
        for row, e in zip(rows, t.encode_batch(strings, add_special_tokens=False)):
            row["plain"] = e.ids
            row["text"] = t.decode(e.ids, skip_special_tokens=True)
        return {"rows": rows}
    except Exception as error:
        return {"refused": str(error)}


def versions(_):
    return {"versions": [f"{m.__name__} {m.__version__}" for m in (tokenizers, sentencepiece, tiktoken)]}


for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps({"make": make, "encode": encode, "versions": versions}[asked["work"]](asked)), flush=True)
