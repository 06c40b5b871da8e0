# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/golden/ptq: post-training methods and oscillation tracking.

Run with Debian's python3-torch (1.13): /usr/bin/python3 tests/golden/make_ptq_golden.py
- network: two Conv2d, a MaxPool2d, a Flatten and two Linear with their outputs, by PyTorch; the weights'
  ranges lie far apart, so that equalization has something to do; the equalized scales by numpy, as the
  paper's text says them
- unfold: torch.nn.functional.unfold
- adaround: the paper's loss with autograd on the rows themselves, in float64, and torch.optim.Adam
- dynamic: torch._choose_qparams_per_tensor and torch.quantize_per_tensor_dynamic
- oscillation: the paper's algorithm 1, one weight after the other
cases.json lists the cases; the arrays stand one behind the other in values.bin.
"""
import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

OUT = pathlib.Path(__file__).parent / "ptq"
blobs, cases = [], []
offset = 0
rng = np.random.default_rng(11)
torch.manual_seed(11)


def blob(array, dtype):
    global offset
    data = np.ascontiguousarray(np.asarray(array), dtype=dtype).reshape(-1)
    blobs.append(data.tobytes())
    at = {"at": offset, "count": int(data.size)}
    offset += int(data.size)
    return at


def f32(array):
    if torch.is_tensor(array):
        array = array.detach().numpy()
    return blob(array, np.float32)


def i32(array):
    return blob(array, np.int32)


# --- a network of four layers --------------------------------------------------------------------
def spread(*shape):
    """Normal weights whose output channels' ranges lie up to a factor of 100 apart."""
    weight = rng.standard_normal(shape) * 0.2
    return (weight * 10 ** rng.uniform(-1, 1, (shape[0],) + (1,) * (len(shape) - 1))).astype(np.float32)


weights = [spread(6, 2, 3, 3), spread(8, 6, 3, 3), spread(10, 8 * 9), spread(5, 10)]
weights[0][2] = 0  # a channel without weights: left alone
biases = [(rng.standard_normal(w.shape[0]) * 0.3).astype(np.float32) for w in weights]
x = rng.standard_normal((16, 2, 10, 10)).astype(np.float32)


def network(weights, biases):
    w = [torch.from_numpy(a).double() for a in weights]
    b = [torch.from_numpy(a).double() for a in biases]
    y = F.relu(F.conv2d(torch.from_numpy(x).double(), w[0], b[0]))
    y = F.max_pool2d(F.relu(F.conv2d(y, w[1], b[1])), 2)
    y = F.relu(F.linear(torch.flatten(y, 1), w[2], b[2]))
    return F.linear(y, w[3], b[3])


per_input = [9, 9, 9, 1]
inputs = [2, 6, 8, 10]
views = [w.astype(np.float64).reshape(w.shape[0], i, p) for w, i, p in zip(weights, inputs, per_input)]
scales = [np.ones(w.shape[0]) for w in weights[:-1]]
for _ in range(2000):
    move = 0.0
    for k in range(3):
        r1 = np.abs(views[k]).max(axis=(1, 2))
        r2 = np.abs(views[k + 1]).max(axis=(0, 2))
        good = (r1 > 0) & (r2 > 0)
        s = np.where(good, np.sqrt(r1 * r2) / np.where(good, r2, 1), 1)
        views[k] /= s[:, None, None]
        views[k + 1] *= s[None, :, None]
        scales[k] *= s
        move = max(move, np.abs(s - 1).max())
    if move < 1e-12:
        break
cases.append({"kind": "network", "shapes": [[w.shape[0], i, p] for w, i, p in zip(weights, inputs, per_input)],
              "weights": [f32(w) for w in weights], "biases": [f32(b) for b in biases], "x": f32(x),
              "y": f32(network(weights, biases)), "scales": [f32(s) for s in scales]})

# --- unfold --------------------------------------------------------------------------------------
for c, h, w, k, stride, pad in [(1, 5, 5, 3, 1, 0), (3, 6, 7, 3, 2, 1), (2, 4, 4, 2, 2, 0), (4, 5, 3, 1, 1, 0),
                                (2, 5, 5, 5, 1, 2)]:
    image = torch.randn(1, c, h, w)
    rows = F.unfold(image, k, stride=stride, padding=pad)[0].T
    cases.append({"kind": "unfold", "shape": [c, h, w, k, stride, pad], "image": f32(image),
                  "last": f32(image[0].permute(1, 2, 0).contiguous()), "rows": f32(rows.contiguous())})


# --- AdaRound ------------------------------------------------------------------------------------
def adaround(w, x, xq, scale, zero, lo, hi, iterations, lam):
    """w [out, K]; scale, zero [out, 1]; returns codes, the nearest ones, and both squared errors."""
    t = w / scale
    nearest = (torch.round(t) + zero).clamp(lo, hi)
    floor = torch.floor(t) + zero
    free = (floor >= lo) & (floor + 1 <= hi)
    level = lambda code: (code - zero) * scale
    target = x @ w.T
    error = lambda code: ((target - xq @ level(code).T) ** 2).sum(0)
    low = torch.where(free, floor, nearest)
    unit = free.sum(1) / ((xq ** 2).sum(0) * (free * scale ** 2)).sum(1) * 12
    h0 = torch.where(free, t - torch.floor(t), torch.full_like(t, 0.5))
    v = (-torch.log(1.2 / (h0 + 0.1) - 1)).requires_grad_()
    adam = torch.optim.Adam([v], lr=0.01)
    for i in range(iterations):
        h = torch.clamp(torch.sigmoid(v) * 1.2 - 0.1, 0, 1)
        soft = level(low + torch.where(free, h, torch.zeros_like(h)))
        loss = (unit * ((target - xq @ soft.T) ** 2).sum(0)).sum()
        if i >= 0.2 * iterations:
            part = (i - 0.2 * iterations) / (0.8 * iterations)
            beta = 2 + (20 - 2) * (1 + math.cos(math.pi * part)) / 2
            loss = loss + lam * (1 - (2 * h - 1).abs() ** beta).sum()
        adam.zero_grad()
        loss.backward()
        adam.step()
    codes = torch.where(free & (v >= 0), low + 1, low)
    return codes.detach(), nearest, error(codes).detach(), error(nearest)


