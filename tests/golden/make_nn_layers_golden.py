#!/usr/bin/python3
# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes layers_more.json and losses.json in tests/golden/nn with PyTorch 1.13 (Debian's
python3-torch): layers forward and backward, training and evaluation. Run in any folder."""
import torch
from torch import nn

from nn_golden import (
    Add, Layers, coarse, exact, fill_coarsely, model_json, short, state_json, tensor_json, write)


def layer_case(name, layers, x, training=True):
    """One forward and backward; where there is batch normalization in training, two more forwards
    of other batches ("more"). `state` is before, `state_after` after the forward."""
    model = Layers(*layers)
    fill_coarsely(model)
    model.train(training)
    case = {"name": name, "model": model_json(name, layers, x.shape[1:]), "training": training,
            "state": state_json(model)}
    x.requires_grad_()
    y = model(x)
    dy = coarse(*y.shape)
    y.backward(dy)
    case |= {"x_shape": list(x.shape), "x": exact(x), "y_shape": list(y.shape), "y": short(y),
             "dy": exact(dy), "dx": short(x.grad),
             "gradients": {n: short(p.grad) for n, p in model.named_parameters()},
             "state_after": buffers(model), "more": []}
    if training and case["state_after"]:
        for _ in range(2):
            x = coarse(*x.shape) * 2 + 0.5
            y = model(x)
            case["more"].append({"x": exact(x), "y": short(y), "state_after": buffers(model)})
    return case


def buffers(model):
    return {n: tensor_json(b) for n, b in model.named_buffers()}


def with_kinks(x, *kinks):
    """The first elements are where the function's derivative jumps."""
    x.flatten()[:len(kinks)] = torch.tensor(kinks)
    return x


def residual():
    return [nn.Conv2d(2, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(),
            nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4), Add(2), nn.ReLU(), nn.AvgPool2d(2),
            nn.Flatten(), nn.Linear(16, 3)]


def layers():
    torch.manual_seed(11)
    bn1 = lambda: [nn.BatchNorm1d(5)]
    bn2 = lambda: [nn.BatchNorm2d(3, eps=1e-3, momentum=0.3)]
    steps = torch.randint(-2, 3, (3, 2, 7, 7)).float()  # ties: the first of the largest wins
    cases = [
        layer_case("conv with stride", [nn.Conv2d(2, 3, 3, stride=2)], coarse(2, 2, 7, 8)),
        layer_case("conv with stride and padding", [nn.Conv2d(2, 3, 3, stride=2, padding=1)],
                   coarse(11, 2, 6, 5)),
        layer_case("conv of one pixel", [nn.Conv2d(5, 3, 1)], coarse(2, 5, 4, 3)),
        layer_case("conv of one pixel with stride", [nn.Conv2d(3, 2, 1, stride=2)],
                   coarse(2, 3, 5, 4)),
        layer_case("conv without bias", [nn.Conv2d(2, 3, 3, bias=False)], coarse(9, 2, 5, 5)),
        layer_case("linear without bias", [nn.Linear(6, 4, bias=False)], coarse(11, 6)),
        layer_case("batch norm of features, training", bn1(), coarse(11, 5) * 2 + 1),
        layer_case("batch norm of features, evaluation", bn1(), coarse(11, 5) * 2 + 1, False),
        layer_case("batch norm of planes, training", bn2(), coarse(11, 3, 3, 2) * 2 + 1),
        layer_case("batch norm of planes, evaluation", bn2(), coarse(11, 3, 3, 2) * 2 + 1, False),
        layer_case("relu6", [nn.ReLU6()], with_kinks(coarse(3, 2, 4, 4) * 4, 0, 6, -0.0, 7)),
        layer_case("hardsigmoid", [nn.Hardsigmoid()],
                   with_kinks(coarse(3, 2, 4, 4) * 3, -3, 3, 0, 4)),
        layer_case("sigmoid", [nn.Sigmoid()], with_kinks(coarse(11, 7) * 3, -100, 100, 0)),
        layer_case("tanh", [nn.Tanh()], with_kinks(coarse(11, 7) * 2, -50, 50, 0)),
        layer_case("softmax", [nn.Softmax(dim=1)], with_kinks(coarse(11, 6) * 3, 100, 99, -100)),
        layer_case("max pool with padding", [nn.MaxPool2d(3, stride=2, padding=1)],
                   coarse(3, 2, 7, 6)),
        layer_case("max pool of three", [nn.MaxPool2d(3)], coarse(2, 2, 8, 6)),
        layer_case("max pool with ties", [nn.MaxPool2d(3, stride=2, padding=1)], steps),
        layer_case("average pool", [nn.AvgPool2d(2)], coarse(3, 2, 5, 6)),
        layer_case("average pool with padding", [nn.AvgPool2d(3, stride=2, padding=1)],
                   coarse(3, 2, 7, 6)),
        layer_case("dropout, evaluation", [nn.Dropout(0.3)], coarse(3, 8), False),
        layer_case("residual network, training", residual(), coarse(11, 2, 4, 4)),
        layer_case("residual network, evaluation", residual(), coarse(11, 2, 4, 4), False),
        layer_case("multilayer perceptron",
                   [nn.Linear(6, 8, bias=False), nn.BatchNorm1d(8), nn.ReLU6(), nn.Linear(8, 3),
                    nn.Softmax(dim=1)], coarse(11, 6)),
    ]
    write("layers_more.json", {"cases": cases})


def losses():
    """Mean squared error: the mean over all elements of the batch, in classes as one-hot rows."""
    torch.manual_seed(12)
    cases = []
    y = (torch.randn(11, 3) * 2).requires_grad_()
    target = torch.randn(11, 3)
    loss = nn.functional.mse_loss(y, target)
    loss.backward()
    cases.append({"name": "mse", "targets": "real", "y_shape": [11, 3], "y": exact(y),
                  "target": exact(target), "loss": float(loss), "dy": short(y.grad)})
    y = (torch.randn(11, 5) * 2).requires_grad_()
    labels = torch.randint(0, 5, (11,))
    loss = nn.functional.mse_loss(y, nn.functional.one_hot(labels, 5).float())
    loss.backward()
    cases.append({"name": "mse", "targets": "labels", "y_shape": [11, 5], "y": exact(y),
                  "labels": labels.tolist(), "loss": float(loss), "dy": short(y.grad)})
    write("losses.json", {"cases": cases})


if __name__ == "__main__":
    layers()
    losses()
