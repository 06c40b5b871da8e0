#!/usr/bin/python3
# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/golden/data/*.json with Debian's python3-sklearn: its digits, moons and circles. Run
in any folder."""
import json
import pathlib

import numpy
import sklearn
from sklearn.datasets import load_digits, make_circles, make_moons

OUT = pathlib.Path(__file__).parent / "data"


def write(name, content):
    OUT.mkdir(exist_ok=True)
    (OUT / name).write_text(json.dumps({"sklearn": sklearn.__version__, **content}) + "\n")


def points(x, labels):
    """Sorted by label, x and y."""
    return sorted([int(k), *map(float, point)] for point, k in zip(x, labels))


digits = load_digits()
write("digits.json", {
    "count": len(digits.target),
    "first": digits.images[0].tolist(),
    "last": digits.images[-1].tolist(),
    "labels": digits.target.tolist(),
    "sums": digits.images.sum(axis=(1, 2)).astype(int).tolist(),
    "class_counts": numpy.bincount(digits.target).tolist(),
})
write("planes.json", {
    "moons": points(*make_moons(41, shuffle=False, noise=None)),
    "circles": points(*make_circles(41, shuffle=False, noise=None, factor=0.25)),
})
