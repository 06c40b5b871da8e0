# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scripts make_nn_*_golden.py share: numbers as text, and models as the program's JSON."""
import json
import pathlib

import torch
from torch import nn

OUT = pathlib.Path(__file__).parent / "nn"


def exact(tensor):
    """The shortest decimals that read back as the same float32."""
    return [float(f"{v:.9g}") for v in tensor.detach().flatten().tolist()]


def short(tensor):
    """Enough digits for a tolerance of 1e-5."""
    return [float(f"{v:.7g}") for v in tensor.detach().flatten().tolist()]


def coarse(*shape):
    """Random multiples of 1/64: short to write, and exact."""
    return torch.round(torch.randn(*shape) * 64) / 64


def write(name, content):
    OUT.mkdir(exist_ok=True)
    (OUT / name).write_text(json.dumps({"torch": torch.__version__, **content}) + "\n")


def tensor_json(tensor):
    integral = not tensor.dtype.is_floating_point
    return {"shape": list(tensor.shape),
            "value": tensor.flatten().tolist() if integral else exact(tensor)}


def state_json(module):
    return {name: tensor_json(t) for name, t in module.state_dict().items()}


class Add(nn.Module):
    """Adds the output of the layer of this number: of the whole model, counted from 0."""

    def __init__(self, source):
        super().__init__()
        self.source = source


class Layers(nn.Sequential):
    """nn.Sequential (and its names of parameters) with Add."""

    def forward(self, x):
        outputs = []
        for layer in self:
            x = x + outputs[layer.source] if isinstance(layer, Add) else layer(x)
            outputs.append(x)
        return x


def one(value):
    return value if isinstance(value, int) else value[0]


def layer_json(m):
    """The layer as a model file of the program has it: torch.nn's constructor arguments."""
    if isinstance(m, nn.Conv2d):
        return {"type": "Conv2d", "in_channels": m.in_channels, "out_channels": m.out_channels,
                "kernel_size": one(m.kernel_size), "stride": one(m.stride),
                "padding": one(m.padding), "bias": m.bias is not None}
    if isinstance(m, nn.Linear):
        return {"type": "Linear", "in_features": m.in_features, "out_features": m.out_features,
                "bias": m.bias is not None}
    if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
        return {"type": type(m).__name__, "num_features": m.num_features, "eps": m.eps,
                "momentum": m.momentum}
    if isinstance(m, (nn.MaxPool2d, nn.AvgPool2d)):
        return {"type": type(m).__name__, "kernel_size": one(m.kernel_size),
                "stride": one(m.stride), "padding": one(m.padding)}
    if isinstance(m, nn.Dropout):
        return {"type": "Dropout", "p": m.p}
    if isinstance(m, Add):
        return {"type": "Add", "from": str(m.source)}
    return {"type": type(m).__name__}


def model_json(name, layers, sample_shape):
    return {"name": name, "input": list(sample_shape), "layers": [layer_json(m) for m in layers]}


def fill_coarsely(module):
    """Parameters and running statistics that are short to write; scales and variances around 1."""
    with torch.no_grad():
        for m in module.modules():
            if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
                m.weight.copy_(1 + coarse(*m.weight.shape) / 4)
                m.weight[0] = -m.weight[0]
                m.bias.copy_(coarse(*m.bias.shape) / 4)
                m.running_mean.copy_(coarse(*m.running_mean.shape) / 4)
                m.running_var.copy_(0.5 + coarse(*m.running_var.shape).abs())
            elif isinstance(m, (nn.Conv2d, nn.Linear)):
                for p in m.parameters(recurse=False):
                    p.copy_(coarse(*p.shape) / 4)
