#!/usr/bin/python3
# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/golden/integer/torch.json with PyTorch 1.13 (Debian's python3-torch): quantized
operators with the engine qnnpack, and those without an engine of their own. Run in any folder."""
import json
import pathlib
import warnings

import torch
from torch.nn.quantized import functional as qF

OUT = pathlib.Path(__file__).parent / "integer"
warnings.simplefilter("ignore")


def exact(values):
    """The shortest decimals that read back as the same float32."""
    return [float(f"{v:.9g}") for v in values]


def quantized(shape, scale, zero_point, dtype=torch.quint8, spread=1.0):
    """Random real values that mostly lie in the range of the codes."""
    info = torch.iinfo(torch.uint8 if dtype == torch.quint8 else torch.int8)
    low, high = (info.min - zero_point) * scale, (info.max - zero_point) * scale
    x = torch.rand(shape) * (high - low) * spread + low
    return torch.quantize_per_tensor(x, scale, zero_point, dtype)


def codes(q):
    return q.int_repr().flatten().tolist()


def quant_json(q):
    return {"scale": exact([q.q_scale()])[0], "zero_point": q.q_zero_point(),
            "quant_min": 0 if q.dtype == torch.quint8 else -128,
            "quant_max": 255 if q.dtype == torch.quint8 else 127}


def weight(shape, per_channel, zero_points):
    w = torch.randn(shape)
    if not per_channel:
        return torch.quantize_per_tensor(w, 0.02, zero_points[0], torch.qint8)
    scales = torch.rand(shape[0]) * 0.03 + 0.005
    points = torch.tensor([zero_points[c % len(zero_points)] for c in range(shape[0])])
    return torch.quantize_per_channel(w, scales, points, 0, torch.qint8)


def weight_json(w):
    if w.qscheme() == torch.per_tensor_affine:
        return {"codes": codes(w), "scale": exact([w.q_scale()]),
                "zero_point": [w.q_zero_point()]}
    return {"codes": codes(w), "scale": exact(w.q_per_channel_scales().tolist()),
            "zero_point": w.q_per_channel_zero_points().tolist()}


def product(name, x, w, y_scale, y_zero_point, relu=False, stride=1, padding=0):
    """Output channels [n, c, h, w] as PyTorch has them; the bias is float."""
    bias = torch.round(torch.randn(w.shape[0]) * 64) / 64
    if w.dim() == 2:
        packed = torch.ops.quantized.linear_prepack(w, bias)
        op = torch.ops.quantized.linear_relu if relu else torch.ops.quantized.linear
        y = op(x, packed, y_scale, y_zero_point)
    else:
        pair = [stride, stride], [padding, padding], [1, 1]
        packed = torch.ops.quantized.conv2d_prepack(w, bias, *pair, 1)
        op = torch.ops.quantized.conv2d_relu if relu else torch.ops.quantized.conv2d
        y = op(x, packed, y_scale, y_zero_point)
    return {"name": name, "op": "Linear" if w.dim() == 2 else "Conv2d",
            "x_shape": list(x.shape), "x": codes(x), "x_quant": quant_json(x),
            "weight": weight_json(w), "bias": exact(bias.tolist()), "out": w.shape[0],
            "kernel": w.shape[2] if w.dim() == 4 else 0, "stride": stride, "padding": padding,
            "relu": relu, "y": codes(y), "y_quant": quant_json(y)}


def products():
    torch.backends.quantized.engine = "qnnpack"
    torch.manual_seed(1)
    return [
        product("linear", quantized((9, 33), 0.03, 12), weight((7, 33), False, [0]), 0.2, 100),
        product("linear, affine weight", quantized((3, 64), 0.01, 200),
                weight((19, 64), False, [-37]), 0.5, 3),
        product("linear per channel", quantized((2, 50), 0.05, 128),
                weight((11, 50), True, [0]), 0.25, 128, relu=True),
        product("linear, saturated", quantized((4, 40), 0.05, 0), weight((5, 40), False, [5]),
                0.01, 60),
        product("conv", quantized((2, 3, 7, 6), 0.02, 90), weight((5, 3, 3, 3), False, [0]), 0.1,
                128),
        product("conv, stride and padding", quantized((2, 3, 9, 8), 0.02, 17),
                weight((10, 3, 3, 3), False, [21]), 0.1, 77, stride=2, padding=1),
        product("conv per channel", quantized((1, 2, 8, 8), 0.04, 255),
                weight((9, 2, 5, 5), True, [0, 3, -9]), 0.15, 120, padding=2),
        product("conv of one channel, relu", quantized((2, 1, 9, 9), 1 / 255, 0),
                weight((20, 1, 5, 5), False, [0]), 0.02, 0, relu=True),
        product("conv 1x1", quantized((1, 17, 3, 3), 0.03, 130), weight((4, 17, 1, 1), False, [1]),
                0.3, 99),
    ]


def simple(name, op, x, y, **options):
    return {"name": name, "op": op, "x_shape": list(x.shape), "x": codes(x),
            "x_quant": quant_json(x), "y": codes(y), "y_quant": quant_json(y), **options}


def pools(engine):
    torch.backends.quantized.engine = engine
    torch.manual_seed(2)
    cases = []
    for kernel, stride, padding, zero_point, dtype in [
            (2, 2, 0, 0, torch.quint8), (3, 2, 1, 77, torch.quint8), (2, 1, 1, 3, torch.qint8),
            (4, 2, 0, 131, torch.quint8), (5, 5, 0, -7, torch.qint8)]:
        x = quantized((2, 3, 11, 10), 0.05, zero_point, dtype)
        options = {"kernel": kernel, "stride": stride, "padding": padding}
        name = f"{engine}, {dtype}, kernel {kernel}"
        cases.append(simple(name, "AvgPool2d", x, qF.avg_pool2d(x, kernel, stride, padding),
                            engine=engine, **options))
        cases.append(simple(name, "MaxPool2d", x, qF.max_pool2d(x, kernel, stride, padding),
                            engine=engine, **options))
    return cases


def adds(engine):
    torch.backends.quantized.engine = engine
    torch.manual_seed(3)
    cases = []
    for scales, points, relu in [((0.05, 0.02, 0.06), (10, 128, 40), False),
                                 ((0.013, 0.17, 0.2), (255, 0, 128), False),
                                 ((0.031, 0.029, 0.011), (120, 130, 100), True)]:
        a = quantized((2, 3, 5, 5), scales[0], points[0])
        b = quantized((2, 3, 5, 5), scales[1], points[1])
        op = torch.ops.quantized.add_relu if relu else torch.ops.quantized.add
        y = op(a, b, scales[2], points[2])
        cases.append(simple(f"{engine}, {scales}", "Add", a, y, other=codes(b),
                            other_quant=quant_json(b), relu=relu, engine=engine))
    return cases


def functions():
    """All 256 codes; what has no engine of its own."""
    torch.backends.quantized.engine = "none"
    cases = []
    for scale, zero_point in [(0.05, 128), (0.021, 30)]:
        x = torch._make_per_tensor_quantized_tensor(
            torch.arange(256, dtype=torch.uint8).reshape(1, 256), scale, zero_point)
        cases += [
            simple("sigmoid", "sigmoid", x, torch.sigmoid(x)),
            simple("tanh", "tanh", x, torch.tanh(x)),
            simple("hardsigmoid", "hardsigmoid", x, torch.nn.functional.hardsigmoid(x)),
            simple("relu", "ReLU", x, torch.relu(x)),
            simple("relu6", "ReLU6", x, torch.ops.quantized.relu6(x)),
        ]
    return cases


def write(name, content):
    OUT.mkdir(exist_ok=True)
    (OUT / name).write_text(json.dumps({"torch": torch.__version__, **content}) + "\n")


write("torch.json", {
    "products": products(),
    "pools": pools("onednn") + pools("qnnpack"),
    "adds": adds("onednn") + adds("qnnpack"),
    "functions": functions(),
})
