"""PyTorch's side of the training benchmark: a GPT training step the way a careful user writes it.

Scaled dot product attention, tied weights, fused AdamW with decay on matrices only, clipping by the global norm, autocast for
bfloat16, optionally torch.compile. Takes one JSON line on stdin to set itself up and then a number a line: how many steps to
run. Answers each with a JSON line: seconds of each step, and the last loss.
"""
import json
import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

setup = json.loads(sys.stdin.readline())
work = setup["work"]
L, H, C, T, B, V = (work[k] for k in ("layers", "heads", "channels", "positions", "batch", "vocab"))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln1, self.qkv, self.out = nn.LayerNorm(C), nn.Linear(C, 3 * C), nn.Linear(C, C)
        self.ln2, self.up, self.down = nn.LayerNorm(C), nn.Linear(C, 4 * C), nn.Linear(4 * C, C)

    def forward(self, x):  # [B, T, C]
        q, k, v = (t.view(B, T, H, C // H).transpose(1, 2) for t in self.qkv(self.ln1(x)).split(C, 2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(B, T, C)
        x = x + self.out(y)
        return x + self.down(F.gelu(self.up(self.ln2(x)), approximate="tanh"))


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(V, C), nn.Embedding(T, C)
        self.blocks, self.ln = nn.ModuleList(Block() for _ in range(L)), nn.LayerNorm(C)
        for w in self.parameters():
            if w.dim() > 1:
                nn.init.normal_(w, std=0.02)

    def forward(self, tokens):  # [B, T+1]
        x = self.wte(tokens[:, :-1]) + self.wpe.weight
        for block in self.blocks:
            x = block(x)
        logits = F.linear(self.ln(x), self.wte.weight)  # [B, T, V]
        return F.cross_entropy(logits.float().view(-1, V), tokens[:, 1:].reshape(-1))


torch.manual_seed(0)
torch.set_num_threads(setup["threads"])
model = Gpt()
step_model = torch.compile(model) if setup["compile"] else model
groups = [
    {"params": [w for w in model.parameters() if w.dim() > 1], "weight_decay": 0.1},
    {"params": [w for w in model.parameters() if w.dim() == 1], "weight_decay": 0.0},
]
optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.95), fused=True)
tokens = torch.tensor(setup["tokens"]).view(B, T + 1)


def step():
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=work["precision"] == "bfloat16"):
        loss = step_model(tokens)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss.item()


def answer(message):
    print(json.dumps(message), flush=True)


answer({"name": "PyTorch " + torch.__version__.split("+")[0] + (" compile" if setup["compile"] else " eager")})
for line in sys.stdin:
    seconds, loss = [], 0.0
    for _ in range(int(line)):
        start = time.perf_counter()
        loss = step()
        seconds.append(time.perf_counter() - start)
    answer({"seconds": seconds, "loss": loss, "bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024})
