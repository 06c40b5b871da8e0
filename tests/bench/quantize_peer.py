#!/usr/bin/python3
# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""PyTorch on what bench_quantize measures, two threads. Prints "name millions-of-elements-per-second"
lines, of the median run. `report` is what a person writes to get the same figures. Exit status 77:
torch is not here."""
import statistics
import sys
import time

try:
    import torch
except ImportError:
    sys.exit(77)

from report_peer import report

torch.set_num_threads(2)
N = 4096
x = torch.randn(N, N, generator=torch.Generator().manual_seed(1))
y = torch.empty_like(x)
scale = torch.full((N,), 0.04)
zero = torch.zeros(N, dtype=torch.int32)


def rate(run, runs):
    run()
    seconds = []
    for _ in range(runs):
        begin = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - begin)
    return x.numel() / statistics.median(seconds) / 1e6


with torch.no_grad():
    print("copy", rate(lambda: y.copy_(x), 9))
    print("per_tensor", rate(lambda: torch.fake_quantize_per_tensor_affine(x, 0.04, 0, -128, 127), 5))
    for axis in (0, 1):
        print(f"per_channel_axis_{axis}",
              rate(lambda: torch.fake_quantize_per_channel_affine(x, scale, zero, axis, -128, 127), 5))
    print("report", rate(lambda: report(x), 3))
    # What PyTorch 1.13 has of the dtype table: its fake_quantize with the dtype's codes, and casts.
    for bits in range(2, 17):
        low = -(1 << bits - 1)
        for name, first, last in (("int", low, -low - 1), ("uint", 0, (1 << bits) - 1)):
            seconds = rate(lambda: torch.fake_quantize_per_tensor_affine(x, 0.04, 0, first, last), 3)
            print(f"{name}{bits}", seconds)
            if bits == 8:
                print({"int": "qint8", "uint": "quint8"}[name], seconds)
    print("float16", rate(lambda: x.half().float(), 3))
    print("bfloat16", rate(lambda: x.bfloat16().float(), 3))
