// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <span>

namespace qs {

/// How a Conv2d reads an image: square kernel, the same stride and zero padding in both directions.
struct ImageRows {
    std::int64_t channels = 1;
    std::int64_t height = 1;
    std::int64_t width = 1;
    std::int64_t kernel = 1;
    std::int64_t stride = 1;
    std::int64_t padding = 0;
    bool channelsLast = false; ///< the image is [height][width][channels], else [channels][h][w]

    std::int64_t outHeight() const { return (height + 2 * padding - kernel) / stride + 1; }
    std::int64_t outWidth() const { return (width + 2 * padding - kernel) / stride + 1; }
    std::int64_t rows() const { return outHeight() * outWidth(); }
    std::int64_t columns() const { return channels * kernel * kernel; }
};

/// Writes what each output position of one image sees: rows [outHeight * outWidth][channels *
/// kernel
/// * kernel] in the order of PyTorch's weight, [in][ky][kx] (torch.nn.functional.unfold,
/// transposed). An output channel then is the product of a row and its weights. Errors (Usage): a
/// size below 1, a negative padding, a kernel larger than the padded image; spans of other lengths
/// than channels * height * width and rows() * columns().
Result<void> writeImageRows(const ImageRows& shape, std::span<const float> image,
                            std::span<float> rows);

} // namespace qs
