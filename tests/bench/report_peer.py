# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person writes in PyTorch to get the figures of a report: 8-bit affine per tensor. Elements in
float32, sums in float64."""
import torch


def report(x, scale=0.04, low=-128, high=127):
    raw = torch.round(x * (1.0 / scale))
    code = raw.clamp(low, high)
    back = code * scale
    e = back - x
    e2 = e * e
    below = raw < low
    above = raw > high
    n = x.numel()
    total = e2.sum(dtype=torch.float64)
    clipping = (e2 * (below | above)).sum(dtype=torch.float64)
    power = (x * x).sum(dtype=torch.float64)
    dot = (x * back).sum(dtype=torch.float64)
    norm = (back * back).sum(dtype=torch.float64)
    counts = torch.bincount((code - low).flatten().int(), minlength=high - low + 1)
    p = counts[counts > 0] / n
    errors = torch.histc(e / scale, bins=256, min=-1, max=1)
    return {
        "mse": total / n,
        "sqnr_db": 10 * torch.log10(power / total),
        "mean_error": e.sum(dtype=torch.float64) / n,
        "mean_abs_error": e.abs().sum(dtype=torch.float64) / n,
        "max_abs_error": e.abs().max(),
        "clipping_mse": clipping / n,
        "rounding_mse": (total - clipping) / n,
        "clipped_low": below.sum() / n,
        "clipped_high": above.sum() / n,
        "cosine_similarity": dot / torch.sqrt(power * norm),
        "levels_used": (counts > 0).sum(),
        "code_entropy_bits": -(p * torch.log2(p)).sum(),
        "codes": counts,
        "errors": errors,
    }
