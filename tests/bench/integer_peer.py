#!/usr/bin/python3
# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""PyTorch on what bench_network measures: seed-cnn, batch 256, two threads, from float images to
float logits. Prints the images per second of the median batch, float in eval mode and converted to
int8 with the engine qnnpack. Exit status 77: torch is not here."""
import statistics
import sys
import time
import warnings

try:
    import torch
    from torch import nn
    from torch.ao.quantization import (
        DeQuantStub,
        MinMaxObserver,
        QConfig,
        QuantStub,
        convert,
        fuse_modules,
        prepare,
    )
except ImportError:
    sys.exit(77)

BATCH = 256
REPEATS = 31
WARM_UP = 5


def network():
    return nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(20, 64, 5), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1600, 10)).eval()


def quantized(x):
    torch.backends.quantized.engine = "qnnpack"
    layers = fuse_modules(network(), [["0", "1"], ["3", "4"]])
    model = nn.Sequential(QuantStub(), *layers, DeQuantStub()).eval()
    model.qconfig = QConfig(
        activation=MinMaxObserver.with_args(dtype=torch.quint8),
        weight=MinMaxObserver.with_args(dtype=torch.qint8,
                                        qscheme=torch.per_tensor_symmetric))
    prepare(model, inplace=True)
    model(x)
    return convert(model)


def images_per_second(model, x):
    times = []
    with torch.no_grad():
        for _ in range(WARM_UP + REPEATS):
            begin = time.perf_counter()
            model(x)
            times.append(time.perf_counter() - begin)
    return BATCH / statistics.median(times[WARM_UP:])


warnings.simplefilter("ignore")
torch.manual_seed(1)
torch.set_num_threads(2)
images = torch.rand(BATCH, 1, 32, 32)
print(f"{images_per_second(network(), images):.0f} "
      f"{images_per_second(quantized(images), images):.0f} {torch.__version__}")
