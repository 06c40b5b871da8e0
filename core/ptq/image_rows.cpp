// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/image_rows.h"

#include "core/ptq/ptq_checks.h"

#include <string>
#include <tuple>

namespace qs {
namespace {

Result<void> check(const ImageRows& s)
{
    // Also keeps every product below 2^62.
    constexpr std::int64_t kMost = 1 << 20;
    for (const auto& [name, size, least] :
         {std::tuple{"channels", s.channels, 1}, std::tuple{"height", s.height, 1},
          std::tuple{"width", s.width, 1}, std::tuple{"kernel", s.kernel, 1},
          std::tuple{"stride", s.stride, 1}, std::tuple{"padding", s.padding, 0}}) {
        if (size < least || size > kMost)
            return Error::usage(std::string(name) + ": expected " + std::to_string(least) + " to " +
                                std::to_string(kMost) + ", found " + std::to_string(size));
    }
    if (s.kernel > s.height + 2 * s.padding || s.kernel > s.width + 2 * s.padding)
        return Error::usage("kernel: expected at most the padded image, " +
                            std::to_string(s.height + 2 * s.padding) + " x " +
                            std::to_string(s.width + 2 * s.padding) + ", found " +
                            std::to_string(s.kernel));
    return {};
}

} // namespace

Result<void> writeImageRows(const ImageRows& shape, std::span<const float> image,
                            std::span<float> rows)
{
    if (auto ok = check(shape); !ok)
        return ok;
    if (auto ok = checkSizes("image", image.size(), shape.channels, shape.height, shape.width); !ok)
        return ok;
    if (auto ok =
            checkSizes("rows", rows.size(), shape.outHeight(), shape.outWidth(), shape.columns());
        !ok)
        return ok;
    const auto pixel = [&](std::int64_t c, std::int64_t y, std::int64_t x) {
        if (y < 0 || y >= shape.height || x < 0 || x >= shape.width)
            return 0.0F;
        return image[static_cast<std::size_t>(shape.channelsLast
                                                  ? (y * shape.width + x) * shape.channels + c
                                                  : (c * shape.height + y) * shape.width + x)];
    };
    float* to = rows.data();
    for (std::int64_t oy = 0; oy < shape.outHeight(); ++oy) {
        for (std::int64_t ox = 0; ox < shape.outWidth(); ++ox) {
            const std::int64_t y = oy * shape.stride - shape.padding;
            const std::int64_t x = ox * shape.stride - shape.padding;
            for (std::int64_t c = 0; c < shape.channels; ++c) {
                for (std::int64_t ky = 0; ky < shape.kernel; ++ky) {
                    for (std::int64_t kx = 0; kx < shape.kernel; ++kx)
                        *to++ = pixel(c, y + ky, x + kx);
                }
            }
        }
    }
    return {};
}

} // namespace qs