for drift, symmetric, bits, lam in [(0.0, True, 4, 5.0), (0.0, False, 4, 0.1), (0.1, True, 3, 1.0), (0.1, False, 2, 5.0)]:
    out, k, n = 8, 24, 300
    mix = torch.randn(k, k, dtype=torch.float64) / math.sqrt(k) + torch.eye(k, dtype=torch.float64)
    x = torch.relu(torch.randn(n, k, dtype=torch.float64) @ mix).float()
    xq = (x + drift * torch.randn(n, k)).float()
    w = (torch.randn(out, k) * 0.3).float()
    if symmetric:
        lo, hi = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
        scale = (w.abs().amax(1) / hi).float()
        zero = torch.zeros(out)
    else:
        lo, hi = 0, (1 << bits) - 1
        low, high = w.amin(1).clamp(max=0), w.amax(1).clamp(min=0)
        scale = ((high - low) / hi).float()
        zero = torch.round(-low / scale)
    codes, nearest, error, before = adaround(w.double(), x.double(), xq.double(), scale.double()[:, None],
                                             zero.double()[:, None], lo, hi, 1000, lam)
    cases.append({"kind": "adaround", "dtype": ("int" if symmetric else "uint") + str(bits), "symmetric": symmetric,
                  "outputs": out, "columns": k, "lambda": lam, "iterations": 1000, "w": f32(w), "x": f32(x),
                  "xq": f32(xq), "scale": f32(scale), "zero_point": i32(zero.int()), "codes": i32(codes.int()),
                  "nearest": i32(nearest.int()), "error": f32(error), "error_nearest": f32(before)})

# --- dynamic quantization ------------------------------------------------------------------------
ranges = [(-1, 3), (0, 0), (0.5, 2), (-4, -1), (-1e-6, 1e-6), (0, 1e-7), (-3e-5, 0), (-1e30, 2e30), (-0.7, 0.31)]
ranges += [tuple(sorted(rng.standard_normal(2) * 10 ** rng.uniform(-3, 3))) for _ in range(40)]
for low, high in ranges:
    t = torch.tensor([low, high, (low + high) / 2], dtype=torch.float32)
    for reduce in (False, True):
        scale, zero = torch._choose_qparams_per_tensor(t, reduce)
        entry = {"kind": "dynamic", "reduce_range": reduce, "x": f32(t), "quint8": [f32([scale]), int(zero)],
                 "y": f32(torch.quantize_per_tensor_dynamic(t, torch.quint8, reduce).dequantize())}
        q = torch.quantize_per_tensor_dynamic(t, torch.qint8, reduce)
        entry["qint8"] = [f32([q.q_scale()]), int(q.q_zero_point())]
        cases.append(entry)

# --- oscillations --------------------------------------------------------------------------------
for momentum, threshold in [(0.1, 0.2), (0.01, 0.015), (1.0, 0.5)]:
    steps, n, freeze_every = 120, 40, 30
    start = rng.integers(-4, 4, n)
    path = np.cumsum(rng.choice([-1, 0, 0, 0, 1], (steps, n)), axis=0) + start
    path[:, :10] = start[:10] + (np.arange(steps)[:, None] % 2)  # these oscillate
    path[:, 10:15] = start[10:15] + np.arange(steps)[:, None]  # these walk
    path = np.clip(path, -8, 7)
    state = []
    frozen_at = np.full(n, -1)
    for j in range(n):
        code, mean, direction, f, flips = int(start[j]), float(start[j]), 0, 0.0, 0
        for t in range(steps):
            if frozen_at[j] < 0:
                delta = int(path[t, j]) - code
                oscillated = delta != 0 and direction != 0 and np.sign(delta) != direction
                f = momentum * float(oscillated) + (1 - momentum) * f
                code = int(path[t, j])
                mean = momentum * code + (1 - momentum) * mean
                if delta != 0:
                    direction = int(np.sign(delta))
                    flips += 1
            if (t + 1) % freeze_every == 0 and frozen_at[j] < 0 and f > threshold:
                frozen_at[j] = t
                code = int(np.rint(mean))
        state.append((code, direction, f, mean, flips))
    code, direction, f, mean, flips = map(list, zip(*state))
    cases.append({"kind": "oscillation", "momentum": momentum, "threshold": threshold, "count": n,
                  "freeze_every": freeze_every, "start": i32(start), "path": i32(path), "code": i32(code),
                  "direction": i32(direction), "flips": i32(flips), "frequency": f32(f), "mean": f32(mean),
                  "frozen": i32(frozen_at >= 0)})

OUT.mkdir(exist_ok=True)
(OUT / "values.bin").write_bytes(b"".join(blobs))
head = {"torch": torch.__version__, "numpy": np.__version__}
(OUT / "cases.json").write_text(json.dumps({**head, "cases": cases}, separators=(",", ":")) + "\n")
print(len(cases), "cases,", offset * 4, "bytes")
