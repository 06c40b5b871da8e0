#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes seed_cnn.safetensors: the weights of the article's CNN after two epochs on Fashion-MNIST in
# float, trained by this program (scripts/build first). The same machine gives the same bits.
set -euo pipefail
cd "$(dirname "$0")"
../../build/release/bin/quantoscope-cli train --model seed-cnn --data fashion-mnist \
    --epochs 2 --batch 64 --lr 0.001 --optimizer adam --seed 1 --save seed_cnn.safetensors
