"""Writes generate.json: what transformers writes with the golden GPT-2 from prompts of different lengths. Versions are in the file.

python make_generate.py > generate.json
"""
import json, os
import torch, transformers
from transformers import GPT2LMHeadModel

here = os.path.dirname(os.path.abspath(__file__))
model = GPT2LMHeadModel.from_pretrained(os.path.join(here, "gpt2")).eval()
torch.set_num_threads(1)  # small products; several threads only wait for each other
torch.manual_seed(3)
prompts = [torch.randint(3, 128, (length,)).tolist() for length in (5, 1, 9)]
longest = max(map(len, prompts))
ids = torch.tensor([[0] * (longest - len(p)) + p for p in prompts])
mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts])


def write(eos, **options):
    with torch.inference_mode():
        out = model.generate(ids, attention_mask=mask, do_sample=False, eos_token_id=eos, pad_token_id=0, **options)
    rows = out[:, longest:].tolist()
    return [row[: row.index(eos)] if eos in row else row for row in rows]


cases = []
# after the first: ids that the model likes, so that texts end before they must
for eos in (2, 65, 69, 99, 100):
    for options in (
        dict(),
        dict(repetition_penalty=1.5),
        dict(num_beams=2),
        dict(num_beams=4, early_stopping=True),
        dict(num_beams=4, length_penalty=2.0),
        dict(num_beams=3, length_penalty=0.0, early_stopping="never"),
        dict(num_beams=4, length_penalty=1.5, early_stopping="never"),
        dict(num_beams=4, length_penalty=-1.0, early_stopping=True),
        dict(num_beams=3, repetition_penalty=1.3),
    ):
        cases.append(dict(eos=eos, max_new_tokens=20, **options, written=write(eos, max_new_tokens=20, **options)))
print(json.dumps(dict(transformers=transformers.__version__, torch=torch.__version__, prompts=prompts, cases=cases)))
