# Writes parts.json and encodings.json.gz: what Hugging Face tokenizers makes of a few texts with every normalizer, pre-tokenizer,
# post-processor, truncation and padding. python make_parts.py, in this folder.
import gzip
import json
from tokenizers import Tokenizer

texts = [
    "H\u00e9llo, WORLD!  It's \u00bd of 3.14\t\u2014 \u5b57\u6587\u5c71\u6c34\u3002\u3042\n",
    "e\u0301\u0327 \ufb01 \u0130stanbul \ud55c\uae00 \u1112\u1161\u11ab \uff21\uff22\u3000\uff0c x\u0308\u0323",
    "a\u200b\u0000\u0007b\u00a0\u2028<|x|> \u0928\u093f \U0001d518\U0001f44d\U0001f3fd \u212b\u2126",
    "  ## don't-stop_now (1234) $5.00 ",
]
bert = lambda c, h, s, l: {"type": "BertNormalizer", "clean_text": c, "handle_chinese_chars": h, "strip_accents": s, "lowercase": l}
normalizers = [{"type": t} for t in ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt"]] + [
    {"type": "Strip", "strip_left": True, "strip_right": True},
    {"type": "Prepend", "prepend": "\u2581x"},
    {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"},
    {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " x"},
    {"type": "Replace", "pattern": {"Regex": "[0-9]"}, "content": ""},
    bert(True, True, None, True), bert(True, True, None, False), bert(True, True, True, False), bert(False, False, False, True),
    {"type": "Sequence", "normalizers": [{"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Lowercase"}]},
]
each = {"type": "Split", "pattern": {"Regex": "."}, "behavior": "Isolated", "invert": False}
pre_tokenizers = [{"type": t} for t in ["BertPreTokenizer", "Whitespace", "WhitespaceSplit"]] + [
    {"type": "Punctuation", "behavior": b} for b in ["Isolated", "Contiguous", "MergedWithPrevious", "MergedWithNext", "Removed"]] + [
    {"type": "Digits", "individual_digits": True}, {"type": "Digits", "individual_digits": False},
    {"type": "Split", "pattern": {"String": " "}, "behavior": "Isolated", "invert": False},
    {"type": "Split", "pattern": {"Regex": "\\w+|[^\\w\\s]+"}, "behavior": "Removed", "invert": True},
    {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Punctuation", "behavior": "Isolated"}]},
]
base = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "post_processor": None, "decoder": None,
        "model": {"type": "WordLevel", "vocab": {"[UNK]": 0}, "unk_token": "[UNK]"}}
cases = [{"normalizer": n, "pre_tokenizer": each} for n in normalizers] + [{"normalizer": None, "pre_tokenizer": p} for p in pre_tokenizers]
for case in cases:
    t = Tokenizer.from_str(json.dumps({**base, **case}))
    case["offsets"] = [[o for pair in t.encode(s).offsets for o in pair] for s in texts]
json.dump({"texts": texts, "cases": cases}, open("parts.json", "w"), separators=(",", ":"))

S = lambda i, t: {"Sequence": {"id": i, "type_id": t}}
K = lambda i, t: {"SpecialToken": {"id": i, "type_id": t}}
special = {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}, "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}
template = {"type": "TemplateProcessing", "single": [K("[CLS]", 0), S("A", 0), K("[SEP]", 0)],
            "pair": [K("[CLS]", 0), S("A", 0), K("[SEP]", 0), S("B", 1), K("[SEP]", 1)], "special_tokens": special}
unusual = {"type": "TemplateProcessing", "single": [S("A", 3), K("[SEP]", 2)], "pair": [S("B", 4), K("[SEP]", 1), S("A", 5)], "special_tokens": special}
added = lambda i, c, **k: {"id": i, "content": c, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True, **k}
words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "of", "##s", "cat", "on", "a", "mat", ",", "\u5b57"]
tokens = [added(i, words[i]) for i in range(4)] + [
    added(13, "Of The", normalized=True, special=False), added(14, "NEW", single_word=True, special=False),
    added(15, "<mask>", lstrip=True, rstrip=True)]
wordpiece = {**base, "added_tokens": tokens, "normalizer": bert(True, True, None, True), "pre_tokenizer": {"type": "BertPreTokenizer"},
             "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
                       "vocab": {w: i for i, w in enumerate(words)}}}
bpe = json.load(open("bpe.json"))
roberta = lambda trim, prefix: {"type": "RobertaProcessing", "sep": ["</s>", 5], "cls": ["<s>", 6], "trim_offsets": trim, "add_prefix_space": prefix}
prefixed = {**bpe, "pre_tokenizer": {**bpe["pre_tokenizer"], "add_prefix_space": True}}
level = lambda prefix: {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": True}
tokenizers = {"wordpiece": wordpiece, "bpe": bpe, "prefixed": prefixed}
posts = [("wordpiece", None), ("wordpiece", template), ("wordpiece", unusual),
         ("wordpiece", {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}),
         ("bpe", roberta(True, True)), ("prefixed", roberta(True, True)), ("bpe", roberta(False, False)), ("prefixed", level(True)),
         ("bpe", {"type": "Sequence", "processors": [level(False), template]})]
cut = lambda d, n, s, k: {"direction": d, "max_length": n, "strategy": s, "stride": k}
truncations = [None, cut("Right", 9, "LongestFirst", 0), cut("Left", 11, "LongestFirst", 1), cut("Right", 16, "OnlyFirst", 2), cut("Left", 16, "OnlySecond", 2)]
fill = lambda s, d, m: {"strategy": s, "direction": d, "pad_to_multiple_of": m, "pad_id": 7, "pad_type_id": 1, "pad_token": "x"}
paddings = [None, fill("BatchLongest", "Right", 8), fill({"Fixed": 20}, "Left", None)]
inputs = [["The cats of the mat"], ["NEW aNEW <mask>  OF THE cat [SEP] \u5b57\u5c71", "a  mat, \u00e9 cats on the mat on the mat"],
          ["", "the cat"], ["a cat on a mat on a mat, the cats, the mats"]]
def show(e, windows=True):
    flat = [o for pair in e.offsets for o in pair]
    shown = [e.ids, e.type_ids, [-1 if w is None else w for w in e.word_ids], flat, e.special_tokens_mask, e.attention_mask]
    # windows of windows, which combine in every order, are left out
    return shown + ([[show(o, False) for o in e.overflowing]] if windows else [])
cases = []
for p, (name, post) in enumerate(posts):
    for k, truncation in enumerate(truncations):
        case = {"tokenizer": name, "post_processor": post, "truncation": truncation, "padding": paddings[(p + k) % 3]}
        t = Tokenizer.from_str(json.dumps({**tokenizers[name], "post_processor": post, "truncation": truncation, "padding": case["padding"]}))
        case["encodings"] = []
        for texts in inputs:
            try:
                case["encodings"].append(show(t.encode(*texts)))
            except BaseException:
                case["encodings"].append(None)
        cases.append(case)
text = json.dumps({"inputs": inputs, "wordpiece": wordpiece, "cases": cases}, separators=(",", ":"))
open("encodings.json.gz", "wb").write(gzip.compress(text.encode(), 9, mtime=0))
