# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person writes in PyTorch to get the figures of a report: 8-bit affine per tensor. Elements in
float32, sums in float64, and nothing computed twice."""
import torch


def report(x, scale=0.04, low=-128, high=127):
    n = x.numel()
    raw = torch.round(x * (1.0 / scale))
    below, above = raw < low, raw > high
    code = raw.clamp_(low, high)
    back = code * scale
    e = back - x
    e2 = e.square()
    mse = e2.sum(dtype=torch.float64) / n
    clipping = e2.mul_(below | above).sum(dtype=torch.float64) / n
    power = x.square().sum(dtype=torch.float64)
    cosine = (x * back).sum(dtype=torch.float64) / (power * back.square().sum(dtype=torch.float64)).sqrt()
    mean_error = e.sum(dtype=torch.float64) / n
    absolute = e.abs()
    mean_abs, max_abs = absolute.sum(dtype=torch.float64) / n, absolute.max()
    counts = torch.bincount(code.sub_(low).to(torch.int32).view(-1), minlength=high - low + 1)
    p = counts[counts > 0].double() / n
    errors = torch.histc(e.mul_(1.0 / scale), bins=256, min=-1, max=1)
    return {
        "mse": mse,
        "sqnr_db": 10 * torch.log10(power / n / mse),
        "mean_error": mean_error,
        "mean_abs_error": mean_abs,
        "max_abs_error": max_abs,
        "rounding_mse": mse - clipping,
        "clipping_mse": clipping,
        "clipped_low": below.sum() / n,
        "clipped_high": above.sum() / n,
        "cosine_similarity": cosine,
        "levels_used": p.numel(),
        "code_entropy_bits": -(p * p.log2()).sum(),
        "codes": counts,
        "errors": errors,
    }
