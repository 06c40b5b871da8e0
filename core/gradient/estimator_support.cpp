// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gradient/estimator_support.h"

#include "core/base/text.h"

#include <cmath>

namespace qs {

Result<void> checkElements(std::span<const float> x, const char* name, std::size_t other)
{
    if (x.empty())
        return Error::usage("x: expected at least one element, found none");
    if (other != x.size())
        return Error::usage(std::string(name) + ": expected " + std::to_string(x.size()) +
                            " elements as in x, found " + std::to_string(other));
    return {};
}

Result<void> checkPositive(const char* name, float value)
{
    if (!(value > 0) || !std::isfinite(value))
        return Error::usage(std::string(name) + ": expected a finite number above 0, found " +
                            formatExact(value));
    return {};
}

Result<void> checkFinite(const char* name, float value)
{
    if (!std::isfinite(value))
        return Error::usage(std::string(name) + ": expected a finite number, found " +
                            formatExact(value));
    return {};
}

Result<void> checkQuantRange(int quantMin, int quantMax)
{
    if (quantMin >= quantMax)
        return Error::usage("quant_min: expected less than quant_max = " +
                            std::to_string(quantMax) + ", found " + std::to_string(quantMin));
    if (quantMin < -32768)
        return Error::usage("quant_min: expected -32768 or more, found " +
                            std::to_string(quantMin));
    if (quantMax > 65535)
        return Error::usage("quant_max: expected 65535 or less, found " + std::to_string(quantMax));
    return {};
}

Result<void> checkBits(int bits)
{
    if (bits < 2 || bits > 16)
        return Error::usage("bits: expected 2 to 16, found " + std::to_string(bits));
    return {};
}

Result<void> checkChannels(const char* name, std::size_t found, const ParamLayout& layout,
                           std::int64_t count)
{
    if (layout.count() < 1 || layout.channels() < 1 || layout.inner() < 1)
        return Error::usage("layout: expected at least one channel of at least one element");
    if (found != static_cast<std::size_t>(layout.count()))
        return Error::usage(std::string(name) + ": expected one value for each of " +
                            std::to_string(layout.count()) + " channels, found " +
                            std::to_string(found));
    const std::int64_t row = layout.channels() * layout.inner();
    if (layout.count() > 1 && count % row != 0)
        return Error::usage("x: expected a multiple of " + std::to_string(row) +
                            " elements (channels times elements of a channel), found " +
                            std::to_string(count));
    return {};
}

} // namespace qs
