# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/golden/formats/torch: what programs that run on PyTorch say of number formats.

    /usr/bin/python3 tests/golden/make_formats_golden.py --microxcaling DIR --torchao DIR \
        --bitsandbytes DIR --onnx DIR

with Debian's python3-torch (1.13), the sources of microsoft/microxcaling, pytorch/ao and
bitsandbytes-foundation/bitsandbytes, and the node tests of Debian's libonnx-testdata
(usr/share/libonnx-testdata/data/node). torchao needs a newer PyTorch: of it the functions named below
are taken out of their files and run as they stand; where they cast to a float8, which PyTorch 1.13 has
not, torchao's own _f32_to_floatx_unpacked does it (they clamp first). bitsandbytes' NF4 thresholds are
read from its CUDA source.

cases.json lists the cases; the arrays of 4-byte elements stand one behind the other in values.bin, each
of them once. Sweeps over millions of floats are kept as a sum of their results' bits.
"""
import argparse
import ast
import enum
import json
import math
import pathlib
import re
import struct
import sys
import types
from typing import Optional, Union

import numpy as np
import torch
from torch.ao.quantization.observer import PerChannelMinMaxObserver

parser = argparse.ArgumentParser()
for peer in ("microxcaling", "torchao", "bitsandbytes", "onnx"):
    parser.add_argument("--" + peer, type=pathlib.Path, required=True)
args = parser.parse_args()

OUT = pathlib.Path(__file__).parent / "formats" / "torch"
blobs, cases, known = [], [], {}
offset = 0


def blob(array):
    global offset
    data = np.ascontiguousarray(array)
    assert data.dtype.itemsize == 4, data.dtype
    key = data.tobytes()
    if key not in known:
        known[key] = {"at": offset, "count": int(data.size)}
        blobs.append(key)
        offset += int(data.size)
    return known[key]


def f32(values):
    return blob(torch.as_tensor(values).detach().to(torch.float32).numpy())


def i32(values):
    return blob(torch.as_tensor(values).detach().numpy().astype(np.int32))


def data(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


# --- PyTorch: casts -------------------------------------------------------------------------------
def bit_sum(values):
    """Sum over i of bits(i) * (2 i + 1), modulo 2^64: every bit and its place counts."""
    bits = values.numpy().view(np.uint32).astype(np.uint64)
    weights = np.arange(len(bits), dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    return str(int((bits * weights).sum(dtype=np.uint64)))


def boundary_sweep(kept):
    """Of all floats the upper `kept` bits, and below them what lies on, beside and between the
    halves; NaN is left out."""
    low = 32 - kept
    half = 1 << (low - 1)
    upper = (np.arange(1 << kept, dtype=np.uint64) << np.uint64(low)).astype(np.uint32)
    parts = [upper | np.uint32(r) for r in (0, 1, half - 1, half, half + 1, 2 * half - 1)]
    x = np.stack(parts, axis=1).reshape(-1).view(np.float32)
    return torch.from_numpy(x[~np.isnan(x)].copy())


for name, dtype, kept in (("float16", torch.float16, 19), ("bfloat16", torch.bfloat16, 16)):
    x = boundary_sweep(kept)
    y = x.to(dtype).to(torch.float32)
    cases.append({"kind": "cast_sweep", "dtype": name, "kept_bits": kept, "count": len(x), "sum": bit_sum(y)})


# --- PyTorch: integers ----------------------------------------------------------------------------
rng = np.random.default_rng(11)
TORCH = {"qint8": torch.qint8, "quint8": torch.quint8, "qint32": torch.qint32, "uint4": torch.quint4x2}
LIMITS = {"qint8": (-128, 127), "quint8": (0, 255), "qint32": (-2 ** 31, 2 ** 31 - 1), "uint4": (0, 15)}
for name in ("qint8", "quint8", "qint32"):
    lo, hi = LIMITS[name]
    for k in range(5):
        scale = float(np.float32(2.0 ** rng.uniform(-9, 2)))
        zero = int(rng.integers(lo, hi + 1)) if name != "qint32" else int(rng.integers(-1000, 1000)) * (k % 2)
        width = 60 if name != "qint32" else 10.0 ** (2 * k)
        ties = (torch.arange(-20, 20).to(torch.float32) + 0.5) * scale
        x = torch.cat([data(500 + k, 60) * scale * width, ties, torch.tensor([0.0, -0.0])])
        q = torch.quantize_per_tensor(x, scale, zero, TORCH[name])
        cases.append({"kind": "codes", "dtype": name, "qscheme": "per_tensor_affine", "scale": f32([scale]),
                      "zero_point": i32([zero]), "shape": [len(x)], "axis": 0, "x": f32(x),
                      "q": i32(q.int_repr()), "y": f32(q.dequantize())})
for name in ("qint8", "quint8"):
    lo, hi = LIMITS[name]
    for axis in range(3):
        shape = (3, 4, 5)
        scale = torch.tensor(2.0 ** rng.uniform(-6, 0, shape[axis]), dtype=torch.float32)
        zero = torch.tensor(rng.integers(lo, hi + 1, shape[axis]), dtype=torch.int32)
        x = data(600 + axis, *shape) * 40 * scale.mean()
        q = torch.quantize_per_channel(x, scale, zero, axis, TORCH[name])
        cases.append({"kind": "codes", "dtype": name, "qscheme": "per_channel_affine", "scale": f32(scale),
                      "zero_point": i32(zero), "shape": list(shape), "axis": axis, "x": f32(x),
                      "q": i32(q.int_repr()), "y": f32(q.dequantize())})


def unpacked(q, name, n):
    if name != "uint4":
        return q.int_repr().reshape(-1)
    packed = q.int_repr().reshape(-1)
    return torch.stack([packed & 15, packed >> 4], dim=1).reshape(-1)[:n]


for name in ("quint8", "uint4"):
    for k in range(4):
        shape = (4, 12)
        x = data(700 + k, *shape) * 3 + k
        observer = PerChannelMinMaxObserver(ch_axis=0, dtype=torch.quint8, quant_min=LIMITS[name][0],
                                            quant_max=LIMITS[name][1],
                                            qscheme=torch.per_channel_affine_float_qparams)
        observer(x)
        scale, zero = observer.calculate_qparams()
        q = torch.quantize_per_channel(x, scale, zero, 0, TORCH[name])
        codes = unpacked(q, name, x.numel())
        # dequantize() of quint4x2 is missing in 1.13; it is (code - zero) * scale for both.
        y = (codes.reshape(shape).to(torch.float32) - zero[:, None].to(torch.float32)) * scale[:, None]
        if name != "uint4":
            assert torch.equal(y.to(torch.float32), q.dequantize()), "dequantize"
        cases.append({"kind": "float_qparams", "dtype": name, "scale": f32(scale), "zero_point": f32(zero),
                      "shape": list(shape), "axis": 0, "x": f32(x), "q": i32(codes), "y": f32(y)})
for bits in range(2, 17):
    lo = -int(rng.integers(0, 2 ** (bits - 1)))
    hi = int(rng.integers(lo + 1, 2 ** (bits - 1)))
    scale = float(np.float32(2.0 ** rng.uniform(-9, 2)))
    zero = int(rng.integers(lo, hi + 1))
    x = torch.cat([data(800 + bits, 32) * scale * (hi - lo) / 3,
                   (torch.arange(-8, 8).to(torch.float32) + 0.5) * scale]).requires_grad_(True)
    y = torch.fake_quantize_per_tensor_affine(x, scale, zero, lo, hi)
    y.backward(torch.ones_like(y))
    cases.append({"kind": "fake_quantize", "dtype": f"int{bits}", "quant_min": lo, "quant_max": hi,
                  "scale": f32([scale]), "zero_point": i32([zero]), "x": f32(x), "y": f32(y), "mask": f32(x.grad)})


# --- microxcaling ---------------------------------------------------------------------------------
# Only convolution.py wants to know PyTorch's version.
sys.modules["packaging"] = types.ModuleType("packaging")
sys.modules["packaging.version"] = types.ModuleType("packaging.version")
sys.modules["packaging.version"].parse = lambda text: tuple(int(p) for p in re.findall(r"\d+", text)[:2])
sys.modules["packaging"].version = sys.modules["packaging.version"]
sys.path.insert(0, str(args.microxcaling))
from mx.mx_ops import _quantize_mx  # noqa: E402

MX = {"mxfp8_e4m3": "fp8_e4m3", "mxfp8_e5m2": "fp8_e5m2", "mxfp6_e2m3": "fp6_e2m3",
      "mxfp6_e3m2": "fp6_e3m2", "mxfp4": "fp4_e2m1", "mxint8": "int8"}


def mx_data(seed):
    """Blocks of normal values of all sizes, of a format's ties, powers of two, zeros, largest ones."""
    x = data(seed, 4, 64)
    x[0] *= 2.0 ** torch.arange(64).sub(32).div(4).floor()
    x[1, :32] = torch.arange(-16, 16) / 4 + 0.125
    x[1, 32:] = 2.0 ** torch.arange(-20, 12)
    x[2, :32] = 0
    x[2, 32:] *= 1e30
    x[3, :32] *= 1e-30
    x[3, 33:] *= 0.4
    x[3, 32] = [7.99, 448.5, 6.0, 1.75, 3.5, 1.0][seed % 6]
    return x


