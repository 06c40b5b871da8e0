// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/side_bins.h"

#include "core/analysis/non_finite.h"
#include "core/base/text.h"
#include "ui/panels/grid_view.h"

#include <cmath>
#include <limits>
#include <vector>

namespace qs {
namespace {

struct Kind {
    NonFiniteKind kind;
    std::int64_t count;
    float value;
};

/// From left to right.
std::vector<Kind> kindsOf(const TensorResult& result)
{
    constexpr float kInf = std::numeric_limits<float>::infinity();
    const auto& stats = result.shownFacts->stats;
    std::vector<Kind> kinds;
    for (const Kind& each :
         {Kind{NonFiniteKind::NaN, stats.nanCount, std::numeric_limits<float>::quiet_NaN()},
          Kind{NonFiniteKind::NegInf, stats.negInfCount, -kInf},
          Kind{NonFiniteKind::PosInf, stats.posInfCount, kInf}}) {
        if (each.count > 0)
            kinds.push_back(each);
    }
    return kinds;
}

/// What the shown quantizer makes of the value. ggml's blocks take none of them.
QString becomes(const TensorResult& result, HistogramOf of, float value)
{
    const auto& report = *result.shown;
    if (of == HistogramOf::Float || info(report.params.dtype()).family == Family::Ggml)
        return {};
    const auto quantizer = Quantizer::make(report.params, *qs::Shape::make({1}),
                                           report.spec.rounding, report.spec.seed);
    if (!quantizer)
        return {};
    std::int32_t code = 0;
    float y = 0;
    float t = 0;
    float clip = 0;
    float lsb = 0;
    quantizer->evaluate({&value, 1}, 0, {&y, &t, &clip, &lsb, &code});
    return of == HistogramOf::Code
               ? Panels::tr("code %1").arg(codeText(report.params.dtype(), code))
               : realText(static_cast<double>(y));
}

} // namespace

void addSideBins(Figure& figure, const TensorResult& result, HistogramOf of)
{
    const bool counts = figure.y.unit == Panels::tr("count");
    for (const auto& [kind, count, value] : kindsOf(result)) {
        SideBin bin;
        bin.name = realText(static_cast<double>(value));
        bin.count = count;
        if (counts)
            bin.y = static_cast<double>(count);
        bin.right = kind == NonFiniteKind::PosInf;
        bin.becomes = becomes(result, of, value);
        figure.sideBins.push_back(std::move(bin));
    }
    if (!counts && !figure.sideBins.empty())
        figure.note += Panels::tr("; NaN and Inf as counts");
}

QString sideBinWords(const TensorResult& result)
{
    QStringList parts;
    for (const auto& each : kindsOf(result))
        parts << QStringLiteral("%1 %2").arg(QString::fromStdString(formatCount(each.count)),
                                             realText(static_cast<double>(each.value)));
    return parts.isEmpty()
               ? QString()
               : Panels::tr("; not finite, in no bin: %1").arg(parts.join(QStringLiteral(", ")));
}

} // namespace qs
