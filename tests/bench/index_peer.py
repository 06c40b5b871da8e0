#!/usr/bin/python3
# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""PyTorch and numpy on what bench_index measures, two threads, as many elements as the argument says.
Prints "name seconds" lines, of the median run. Exit status 77: torch is not here."""
import statistics
import sys
import time

try:
    import numpy
    import torch
    from torch.ao.quantization import HistogramObserver
except ImportError:
    sys.exit(77)

from report_peer import report

torch.set_num_threads(2)
n = int(sys.argv[1])
runs = 3 if n <= 1 << 24 else 1
x = torch.randn(n, generator=torch.Generator().manual_seed(1))


def seconds(run, warm=True):
    if warm:
        run()
    taken = []
    for _ in range(runs):
        begin = time.perf_counter()
        run()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


def histogram_observer():
    observer = HistogramObserver()
    observer(x)
    return observer.calculate_qparams()


with torch.no_grad():
    print("report", seconds(lambda: report(x)))
    values = x.numpy()
    print("sort", seconds(lambda: numpy.sort(values), warm=False))
    if n <= 1 << 24:
        print("histogram_observer", seconds(histogram_observer))