for name, theirs in MX.items():
    for rounding in ("even", "nearest"):
        for axis, seed in ((-1, 1), (0, 3)):
            x = mx_data(seed)
            x = x if axis == -1 else x.t().contiguous()
            y = _quantize_mx(x, 8, theirs, axes=[axis], block_size=32, round=rounding)
            cases.append({"kind": "microxcaling", "dtype": name, "rounding": rounding, "axis": axis,
                          "shape": list(x.shape), "x": f32(x), "y": f32(y)})


# --- torchao --------------------------------------------------------------------------------------
class Float8(enum.Enum):
    E4M3 = (4, 3)
    E5M2 = (5, 2)
    E8M0 = "uint8"


class ScaleCalculationMode(enum.Enum):
    FLOOR, RCEIL, CEIL, EVEN = "floor", "rceil", "ceil", "even"


ao = {"torch": torch, "math": math, "Optional": Optional, "Union": Union, "Tensor": torch.Tensor,
      "ScaleCalculationMode": ScaleCalculationMode, "is_fake": lambda x: False, "SBITS": 1,
      "E4M3_EPS": 2.0 ** -6, "_TORCH_VERSION_AT_LEAST_2_13": False, "_TORCH_VERSION_AT_LEAST_2_14": False}
torch.compiler = types.SimpleNamespace(is_compiling=lambda: False)
torch._dynamo = types.SimpleNamespace(is_compiling=lambda: False)
torch.float8_e4m3fn, torch.float8_e5m2, torch.float8_e8m0fnu = Float8.E4M3, Float8.E5M2, Float8.E8M0
torch.float4_e2m1fn_x2 = "float4_e2m1fn_x2"
tensor_to, tensor_view, finfo = torch.Tensor.to, torch.Tensor.view, torch.finfo
torch.finfo = lambda t: types.SimpleNamespace(max=448.0 if t is Float8.E4M3 else 57344.0) \
    if isinstance(t, Float8) else finfo(t)


