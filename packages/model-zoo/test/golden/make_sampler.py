"""Writes sampler.json: what the logits warpers of transformers leave of some logits. Versions are in the file.

python make_sampler.py > sampler.json
"""
import json
import torch, transformers
from transformers import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

torch.manual_seed(5)
rows = [torch.randn(24) * scale for scale in (1, 3, 8)]
cases = []
for row in rows:
    for temperature, top_k, top_p in [(1, 0, 1), (0.7, 0, 1), (1, 5, 1), (1, 0, 0.9), (0.8, 8, 0.6), (1.5, 12, 0.95), (1, 24, 0.01), (2, 1, 0.5)]:
        scores = TemperatureLogitsWarper(float(temperature))(None, row[None].clone())
        if top_k:
            scores = TopKLogitsWarper(top_k)(None, scores)
        if top_p < 1:
            scores = TopPLogitsWarper(top_p)(None, scores)
        cases.append(dict(logits=row.tolist(), settings=dict(temperature=temperature, topK=top_k, topP=top_p),
                          probabilities=scores.softmax(-1)[0].tolist()))
print(json.dumps(dict(transformers=transformers.__version__, torch=torch.__version__, cases=cases)))
