"""sacreBLEU and rouge-score on one core: the same pairs, nothing remembered between rounds.

One JSON message a line, one answer a line: {"outputs": {name: [...]}, "references": {name: [...]}}, then any number of
{"metric": name, "pairs": name}.
"""
import gc
import json
import logging
import sys
import time
from importlib.metadata import version

from rouge_score import rouge_scorer
from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a
from sacrebleu.tokenizers.tokenizer_re import TokenizerRegexp
from sacrebleu.tokenizers.tokenizer_ter import TercomTokenizer
from sacrebleu.tokenizers.tokenizer_zh import TokenizerZh

logging.disable(logging.WARNING)
kinds = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
metrics = {
    "BLEU 13a": lambda: BLEU(),
    "BLEU zh": lambda: BLEU(tokenize="zh"),
    "chrF": lambda: CHRF(),
    "chrF++": lambda: CHRF(word_order=2),
    "TER": lambda: TER(normalized=True, asian_support=True),
}


def rouge(outputs, references, stemmed):
    scorer = rouge_scorer.RougeScorer(kinds, use_stemmer=stemmed)
    return sum(scorer.score(r, o)["rougeLsum"].fmeasure for o, r in zip(outputs, references)) / len(outputs)


def score(metric, outputs, references):
    if metric.startswith("ROUGE"):
        return rouge(outputs, references, "stemmed" in metric)
    return metrics[metric]().corpus_score(outputs, [references]).score


first = json.loads(sys.stdin.readline())
print(json.dumps({"name": f"sacrebleu {version('sacrebleu')}, rouge-score {version('rouge_score')}"}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    for tokenizer in [Tokenizer13a, TokenizerRegexp, TercomTokenizer, TokenizerZh]:
        tokenizer.__call__.cache_clear()
    outputs, references = first["outputs"][asked["pairs"]], first["references"][asked["pairs"]]
    gc.collect()
    start = time.process_time()
    value = score(asked["metric"], outputs, references)
    print(json.dumps({"seconds": time.process_time() - start, "score": value}), flush=True)
