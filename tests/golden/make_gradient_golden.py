# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/golden/gradient: forward and backward of fake quantization.

Run with Debian's python3-torch (1.13): /usr/bin/python3 tests/golden/make_gradient_golden.py
The straight-through and learnable cases are PyTorch's operators. LSQ, LSQ+, PACT and DoReFa are written
here with autograd, after the papers: the values (y) in float32, the gradients in float64 and then rounded
to float32, because float32 autograd of v / s * s returns (dy * s) / s, which is not always dy. Values that
are rounded keep away from ties, but for ties and ends that are exact in both.
PyTorch's kernels without AVX2 are asked for: the others are compiled to fused multiply-adds, which the
source does not have and which decide ties of the learnable backward otherwise.
cases.json lists the cases; the arrays stand one behind the other in values.bin.
"""
import json
import os
import pathlib

import numpy as np

os.environ["ATEN_CPU_CAPABILITY"] = "default"
import torch  # noqa: E402 (reads the variable)

OUT = pathlib.Path(__file__).parent / "gradient"
blobs, cases = [], []
offset = 0
rng = np.random.default_rng(5)


def blob(array):
    """Appends an array of 4-byte elements; returns where it is, in elements."""
    global offset
    data = np.ascontiguousarray(array)
    assert data.dtype.itemsize == 4, data.dtype
    blobs.append(data.tobytes())
    at = {"at": offset, "count": int(data.size)}
    offset += int(data.size)
    return at


def f32(tensor):
    return blob(torch.as_tensor(tensor).detach().to(torch.float32).numpy().reshape(-1))


def i32(tensor):
    return blob(tensor.detach().numpy().astype(np.int32))


def normal(*shape):
    return torch.from_numpy(rng.standard_normal(shape).astype(np.float32))


def add(kind, **fields):
    cases.append({"kind": kind, **fields})


# --- PyTorch's operators -------------------------------------------------------------------------
def ties(scale, zero, lo, hi):
    """Halfway between codes at both ends and in the middle, for a float32 scale."""
    codes = torch.tensor(sorted({lo - 1, lo, lo + 1, zero - 1, zero, zero + 1, hi - 1, hi, hi + 1}))
    return ((codes - zero).to(torch.float32) + 0.5) * torch.tensor(scale)


RANGES = [(-128, 127), (0, 255), (-8, 7), (0, 15), (-127, 127), (0, 65535)]
for lo, hi in RANGES:
    for k in range(3):
        scale = float(np.float32(2.0 ** rng.uniform(-7, 1)))
        zero = int(rng.integers(lo, hi + 1)) if k else max(lo, 0)
        x = torch.cat([normal(48) * scale * (hi - lo) / 3, ties(scale, zero, lo, hi)])
        x.requires_grad_(True)
        dy = normal(x.numel())
        y = torch.fake_quantize_per_tensor_affine(x, scale, zero, lo, hi)
        y.backward(dy)
        add("ste", quant_min=lo, quant_max=hi, scale=f32([scale]), zero_point=i32(torch.tensor([zero])),
            x=f32(x), dy=f32(dy), y=f32(y), dx=f32(x.grad))


def channel_qparams(n, lo, hi):
    return (torch.tensor(2.0 ** rng.uniform(-6, 0, n), dtype=torch.float32),
            torch.tensor(rng.integers(lo, hi + 1, n), dtype=torch.int32))


for shape in ((3, 5, 4), (4, 20), (2, 3, 2, 5)):
    for axis in range(len(shape)):
        for lo, hi in ((-128, 127), (0, 15)):
            scale, zero = channel_qparams(shape[axis], lo, hi)
            x = normal(*shape) * (hi - lo) / 12
            x.requires_grad_(True)
            dy = normal(*shape)
            y = torch.fake_quantize_per_channel_affine(x, scale, zero, axis, lo, hi)
            y.backward(dy)
            add("ste", quant_min=lo, quant_max=hi, axis=axis, shape=list(shape), scale=f32(scale),
                zero_point=i32(zero), x=f32(x), dy=f32(dy), y=f32(y), dx=f32(x.grad))


def learnable(lo, hi, scale, zero, x, factor, axis=None):
    s = torch.tensor(scale, dtype=torch.float32, requires_grad=True)
    z = torch.tensor(zero, dtype=torch.float32, requires_grad=True)
    x = x.clone().requires_grad_(True)
    # Mostly of one sign, so that float32 sums have digits to compare.
    dy = normal(*x.shape) * 0.3 + 1
    if axis is None:
        y = torch._fake_quantize_learnable_per_tensor_affine(x, s, z, lo, hi, factor)
    else:
        y = torch._fake_quantize_learnable_per_channel_affine(x, s, z, axis, lo, hi, factor)
    y.backward(dy)
    fields = {} if axis is None else {"axis": axis, "shape": list(x.shape)}
    add("learnable_negative" if axis is None and zero[0] < 0 else "learnable", quant_min=lo, quant_max=hi,
        grad_factor=f32([factor]), scale=f32(s), zero_point=f32(z), x=f32(x), dy=f32(dy), y=f32(y),
        dx=f32(x.grad), dscale=f32(s.grad), dzero_point=f32(z.grad), **fields)


for lo, hi in ((-128, 127), (0, 255), (-8, 7), (0, 15)):
    for zero in (0.0, float(hi // 2), float(hi // 3) + 0.3, float(hi // 3) + 0.8, float(hi + 4)):
        scale = float(np.float32(2.0 ** rng.uniform(-6, 0)))
        x = torch.cat([(normal(60) * 0.4 + 0.3) * scale * (hi - lo), ties(scale, int(zero), lo, hi)])
        learnable(lo, hi, [scale], [zero], x, 1.0 if zero == 0 else 1 / (x.numel() * hi) ** 0.5)
for zero in (-1.0, -3.0, -3.4, -100.0):
    learnable(-128, 127, [0.037], [zero], (normal(60) * 0.4 + 0.2) * 0.037 * 255, 1.0)
for shape, axis in (((3, 20), 0), ((12, 4), 1), ((4, 3, 5), 1), ((2, 3, 4, 5), 3)):
    for lo, hi in ((-128, 127), (0, 15)):
        scale, zero = channel_qparams(shape[axis], lo, hi)
        x = (normal(*shape) * 0.4 + 0.3) * (hi - lo) / 4
        learnable(lo, hi, scale.tolist(), (zero + 0.25).tolist(), x, 1 / (x.numel() * hi) ** 0.5, axis)


# --- Papers, with autograd -----------------------------------------------------------------------
class Round(torch.autograd.Function):
    """Rounding whose gradient is taken for 1."""

    @staticmethod
    def forward(ctx, x):
        return torch.round(x)

    @staticmethod
    def backward(ctx, dy):
        return dy


def grad_scale(s, g):
    """s with its gradient multiplied by g; the value is s exactly."""
    return s.detach() + (s * g - (s * g).detach())


def clip_open(t, lo, hi):
    """clip whose ends are outside: no gradient to t where t == lo or t == hi."""
    lo, hi = torch.full_like(t, lo), torch.full_like(t, hi)
    return torch.where(t >= hi, hi, torch.where(t <= lo, lo, t))


def off_ties(t):
    """t with everything nearer than 1e-2 to a tie moved away from it."""
    rest = t - torch.floor(t)
    return torch.where((rest - 0.5).abs() < 1e-2, t + 0.03, t)


def lsq_case(lo, hi, scale, beta, exact):
    if exact:  # a power of two: ends, ties and codes without rounding
        t = torch.tensor([lo - 1, lo - 0.5, lo, lo + 0.5, lo + 1, 0.5, 1.5, hi - 1, hi - 0.5, hi, hi + 0.5,
                          hi + 1, 0.25, -0.25], dtype=torch.float64)
    else:
        t = off_ties(torch.from_numpy(rng.uniform(lo - (hi - lo) / 3, hi + (hi - lo) / 3, 80)))
    b = beta or 0.0
    x32 = (t * scale + b).to(torch.float32)
    dy = normal(x32.numel()) * 0.3 + 1
    t32 = (x32 - torch.tensor(b, dtype=torch.float32) if beta is not None else x32) / \
        torch.tensor(scale, dtype=torch.float32)
    y32 = torch.round(torch.clamp(t32, lo, hi)) * torch.tensor(scale, dtype=torch.float32)
    if beta is not None:
        y32 = y32 + torch.tensor(b, dtype=torch.float32)
    g = 1 / (x32.numel() * hi) ** 0.5
    x = x32.double().requires_grad_(True)
    s = torch.tensor(scale, dtype=torch.float64, requires_grad=True)
    o = torch.tensor(b, dtype=torch.float64, requires_grad=True)
    sg, og = grad_scale(s, g), grad_scale(o, g)
    y = Round.apply(clip_open((x - og) / sg, lo, hi)) * sg + og
    y.backward(dy.double())
    fields = {} if beta is None else {"beta": f32([b]), "dbeta": f32([o.grad])}
    add("lsq" if beta is None else "lsq_plus", quant_min=lo, quant_max=hi, scale=f32([scale]), x=f32(x32),
        dy=f32(dy), y=f32(y32), dx=f32(x.grad), dscale=f32([s.grad]), **fields)


for lo, hi in ((-2, 1), (-8, 7), (-128, 127), (0, 3), (0, 15), (0, 255)):
    for beta in (None, "random"):
        for exact in (False, True):
            scale = 0.125 if exact else float(np.float32(2.0 ** rng.uniform(-6, 1)))
            offset_value = None if beta is None else -0.375 if exact else float(np.float32(rng.normal()))
            lsq_case(lo, hi, scale, offset_value, exact)

for bits in (2, 3, 4, 8, 16):
    for alpha in (6.0, 0.7311, 10.5):
        alpha = float(np.float32(alpha))
        n = 2 ** bits - 1
        x32 = (off_ties(torch.from_numpy(rng.uniform(-n / 4, n * 1.3, 60))) * alpha / n).to(torch.float32)
        x32 = torch.cat([x32, torch.tensor([0.0, alpha, np.nextafter(np.float32(alpha), np.float32(0)), -1.0])])
        dy = normal(x32.numel()) * 0.3 + 1
        a32 = torch.tensor(alpha, dtype=torch.float32)
        step = torch.tensor(float(n)) / a32  # n / a32 would be n * reciprocal(a32)
        y32 = torch.round(torch.clamp(x32, min=0, max=alpha) * step) / step
        x = x32.double().requires_grad_(True)
        a = torch.tensor(alpha, dtype=torch.float64, requires_grad=True)
        clipped = torch.where(x >= a, a, torch.where(x < 0, torch.zeros_like(x), x))
        clipped.backward(dy.double())  # quantization after it: a gradient of 1
        add("pact", bits=bits, alpha=f32([alpha]), x=f32(x32), dy=f32(dy), y=f32(y32), dx=f32(x.grad),
            dalpha=f32([a.grad]))

for bits in (2, 4, 8, 16):
    n = 2 ** bits - 1
    x32 = (off_ties(torch.from_numpy(rng.uniform(-n / 4, n * 1.3, 60))) / n).to(torch.float32)
    x32 = torch.cat([x32, torch.tensor([0.0, 1.0, -1.0, 2.0])])
    dy = normal(x32.numel())
    y32 = torch.round(torch.clamp(x32, 0, 1) * n) / n
    x = x32.double().requires_grad_(True)
    (Round.apply(torch.clamp(x, 0, 1) * n) / n).backward(dy.double())
    add("dorefa_activation", bits=bits, x=f32(x32), dy=f32(dy), y=f32(y32), dx=f32(x.grad))
for bits in (2, 3, 4, 8):
    for spread in (0.1, 1.5):
        for twins in (False, True):
            n = 2 ** bits - 1
            w32 = normal(60) * spread
            if twins:  # the largest twice, with both signs
                w32 = torch.cat([w32, w32.abs().max().reshape(1) * torch.tensor([1.0, -1.0])])
            dy = normal(w32.numel())
            fields = {}
            for name, through in (("dx", False), ("dx_through_max", True)):
                w = w32.double().requires_grad_(True)
                t = torch.tanh(w)
                m = t.abs().max()
                u = t / (2 * (m if through else m.detach())) + 0.5
                code = u.detach() * n
                assert float(((code - code.floor()) - 0.5).abs().min()) > 1e-9
                (2 * (Round.apply(u * n) / n) - 1).backward(dy.double())
                fields[name] = f32(w.grad)
            y32 = 2 * (torch.round(code).to(torch.float32) / n) - 1
            add("dorefa_weight", bits=bits, x=f32(w32), dy=f32(dy), y=f32(y32), **fields)

# --- First scales --------------------------------------------------------------------------------
for bits in (2, 4, 8):
    w = normal(200) * 0.3 + 0.05
    w64 = w.double()
    qp = 2 ** (bits - 1) - 1
    mu, sigma = w64.mean(), w64.std()
    lo, hi = 0, 2 ** bits - 1
    s = (w64.max() - w64.min()) / (hi - lo)
    add("initial", bits=bits, x=f32(w), lsq=f32([2 * w64.abs().mean() / qp ** 0.5]),
        lsq_plus_weight=f32([max((mu - 3 * sigma).abs(), (mu + 3 * sigma).abs()) / 2 ** (bits - 1)]),
        lsq_plus_scale=f32([s]), lsq_plus_beta=f32([w64.min() - lo * s]))

OUT.mkdir(exist_ok=True)
(OUT / "values.bin").write_bytes(b"".join(blobs))
(OUT / "cases.json").write_text(
    json.dumps({"torch": torch.__version__, "numpy": np.__version__, "cases": cases}, separators=(",", ":")) + "\n")
print(len(cases), "cases,", offset * 4, "bytes")