def to(tensor, dtype, *rest, **more):
    if not isinstance(dtype, Float8):
        return tensor_to(tensor, dtype, *rest, **more)
    ebits, mbits = dtype.value
    codes = ao["_f32_to_floatx_unpacked"](tensor.contiguous(), ebits, mbits)
    return ao["_floatx_unpacked_to_f32"](codes, ebits, mbits)


torch.Tensor.to = to
torch.Tensor.view = lambda tensor, *shape: tensor if shape == (Float8.E8M0,) else tensor_view(tensor, *shape)


def load(path, *names):
    """Functions and constants of a file, run as they stand."""
    source = (args.torchao / path).read_text()
    for item in ast.parse(source).body:
        targets = [t for a in (item.targets if isinstance(item, ast.Assign) else [])
                   for t in (a.elts if isinstance(a, ast.Tuple) else [a])]
        if getattr(item, "name", None) in names or (not names and targets) or \
                any(t.id in names for t in targets if isinstance(t, ast.Name)):
            exec(compile(ast.Module([item], []), str(path), "exec"), ao)


PROTOTYPE = pathlib.Path("torchao/prototype")
load(PROTOTYPE / "custom_fp_utils.py", "_n_ones", "EBITS_F32", "F32_EXP_BIAS", "_f32_to_floatx_unpacked",
     "_floatx_unpacked_to_f32")
