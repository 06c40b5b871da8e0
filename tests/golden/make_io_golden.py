#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the files in io/ by numpy, an implementation that is not ours.

Made with numpy 1.24.2. The .safetensors and IDX files are put together from the formats'
descriptions with struct and json, the data again by numpy. Every array holds the values 0, 1, 2, …
in the order of its indices (row-major), so that the tests can
tell each element's place.
"""
import gzip
import json
import pathlib
import struct

import numpy as np

HERE = pathlib.Path(__file__).parent / "io"


def counting(shape, dtype):
    """The elements 0, 1, 2, … row by row; bool: whether odd."""
    values = np.arange(int(np.prod(shape)))
    return (values % 2 == 1 if dtype == "?" else values).astype(dtype).reshape(shape)


def npy_files():
    for name, dtype in [("f2", "<f2"), ("f4", "<f4"), ("f8", "<f8"), ("b1", "?"), ("u1", "u1"),
                        ("i1", "i1"), ("u2", "<u2"), ("i2", "<i2"), ("u4", "<u4"), ("i4", "<i4"),
                        ("u8", "<u8"), ("i8", "<i8")]:
        np.save(HERE / f"c_{name}.npy", counting((2, 3), dtype))
    np.save(HERE / "negative_i2.npy", np.array([-32768, -1, 0, 32767], "<i2"))
    np.save(HERE / "special_f4.npy",
            np.array([np.nan, np.inf, -np.inf, -0.0, 1e-45, 3.4028235e38], "<f4"))
    np.save(HERE / "special_f2.npy", np.array([np.nan, np.inf, -np.inf, 2**-24, 65504], "<f2"))
    for dtype in ["f2", "f4", "f8", "i2", "i4", "i8", "u4"]:
        np.save(HERE / f"big_{dtype}.npy", counting((2, 3), ">" + dtype))
    np.save(HERE / "fortran_2d.npy", np.asfortranarray(counting((3, 5), "<f4")))
    np.save(HERE / "fortran_4d.npy", np.asfortranarray(counting((2, 3, 4, 5), "<f4")))
    np.save(HERE / "fortran_big_i2.npy", np.asfortranarray(counting((3, 4, 2), ">i2")))
    np.save(HERE / "fortran_tiles_u1.npy", np.asfortranarray(counting((70, 3), "u1")))
    np.save(HERE / "scalar.npy", np.array(2.5, "<f4"))
    np.save(HERE / "one.npy", np.array([2.5], "<f4"))
    np.save(HERE / "empty.npy", np.zeros((0,), "<f4"))
    np.save(HERE / "empty_2d.npy", np.zeros((3, 0), "<f4"))
    for version in [(2, 0), (3, 0)]:
        with open(HERE / f"version{version[0]}.npy", "wb") as file:
            np.lib.format.write_array(file, counting((2, 3), "<f4"), version=version)
    with gzip.GzipFile(HERE / "c_f4.npy.gz", "wb", mtime=0) as file:
        np.save(file, counting((2, 3), "<f4"))
    # What cannot be read, and must say so.
    np.save(HERE / "refused_complex.npy", np.zeros(3, "<c8"))
    np.save(HERE / "refused_object.npy", np.array([None, 1], object))
    np.save(HERE / "refused_structured.npy", np.zeros(3, [("a", "<f4"), ("b", "<i4")]))
    np.save(HERE / "refused_string.npy", np.array(["a", "bc"]))
    np.save(HERE / "refused_time.npy", np.zeros(3, "<M8[s]"))
    np.save(HERE / "refused_void.npy", np.zeros(3, "V2"))
    np.save(HERE / "refused_longdouble.npy", np.zeros(3, np.longdouble))


def bfloat16(values):
    return (values.astype("<f4").view("<u4") >> 16).astype("<u2")


def safetensors_file():
    """Every type the reader knows, one it does not, metadata, a scalar and an empty tensor."""
    parts = [("F64", counting((2, 3), "<f8")), ("I64", counting((2, 3), "<i8")),
             ("U64", counting((2, 3), "<u8")), ("F32", counting((2, 3), "<f4")),
             ("I32", counting((2, 3), "<i4")), ("U32", counting((2, 3), "<u4")),
             ("F16", counting((2, 3), "<f2")), ("BF16", bfloat16(counting((2, 3), "<f4"))),
             ("I16", counting((2, 3), "<i2")), ("U16", counting((2, 3), "<u2")),
             ("I8", counting((2, 3), "i1")), ("U8", counting((2, 3), "u1")),
             ("BOOL", counting((2, 3), "?")), ("F8_E4M3", counting((2, 3), "u1"))]
    named = [(code.lower(), code, array) for code, array in parts]
    named.insert(0, ("empty", "F32", np.zeros((0, 4), "<f4")))
    named.insert(0, ("scalar", "F32", np.array(2.5, "<f4")))
    header, data = {"__metadata__": {"format": "pt", "made_by": "numpy"}}, b""
    for name, code, array in named:
        header[name] = {"dtype": code, "shape": list(array.shape),
                        "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (HERE / "all_types.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)


def idx_files():
    for name, code, dtype in [("u1", 8, "u1"), ("i1", 9, "i1"), ("i2", 11, ">i2"),
                              ("i4", 12, ">i4"), ("f4", 13, ">f4"), ("f8", 14, ">f8")]:
        content = struct.pack(">BBBBII", 0, 0, code, 2, 2, 3) + counting((2, 3), dtype).tobytes()
        (HERE / f"{name}.idx").write_bytes(content)
    content = struct.pack(">BBBBIII", 0, 0, 8, 3, 2, 4, 4) + counting((2, 4, 4), "u1").tobytes()
    with gzip.GzipFile(HERE / "train-images-idx3-ubyte.gz", "wb", mtime=0) as file:
        file.write(content)


def npz_files():
    arrays = {"x": np.arange(6, dtype="f4").reshape(2, 3), "y": np.array([3, -7], "i2")}
    np.savez(HERE / "stored.npz", **arrays)
    np.savez_compressed(HERE / "deflated.npz", **arrays)


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    npy_files()
    npz_files()
    safetensors_file()
    idx_files()
