# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/golden/quant: what PyTorch says of quantizers and observers.

Run with Debian's python3-torch (1.13): /usr/bin/python3 tests/golden/make_quant_golden.py
Values are float32 and int32, bit for bit as PyTorch computed them. cases.json lists the cases; the
arrays stand one behind the other in values.bin, in the order and of the lengths given there.
"""
import json
import pathlib

import numpy as np
import torch
from torch.ao.quantization import (FixedQParamsFakeQuantize, MinMaxObserver,
                                   MovingAverageMinMaxObserver, PerChannelMinMaxObserver)
from torch.ao.quantization.observer import (default_fixed_qparams_range_0to1_observer,
                                            default_fixed_qparams_range_neg1to1_observer)

OUT = pathlib.Path(__file__).parent / "quant"
blobs, cases = [], []
offset = 0


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
    return blob(tensor.detach().numpy().astype(np.float32))


def i32(tensor):
    return blob(tensor.detach().numpy().astype(np.int32))


DTYPES = {"qint8": (-128, 127), "quint8": (0, 255)}
for bits in range(2, 17):
    DTYPES[f"int{bits}"] = (-2 ** (bits - 1), 2 ** (bits - 1) - 1)
    DTYPES[f"uint{bits}"] = (0, 2 ** bits - 1)


def data(seed, n):
    """Normal values, exact half steps and values far outside."""
    g = torch.Generator().manual_seed(seed)
    return torch.randn(n, generator=g)


def ties(scale, zero, lo, hi):
    """Halfway between codes, for a float32 scale: where reciprocal and division part."""
    codes = torch.arange(max(lo, zero - 40), min(hi, zero + 40) + 1)
    return ((codes - zero).to(torch.float32) + 0.5) * torch.tensor(scale)


def fixed_case(dtype, lo, hi, scale, zero, seed):
    x = torch.cat([data(seed, 96) * scale * (hi - lo) / 4, ties(scale, zero, lo, hi)]).clone()
    x.requires_grad_(True)
    s = torch.tensor([scale], dtype=torch.float32)
    z = torch.tensor([zero], dtype=torch.int32)
    y = torch.fake_quantize_per_tensor_affine(x, float(s), int(zero), lo, hi)
    y.backward(torch.ones_like(y))
    cases.append({"kind": "per_tensor", "dtype": dtype, "quant_min": lo, "quant_max": hi,
                  "scale": f32(s), "zero_point": i32(z), "x": f32(x), "y": f32(y),
                  "mask": f32(x.grad)})


rng = np.random.default_rng(1)
for dtype, (lo, hi) in DTYPES.items():
    for k in range(4):
        scale = float(np.float32(2.0 ** rng.uniform(-9, 2)))
        zero = int(rng.integers(lo, hi + 1)) if k else max(lo, min(hi, 0))
        fixed_case(dtype, lo, hi, scale, zero, 100 + len(cases))
for lo, hi in ((-127, 127), (-64, 63), (-8, 7), (-4, 3)):
    fixed_case("qint8", lo, hi, 0.0371, 0, 100 + len(cases))

# Codes: quantize_per_tensor and quantize_per_channel on real quantized dtypes.
for torch_dtype, dtype, lo, hi in ((torch.qint8, "qint8", -128, 127), (torch.quint8, "quint8", 0, 255)):
    for k in range(6):
        scale = float(np.float32(2.0 ** rng.uniform(-9, 2)))
        zero = int(rng.integers(lo, hi + 1))
        x = torch.cat([data(500 + k, 96) * scale * 80, ties(scale, zero, lo, hi)])
        q = torch.quantize_per_tensor(x, scale, zero, torch_dtype)
        cases.append({"kind": "codes", "dtype": dtype, "quant_min": lo, "quant_max": hi,
                      "scale": f32(torch.tensor([scale])), "zero_point": i32(torch.tensor([zero])),
                      "x": f32(x), "q": i32(q.int_repr()), "y": f32(q.dequantize())})

# Per channel, every axis of three shapes (short and long runs).
for shape in ((5, 7, 3), (4, 130), (3, 2, 9, 5)):
    for axis in range(len(shape)):
        for dtype in ("qint8", "quint8", "int4", "uint6"):
            lo, hi = DTYPES[dtype]
            n = shape[axis]
            scale = torch.tensor(2.0 ** rng.uniform(-6, 0, n), dtype=torch.float32)
            zero = torch.tensor(rng.integers(lo, hi + 1, n), dtype=torch.int32)
            x = data(900 + len(cases), int(np.prod(shape))).reshape(shape) * (hi - lo) / 16
            x.requires_grad_(True)
            y = torch.fake_quantize_per_channel_affine(x, scale, zero, axis, lo, hi)
            y.backward(torch.ones_like(y))
            cases.append({"kind": "per_channel", "dtype": dtype, "quant_min": lo, "quant_max": hi,
                          "axis": axis, "shape": list(shape), "scale": f32(scale),
                          "zero_point": i32(zero), "x": f32(x), "y": f32(y), "mask": f32(x.grad)})

# Observers: parameters from ranges, degenerate ones too.
TENSORS = {
    "normal": data(7, 64), "positive": data(8, 64).abs() + 0.5, "negative": -data(9, 64).abs() - 0.5,
    "zero": torch.zeros(8), "constant": torch.full((8,), 5.0), "negative_constant": torch.full((8,), -5.0),
    "tiny": data(10, 64) * 1e-12, "large": data(11, 64) * 1e30, "one": torch.tensor([0.3]),
}
RANGES = [("qint8", torch.qint8, None, None), ("quint8", torch.quint8, None, None),
          ("qint8", torch.qint8, -127, 127), ("qint8", torch.qint8, -8, 7),
          ("quint8", torch.quint8, 0, 15), ("quint8", torch.quint8, 0, 254)]
for name, x in TENSORS.items():
    for dtype, torch_dtype, lo, hi in RANGES:
        for qscheme in ("per_tensor_affine", "per_tensor_symmetric"):
            for reduce in (False, True):
                if reduce and dtype == "quint8" and qscheme == "per_tensor_symmetric":
                    continue  # PyTorch refuses it
                kwargs = {} if lo is None else {"quant_min": lo, "quant_max": hi}
                observer = MinMaxObserver(dtype=torch_dtype, qscheme=getattr(torch, qscheme),
                                          reduce_range=reduce, **kwargs)
                observer(x)
                s, z = observer.calculate_qparams()
                cases.append({"kind": "minmax", "tensor": name, "dtype": dtype, "qscheme": qscheme,
                              "reduce_range": reduce, "quant_min": lo, "quant_max": hi, "x": f32(x),
                              "scale": f32(s.reshape(-1)), "zero_point": i32(z.reshape(-1))})
for axis in (0, 1, 2):
    for dtype, torch_dtype in (("qint8", torch.qint8), ("quint8", torch.quint8)):
        for qscheme in ("per_channel_affine", "per_channel_symmetric"):
            x = data(40 + axis, 4 * 5 * 6).reshape(4, 5, 6)
            x[:, 0, 0] = 0
            observer = PerChannelMinMaxObserver(ch_axis=axis, dtype=torch_dtype,
                                                qscheme=getattr(torch, qscheme))
            observer(x)
            s, z = observer.calculate_qparams()
            cases.append({"kind": "minmax_per_channel", "dtype": dtype, "qscheme": qscheme,
                          "axis": axis, "shape": [4, 5, 6], "x": f32(x), "scale": f32(s),
                          "zero_point": i32(z)})
for c in (0.01, 0.3, 1.0):
    observer = MovingAverageMinMaxObserver(averaging_constant=c, dtype=torch.quint8,
                                           qscheme=torch.per_tensor_affine)
    batches = [data(60 + k, 32) * (k + 1) for k in range(6)]
    steps = []
    for batch in batches:
        observer(batch)
        s, z = observer.calculate_qparams()
        steps.append({"x": f32(batch), "scale": f32(s.reshape(-1)), "zero_point": i32(z.reshape(-1))})
    cases.append({"kind": "moving_average", "averaging_constant": c, "dtype": "quint8", "steps": steps})

# FixedQParams: what the modules do to sigmoid and tanh, their mask too.
for preset, observer, function in (("sigmoid", default_fixed_qparams_range_0to1_observer, torch.sigmoid),
                                   ("tanh", default_fixed_qparams_range_neg1to1_observer, torch.tanh)):
    module = FixedQParamsFakeQuantize(observer=observer)
    x = torch.cat([function(data(80, 200) * 4), torch.tensor([0.0, 1.0, -1.0, 0.999, 0.5, 2.0, -2.0])])
    x.requires_grad_(True)
    y = module(x)
    y.backward(torch.ones_like(y))
    cases.append({"kind": "fixed_qparams", "preset": preset, "scale": f32(module.scale.reshape(-1)),
                  "zero_point": i32(module.zero_point.reshape(-1)), "x": f32(x), "y": f32(y),
                  "mask": f32(x.grad)})

OUT.mkdir(exist_ok=True)
(OUT / "values.bin").write_bytes(b"".join(blobs))
(OUT / "cases.json").write_text(
    json.dumps({"torch": torch.__version__, "numpy": np.__version__, "cases": cases}, separators=(",", ":")) + "\n")
print(len(cases), "cases,", offset * 4, "bytes")
