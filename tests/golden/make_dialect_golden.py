# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/golden/dialects: what other programs make of a range and of a tensor.

    make_dialect_golden.py REFERENCE

PyTorch's cases need Debian's python3-torch (1.13). The others run those programs' own sources,
which are not part of this repository; the folder REFERENCE has
  ort_utils.py                 ONNX Runtime's compute_scale_zp (quant_utils.py) and its table of
                               ranges as get_qmin_qmax(type name, reduce_range, symmetric)
  aimet_encoding_analyzer.py   AIMET's aimet_torch/v2/quantization/encoding_analyzer.py
  aimet_builtins.py            AIMET's .../affine/backends/torch_builtins.py
  libref.so                    C functions around OpenVINO's reference quantize<float> and ggml's
                               reference rows: ov_fake_quantize(x, n, il, ih, levels, y),
                               ggml_q8_0(x, n, d, q, y), ggml_q4_1(x, n, d, q, y)
  node_modules/onnxruntime-node
cases.json lists the cases; the arrays stand one behind the other in values.bin.
"""
import ast
import ctypes
import json
import math
import pathlib
import subprocess
import sys
import textwrap

import numpy as np
import torch

REF = pathlib.Path(sys.argv[1]).resolve()
OUT = pathlib.Path(__file__).parent / "dialects"
blobs, cases = [], []
offset = 0


def blob(array, dtype):
    """Appends an array of 4-byte elements; returns where it is, in elements."""
    global offset
    data = np.ascontiguousarray(array, dtype=dtype)
    blobs.append(data.tobytes())
    at = {"at": offset, "count": int(data.size)}
    offset += int(data.size)
    return at


def add(case, **arrays):
    for name, (values, dtype) in arrays.items():
        case[name] = blob(values, dtype)
    cases.append(case)


F, I = np.float32, np.int32
CODES = {"int8": (-128, 127), "uint8": (0, 255), "int4": (-8, 7), "uint4": (0, 15),
         "int16": (-32768, 32767), "uint16": (0, 65535), "int3": (-4, 3)}


def data(seed, n=96, spread=1.0, shift=0.0):
    """Normal values; some far outside, some on the half steps of a step of 1/64."""
    g = np.random.default_rng(seed)
    x = (g.standard_normal(n) * spread + shift).astype(F)
    x[: n // 4] = (np.round(x[: n // 4] * 64) + 0.5) / 64
    x[-4:] = x[-4:] * 3
    return x


RANGES = [(-1.0, 1.0), (-0.7317, 2.2501), (0.25, 3.5), (-4.0, -0.5), (0.0, 0.0), (-1e-5, 3e-6),
          (-3.0, 3.0078125)]


def torch_cases():
    for dtype in ("int8", "uint8", "int4"):
        lo, hi = CODES[dtype]
        for symmetric in (False, True):
            for k, (mn, mx) in enumerate(RANGES):
                x = data(10 + k, spread=max(mx - mn, 1e-3) / 3)
                t = torch.from_numpy(x)
                scale, zero = torch.ones(1), torch.zeros(1, dtype=torch.int32)
                # The observer is off: the ranges stay as they are.
                y = torch.fused_moving_avg_obs_fake_quant(
                    t, torch.tensor([0]), torch.tensor([1]), torch.tensor([mn]),
                    torch.tensor([mx]), scale, zero, 0.01, lo, hi, 0, False, symmetric)
                add({"source": "torch.fused_moving_avg_obs_fake_quant", "dialect": "torch_fused",
                     "dtype": dtype, "symmetric": symmetric},
                    min=([mn], F), max=([mx], F), scale=(scale.numpy(), F),
                    zero_point=(zero.numpy(), I), x=(x, F), y=(y.numpy(), F))
    # 1.13 casts to int64: what it cannot hold becomes quant_min.
    for scale, zero in ((0.05, 3), (0.011, -20)):
        x = np.concatenate([data(77), [np.inf, -np.inf, np.nan, 1e30, -1e30]]).astype(F)
        y = torch.fake_quantize_per_tensor_affine(torch.from_numpy(x), scale, zero, -128, 127)
        add({"source": "torch.fake_quantize_per_tensor_affine", "dialect": "torch_1_13",
             "dtype": "int8", "symmetric": False},
            fixed_scale=([scale], F), fixed_zero_point=([zero], I), x=(x, F), y=(y.numpy(), F))


def protobuf(field, value):
    """One field of a protocol buffer: whole numbers, bytes, text."""
    def varint(v):
        out = b""
        while True:
            out += bytes([(v & 127) | (128 if v > 127 else 0)])
            v >>= 7
            if v == 0:
                return out
    if isinstance(value, int):
        return varint(field << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(value)) + value


ONNX_TYPES = {"float": 1, "uint8": 2, "int8": 3, "uint16": 4, "int16": 5}


def onnx_model(dtype, n, scale, zero):
    """x -> QuantizeLinear -> DequantizeLinear -> y, opset 21, as bytes."""
    def tensor(name, kind, raw):
        return protobuf(2, ONNX_TYPES[kind]) + protobuf(8, name) + protobuf(9, raw)

    def value(name):
        shape = protobuf(1, protobuf(1, n))
        return protobuf(1, name) + protobuf(2, protobuf(1, protobuf(1, 1) + protobuf(2, shape)))

    def node(op, inputs, output):
        return b"".join(protobuf(1, i) for i in inputs) + protobuf(2, output) + protobuf(4, op)
    graph = (protobuf(1, node("QuantizeLinear", ["x", "s", "z"], "q"))
             + protobuf(1, node("DequantizeLinear", ["q", "s", "z"], "y")) + protobuf(2, "g")
             + protobuf(5, tensor("s", "float", np.array(scale, F).tobytes()))
             + protobuf(5, tensor("z", dtype, np.array(zero, dtype).tobytes()))
             + protobuf(11, value("x")) + protobuf(12, value("y")))
    return protobuf(1, 10) + protobuf(7, graph) + protobuf(8, protobuf(1, "") + protobuf(2, 21))


NODE = """
const ort = require('onnxruntime-node'); const fs = require('fs');
(async () => {
  const jobs = JSON.parse(fs.readFileSync(0)); const all = [];
  for (const j of jobs) {
    const s = await ort.InferenceSession.create(Buffer.from(j.model, 'hex'),
                                                {graphOptimizationLevel: 'disabled'});
    const x = new Float32Array(Uint8Array.from(Buffer.from(j.x, 'hex')).buffer);
    const r = await s.run({x: new ort.Tensor('float32', x, [x.length])});
    all.push(Buffer.from(r.y.data.buffer, r.y.data.byteOffset, 4 * x.length).toString('hex'));
  }
  process.stdout.write(JSON.stringify(all));
})();
"""


def onnx_cases():
    sys.path.insert(0, str(REF))
    import ort_utils
    jobs, made = [], []
    for dtype in ("int8", "uint8", "int16", "uint16"):
        for symmetric, reduce_range in ((False, False), (True, False), (False, True)):
            if reduce_range and dtype not in ("int8", "uint8"):
                continue
            for k, (mn, mx) in enumerate(RANGES):
                qmin, qmax = ort_utils.get_qmin_qmax(dtype, reduce_range, symmetric)
                zero, scale = ort_utils.compute_scale_zp(np.array(mn, F), np.array(mx, F), qmin,
                                                         qmax, symmetric)
                x = data(30 + k, spread=max(mx - mn, 1e-3) / 3)
                jobs.append({"model": onnx_model(dtype, x.size, scale, zero).hex(),
                             "x": x.tobytes().hex()})
                made.append((dtype, symmetric, reduce_range, mn, mx, scale, zero, x))
    run = subprocess.run(["node", "-e", NODE], input=json.dumps(jobs).encode(), cwd=REF,
                         stdout=subprocess.PIPE, check=True)
    for (dtype, symmetric, reduce_range, mn, mx, scale, zero, x), y in zip(made,
                                                                           json.loads(run.stdout)):
        add({"source": "compute_scale_zp, QuantizeLinear, DequantizeLinear", "dialect": "onnx",
             "dtype": dtype, "symmetric": symmetric, "reduce_range": reduce_range},
            min=([mn], F), max=([mx], F), scale=([scale], F), zero_point=([zero], I), x=(x, F),
            y=(np.frombuffer(bytes.fromhex(y), F), F))


def method(path, cls, name):
    """One method of a source file as a function, without what the file imports."""
    text = path.read_text()
    for c in ast.parse(text).body:
        if isinstance(c, ast.ClassDef) and c.name == cls:
            for f in c.body:
                if isinstance(f, ast.FunctionDef) and f.name == name:
                    f.decorator_list, f.returns = [], None
                    for a in f.args.args:
                        a.annotation = None
                    space = {"torch": torch, "math": math,
                             "_MINIMUM_SCALE": torch.finfo(torch.float32).eps}
                    exec(textwrap.dedent(ast.unparse(f)), space)
                    return space[name]
    raise KeyError(name)


class Bag:
    def save_for_backward(self, *_):
        pass


def aimet_cases():
    encodings = method(REF / "aimet_encoding_analyzer.py", "MinMaxEncodingAnalyzer",
                       "compute_encodings_from_stats")
    forward = method(REF / "aimet_builtins.py", "QuantDequantFunc", "_forward_impl")
    for dtype, symmetric in (("int8", True), ("uint8", False), ("int4", True), ("int8", False),
                             ("int16", True), ("uint16", False)):
        lo, hi = CODES[dtype]
        for k, (mn, mx) in enumerate(RANGES):
            stats = Bag()
            stats.min, stats.max = torch.tensor([mn]), torch.tensor([mx])
            emin, emax = encodings(None, stats, hi - lo, symmetric)
            # MinMaxQuantizer.get_scale and get_offset
            scale = (emax - emin) / (hi - lo)
            off = torch.zeros(1) if symmetric else torch.round(emin / scale) - lo
            x = data(50 + k, spread=max(mx - mn, 1e-3) / 3)
            y = forward(Bag(), torch.from_numpy(x), scale, off, lo, hi)
            add({"source": "MinMaxEncodingAnalyzer, QuantDequantFunc", "dialect": "aimet",
                 "dtype": dtype, "symmetric": symmetric},
                min=([mn], F), max=([mx], F), scale=(scale.numpy(), F),
                zero_point=(-off.numpy(), I), x=(x, F), y=(y.numpy(), F))


def pointer(array):
    return array.ctypes.data_as(ctypes.c_void_p)


def compiled_cases():
    lib = ctypes.CDLL(str(REF / "libref.so"))
    for dtype in ("uint8", "int8", "uint4", "int3"):
        lo, hi = CODES[dtype]
        for k, (mn, mx) in enumerate(RANGES):
            x = data(70 + k, spread=max(mx - mn, 1e-3) / 3, shift=(mn + mx) / 2)
            x[:2] = mn, mx
            y = np.empty_like(x)
            lib.ov_fake_quantize(pointer(x), x.size, ctypes.c_float(mn), ctypes.c_float(mx),
                                 hi - lo + 1, pointer(y))
            add({"source": "fake_quantize.hpp", "dialect": "openvino", "dtype": dtype,
                 "symmetric": False}, min=([mn], F), max=([mx], F), x=(x, F), y=(y, F))
    for k in range(10):
        x = data(90 + k, 64, spread=10.0 ** (k % 5 - 2), shift=0.3 * k)
        if k == 9:
            x[:32] = 0
        groups = x.reshape(-1, 32)
        for name, dtype, symmetric in (("ggml_q8_0", "int8", True), ("ggml_q4_1", "uint4", False)):
            d, q, y = np.empty(2, F), np.empty(64, I), np.empty(64, F)
            getattr(lib, name)(pointer(x), x.size, pointer(d), pointer(q), pointer(y))
            case = {"source": name, "dialect": "ggml", "dtype": dtype, "symmetric": symmetric,
                    "group_size": 32}
            arrays = {} if (d == 0).any() else {"scale": (d, F)}
            add(case, min=(groups.min(1), F), max=(groups.max(1), F), x=(x, F), y=(y, F),
                codes=(q, I), **arrays)


torch_cases()
onnx_cases()
aimet_cases()
compiled_cases()
OUT.mkdir(exist_ok=True)
(OUT / "values.bin").write_bytes(b"".join(blobs))
(OUT / "cases.json").write_text(
    '{"cases": [\n' + ",\n".join(json.dumps(c) for c in cases) + "\n]}\n")
print(len(cases), "cases,", sum(map(len, blobs)), "bytes")