load(PROTOTYPE / "mx_formats/constants.py")
load(PROTOTYPE / "mx_formats/kernels.py", "EBITS_F32", "EBITS_F4_E2M1", "EBITS_F6_E2M3", "EBITS_F6_E3M2",
     "f32_to_f4_unpacked", "f32_to_f6_e2m3_unpacked", "f32_to_f6_e3m2_unpacked", "f4_unpacked_to_f32",
     "f6_e2m3_unpacked_to_f32", "f6_e3m2_unpacked_to_f32", "pack_uint4", "unpack_uint4", "up_size",
     "down_size")
ao["MBITS_F8_E4M3"], ao["MBITS_F8_E5M2"] = 3, 2
load(PROTOTYPE / "mx_formats/mx_tensor.py", "_f32_to_e8m0_rceil", "_e8m0_scale_to_reciprocal_fp32",
     "_to_mx_rceil", "to_mx", "get_fp_scale", "to_dtype")
load(PROTOTYPE / "mx_formats/nvfp4_tensor.py", "nvfp4_quantize", "per_tensor_amax_to_scale")

ELEMENTS = {"mxfp8_e4m3": Float8.E4M3, "mxfp8_e5m2": Float8.E5M2, "mxfp6_e2m3": "fp6_e2m3",
            "mxfp6_e3m2": "fp6_e3m2", "mxfp4": "float4_e2m1fn_x2"}
for name, element in ELEMENTS.items():
    for mode in ScaleCalculationMode:
        for seed in (4,):
            x = mx_data(seed)
            scale, lp = ao["to_mx"](x, element, 32, mode)
            y = ao["to_dtype"](lp, scale, element, 32, torch.float32)
            cases.append({"kind": "torchao_mx", "dtype": name, "scale_rule": mode.value, "shape": list(x.shape),
                          "x": f32(x), "e8m0": i32(scale.reshape(-1)), "y": f32(y)})
# Scales alone, for many magnitudes: where the rules part, at and beside each format's largest values.
amax = [0.0, 1e-45, 2.0 ** -149, 2.0 ** -127, 2.0 ** -126, 3.4028234663852886e38]
for base in (1.0, 1.5, 1.75, 1.875, 6.0, 7.0, 7.5, 28.0, 30.0, 448.0, 464.0, 480.0, 57344.0, 61440.0):
    for e in (-120, -3, 0, 60):
        v = np.float32(base) * np.float32(2.0) ** np.float32(e)
        amax += [float(v), float(np.nextafter(v, np.float32(0))), float(np.nextafter(v, np.float32(np.inf)))]
amax += [float(v) for v in 2.0 ** rng.uniform(-100, 100, 60)]
amax = torch.tensor([v for v in amax if v < 3.5e38], dtype=torch.float32)
for name, element in ELEMENTS.items():
    for mode in ScaleCalculationMode:
        scale, _ = ao["to_mx"](amax[:, None].expand(-1, 32).contiguous(), element, 32, mode)
        # "even" rounds float32's largest number to Inf, and makes NaN of the block; we do not.
        finite = scale.reshape(-1) != 255
        assert finite.sum() >= len(amax) - (mode is ScaleCalculationMode.EVEN)
        cases.append({"kind": "torchao_mx_scales", "dtype": name, "scale_rule": mode.value,
                      "amax": f32(amax[finite]), "e8m0": i32(scale.reshape(-1)[finite])})
