"""Writes optimizers.json: 200 steps of each optimizer of the peers in float64, on a problem that changes from step to step.

    python make_optimizers.py > optimizers.json     (torch 2.15, transformers 5.23, lion-pytorch 0.2.5)

Each case: the loss before each step, and the parameters after the last; for averaged weights also the loss with them every
tenth step, and what they are at the end; `float32`, how far the peer itself is from that in float32. The problem is that of `../optimizerCases.ts`.
"""

import json
import math

import torch
from lion_pytorch import Lion
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from transformers.optimization import Adafactor

torch.set_default_dtype(torch.float64)
STEPS, ROWS = 200, 5


class Problem(torch.nn.Module):
    def __init__(self):
        super().__init__()
        fill = lambda *shape: torch.nn.Parameter(
            torch.tensor([0.6 * math.sin(1.7 * i + 0.4) for i in range(math.prod(shape))]).reshape(shape)
        )
        self.w, self.bias, self.deep = fill(4, 3), fill(3), fill(2, 3, 2)

    def forward(self, step):
        to = self.w.dtype
        x = torch.tensor([[math.sin(1.3 * step + 2.1 * b + 0.7 * i * i) for i in range(4)] for b in range(ROWS)]).to(to)
        y = torch.tensor([[math.cos(0.9 * step + b + 2 * j) for j in range(2)] for b in range(ROWS)]).to(to)
        h = torch.tanh(x @ self.w + self.bias)
        return ((h @ self.deep[0] + h * h @ self.deep[1] - y) ** 2).sum(-1).mean()


def trace(make, rate, clip, ema, dtype):
    problem = Problem().to(dtype)
    optimizer = make(problem)
    shares = [group["lr"] for group in optimizer.param_groups]
    averaged = ema and AveragedModel(problem, multi_avg_fn=get_ema_multi_avg_fn(ema))
    losses, averages = [], []
    for step in range(1, STEPS + 1):
        for group, share in zip(optimizer.param_groups, shares):
            if rate is not None:
                group["lr"] = rate * min(1, step / 20) * share
        optimizer.zero_grad()
        loss = problem(step)
        loss.backward()
        if clip > 0:
            torch.nn.utils.clip_grad_norm_(problem.parameters(), clip)
        optimizer.step()
        losses.append(loss.item())
        if averaged:
            averaged.update_parameters(problem)
            if step % 10 == 0:
                averages.append(averaged.module(step).item())
    flat = lambda module: torch.cat([p.detach().flatten() for p in module.parameters()]).tolist()
    found = {"losses": losses, "parameters": flat(problem)}
    return found | ({"averageLosses": averages, "averages": flat(averaged.module)} if averaged else {})


def apart(a, b):
    """As `difference` of ../optimizerCases.ts."""
    by_loss = max(abs(x / y - 1) for x, y in zip(a["losses"], b["losses"]))
    return max(
        [by_loss]
        + [
            max(abs(x - y) for x, y in zip(a[key], b[key])) / max(map(abs, b[key]))
            for key in b
            if key != "losses"
        ]
    )


def run(make, rate, clip=0.0, ema=None):
    double, single = (trace(make, rate, clip, ema, dtype) for dtype in (torch.float64, torch.float32))
    short = {key: [float(f"{n:.12g}") for n in numbers] for key, numbers in double.items()}
    return short | {"float32": float(f"{apart(single, double):.3g}")}


def decaying(kind, decay, **options):
    """Matrices decay, the bias does not; all learn at the same rate."""
    return lambda p: kind(
        [
            {"params": [p.w, p.deep], "weight_decay": decay, "lr": 1.0},
            {"params": [p.bias], "weight_decay": 0.0, "lr": 1.0},
        ],
        **options,
    )


def layered(kind, **options):
    return lambda p: kind(
        [{"params": [q], "lr": share} for q, share in ((p.w, 0.25), (p.bias, 0.5), (p.deep, 1.0))], **options
    )


AdamW, SGD = torch.optim.AdamW, torch.optim.SGD
relative = dict(lr=None)
fixed = dict(lr=1.0, scale_parameter=False, relative_step=False)
betas = dict(betas=(0.9, 0.95))
print(
    json.dumps(
        {
            "adamw": run(decaying(AdamW, 0.1, **betas), 0.02),
            "adamw, clipped": run(decaying(AdamW, 0.1, **betas), 0.02, clip=0.5),
            "adamw, a rate for each layer": run(layered(AdamW, weight_decay=0.0, **betas), 0.02),
            "adamw, averaged": run(decaying(AdamW, 0.1, **betas), 0.02, ema=0.9),
            "adafactor, relative": run(lambda p: Adafactor(p.parameters(), **relative), None),
            "adafactor, relative, warmed up": run(
                lambda p: Adafactor(p.parameters(), warmup_init=True, **relative), None
            ),
            "adafactor, fixed rate": run(lambda p: Adafactor(p.parameters(), **fixed), 0.02),
            "adafactor, momentum, decay, scaled": run(
                decaying(Adafactor, 0.1, lr=1.0, scale_parameter=True, relative_step=False, beta1=0.9), 0.05
            ),
            "adafactor, low threshold": run(
                lambda p: Adafactor(p.parameters(), clip_threshold=0.5, **fixed), 0.02, clip=0.5
            ),
            "lion": run(decaying(Lion, 0.3, lr=1.0), 0.004),
            "lion, clipped": run(decaying(Lion, 0.0, lr=1.0, betas=(0.95, 0.98)), 0.004, clip=0.5),
            "sgd": run(lambda p: SGD(p.parameters(), lr=1.0), 0.1),
            "sgd, momentum, decay": run(decaying(SGD, 0.01, momentum=0.9), 0.02),
            "sgd, Nesterov, clipped": run(decaying(SGD, 0.01, momentum=0.9, nesterov=True), 0.05, clip=0.5),
            "sgd, averaged": run(lambda p: SGD(p.parameters(), lr=1.0, momentum=0.8), 0.05, ema=0.3),
        },
        indent=0,
    )
)
