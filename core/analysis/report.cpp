// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/report.h"

#include <algorithm>
#include <cmath>

namespace qs {

double Report::rmse() const
{
    return std::sqrt(mse);
}

std::optional<double> Report::sqnrDb() const
{
    if (!(mse > 0) || !(signalPower > 0))
        return std::nullopt;
    return 10 * std::log10(signalPower / mse);
}

std::optional<double> Report::rmsePerScale() const
{
    if (params.channels() != 1 || n() == 0)
        return std::nullopt;
    return rmse() / static_cast<double>(params.scaleAt(0));
}

double Report::clippedLowFraction() const
{
    return n() == 0 ? 0 : static_cast<double>(clippedLow) / static_cast<double>(n());
}

double Report::clippedHighFraction() const
{
    return n() == 0 ? 0 : static_cast<double>(clippedHigh) / static_cast<double>(n());
}

std::int64_t Report::levelsUsed() const
{
    return std::count_if(codeCounts.begin(), codeCounts.end(),
                         [](std::int64_t count) { return count > 0; });
}

double Report::codeEntropyBits() const
{
    double bits = 0;
    for (const auto count : codeCounts) {
        if (count > 0) {
            const double p = static_cast<double>(count) / static_cast<double>(n());
            bits -= p * std::log2(p);
        }
    }
    return bits;
}

double Report::bitsPerWeight() const
{
    const auto& dtype = info(params.dtype());
    if (stats.count == 0)
        return dtype.bits;
    const int perChannel = 32 + (info(params.qscheme()).symmetric ? 0 : dtype.bits);
    return dtype.bits + static_cast<double>(perChannel) * static_cast<double>(params.channels()) /
                            static_cast<double>(stats.count);
}

std::array<float, 2> Report::rangeOf(std::size_t channel) const
{
    return {params.level(params.range().quantMin, channel),
            params.level(params.range().quantMax, channel)};
}

} // namespace qs
