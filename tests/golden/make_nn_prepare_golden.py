#!/usr/bin/python3
# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/golden/nn/prepare_nodes.json with PyTorch 1.13 (Debian's python3-torch): where
prepare_qat_fx and prepare_fx put fake-quantize modules and observers, and the nodes of convert_fx.
Run in any folder."""
import warnings

import torch
from torch import nn
from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx, prepare_qat_fx

from nn_fx_golden import STATIC, TENSOR, mapping_of, nodes_json
from nn_golden import Add, Layers, coarse, model_json, write


def conv(channels=2):
    return nn.Conv2d(channels, channels, 1)


MODELS = {
    "activations": ([conv(), nn.ReLU6(), conv(), nn.Sigmoid(), conv(), nn.Hardsigmoid(), conv(),
                     nn.Tanh(), nn.Flatten(), nn.Linear(32, 3), nn.Softmax(dim=1)], (2, 4, 4)),
    "pools": ([conv(), nn.MaxPool2d(2), conv(), nn.AvgPool2d(2), conv(), nn.AvgPool2d(2),
               nn.MaxPool2d(1), nn.Flatten(), nn.Linear(2, 3)], (2, 8, 8)),
    "pool and activation first": ([nn.AvgPool2d(2), nn.Sigmoid(), nn.MaxPool2d(2), nn.Flatten(),
                                   nn.Linear(8, 3)], (2, 8, 8)),
    "dropout": ([conv(), nn.ReLU(), nn.Dropout(0.5), conv(), nn.Flatten(), nn.Dropout(0.5),
                 nn.Linear(32, 3)], (2, 4, 4)),
    "batch norm alone": ([nn.BatchNorm2d(2), conv(), nn.ReLU(), nn.BatchNorm2d(2), nn.ReLU(),
                          nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(32, 3)], (2, 4, 4)),
    "batch norm of features alone": ([nn.BatchNorm1d(4), nn.Linear(4, 3), nn.ReLU(),
                                      nn.BatchNorm1d(3)], (4,)),
    "relu alone": ([nn.ReLU(), conv(), nn.MaxPool2d(2), nn.ReLU(), nn.AvgPool2d(2), nn.ReLU6(),
                    nn.Flatten(), nn.Linear(2, 3)], (2, 4, 4)),
    "add": ([conv(), conv(), Add(0), conv(), Add(2), nn.ReLU(), nn.Flatten(), nn.Linear(32, 3)],
            (2, 4, 4)),
    "add, then pool": ([conv(), nn.ReLU(), conv(), Add(1), nn.MaxPool2d(2), nn.Flatten(),
                        nn.Linear(8, 3)], (2, 4, 4)),
    "residual": ([conv(), nn.BatchNorm2d(2), nn.ReLU(), conv(), nn.BatchNorm2d(2), Add(2),
                  nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(8, 3)], (2, 4, 4)),
    "linear": ([nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4), nn.BatchNorm1d(4), nn.ReLU(),
                nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Linear(4, 3)], (4,)),
    "conv, batch norm": ([conv(), nn.BatchNorm2d(2), conv(), nn.BatchNorm2d(2), nn.ReLU6(),
                          nn.Flatten(), nn.Linear(32, 3)], (2, 4, 4)),
}


def case(name, layers, shape):
    x = coarse(3, *shape)
    content = {"name": name, "model": model_json(name, layers, shape)}
    prepared = prepare_qat_fx(Layers(*layers).train(), mapping_of(TENSOR), x)
    prepared(x)
    content["prepare_qat"] = nodes_json(prepared, ranges=False)
    content["convert_qat"] = nodes_json(convert_fx(prepared.eval()))
    prepared = prepare_fx(Layers(*layers).eval(), mapping_of(STATIC, qat=False), x)
    content["prepare"] = nodes_json(prepared)
    prepared(x)
    content["convert"] = nodes_json(convert_fx(prepared))
    return content


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    torch.backends.quantized.engine = "qnnpack"
    torch.manual_seed(17)
    write("prepare_nodes.json", {"cases": [case(n, *m) for n, m in MODELS.items()]})
