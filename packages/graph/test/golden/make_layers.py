"""Writes layers.json: values and gradients of PyTorch's layers in float64.

    python make_layers.py > layers.json        (torch 2.x, transformers 5.x)

Each case: the float inputs, what else it takes, the result, and the gradient of sum(result * weights) towards each input.
"""

import json

import torch
import torch.nn.functional as F
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

torch.manual_seed(7)
cases = {}


def tensor(x):
    return {"shape": list(x.shape), "data": x.detach().double().flatten().tolist()}


def add(name, inputs, f):
    inputs = [x.double().requires_grad_() for x in inputs]
    y = f(*inputs)
    weights = torch.randn_like(y)
    (y * weights).sum().backward()
    cases[name] = {
        "inputs": [tensor(x) for x in inputs],
        "weights": tensor(weights),
        "result": tensor(y),
        "gradients": [tensor(torch.zeros_like(x) if x.grad is None else x.grad) for x in inputs],
    }


x = torch.randn(2, 3, 6) * 2
x[0, 0, :2] = torch.tensor([0.0, -0.0])
gain, bias = torch.randn(6), torch.randn(6)
targets = torch.tensor([[1, 0, 5], [2, 2, 4]])
causal = torch.ones(3, 3, dtype=torch.bool).tril()
scores = torch.randn(2, 2, 3, 3)

add("relu", [x], F.relu)
add("silu", [x], F.silu)
add("gelu", [x], lambda x: F.gelu(x, approximate="tanh"))
add("geluErf", [x], F.gelu)
add("layerNorm", [x, gain, bias], lambda x, gain, bias: F.layer_norm(x, (6,), gain, bias, 1e-5))
add("rmsNorm", [x, gain], lambda x, gain: F.rms_norm(x, (6,), gain, 1e-6))
add(
    "softmax",
    [scores, torch.randn(2, 3, 3)],
    lambda s, b: F.softmax((s * 0.5 + b).masked_fill(~causal, -torch.inf), -1),
)
add("logSoftmax", [x], lambda x: F.log_softmax(x, -1))
for smoothing in (0.0, 0.1):
    add(
        f"crossEntropy {smoothing}",
        [x],
        lambda x: F.cross_entropy(
            x.movedim(-1, 1), targets, reduction="none", label_smoothing=smoothing
        ),
    )
add(
    "klDivergence",
    [torch.randn(2, 3, 6), torch.randn(2, 3, 6)],
    lambda t, s: F.kl_div(
        F.log_softmax(s / 2, -1), F.softmax(t / 2, -1), reduction="none"
    ).sum(-1),
)
add(
    "cosineDistance",
    [torch.randn(6, 5), torch.randn(6, 5)],
    lambda a, b: F.cosine_embedding_loss(a, b, torch.ones(6), reduction="none"),
)
positions = torch.tensor([[0, 1, 2], [5, 9, 30]])
angles = positions[..., None].double() * 100.0 ** (-torch.arange(0, 6, 2).double() / 6)
angles = torch.cat((angles, angles), -1)
add(
    "rotate",
    [torch.randn(2, 4, 3, 6)],
    lambda x: apply_rotary_pos_emb(x, x, angles.cos(), angles.sin())[0],
)
print(json.dumps(cases))
