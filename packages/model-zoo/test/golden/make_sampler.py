"""Writes sampler.json: what the logits warpers of transformers leave of some logits. Versions are in the file.

python make_sampler.py > sampler.json
"""
import json
import torch, transformers
from transformers import MinPLogitsWarper, RepetitionPenaltyLogitsProcessor, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

torch.manual_seed(5)
rows = [torch.randn(24) * scale for scale in (1, 3, 8)]
settings = [(1, 0, 1), (0.7, 0, 1), (1, 5, 1), (1, 0, 0.9), (0.8, 8, 0.6), (1.5, 12, 0.95), (1, 24, 0.01), (2, 1, 0.5)]
more = [(1, 0, 1, 0.1, 1), (0.7, 0, 1, 0.02, 1), (1.3, 9, 0.9, 0.3, 1), (1, 0, 1, 1, 1), (1, 0, 1, 0, 1.3), (0.8, 6, 0.9, 0.05, 1.2), (1, 0, 0.8, 0, 0.7)]
cases = []
for row in rows:
    for temperature, top_k, top_p, min_p, penalty in [(*one, 0, 1) for one in settings] + more:
        ids = [3, 3, 17, 8, int(row.argmax())] if penalty != 1 else []
        scores = row[None].clone()
        if penalty != 1:
            scores = RepetitionPenaltyLogitsProcessor(float(penalty))(torch.tensor([ids]), scores)
        scores = TemperatureLogitsWarper(float(temperature))(None, scores)
        if top_k:
            scores = TopKLogitsWarper(top_k)(None, scores)
        if top_p < 1:
            scores = TopPLogitsWarper(top_p)(None, scores)
        if min_p:
            scores = MinPLogitsWarper(float(min_p))(None, scores)
        cases.append(dict(logits=row.tolist(), ids=ids, probabilities=scores.softmax(-1)[0].tolist(),
                          settings=dict(temperature=temperature, topK=top_k, topP=top_p, minP=min_p, repetitionPenalty=penalty)))
print(json.dumps(dict(transformers=transformers.__version__, torch=torch.__version__, cases=cases)))
