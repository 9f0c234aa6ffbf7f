"""Scores of sacreBLEU and rouge-score, segment by segment and of the corpus.

One JSON message a line, one answer a line: {"work": "versions"}, or {"metric": name, "outputs": [...], "references": [...]} which gives
{"sentences": [...], "corpus": x, "signature": "..."}; of ROUGE a segment has precision, recall and F of each kind.
"""
import json
import logging
import sys
from importlib.metadata import version

import regex
from rouge_score import rouge_scorer, tokenizers
from sacrebleu.metrics import BLEU, CHRF, TER

logging.disable(logging.WARNING)
kinds = ["rouge1", "rouge2", "rougeL", "rougeLsum"]


class Chinese(tokenizers.Tokenizer):
    def tokenize(self, text):
        return regex.findall(r"\p{Script=Han}|[[\p{L}\p{M}\p{N}]--\p{Script=Han}]+", text.lower(), regex.V1)


sacre = {
    **{f"BLEU {name}": lambda name=name: BLEU(tokenize=name) for name in ["13a", "intl", "zh", "char"]},
    "chrF": lambda: CHRF(),
    "chrF++": lambda: CHRF(word_order=2),
    "TER": lambda: TER(),
    "TER normalized, asian": lambda: TER(normalized=True, asian_support=True),
}
rouge = {
    "ROUGE english": lambda: rouge_scorer.RougeScorer(kinds),
    "ROUGE stemmed": lambda: rouge_scorer.RougeScorer(kinds, use_stemmer=True),
    "ROUGE chinese": lambda: rouge_scorer.RougeScorer(kinds, tokenizer=Chinese()),
}


def answer(asked):
    if "metric" not in asked:
        return {"versions": [f"sacrebleu {version('sacrebleu')}", f"rouge-score {version('rouge_score')}"]}
    name, outputs, references = asked["metric"], asked["outputs"], asked["references"]
    if name in rouge:
        scorer = rouge[name]()
        scores = [scorer.score(reference, output) for output, reference in zip(outputs, references)]
        return {"sentences": [[value for kind in kinds for value in score[kind]] for score in scores]}
    metric = sacre[name]()
    # what corpus_score and sentence_score do inside, from one pass over the texts
    statistics = metric._extract_corpus_statistics(outputs, [references])
    each = [[metric._compute_score_from_stats(row).score] for row in statistics]
    corpus = metric._aggregate_and_compute(statistics).score
    return {"sentences": each, "corpus": corpus, "signature": metric.get_signature().format()}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
