#!/usr/bin/python3
# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/golden/nn/optimizers_more.json with PyTorch 1.13 (Debian's python3-torch): what
optimizers and schedules of learning rates do. Run in any folder."""
import torch
from torch import nn
from torch.optim import lr_scheduler

from nn_golden import exact, write

OPTIMIZERS = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "sgd": torch.optim.SGD}


def optimizer_case(name, **options):
    w = nn.Parameter(torch.randn(6))
    optimizer = OPTIMIZERS[name]([w], **options)
    case = {"name": name, **options, "start": exact(w), "steps": []}
    for step in range(20):
        w.grad = torch.randn(6) * (10.0 ** (-(step % 5)))
        gradient = exact(w.grad)  # before the step, which may not change it
        optimizer.step()
        case["steps"].append({"gradient": gradient, "value": exact(w)})
    return case


def schedule_case(name, lr, options, scheduler):
    """The learning rates of 20 epochs: scheduler.step() after each epoch."""
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=lr)
    schedule = scheduler(optimizer)
    rates = []
    for _ in range(20):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return {"name": name, "lr": lr, **options, "rates": rates}


def warmup_case(lr, steps):
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=lr)
    schedule = lr_scheduler.LinearLR(optimizer, start_factor=1 / steps, total_iters=steps - 1)
    rates = []
    for _ in range(20):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return {"lr": lr, "warmup_steps": steps, "rates": rates}


if __name__ == "__main__":
    torch.manual_seed(13)
    write("optimizers_more.json", {
        "cases": [
            optimizer_case("adam", lr=0.01, weight_decay=0.1),
            optimizer_case("adamw", lr=0.01, weight_decay=0.1),
            optimizer_case("adamw", lr=0.05, weight_decay=0.01),  # the default of torch.optim.AdamW
            optimizer_case("sgd", lr=0.1, weight_decay=0.1),
            optimizer_case("sgd", lr=0.1, momentum=0.9, weight_decay=0.1),
            optimizer_case("sgd", lr=0.1, momentum=0.9, nesterov=True),
            optimizer_case("sgd", lr=0.1, momentum=0.9, weight_decay=0.1, nesterov=True),
        ],
        "schedules": [
            schedule_case("step", 0.1, {"step_size": 3, "gamma": 0.5},
                          lambda o: lr_scheduler.StepLR(o, step_size=3, gamma=0.5)),
            schedule_case("step", 0.02, {"step_size": 7, "gamma": 0.1},
                          lambda o: lr_scheduler.StepLR(o, step_size=7, gamma=0.1)),
            schedule_case("cosine", 0.1, {"T_max": 20, "eta_min": 0.0},
                          lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=20)),
            schedule_case("cosine", 0.02, {"T_max": 8, "eta_min": 0.001},
                          lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=8, eta_min=0.001)),
        ],
        "warmups": [warmup_case(0.1, 5), warmup_case(0.02, 16)],
    })
