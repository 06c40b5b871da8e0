#!/usr/bin/python3
# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/golden/nn/qat_conv_bn.json with PyTorch 1.13 (Debian's python3-torch): layers with
weights fused with batch normalization, as prepare_qat makes them. Run in any folder."""
import torch
from torch import nn
import torch.ao.nn.intrinsic as nni
import torch.nn.intrinsic.qat as nniqat
from torch.ao.quantization import (
    QConfig,
    default_fake_quant,
    default_per_channel_weight_fake_quant,
    default_weight_fake_quant,
)

from nn_golden import coarse, exact, fill_coarsely, model_json, short, tensor_json, write

WEIGHTS = {
    "per_tensor_symmetric": default_weight_fake_quant,
    "per_channel_symmetric": default_per_channel_weight_fake_quant,
}
# What each step does: training of weights and statistics, statistics frozen, evaluation.
STEPS = [
    {"training": True, "bn_frozen": False, "observer": True, "fake_quant": True},
    {"training": True, "bn_frozen": False, "observer": True, "fake_quant": True},
    {"training": True, "bn_frozen": False, "observer": True, "fake_quant": True},
    {"training": True, "bn_frozen": False, "observer": False, "fake_quant": True},
    {"training": True, "bn_frozen": True, "observer": False, "fake_quant": True},
    {"training": True, "bn_frozen": True, "observer": True, "fake_quant": True},
    {"training": False, "bn_frozen": True, "observer": False, "fake_quant": True},
    {"training": True, "bn_frozen": False, "observer": True, "fake_quant": False},
    {"training": False, "bn_frozen": False, "observer": False, "fake_quant": True},
]
# The fused module's names as those of the same layers in a row.
NAMES = {"weight": "0.weight", "bias": "0.bias", "bn.weight": "1.weight", "bn.bias": "1.bias",
         "bn.running_mean": "1.running_mean", "bn.running_var": "1.running_var",
         "bn.num_batches_tracked": "1.num_batches_tracked"}


def state(module):
    return {NAMES[n]: tensor_json(t) for n, t in module.state_dict().items() if n in NAMES}


def case(name, fused, qat, qscheme, shape):
    fill_coarsely(fused)
    fused.qconfig = QConfig(activation=default_fake_quant, weight=WEIGHTS[qscheme])
    layers = list(fused)
    module = qat.from_float(fused)
    content = {"name": name, "module": qat.__name__, "weight_qscheme": qscheme, "lr": 0.1,
               "model": model_json(name, layers, shape[1:]), "state": state(module), "steps": []}
    optimizer = torch.optim.SGD(module.parameters(), lr=content["lr"])
    for step in STEPS:
        module.train()
        module.freeze_bn_stats() if step["bn_frozen"] else module.update_bn_stats()
        module.train(step["training"])
        quantizer = module.weight_fake_quant
        quantizer.enable_observer(step["observer"])
        quantizer.enable_fake_quant(step["fake_quant"])
        optimizer.zero_grad()
        x = (coarse(*shape) * 2 + 0.25).requires_grad_()
        y = module(x)
        dy = torch.round(coarse(*y.shape) * 4) / 64  # short to write
        y.backward(dy)
        gradients = {NAMES[n]: short(p.grad) for n, p in module.named_parameters()}
        if step["training"]:
            optimizer.step()
        content["steps"].append({
            **step, "x_shape": list(shape), "x": exact(x), "y_shape": list(y.shape), "y": short(y),
            "dy": exact(dy), "dx": short(x.grad), "gradients": gradients,
            "weight_scale": exact(quantizer.scale),
            "weight_zero_point": quantizer.zero_point.flatten().tolist(),
            "state_after": state(module)})
    return content


def conv(qscheme, relu=True, bias=True, **bn):
    layers = [nn.Conv2d(2, 3, 2, bias=bias), nn.BatchNorm2d(3, **bn)]
    if relu:
        return nni.ConvBnReLU2d(*layers, nn.ReLU()), nniqat.ConvBnReLU2d, qscheme, (11, 2, 2, 3)
    return nni.ConvBn2d(*layers), nniqat.ConvBn2d, qscheme, (11, 2, 2, 3)


def linear(qscheme, bias=True):
    layers = [nn.Linear(5, 4, bias=bias), nn.BatchNorm1d(4)]
    return nni.LinearBn1d(*layers), nniqat.LinearBn1d, qscheme, (11, 5)


if __name__ == "__main__":
    torch.manual_seed(15)
    write("qat_conv_bn.json", {"cases": [
        case("conv, batch norm, relu", *conv("per_tensor_symmetric")),
        case("conv, batch norm", *conv("per_tensor_symmetric", relu=False, bias=False)),
        case("conv, batch norm, relu, per channel",
             *conv("per_channel_symmetric", bias=False, eps=1e-3, momentum=0.3)),
        case("conv, batch norm, per channel", *conv("per_channel_symmetric", relu=False)),
        case("linear, batch norm", *linear("per_tensor_symmetric")),
        case("linear, batch norm, per channel", *linear("per_channel_symmetric", bias=False)),
    ]})
