#!/usr/bin/python3
# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""PyTorch's test accuracy of seed-cnn on Fashion-MNIST: Adam at its defaults, batch 64, float and
with 8-bit QAT (activations quint8 0 … 255, weights qint8 per tensor, both moving averages).

Usage: accuracy_peer.py float|qat SEED [EPOCHS]     prints one line: mode, seed, accuracy per epoch"""
import gzip
import pathlib
import sys

import torch
from torch import nn
from torch.ao.quantization import (
    FakeQuantize, MovingAverageMinMaxObserver, QConfig, QuantStub, default_weight_fake_quant,
    fuse_modules_qat, prepare_qat)

FOLDER = pathlib.Path("/usr/share/datasets/fashion-mnist")


def read(name):
    plain = FOLDER / name
    data = plain.read_bytes() if plain.exists() else gzip.open(f"{plain}.gz").read()
    dims = int.from_bytes(data[3:4], "big")
    sizes = [int.from_bytes(data[4 + 4 * d:8 + 4 * d], "big") for d in range(dims)]
    return torch.frombuffer(bytearray(data[4 + 4 * dims:]), dtype=torch.uint8).reshape(sizes)


def images(name):
    return nn.functional.pad(read(name).float() / 255, (2, 2, 2, 2)).unsqueeze(1)


def network(qat):
    layers = [nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(20, 64, 5), nn.ReLU(),
              nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1600, 10)]
    if not qat:
        return nn.Sequential(*layers)
    model = nn.Sequential(QuantStub(), *layers)
    activation = FakeQuantize.with_args(
        observer=MovingAverageMinMaxObserver, quant_min=0, quant_max=255, reduce_range=False)
    model.qconfig = QConfig(activation=activation, weight=default_weight_fake_quant)
    fuse_modules_qat(model, [["1", "2"], ["4", "5"]], inplace=True)
    return prepare_qat(model.train())


def main():
    mode, seed = sys.argv[1], int(sys.argv[2])
    epochs = int(sys.argv[3]) if len(sys.argv) > 3 else 10
    torch.manual_seed(seed)
    model = network(mode == "qat")
    optimizer = torch.optim.Adam(model.parameters())
    loss = nn.CrossEntropyLoss()
    x, y = images("train-images-idx3-ubyte"), read("train-labels-idx1-ubyte").long()
    test_x, test_y = images("t10k-images-idx3-ubyte"), read("t10k-labels-idx1-ubyte").long()
    accuracies = []
    for _ in range(epochs):
        model.train()
        for batch in torch.randperm(len(x)).split(64):
            optimizer.zero_grad()
            loss(model(x[batch]), y[batch]).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            hits = sum((model(a).argmax(1) == b).sum().item()
                       for a, b in zip(test_x.split(500), test_y.split(500)))
        accuracies.append(hits / len(test_x))
    print(mode, seed, *accuracies, flush=True)


torch.set_num_threads(1)
main()