for seed in range(5):
    x = data(900 + seed, 3, 48) * [1, 100, 1e-3, 1e6, 1e-6][seed]
    x[1, :16] = 0
    x[2, 16:32] *= 1e-4
    x[2, 32:] = torch.tensor([.25, .75, 1.25, 1.75, 2.5, 3.5, 5, 6, -.25, -.75, -1.25, -1.75, -2.5, -3.5, -5, 0])
    for levels in ("one_level", "two_level"):
        g = ao["per_tensor_amax_to_scale"](x.abs().max()) if levels == "two_level" else None
        scale, lp = ao["nvfp4_quantize"](x, 16, g)
        codes = ao["unpack_uint4"](lp)
        total = scale.float() if g is None else g * scale.float()
        y = (ao["f4_unpacked_to_f32"](codes).view(3, 3, 16) * total.view(3, 3, 1)).view(3, 48)
        cases.append({"kind": "torchao_nvfp4", "dtype": "nvfp4", "scale_rule": levels, "shape": [3, 48],
                      "x": f32(x), "global": f32([1.0 if g is None else float(g)]), "scale": f32(scale.reshape(-1)),
                      "q": i32(codes.reshape(-1)), "y": f32(y)})
# Codes of the small formats: all of them, and ties.
for name, bits in (("float6_e2m3", (2, 3)), ("float6_e3m2", (3, 2)), ("float4_e2m1", (2, 1))):
    codes = torch.arange(1 << (1 + sum(bits)), dtype=torch.uint8)
    y = ao["_floatx_unpacked_to_f32"](codes, *bits)
    cases.append({"kind": "decode", "dtype": name, "y": f32(y)})
    positive = y[:len(y) // 2]
    middles = (positive[1:] + positive[:-1]) / 2
    x = torch.cat([positive, middles, torch.nextafter(middles, torch.tensor(0.0)),
                   torch.nextafter(middles, torch.tensor(1e9)), torch.tensor([1e9, 1e-9])])
    x = torch.cat([x, -x])
    cases.append({"kind": "encode", "dtype": name, "x": f32(x), "q": i32(ao["_f32_to_floatx_unpacked"](x, *bits))})

# --- NF4 ------------------------------------------------------------------------------------------
kernel = (args.bitsandbytes / "csrc/kernels.cu").read_text()
body = kernel[kernel.index("dQuantizeNF4(float x)"):]
body = body[:body.index("\n}\n")]
thresholds = np.sort(np.array(re.findall(r"x > (-?[\d.]+)f", body), dtype=np.float32))
assert len(thresholds) == 15
ulps = np.concatenate([(thresholds.view(np.int32) + d).view(np.float32) for d in (-2, -1, 0, 1, 2)])
x = np.concatenate([ulps, rng.uniform(-1.1, 1.1, 300).astype(np.float32), np.float32([0, -0.0, 1, -1])])
cases.append({"kind": "nf4", "program": "bitsandbytes", "dtype": "nf4", "x": f32(x),
              "q": i32((x[:, None] > thresholds).sum(axis=1))})
functional = (args.bitsandbytes / "bitsandbytes/functional.py").read_text()
table = functional[functional.index('if typename == "nf4"'):]
table = np.array(ast.literal_eval(table[table.index("["):table.index("]") + 1]), dtype=np.float32)
cases.append({"kind": "decode", "dtype": "nf4", "y": f32(table)})
nearest = {}
source = (args.torchao / "torchao/quantization/quantize_/workflows/nf4/nf4_tensor.py").read_text()
for item in ast.walk(ast.parse(source)):
    if isinstance(item, ast.FunctionDef) and item.name == "quantize_tensor_nearest":
        item.decorator_list = []
        exec(compile(ast.Module([item], []), "nf4", "exec"), {"torch": torch}, nearest)
x = torch.from_numpy(np.concatenate([rng.uniform(-1, 1, 400).astype(np.float32), table]))
cases.append({"kind": "nf4", "program": "torchao", "dtype": "nf4", "x": f32(x),
              "q": i32(nearest["quantize_tensor_nearest"](x, torch.from_numpy(table)))})


# --- ONNX's node tests ----------------------------------------------------------------------------
def fields(message):
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        elif key & 7 == 2:
            size = varint()
            yield key >> 3, message[at:at + size]
            at += size
        else:
            size = 4 if key & 7 == 5 else 8
            yield key >> 3, message[at:at + size]
            at += size


def onnx_tensor(test, name):
    """dims and values of a TensorProto, float16 and bfloat16 as float32."""
    dims, kind, raw, numbers = [], 0, None, []
    for field, value in fields((args.onnx / test / "test_data_set_0" / (name + ".pb")).read_bytes()):
        if field == 1:
            dims += [value] if isinstance(value, int) else [n for n in value]
        elif field == 2:
            kind = value
        elif field == 9:
            raw = value
        elif field == 5:
            numbers += [value] if isinstance(value, int) else list(value)
    if kind in (4, 16):  # bfloat16, in version 1.12 called uint16
        bits = np.frombuffer(raw, "<u2") if raw is not None else varints(numbers)
        return dims, (bits.astype(np.uint32) << 16).view(np.float32)
    array = np.frombuffer(raw, {1: "<f4", 2: "u1", 3: "i1", 6: "<i4", 10: "<f2"}[kind])
    return dims, array.astype(np.float32)


def varints(data):
    values, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            values.append(value)
            value = shift = 0
    return np.array(values, dtype=np.uint16)


for test in ("quantizelinear", "quantizelinear_axis", "dequantizelinear", "dequantizelinear_axis"):
    shape, first = onnx_tensor("test_" + test, "input_0")
    _, scale = onnx_tensor("test_" + test, "input_1")
    _, zero = onnx_tensor("test_" + test, "input_2")
    _, result = onnx_tensor("test_" + test, "output_0")
    x, q = (first, result) if test.startswith("q") else (None, first)
    cases.append({"kind": "onnx_node", "test": test, "dtype": "uint8", "shape": shape, "axis": 1,
                  "per_axis": "axis" in test, "scale": f32(scale), "zero_point": i32(zero), "q": i32(q),
                  "x": None if x is None else f32(x), "y": f32(result) if x is None else None})
for test in ("", "_max_adjusted", "_min_adjusted"):
    test = "test_dynamicquantizelinear" + test
    cases.append({"kind": "dynamic_quantize_linear", "dtype": "uint8", "values": test,
                  "x": f32(onnx_tensor(test, "input_0")[1]), "q": i32(onnx_tensor(test, "output_0")[1]),
                  "scale": f32(onnx_tensor(test, "output_1")[1]),
                  "zero_point": i32(onnx_tensor(test, "output_2")[1])})
for name, test in (("float16", "FLOAT16"), ("bfloat16", "BFLOAT16")):
    # Version 1.12 cut bfloat16 off instead of rounding it; the operator says to nearest.
    for test in [f"test_cast_{test}_to_FLOAT"] + [f"test_cast_FLOAT_to_{test}"] * (name == "float16"):
        cases.append({"kind": "cast", "dtype": name, "saturate": False, "test": test,
                      "x": f32(onnx_tensor(test, "input_0")[1]), "y": f32(onnx_tensor(test, "output_0")[1])})

OUT.mkdir(parents=True, exist_ok=True)
(OUT / "values.bin").write_bytes(b"".join(blobs))
(OUT / "cases.json").write_text(
    json.dumps({"torch": torch.__version__, "cases": cases}, separators=(",", ":")) + "\n")
print(len(cases), "cases,", offset * 4, "bytes")
