// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/code_usage_panel.h"

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

/// Codes as numbers; of floats sign and magnitude of the bit pattern, which ascend with the value.
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

QString axisTitle(const DTypeInfo& row)
{
    if (row.family == Family::Float && !row.isSigned)
        return Panels::tr("sign and magnitude of the code, in order of value");
    return row.family == Family::Codebook   ? Panels::tr("code q, place in the codebook")
           : row.family == Family::Exponent ? Panels::tr("code q, exponent + 127")
                                            : Panels::tr("code q");
}

} // namespace

Figure codeUsageFigure(const PanelInput& input)
{
    if (!input.tensor)
        return emptyFigure(Panels::tr("Code usage"));
    const auto& result = *input.tensor;
    const auto& report = *result.report;
    const auto& row = info(report.params.dtype());
    const auto name = QString::fromStdString(result.facts->tensor.name());
    const auto count = [](std::int64_t n) {
        return QString::fromStdString(formatCount(n));
    };
    Figure figure;
    figure.title = Panels::tr("Code usage of %1: %2 of %3 codes")
                       .arg(name, count(report.levelsUsed), count(report.levelsTotal()));
    figure.provenance = provenance(result);
    figure.accessible = figure.title;
    if (report.codeCounts.empty()) {
        figure.emptyText =
            Panels::tr("%1 of %2 codes are used. %3 has too many for a bar each.")
                .arg(count(report.levelsUsed), count(report.levelsTotal()),
                     QString::fromUtf8(row.name.data(), static_cast<qsizetype>(row.name.size())));
        figure.accessible = figure.emptyText;
        return figure;
    }
    const auto usage = usageOf(report);
    const auto n = static_cast<std::int64_t>(usage.counts.size());
    figure.x = {axisTitle(row),
                Panels::tr("code"),
                static_cast<double>(usage.first) - 0.5,
                static_cast<double>(usage.first + n) - 0.5,
                false,
                true};

    Series used;
    used.name = Panels::tr("elements per code");
    used.csvName = QStringLiteral("count per code");
    used.kind = SeriesKind::Histogram;
    used.color = ColorRole::Dequantized;
    // At most 1024 bars: a group shows its fullest code, and the note says so.
    const std::int64_t group = std::max<std::int64_t>(1, (n + 1023) / 1024);
    double top = 1;
    for (std::int64_t i = 0; i < n; i += group) {
        const auto first = usage.counts.begin() + i;
        const auto last = usage.counts.begin() + std::min(i + group, n);
        const auto most = static_cast<double>(*std::max_element(first, last));
        used.x.push_back(static_cast<double>(usage.first + i) - 0.5);
        used.y.push_back(most);
        top = std::max(top, most);
    }
    used.x.push_back(static_cast<double>(usage.first + n) - 0.5);
    used.y.push_back(0);
    if (group > 1)
        figure.note = Panels::tr("each bar: the fullest of %1 codes").arg(group);
    else if (row.family == Family::Ggml)
        figure.note = Panels::tr("what a code stands for is in its block");
    figure.y = {Panels::tr("elements"), Panels::tr("count"), 0.5, top * 2, true, false};
    figure.series = {std::move(used)};
    figure.legend = false;
    return figure;
}

} // namespace qs
