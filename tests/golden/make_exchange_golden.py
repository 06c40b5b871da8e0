# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/golden/exchange: what PyTorch prints, and what it computes when it runs our code.

Run with Debian's python3-torch (1.13): /usr/bin/python3 tests/golden/make_exchange_golden.py
- reprs.json: printed modules and tensors with the parameters they have.
- code/*.txt is written by test_torch_code with QUANTOSCOPE_WRITE_CODE=1. Every one is run here:
  cases.json and values.bin are what fake_quantize(x), quantize(x) and make_fake_quantize() gave.
"""
import json
import pathlib
import warnings

import numpy as np
import torch
import torch.ao.quantization as tq

warnings.simplefilter("ignore")
torch.manual_seed(0)
OUT = pathlib.Path(__file__).parent / "exchange"
SHAPE = (4, 96)


def sample():
    """As test_torch_code's sample(): multiples of 1/512 in -3.9 ... 3.9, ties among them."""
    i = np.arange(SHAPE[0] * SHAPE[1], dtype=np.int64)
    return torch.from_numpy((((i * 7919) % 4001) - 2000).astype(np.float32) / 512).reshape(SHAPE)


def reprs():
    """Printed objects, each with its parameters: scale as float32 in full."""
    x = sample()
    rows = []

    def add(name, thing, scale, zero_point, dtype, low, high, qscheme, exact):
        rows.append({"name": name, "text": repr(thing),
                     "scale": [float(np.float32(s)) for s in np.atleast_1d(scale)],
                     "zero_point": [int(z) for z in np.atleast_1d(zero_point)],
                     "dtype": dtype, "quant_min": low, "quant_max": high, "qscheme": qscheme,
                     "exact": exact})

    t = torch.quantize_per_tensor(x[:2, :3], 0.0123456789, 7, torch.quint8)
    add("tensor", t, t.q_scale(), t.q_zero_point(), "quint8", 0, 255, "per_tensor_affine", True)
    t = torch.quantize_per_channel(x[:2, :3], torch.tensor([0.01, 0.0234]), torch.tensor([0, -3]),
                                   0, torch.qint8)
    add("tensor_per_channel", t, [0.01, 0.0234], [0, -3], "qint8", -128, 127,
        "per_channel_affine", True)
    f = tq.FakeQuantize(observer=tq.MovingAverageMinMaxObserver, quant_min=0, quant_max=255)
    f(x)
    add("fake_quantize", f, f.scale, f.zero_point, "quint8", 0, 255, "per_tensor_affine", True)
    f = tq.FakeQuantize(observer=tq.MinMaxObserver, quant_min=-8, quant_max=7, dtype=torch.qint8,
                        qscheme=torch.per_tensor_symmetric)
    f(x / 64)
    add("fake_quantize_narrow", f, f.scale, f.zero_point, "qint8", -8, 7, "per_tensor_symmetric",
        True)
    f = tq.FakeQuantize(observer=tq.MovingAveragePerChannelMinMaxObserver, quant_min=-128,
                        quant_max=127, dtype=torch.qint8, qscheme=torch.per_channel_symmetric)
    f(x)
    add("fake_quantize_per_channel", f, f.scale, f.zero_point, "qint8", -128, 127,
        "per_channel_symmetric", False)
    f = tq.default_fixed_qparams_range_0to1_fake_quant()
    add("fixed_qparams", f, 1 / 256, 0, "quint8", 0, 255, "per_tensor_affine", False)
    f = tq.FusedMovingAvgObsFakeQuantize(observer=tq.MovingAverageMinMaxObserver)
    f(x)
    add("fused", f, f.scale, f.zero_point, "quint8", 0, 255, "per_tensor_affine", True)
    m = torch.nn.Sequential(torch.nn.Linear(96, 4)).eval()
    m.qconfig = tq.get_default_qconfig("fbgemm")
    p = tq.prepare(m)
    p(x)
    c = tq.convert(p)
    add("quantized_module", c, c[0].scale, c[0].zero_point, "quint8", 0, 255, "per_tensor_affine",
        True)
    OUT.mkdir(exist_ok=True)
    texts = {"qconfig_fbgemm": tq.get_default_qconfig("fbgemm"),
             "qconfig_qat": tq.get_default_qat_qconfig("fbgemm"),
             "qconfig_dynamic": tq.default_dynamic_qconfig,
             "qconfig_float_qparams": tq.float_qparams_weight_only_qconfig}
    (OUT / "reprs.json").write_text(json.dumps(
        {"reprs": rows, "qconfigs": {k: repr(v) for k, v in texts.items()}}, indent=1) + "\n")


def run_code():
    blobs, cases, offset = [], [], 0

    def blob(values, dtype):
        nonlocal offset
        data = np.ascontiguousarray(values.detach().numpy().astype(dtype)).reshape(-1)
        blobs.append(data.tobytes())
        at = {"at": offset, "count": int(data.size)}
        offset += int(data.size)
        return at

    x = sample()
    for path in sorted((OUT / "code").glob("*.txt")):
        space = {}
        exec(compile(path.read_text(), str(path), "exec"), space)  # noqa: S102: our own text
        case = {"name": path.stem}
        try:
            case["y"] = blob(space["fake_quantize"](x), np.float32)
        except (NotImplementedError, AttributeError) as why:  # AttributeError: float8 in 1.13
            case["refused"] = str(why)
        else:
            codes = space["quantize"](x)
            if not codes.dtype.is_floating_point:
                case["codes"] = blob(codes, np.int32)
        if "make_fake_quantize" in space:
            make = space["make_fake_quantize"]
            module = make(x.dim()) if make.__code__.co_argcount else make()
            case["module_y"] = blob(module(x), np.float32)
            case["scale"] = blob(module.scale, np.float32)
            case["zero_point"] = blob(module.zero_point, np.int32)
        cases.append(case)
    (OUT / "cases.json").write_text(json.dumps({"cases": cases}, indent=1) + "\n")
    (OUT / "values.bin").write_bytes(b"".join(blobs))
    print(len(cases), "snippets,", sum("refused" in c for c in cases), "refused")


reprs()
run_code()
