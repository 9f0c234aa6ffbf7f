"""Writes t5-v1_1/: a tiny T5 of version 1.1 with a head of its own, as its checkpoints were saved before transformers 5.

    pip install torch==2.15.0 transformers==5.23.0 safetensors==0.8.0
    python make_t5_v1_1.py

transformers 5 ties the head whatever the config says, unless the file holds another one; so it is untied by hand, and the
config says `tie_word_embeddings: false` as the published ones do. Sizes differ where they can, and places are farther apart
than the largest distance.
"""
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import T5Config, T5ForConditionalGeneration

OUT = Path(__file__).parent / "t5-v1_1"
CONFIG = dict(vocab_size=96, d_model=24, d_kv=10, d_ff=40, num_layers=2, num_decoder_layers=1, num_heads=3,
              relative_attention_num_buckets=12, relative_attention_max_distance=15, decoder_start_token_id=0,
              feed_forward_proj="gated-gelu", tie_word_embeddings=False)
B, S, T = 2, 21, 18

torch.manual_seed(11)
model = T5ForConditionalGeneration(T5Config(**CONFIG))
model.config.tie_word_embeddings = False
model.lm_head.weight = torch.nn.Parameter(torch.randn(CONFIG["vocab_size"], CONFIG["d_model"]) / 5)
with torch.no_grad():
    for p in model.parameters():
        p.add_(0.05 * torch.randn_like(p))
model.eval()
ids = torch.randint(5, CONFIG["vocab_size"], (B, S))
mask = torch.ones_like(ids)
mask[1, 15:] = 0
labels = torch.randint(5, CONFIG["vocab_size"], (B, T))
labels[0, 14:] = -100
batch = dict(input_ids=ids, attention_mask=mask, labels=labels)
result = model(**batch)
result.loss.backward()

OUT.mkdir(exist_ok=True)
parameters = dict(model.named_parameters())
assert "lm_head.weight" in parameters and parameters["lm_head.weight"] is not parameters["shared.weight"]
save_file({name: p.detach().contiguous() for name, p in parameters.items()}, OUT / "model.safetensors", {"format": "pt"})
save_file({**batch, "logits": result.logits.detach().contiguous(),
           **{f"grad.{name}": p.grad.contiguous() for name, p in parameters.items()}}, OUT / "golden.safetensors")
(OUT / "config.json").write_text(json.dumps({"architectures": ["T5ForConditionalGeneration"], "model_type": "t5",
                                             "eos_token_id": 1, "pad_token_id": 0, **CONFIG}, indent=2) + "\n")
(OUT / "golden.json").write_text(json.dumps({"loss": result.loss.item(),
                                             "params": sum(p.numel() for p in parameters.values())}) + "\n")
again = T5ForConditionalGeneration.from_pretrained(OUT).eval()(**batch).logits
print("loss", result.loss.item(), "loaded again, differs by", (again - result.logits).abs().max().item())
