"""Writes schedules.json: learning rates of transformers' and torch's schedules at steps 0 to 210 of 200.

    python make_schedules.py > schedules.json       (torch 2.15, transformers 5.23)

The peak is 3e-3 and the warmup 20 steps. `plateau` has the rate after each of the losses
below.
"""

import json
import math

import torch
from transformers.optimization import get_scheduler

PEAK, WARMUP, STEPS = 3e-3, 20, 200
short = lambda numbers: [float(f"{n:.12g}") for n in numbers]


def optimizer():
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=PEAK)


def rates(name, **options):
    made = optimizer()
    schedule = get_scheduler(name, made, WARMUP, STEPS, options)
    found = []
    for _ in range(STEPS + 11):
        found.append(made.param_groups[0]["lr"])
        made.step()
        schedule.step()
    return short(found)


def plateau(**options):
    made = optimizer()
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(made, **options)
    losses = [
        2 * math.exp(-t / 30) + 0.05 * math.sin(1.7 * t) + 0.3 + 0.002 * max(0, t - 100) for t in range(STEPS)
    ]
    found = []
    for loss in losses:
        schedule.step(loss)
        found.append(made.param_groups[0]["lr"])
    return short(found)


print(
    json.dumps(
        {
            "rates": {
                "constant_with_warmup": rates("constant_with_warmup"),
                "linear": rates("linear"),
                "cosine": rates("cosine"),
                "cosine, 1.5 waves": rates("cosine", num_cycles=1.5),
                "cosine_with_min_lr": rates("cosine_with_min_lr", min_lr=3e-4),
                "cosine_with_restarts, 3": rates("cosine_with_restarts", num_cycles=3),
                "polynomial": rates("polynomial"),
                "polynomial, 2": rates("polynomial", power=2.0, lr_end=1e-5),
                "inverse_sqrt": rates("inverse_sqrt"),
                "inverse_sqrt, 50": rates("inverse_sqrt", timescale=50),
                "warmup_stable_decay": rates("warmup_stable_decay", num_decay_steps=20),
                "warmup_stable_decay, cosine up, root down": rates(
                    "warmup_stable_decay",
                    num_decay_steps=60,
                    warmup_type="cosine",
                    decay_type="1-sqrt",
                    min_lr_ratio=0.1,
                ),
                "warmup_stable_decay, root up, line down": rates(
                    "warmup_stable_decay", num_decay_steps=60, warmup_type="1-sqrt", decay_type="linear"
                ),
            },
            "plateau": {
                "usual": plateau(),
                "impatient": plateau(factor=0.5, patience=2, threshold=1e-2, cooldown=3, min_lr=1e-5),
                "at once": plateau(factor=0.9, patience=0),
            },
        },
        indent=0,
    )
)
