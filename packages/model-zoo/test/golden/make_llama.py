"""Writes llama/: a tiny decoder with rotary positions, gates, and one head of keys for two of queries.

    pip install torch==2.15.0 transformers==5.23.0 safetensors==0.8.0
    python make_llama.py
"""
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

OUT = Path(__file__).parent / "llama"
B, T, V = 2, 13, 96

torch.manual_seed(11)
config = LlamaConfig(vocab_size=V, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
                     num_key_value_heads=2, max_position_embeddings=32, rms_norm_eps=1e-5,
                     rope_parameters={"rope_type": "default", "rope_theta": 500.0}, bos_token_id=0, eos_token_id=0)
model = LlamaForCausalLM(config)
with torch.no_grad():
    for p in model.parameters():
        p.add_(0.05 * torch.randn_like(p))
model.eval()
ids = torch.randint(3, V, (B, T))
mask = torch.ones_like(ids)
mask[1, 9:] = 0
labels = torch.where(mask == 1, ids, -100)
batch = dict(input_ids=ids, attention_mask=mask, labels=labels)
result = model(**batch)
result.loss.backward()

model.save_pretrained(OUT)
(OUT / "generation_config.json").unlink()
parameters = dict(model.named_parameters())
save_file({**batch, "logits": result.logits.detach().contiguous(),
           **{f"grad.{name}": p.grad.contiguous() for name, p in parameters.items()}}, OUT / "golden.safetensors")
(OUT / "golden.json").write_text(json.dumps({"loss": result.loss.item(),
                                             "params": sum(p.numel() for p in parameters.values())}) + "\n")
