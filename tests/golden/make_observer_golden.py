#!/usr/bin/python3
# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/golden/calib: what PyTorch's HistogramObserver (current and 1.13) and ONNX Runtime's
percentile and entropy calibration find.

    /usr/bin/python3 make_observer_golden.py OBSERVER_PY CALIBRATE_PY

OBSERVER_PY: torchao/quantization/pt2e/observer.py, whose HistogramObserver is PyTorch's current one.
CALIBRATE_PY: a file with HistogramCollector and smooth_distribution of ONNX Runtime (its
python/tools/quantization/calibrate.py and quant_utils.py one behind the other).
Run with Debian's python3-torch (1.13) and numpy 1.24. The two classes are taken out of their files
and run; what 1.13 lacks is replaced: torch.linspace by the formula in the current
RangeFactoriesKernel.cpp, each step rounded to float32 (1.13's vectorized one rounds otherwise), and
scipy's entropy by its definition, rel_entr in double stored as float32.
"""
import ast
import copy
import json
import os
import pathlib
import sys
import types
import warnings

import numpy as np
import torch
from torch.ao.quantization import observer as torch113

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
OUT = pathlib.Path(__file__).parent / "calib"
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


def f32(values):
    return blob(np.asarray(values, dtype=np.float32))


def take_out(path, names, scope):
    """Runs the named classes and functions of a file, and nothing else of it."""
    tree = ast.parse(pathlib.Path(path).read_text())
    body = [node for node in tree.body if getattr(node, "name", None) in names]
    assert len(body) == len(names), (path, names)
    exec(compile(ast.Module(body, []), path, "exec"), scope)
    return [scope[name] for name in names]


def linspace(start, end, steps, device=None):
    start, end = np.float32(start), np.float32(end)
    step = (end - start) / np.float32(steps - 1)
    i = np.arange(steps)
    return torch.tensor(np.where(i < steps // 2, start + step * i.astype(np.float32),
                                 end - step * (steps - i - 1).astype(np.float32)))


def rel_entr_sum(pk, qk):
    pk = 1.0 * pk / np.sum(pk, axis=0, keepdims=True)
    qk = 1.0 * qk / np.sum(qk, axis=0, keepdims=True)
    p, q = pk.astype(np.float64), qk.astype(np.float64)
    assert (p > 0).all() and (q > 0).all()
    return np.sum((p * np.log(p / q)).astype(np.float32), axis=0)


class TorchWithLinspace(types.ModuleType):
    linspace = staticmethod(linspace)

    def __getattr__(self, name):
        # torch.inf, and histc with limits that are tensors, came after 1.13.
        if name == "inf":
            return float("inf")
        if name == "histc":
            return lambda x, bins, min, max: torch.histc(x.reshape(-1), bins, min=float(min),
                                                         max=float(max))
        return getattr(torch, name)


def current_histogram_observer(path):
    scope = {"torch": TorchWithLinspace("torch"), "warnings": warnings,
             "UniformQuantizationObserverBase": torch113.UniformQuantizationObserverBase,
             "is_per_tensor": torch113.is_per_tensor}
    # 1.13's base class does not know is_dynamic.
    source = pathlib.Path(path).read_text().replace("            is_dynamic=is_dynamic,\n", "")
    adapted = OUT / ".observer.py"
    adapted.write_text(source)
    observer = take_out(adapted, ["HistogramObserver"], scope)[0]
    adapted.unlink()
    return observer


def tensors():
    g = torch.Generator().manual_seed(7)
    n = torch.randn(1500, generator=g)
    u = torch.rand(1200, generator=g)
    outlier = torch.cat([torch.randn(997, generator=g), torch.tensor([40.0, -55.0, 300.0])])
    return {
        "normal": n,
        "normal_3": 3 * torch.randn(2000, generator=g),
        "tiny": 1e-4 * torch.randn(700, generator=g),
        "huge": 1e30 * torch.randn(500, generator=g),
        "uniform": 2.9 * u - 1.45,
        "positive": 10 * u[:800],
        "negative": -7 * u[:600] - 0.5,
        "relu": torch.relu(torch.randn(1000, generator=g)),
        "far_from_zero": 100 + torch.randn(900, generator=g),
        "outliers": outlier,
        "heavy_tails": torch.randn(1500, generator=g) / (0.05 + torch.rand(1500, generator=g)) ** 2,
        "laplace": torch.sign(n) * torch.log1p(-torch.rand(1500, generator=g)),
        "two_values": torch.tensor([-1.5, 2.5]).repeat(40),
        "whole_numbers": torch.arange(-20, 21, dtype=torch.float32),
        "narrow": 0.25 + 0.1 * torch.rand(400, generator=g),
        "constant": torch.full((30,), 5.0),
        "one": torch.tensor([-3.25]),
        "zeros": torch.zeros(10),
    }


SETTINGS = [
    ("quint8", "per_tensor_affine", None, None, False),
    ("qint8", "per_tensor_symmetric", None, None, False),
    ("qint8", "per_tensor_affine", -8, 7, False),
    ("quint8", "per_tensor_affine", 0, 15, False),
    ("quint8", "per_tensor_symmetric", None, None, False),
    # Affine: PyTorch's symmetric zero_point for quint8 with reduce_range is 128, outside 0..127.
    ("quint8", "per_tensor_affine", None, None, True),
    ("qint8", "per_tensor_symmetric", None, None, True),
]


def histogram_case(kind, observer_class, name, batches, with_state=False):
    made = []
    for dtype, qscheme, lo, hi, reduce_range in SETTINGS:
        o = observer_class(dtype=getattr(torch, dtype), qscheme=getattr(torch, qscheme),
                           quant_min=lo, quant_max=hi, reduce_range=reduce_range)
        for b in batches:
            o(b)
        scale, zero_point = o.calculate_qparams()
        made.append({"dtype": dtype, "qscheme": qscheme, "quant_min": lo, "quant_max": hi,
                     "reduce_range": reduce_range, "scale": f32(scale.numpy()),
                     "zero_point": int(zero_point)})
    low, high = o._non_linear_param_search()
    case = {"kind": kind, "name": name, "batches": [TENSORS[b] for b in name.split("+")],
            "observed": f32([float(o.min_val), float(o.max_val)]),
            "chosen": f32([float(low), float(high)]), "params": made}
    if with_state:
        case["histogram"] = f32(o.histogram.numpy())
    cases.append(case)


def ort_case(kind, x, name, symmetric, percentile=None, levels=None, bins=2048):
    c = COLLECTOR("percentile" if kind == "percentile" else "entropy", symmetric, bins, levels,
                  percentile, "same")
    c.collect({"x": x.numpy()})
    case = {"kind": kind, "name": name, "batches": [TENSORS[name]], "symmetric": symmetric}
    if kind == "percentile":
        low, high = c.compute_percentile()["x"][:2]
        case["percentile"] = percentile
    else:
        low, high = c.get_entropy_threshold(c.histogram_dict["x"], levels)
        case["levels"] = levels
        case["bins"] = bins
    case["chosen"] = f32([float(low), float(high)])
    cases.append(case)


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    current = current_histogram_observer(sys.argv[1])
    scope = {"np": np, "copy": copy, "os": os, "entropy": rel_entr_sum}
    COLLECTOR, _ = take_out(sys.argv[2], ["HistogramCollector", "smooth_distribution"], scope)

    data = tensors()
    TENSORS = {name: f32(x.numpy()) for name, x in data.items()}
    sequences = ["normal+normal_3", "normal_3+normal", "normal+normal_3+heavy_tails", "relu+uniform",
                 "uniform+uniform+positive+negative", "tiny+normal", "constant+normal",
                 "one+one+uniform", "outliers+normal_3+laplace+relu", "far_from_zero+normal",
                 "zeros+zeros", "narrow+whole_numbers+normal"]
    for kind, observer in [("histogram", current), ("histogram_1_13", torch113.HistogramObserver)]:
        for name, x in data.items():
            if kind == "histogram_1_13" and name == "huge":
                continue  # 1.13 raises: int(max) does not fit 64 bits
            histogram_case(kind, observer, name, [x], name in ["heavy_tails"])
        for name in sequences:
            if kind == "histogram_1_13" and name == "tiny+normal":
                continue  # 1.13 asks for tens of GB: 128 parts of the old bins over the new range
            histogram_case(kind, observer, name, [data[n] for n in name.split("+")],
                           name in ["normal+normal_3+heavy_tails", "relu+uniform"])
    for name, x in data.items():
        for percentile in [99.99, 99.0, 90.0, 50.0, 100.0]:
            for symmetric in [False, True]:
                ort_case("percentile", x, name, symmetric, percentile)
    for name, x in data.items():
        ort_case("entropy", x, name, False, levels=256, bins=2049)
    for name in ["normal", "heavy_tails", "relu", "outliers", "laplace"]:
        ort_case("entropy", data[name], name, False, levels=16, bins=2049)
        ort_case("entropy", data[name], name, False, levels=128, bins=2048)
        ort_case("entropy", data[name], name, False, levels=128, bins=128)

    OUT.joinpath("values.bin").write_bytes(b"".join(blobs))
    lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
    OUT.joinpath("cases.json").write_text('{"cases":[\n' + lines + "\n]}\n")
    print(len(cases), "cases,", offset * 4, "bytes")
