"""Hugging Face's side of the generation benchmark: `generate` of transformers, greedy, with its cache, on a GPT-2 of random weights.

Takes one JSON line on stdin to set itself up and then a piece of work a line. Answers each with a JSON line: its name, then seconds.
"""
import json
import sys
import time

import torch
import transformers

setup = json.loads(sys.stdin.readline())
torch.manual_seed(0)
torch.set_num_threads(setup["threads"])
dtype = {"float32": torch.float32, "bfloat16": torch.bfloat16}[setup["weights"]]
model = transformers.GPT2LMHeadModel(transformers.GPT2Config()).eval().to(dtype)


def answer(message):
    print(json.dumps(message), flush=True)


answer({"name": f"transformers {transformers.__version__} {setup['weights']}"})
for line in sys.stdin:
    work = json.loads(line)
    ids = torch.tensor(work["prompts"])
    options = dict(max_new_tokens=work["tokens"], min_new_tokens=work["tokens"], do_sample=False, pad_token_id=50256)
    with torch.inference_mode():
        start = time.perf_counter()
        model.generate(ids, attention_mask=torch.ones_like(ids), **options)
        answer({"seconds": time.perf_counter() - start})
