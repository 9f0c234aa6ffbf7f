"""Writes two checkpoints as fairseq's RoBERTa has them, with the weights of a tiny model of `transformers`, and its logits.

python make_fairseq.py FOLDER  (of a RobertaForMaskedLM: config.json, model.safetensors; needs torch, transformers, safetensors)
Names and layout are those of fairseq 0.6 (old) and 0.12 (new): fairseq/models/roberta/model.py, modules/multihead_attention.py.
"""
import argparse, hashlib, json, os, re, sys
import torch
from safetensors.torch import load_file, save_file
from transformers import RobertaConfig, RobertaForMaskedLM

folder = sys.argv[1]
theirs = load_file(f"{folder}/model.safetensors")
config = RobertaConfig.from_pretrained(folder, layer_norm_eps=1e-5)  # fairseq has torch's default
model = RobertaForMaskedLM.from_pretrained(folder, config=config).eval()
with torch.no_grad():  # fairseq has no segments
    model.roberta.embeddings.token_type_embeddings.weight.zero_()
ids = torch.tensor([[0, 17, 45, 99, 4, 2, 1, 1], [0, 5, 6, 7, 120, 33, 8, 2]])
logits = model(ids, attention_mask=(ids != 1).long()).logits.detach()
digest = lambda value: hashlib.sha256(value.contiguous().numpy().tobytes()).hexdigest()[:16]
kept = {name: value for name, value in theirs.items() if "token_type" not in name}
json.dump({name: [list(value.shape), digest(value)] for name, value in sorted(kept.items())}, open("arrays.json", "w"), indent=1)
save_file({"input_ids": ids, "logits": logits}, "golden.safetensors")

rules = [
    (r"^roberta\.embeddings\.word_embeddings", "sentence_encoder.embed_tokens"),
    (r"^roberta\.embeddings\.position_embeddings", "sentence_encoder.embed_positions"),
    (r"^roberta\.embeddings\.LayerNorm", "sentence_encoder.emb_layer_norm"),
    (r"^roberta\.encoder\.layer", "sentence_encoder.layers"),
    (r"attention\.self\.(q|k|v)[a-z]*", r"self_attn.\1_proj"),
    (r"attention\.output\.dense", "self_attn.out_proj"),
    (r"attention\.output\.LayerNorm", "self_attn_layer_norm"),
    (r"intermediate\.dense", "fc1"),
    (r"output\.dense", "fc2"),
    (r"output\.LayerNorm", "final_layer_norm"),
]
state = {}
for name, value in theirs.items():
    if "token_type" in name:
        continue
    for pattern, to in rules:
        name = re.sub(pattern, to, name)
    state[f"encoder.{name}"] = value
state["encoder.lm_head.weight"] = state["encoder.sentence_encoder.embed_tokens.weight"]  # tied

sizes = dict(encoder_layers=2, encoder_embed_dim=32, encoder_ffn_embed_dim=64, encoder_attention_heads=4, max_positions=32,
             activation_fn="gelu", dropout=0.1, attention_dropout=0.1, untie_weights_roberta=False)

new = {name.replace("emb_layer_norm", "layernorm_embedding"): value for name, value in state.items()}
new["encoder.sentence_encoder.version"] = torch.tensor([3.0])
new["classification_heads.mnli.dense.weight"] = torch.zeros(4, 32)
torch.save({"args": None, "cfg": {"model": {"_name": "roberta_base", **sizes}, "task": {"_name": "masked_lm", "seed": 1}},
            "model": new, "extra_state": {"epoch": 3, "val_loss": 2.5},
            "last_optimizer_state": {"state": {0: {"step": 7, "exp_avg": torch.zeros(2, 3)}}}}, "new.pt")

old = {}
for name, value in state.items():
    name = name.replace("encoder.", "decoder.", 1)
    if ".q_proj." in name:
        parts = [state[name.replace("decoder.", "encoder.", 1).replace("q_proj", f"{part}_proj")] for part in "qkv"]
        old[name.replace("q_proj.", "in_proj_")] = torch.cat(parts)
    elif not re.search(r"\.[kv]_proj\.", name):
        old[name] = value
os.makedirs("old", exist_ok=True)
torch.save({"args": argparse.Namespace(arch="roberta_base", task="masked_lm", **sizes), "model": old},
           "old/model.pt", _use_new_zipfile_serialization=False)
with open("old/dict.txt", "w") as file:
    file.writelines(f"{token} {1000 - token}\n" for token in range(123))
