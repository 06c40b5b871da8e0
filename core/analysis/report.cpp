// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/report.h"

#include "core/quant/ggml_kernel.h"

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

void Report::countCodes()
{
    levelsUsed = 0;
    codeEntropyBits = 0;
    for (const auto count : codeCounts) {
        if (count > 0) {
            const double p = static_cast<double>(count) / static_cast<double>(n());
            codeEntropyBits -= p * std::log2(p);
            ++levelsUsed;
        }
    }
}

std::int64_t Report::levelsTotal() const
{
    const auto& row = info(params.dtype());
    if (row.family == Family::Exponent)
        return params.codeCount() - 1; // one is NaN
    if (row.family != Family::Float || row.isSigned)
        return params.codeCount();
    // Positive and negative ones, with both zeros where there are two.
    const std::int64_t each = std::int64_t{row.format.maxCode()} + 1;
    return 2 * each - (row.format.specials == Specials::Fnuz ? 1 : 0);
}

double Report::bitsPerWeight() const
{
    const auto& row = info(params.dtype());
    double bits = row.bits;
    if (row.id == DType::Codebook)
        bits = std::ceil(std::log2(static_cast<double>(params.codeCount())));
    if (row.family == Family::Ggml)
        return info(ggmlTypeOf(row.id)).bitsPerWeight;
    if (stats.count == 0)
        return bits;
    double perSet = 32;
    if (row.scaleFormat == ScaleFormat::E8m0 || row.scaleFormat == ScaleFormat::E4m3)
        perSet = 8;
    if (row.scaleFormat == ScaleFormat::Unit && params.channels() == 1 && params.scaleAt(0) == 1.0F)
        perSet = 0; // a cast
    if (info(params.qscheme()).floatZeroPoint)
        perSet += 32;
    else if (row.isInteger() && !info(params.qscheme()).symmetric)
        perSet += row.bits;
    double all = perSet * static_cast<double>(params.channels());
    if (row.scaleFormat == ScaleFormat::E4m3 && params.parts().globalScale != 1.0F)
        all += 32;
    return bits + all / static_cast<double>(stats.count);
}

} // namespace qs
