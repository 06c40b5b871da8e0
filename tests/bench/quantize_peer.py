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

torch.set_num_threads(2)
N = 4096
x = torch.randn(N, N, generator=torch.Generator().manual_seed(1))
y = torch.empty_like(x)
scale = torch.full((N,), 0.04)
zero = torch.zeros(N, dtype=torch.int32)


def report():
    """Every figure of the report: float32 elementwise, sums in double, and nothing computed twice."""
    n = x.numel()
    raw = torch.round(x * (1.0 / 0.04))
    low, high = raw < -128, raw > 127
    code = raw.clamp_(-128, 127)
    back = code * 0.04
    e = back - x
    e2 = e.square()
    mse = e2.sum(dtype=torch.float64) / n
    clipping = e2.mul_(low | high).sum(dtype=torch.float64) / n
    x2 = x.square().sum(dtype=torch.float64)
    cosine = (x * back).sum(dtype=torch.float64) / (x2 * back.square().sum(dtype=torch.float64)).sqrt()
    mean_error = e.sum(dtype=torch.float64) / n
    absolute = e.abs()
    mean_abs, max_abs = absolute.sum(dtype=torch.float64) / n, absolute.max()
    counts = torch.bincount(code.add_(128).to(torch.int32).view(-1), minlength=256)
    p = counts[counts > 0].double() / n
    histogram = torch.histc(e.mul_(1.0 / 0.04), bins=256, min=-1, max=1)
    return (mse, mean_error, mean_abs, max_abs, mse - clipping, clipping, low.sum(), high.sum(), x2 / n,
            10 * torch.log10(x2 / n / mse), cosine, counts, p.numel(), -(p * p.log2()).sum(), histogram)


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
    print("report", rate(report, 3))
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
