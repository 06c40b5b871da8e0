#!/usr/bin/python3
# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the two IDX files beside it from scikit-learn's digits.csv.gz (Debian's python3-sklearn):
lines of 64 pixels from 0 to 16 and a label. The same input gives the same bytes."""
import gzip
import pathlib

import numpy
import sklearn.datasets

HERE = pathlib.Path(__file__).parent


def write_idx(name, values):
    header = bytes([0, 0, 8, values.ndim]) + b"".join(n.to_bytes(4, "big") for n in values.shape)
    data = gzip.compress(header + values.astype(numpy.uint8).tobytes(), 9, mtime=0)
    (HERE / name).write_bytes(data)


source = pathlib.Path(sklearn.datasets.__file__).parent / "data" / "digits.csv.gz"
table = numpy.loadtxt(source, delimiter=",").astype(int)
assert table.shape == (1797, 65) and table.min() == 0 and table[:, :64].max() == 16
write_idx("digits-images-idx3-ubyte.gz", table[:, :64].reshape(-1, 8, 8))
write_idx("digits-labels-idx1-ubyte.gz", table[:, 64])
