# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/golden/ggml: what ggml's reference functions say of its block types.

Run as: python3 tests/golden/make_ggml_golden.py --ggml LIBRARY
LIBRARY is a shared library that exports ggml's own quantize_row_*_ref and dequantize_row_*
(ggml-quants.c; the data checked in is of the version of 21 August 2026, d99724f2), built so that
every float operation is rounded once, as C says: floating-point contraction off, no fused
multiply-add. With them fused the blocks are others where a comparison is close. Of 2,560 blocks of
256 normal values differed then: q2_K 604, q3_K 0, q4_K 160, q5_K 802, q6_K 10; of 20,480 blocks of
32: q4_0, q4_1, q5_0, q5_1 and q8_0 0, iq4_nl 2. Decoded floats did not differ.

cases.json lists the cases; arrays of 4-byte elements stand one behind the other in values.bin, at the
places given there; blocks are filled up to 4 bytes. A case with "x" says what ggml encodes x to and
decodes that to; one without decodes random bytes. Every NaN is stored as 0x7fc00000.

ggml leaves the codes of an iq4_nl block of magnitudes below 1e-15 as they were in memory (its scale
is 0, so that they do not matter). They are set to 8 here, the code nearest to 0, before decoding.
"""
import argparse
import ctypes
import json
import pathlib

import numpy as np

OUT = pathlib.Path(__file__).parent / "ggml"
# name: elements and bytes of a block
TYPES = {"q4_0": (32, 18), "q4_1": (32, 20), "q5_0": (32, 22), "q5_1": (32, 24), "q8_0": (32, 34),
         "q2_K": (256, 84), "q3_K": (256, 110), "q4_K": (256, 144), "q5_K": (256, 176),
         "q6_K": (256, 210), "iq4_nl": (32, 18)}
FLT_MAX = np.finfo(np.float32).max
rng = np.random.default_rng(20261123)
blobs, cases = [], []
offset = 0


def blob(array):
    """Appends an array; returns where it is, in elements of 4 bytes."""
    global offset
    data = np.ascontiguousarray(array).tobytes()
    data += bytes(-len(data) % 4)
    blobs.append(data)
    at = {"at": offset, "count": len(data) // 4}
    offset += len(data) // 4
    return at


def inputs():
    n = 256
    normal = rng.standard_normal(n)
    sign = rng.choice([-1.0, 1.0], n)
    outlier = rng.standard_normal(n) * 1e-3
    outlier[77] = 300
    zeros = np.where(rng.random(n) < 0.5, 0.0, -0.0)
    some = np.where(np.arange(n) // 16 % 3 == 0, 0.0, rng.standard_normal(n))
    with np.errstate(over="ignore"):
        return {
            "normal": rng.standard_normal(2 * n),
            "uniform": rng.uniform(-1, 1, n),
            "heavy-tailed": rng.standard_t(1.5, n),
            "constant": np.full(n, 3.25),
            "zeros": np.zeros(n),
            "zeros of both signs": zeros,
            "some sub-blocks zero": some,
            "one outlier": outlier,
            "denormals": normal * 1e-40,
            "all positive": np.abs(normal),
            "all negative": -1 - np.abs(rng.standard_normal(n)),
            "big mean": 1000 + normal * 1e-3,
            "ties": np.round(rng.standard_normal(n) * 2),
            "one magnitude": sign * 0.7,
            "many magnitudes": np.ldexp(normal, np.arange(n) // 16 * 4 - 40),
            "beyond float16": normal * 1e8,
            "up to FLT_MAX": rng.uniform(-1, 1, n) * float(FLT_MAX),
        }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ggml", required=True, help="the shared library")
    library = ctypes.CDLL(parser.parse_args().ggml)

    def call(name, source, target, count):
        getattr(library, name)(source.ctypes.data_as(ctypes.c_void_p),
                               target.ctypes.data_as(ctypes.c_void_p), ctypes.c_int64(count))

    def encode(name, x):
        size, width = TYPES[name]
        blocks = np.zeros((x.size // size, width), np.uint8)
        call(f"quantize_row_{name}_ref", x, blocks, x.size)
        if name == "iq4_nl":
            nothing = np.abs(x.reshape(-1, size)).max(axis=1) < np.float32(1e-15)
            blocks[nothing, 2:] = 0x88
        return blocks

    def decode(name, blocks):
        y = np.zeros(blocks.shape[0] * TYPES[name][0], np.float32)
        call(f"dequantize_row_{name}", blocks, y, y.size)
        y.view(np.uint32)[np.isnan(y)] = 0x7FC00000
        return y

    for case, values in inputs().items():
        x = values.astype(np.float32)
        assert np.isfinite(x).all(), case
        at = blob(x)
        for name in TYPES:
            blocks = encode(name, x)
            cases.append({"type": name, "case": case, "x": at, "bytes": blocks.size,
                          "blocks": blob(blocks), "y": blob(decode(name, blocks))})
    for name, (size, width) in TYPES.items():
        blocks = rng.integers(0, 256, (256 // size, width), np.uint8)
        cases.append({"type": name, "case": "random bytes", "bytes": blocks.size,
                      "blocks": blob(blocks), "y": blob(decode(name, blocks))})

    OUT.mkdir(exist_ok=True)
    (OUT / "values.bin").write_bytes(b"".join(blobs))
    lines = ",\n".join(json.dumps(case) for case in cases)
    (OUT / "cases.json").write_text('{"cases": [\n' + lines + "\n]}\n")


main()
