// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/code_counts.h"

#include "core/base/text.h"
#include "ui/panels/grid_view.h"

#include <algorithm>

namespace qs {
namespace {

/// Counts in the order in which they are drawn: places first, first + 1, …
struct Usage {
    std::int64_t first = 0;
    std::vector<std::int64_t> counts;
};

Usage usageOf(const Report& report)
{
    const auto& params = report.params;
    const auto& row = info(params.dtype());
    const auto& counts = report.codeCounts;
    if (row.family != Family::Float || row.isSigned)
        return {params.firstCode(),
                {counts.begin(),
                 counts.begin() +
                     std::min(report.levelsTotal(), static_cast<std::int64_t>(counts.size()))}};
    const auto largest = static_cast<std::int64_t>(row.format.maxCode());
    const auto sign = static_cast<std::size_t>(row.format.signBit());
    Usage usage{-largest, {}};
    for (std::int64_t m = -largest; m <= largest; ++m) {
        const auto magnitude = static_cast<std::size_t>(m < 0 ? -m : m);
        std::int64_t count = counts[m < 0 ? sign | magnitude : magnitude];
        if (m == 0 && row.format.specials != Specials::Fnuz)
            count += counts[sign]; // -0
        usage.counts.push_back(count);
    }
    return usage;
}

} // namespace

QString codeAxisTitle(const DTypeInfo& row)
{
    if (row.family == Family::Float && !row.isSigned)
        return Panels::tr("sign and magnitude of the code, in order of value");
    return row.family == Family::Codebook   ? Panels::tr("code q, place in the codebook")
           : row.family == Family::Exponent ? Panels::tr("code q, exponent + 127")
                                            : Panels::tr("code q");
}

std::optional<CodeBars> codeBars(const Report& report)
{
    if (report.codeCounts.empty())
        return std::nullopt;
    const auto usage = usageOf(report);
    const auto n = static_cast<std::int64_t>(usage.counts.size());
    CodeBars bars;
    bars.x = {codeAxisTitle(info(report.params.dtype())),
              Panels::tr("code"),
              static_cast<double>(usage.first) - 0.5,
              static_cast<double>(usage.first + n) - 0.5,
              false,
              true};
    auto& used = bars.bars;
    used.csvName = QStringLiteral("count per code");
    used.kind = SeriesKind::Histogram;
    used.color = ColorRole::Dequantized;
    bars.perBar = std::max<std::int64_t>(1, (n + 1023) / 1024);
    for (std::int64_t i = 0; i < n; i += bars.perBar) {
        const auto first = usage.counts.begin() + i;
        const auto last = usage.counts.begin() + std::min(i + bars.perBar, n);
        const auto most = static_cast<double>(*std::max_element(first, last));
        used.x.push_back(static_cast<double>(usage.first + i) - 0.5);
        used.y.push_back(most);
        bars.tallest = std::max(bars.tallest, most);
    }
    used.x.push_back(static_cast<double>(usage.first + n) - 0.5);
    used.y.push_back(0);
    return bars;
}

QString tooManyCodes(const Report& report)
{
    const auto& row = info(report.params.dtype());
    return Panels::tr("%1 of %2 codes are used. %3 has too many for a bar each.")
        .arg(QString::fromStdString(formatCount(report.levelsUsed)),
             QString::fromStdString(formatCount(report.levelsTotal())),
             QString::fromUtf8(row.name.data(), static_cast<qsizetype>(row.name.size())));
}

} // namespace qs
