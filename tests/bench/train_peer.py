#!/usr/bin/python3
# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""PyTorch on what bench_train measures: seed-cnn, batch 64, Adam, two threads. Prints the samples
per second of the median step, float and with fake quantization where bench_train puts it. Exit
status 77: torch is not here."""
import statistics
import sys
import time

try:
    import torch
    from torch import nn
    from torch.ao.quantization import FakeQuantize, MovingAverageMinMaxObserver
except ImportError:
    sys.exit(77)

BATCH = 64
STEPS = 60
WARM_UP = 10


def activation():
    return FakeQuantize(MovingAverageMinMaxObserver, quant_min=0, quant_max=255,
                        dtype=torch.quint8, qscheme=torch.per_tensor_affine)


def weight():
    return FakeQuantize(MovingAverageMinMaxObserver, quant_min=-128, quant_max=127,
                        dtype=torch.qint8, qscheme=torch.per_tensor_symmetric)


class Quantized(nn.Module):
    """A layer with its weight's quantizer."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer
        self.quantizer = weight()

    def forward(self, x):
        w = self.quantizer(self.layer.weight)
        if isinstance(self.layer, nn.Conv2d):
            return nn.functional.conv2d(x, w, self.layer.bias)
        return nn.functional.linear(x, w, self.layer.bias)


def network(qat):
    wrap = Quantized if qat else lambda layer: layer
    point = (lambda: [activation()]) if qat else (lambda: [])
    return nn.Sequential(
        *point(), wrap(nn.Conv2d(1, 20, 5)), nn.ReLU(), nn.MaxPool2d(2), *point(),
        wrap(nn.Conv2d(20, 64, 5)), nn.ReLU(), nn.MaxPool2d(2), *point(),
        nn.Flatten(), wrap(nn.Linear(1600, 10)), *point())


def samples_per_second(qat):
    torch.manual_seed(1)
    model = network(qat)
    optimizer = torch.optim.Adam(model.parameters())
    loss = nn.CrossEntropyLoss()
    x = torch.rand(BATCH, 1, 32, 32)
    y = torch.randint(0, 10, (BATCH,))
    times = []
    for _ in range(WARM_UP + STEPS):
        begin = time.perf_counter()
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()
        times.append(time.perf_counter() - begin)
    return BATCH / statistics.median(times[WARM_UP:])


torch.set_num_threads(2)
print(f"{samples_per_second(False):.0f} {samples_per_second(True):.0f} {torch.__version__}")
