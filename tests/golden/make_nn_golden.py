#!/usr/bin/python3
# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes layers.json, optimizers.json, fake_quantize.json and cross_entropy.json in
tests/golden/nn with PyTorch 1.13 (Debian's python3-torch): layers forward and
backward, optimizers, fake-quantize modules, cross-entropy. Run in any folder."""
import torch
from torch import nn
from torch.ao.quantization import (
    FakeQuantize,
    FixedQParamsFakeQuantize,
    MinMaxObserver,
    MovingAverageMinMaxObserver,
    MovingAveragePerChannelMinMaxObserver,
    default_fixed_qparams_range_0to1_observer,
)

from nn_golden import coarse, exact, short, write


def layer_json(module):
    if isinstance(module, nn.Linear):
        return {"kind": "Linear", "in": module.in_features, "out": module.out_features}
    if isinstance(module, nn.Conv2d):
        return {"kind": "Conv2d", "in": module.in_channels, "out": module.out_channels,
                "kernel": module.kernel_size[0], "padding": module.padding[0]}
    if isinstance(module, nn.MaxPool2d):
        return {"kind": "MaxPool2d", "kernel": 2}
    return {"kind": type(module).__name__}


def layer_case(name, layers, shape):
    model = nn.Sequential(*layers)
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(coarse(*p.shape) / 4)
    x = coarse(*shape).requires_grad_()
    y = model(x)
    dy = coarse(*y.shape)
    y.backward(dy)
    return {
        "name": name, "layers": [layer_json(m) for m in layers],
        "x_shape": list(x.shape), "x": exact(x), "y_shape": list(y.shape), "y": short(y),
        "dy": exact(dy), "dx": short(x.grad),
        "parameters": {n: {"value": exact(p), "gradient": short(p.grad)}
                       for n, p in model.named_parameters()},
    }


def layers():
    torch.manual_seed(1)
    cases = [
        layer_case("linear over more than one chunk", [nn.Linear(7, 5)], (11, 7)),
        layer_case("linear wider than a tile", [nn.Linear(9, 70)], (3, 9)),
        layer_case("conv with padding", [nn.Conv2d(2, 3, 3, padding=1)], (2, 2, 6, 5)),
        layer_case("conv of one channel", [nn.Conv2d(1, 20, 5)], (2, 1, 9, 8)),
        layer_case("conv of many channels", [nn.Conv2d(9, 4, 3)], (2, 9, 5, 6)),
        layer_case("conv wider than a run", [nn.Conv2d(45, 2, 3)], (1, 45, 4, 4)),
        layer_case("relu", [nn.ReLU()], (9, 2, 3, 3)),
        layer_case("max pool", [nn.MaxPool2d(2)], (2, 3, 4, 6)),
        layer_case("max pool of odd sizes", [nn.MaxPool2d(2)], (2, 2, 5, 7)),
        layer_case("flatten", [nn.Flatten()], (2, 3, 2, 4)),
        layer_case("a small network",
                   [nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3), nn.ReLU(),
                    nn.MaxPool2d(2), nn.Flatten(), nn.Linear(24, 5)], (9, 1, 14, 14)),
    ]
    write("layers.json", {"cases": cases})


def optimizers():
    torch.manual_seed(2)
    cases = []
    for name, options in [("adam", {"lr": 0.01}), ("sgd", {"lr": 0.1}),
                          ("sgd", {"lr": 0.1, "momentum": 0.9})]:
        w = nn.Parameter(torch.randn(6))
        optimizer = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[name]([w], **options)
        case = {"name": name, **options, "start": exact(w), "steps": []}
        for step in range(20):
            w.grad = torch.randn(6) * (10.0 ** (-(step % 5)))
            gradient = exact(w.grad)
            optimizer.step()
            case["steps"].append({"gradient": gradient, "value": exact(w)})
        cases.append(case)
    write("optimizers.json", {"cases": cases})


def fake_quantize():
    torch.manual_seed(3)
    modules = [
        ("activation", {"dtype": "quint8", "qscheme": "per_tensor_affine",
                        "observer": "moving_average_minmax"},
         FakeQuantize(MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8,
                      qscheme=torch.per_tensor_affine)),
        ("weight", {"dtype": "qint8", "qscheme": "per_tensor_symmetric",
                    "observer": "moving_average_minmax"},
         FakeQuantize(MovingAverageMinMaxObserver, quant_min=-128, quant_max=127,
                      dtype=torch.qint8, qscheme=torch.per_tensor_symmetric)),
        ("minmax, 4 bits", {"dtype": "qint8", "qscheme": "per_tensor_affine", "observer": "minmax",
                            "quant_min": -8, "quant_max": 7},
         FakeQuantize(MinMaxObserver, quant_min=-8, quant_max=7, dtype=torch.qint8,
                      qscheme=torch.per_tensor_affine)),
        ("weight per channel", {"dtype": "qint8", "qscheme": "per_channel_symmetric", "axis": 0,
                                "observer": "moving_average_minmax"},
         FakeQuantize(MovingAveragePerChannelMinMaxObserver, quant_min=-128, quant_max=127,
                      dtype=torch.qint8, qscheme=torch.per_channel_symmetric, ch_axis=0)),
        ("sigmoid", {"preset": "sigmoid"},
         FixedQParamsFakeQuantize(observer=default_fixed_qparams_range_0to1_observer)),
    ]
    cases = []
    for name, spec, module in modules:
        case = {"name": name, "spec": spec, "shape": [3, 5], "steps": []}
        for step in range(30):
            if step == 20:  # the last ten: the observer is frozen
                module.disable_observer()
            x = (torch.randn(3, 5) * (1 + step / 10)).requires_grad_()
            y = module(x)
            dy = coarse(3, 5)
            y.backward(dy)
            case["steps"].append({
                "x": exact(x), "y": exact(y), "dy": exact(dy), "dx": exact(x.grad),
                "scale": exact(module.scale), "zero_point": module.zero_point.flatten().tolist()})
        cases.append(case)
    write("fake_quantize.json", {"cases": cases})


def cross_entropy():
    torch.manual_seed(4)
    logits = (torch.randn(9, 10) * 4).requires_grad_()
    with torch.no_grad():
        logits[3] = 80 * torch.randn(10)  # where exp alone would overflow
    labels = torch.randint(0, 10, (9,))
    loss = nn.functional.cross_entropy(logits, labels)
    loss.backward()
    write("cross_entropy.json", {"logits": exact(logits), "labels": labels.tolist(),
                                 "loss": float(loss), "gradient": short(logits.grad)})


if __name__ == "__main__":
    layers()
    optimizers()
    fake_quantize()
    cross_entropy()
