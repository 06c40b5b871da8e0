// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/number_lines_panel.h"

#include "core/base/text.h"
#include "ui/panels/code_names.h"
#include "ui/panels/grid_view.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace qs {
namespace {

/// Half of a tick's height; lanes are 1 apart.
constexpr double kTick = 0.33;
/// Lanes of more values show about so many.
constexpr std::size_t kMostTicks = 1024;
/// What every lane shows: from float8_e5m2fnuz' smallest number to beyond float8_e5m2's largest.
constexpr double kFrom = 0x1p-18;
constexpr double kTo = 0x1p17;

QString text(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

QString exact(double v)
{
    return QString::fromStdString(formatExact(v));
}

/// A value above 0 and the code that stands for it.
struct Value {
    double x = 0;
    std::int32_t code = 0;
};

/// Scalar dtypes of at most 8 bits; of the integers the usual ones.
std::vector<DType> laneDTypes()
{
    std::vector<DType> lanes;
    for (const auto& row : dtypes()) {
        const bool usual = row.id == DType::Int8 || row.id == DType::Int4;
        const bool format = row.family == Family::Float && !row.isBlock();
        if (row.bits <= 8 && (usual || format || row.id == DType::Nf4))
            lanes.push_back(row.id);
    }
    return lanes;
}

/// |x| of every code but 0's, ascending and each once; of x and -x the code of x.
std::vector<Value> valuesOf(const QuantParams& params)
{
    std::vector<Value> values;
    const std::int64_t count = params.codeCount();
    for (std::int64_t i = 0; i < count; ++i) {
        const auto code = static_cast<std::int32_t>(params.firstCode() + i);
        const auto x = static_cast<double>(params.level(code));
        if (std::isfinite(x) && x != 0)
            values.push_back({x, code});
    }
    std::stable_sort(values.begin(), values.end(), [](const Value& a, const Value& b) {
        const double left = std::fabs(a.x);
        const double right = std::fabs(b.x);
        return left < right || (left == right && a.x > b.x);
    });
    values.erase(std::unique(values.begin(), values.end(),
                             [](const Value& a, const Value& b) {
                                 return std::fabs(a.x) == std::fabs(b.x);
                             }),
                 values.end());
    for (auto& value : values)
        value.x = std::fabs(value.x);
    return values;
}

/// "0 1010 011 = 1.375 x 2^3 = 11", with the step to the next value.
QString valueText(const QuantParams& params, const std::vector<Value>& values, std::size_t i)
{
    const auto& row = info(params.dtype());
    const auto& value = values[i];
    QString label = codeBits(params, value.code);
    if (row.family == Family::Float && !row.isSigned) {
        const auto bits = static_cast<std::uint32_t>(value.code) & (row.format.signBit() - 1);
        const auto exponent = bits >> row.format.mantissaBits;
        const int power = static_cast<int>(std::max(exponent, 1U)) - row.format.bias;
        const double unscaled = std::fabs(
            static_cast<double>(row.format.decode(static_cast<std::uint32_t>(value.code))));
        label +=
            Panels::tr(" = %1 \u00d7 2^%2").arg(exact(std::ldexp(unscaled, -power))).arg(power);
        if (params.stepAt(0) != 1.0F)
            label += Panels::tr(" \u00d7 scale");
    }
    label += Panels::tr(" = %1").arg(exact(value.x));
    if (i + 1 < values.size()) {
        const double step = values[i + 1].x - value.x;
        label += Panels::tr("\nnext: %1 more, %2 %")
                     .arg(QString::fromStdString(formatShort(step)),
                          QString::fromStdString(formatShort(step / value.x * 100)));
    }
    return label;
}

/// Of values that lie closer than can be seen only some. [from, to]: what is in sight.
std::vector<std::size_t> seen(const std::vector<Value>& values, double from, double to)
{
    const double inside = std::pow(to / from, 1.0 / kMostTicks);
    const double outside = std::pow(inside, 8); // what one has to move the axis to
    std::vector<std::size_t> kept;
    const bool all = values.size() <= kMostTicks;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double ratio = values[i].x >= from && values[i].x <= to ? inside : outside;
        if (all || kept.empty() || values[i].x >= values[kept.back()].x * ratio ||
            i + 1 == values.size())
            kept.push_back(i);
    }
    return kept;
}

void addLane(Figure& figure, const QuantParams& params, const QString& name, double at,
             ColorRole color, std::array<double, 2> view)
{
    const auto values = valuesOf(params);
    Series lane;
    lane.csvName = name;
    lane.color = color;
    lane.labelsShown = false;
    for (const auto i : seen(values, view[0], view[1])) {
        const double x = values[i].x;
        lane.x.push_back(x);
        lane.y.push_back(at);
        lane.labels.push_back(valueText(params, values, i));
        figure.links.push_back({x, at - kTick, x, at + kTick, color, false});
    }
    figure.series.push_back(std::move(lane));
    figure.y.names.insert(figure.y.names.begin(), {at, name}); // ascending places
}

QuantParams unscaled(DType dtype)
{
    const auto& row = info(dtype);
    return *QuantParams::make(dtype, QScheme::PerTensorSymmetric, {row.quantMin, row.quantMax},
                              {1.0F}, {0});
}

} // namespace

Figure numberLinesFigure(const PanelInput& input)
{
    if (!input.tensor)
        return emptyFigure(Panels::tr("Number lines"));
    const auto& result = *input.tensor;
    const auto& params = result.shown->params;
    const auto& row = info(params.dtype());
    Figure figure;
    figure.title = Panels::tr("What each dtype can write");
    figure.provenance = provenance(result);
    figure.x = {Panels::tr("size of the value, |x|"), QStringLiteral("-"), kFrom, kTo, true, false};
    figure.y = {Panels::tr("dtype"), QStringLiteral("-"), 0, 1, false, false};
    const bool shown = LevelTable::fits(params);
    if (shown && row.scaleFormat != ScaleFormat::Unit) {
        const auto range = *params.coveredRange();
        const double top = std::max(std::fabs(static_cast<double>(range[0])),
                                    std::fabs(static_cast<double>(range[1])));
        if (top > 0 && std::isfinite(top)) {
            // At least its largest octaves, where a scale moves it far away from the others.
            figure.x.min = std::min(figure.x.min, top / 256);
            figure.x.max = std::max(figure.x.max, top * 2);
        }
    }
    const auto view = std::array{figure.x.min, figure.x.max};
    double at = 0;
    if (shown) {
        const QString name =
            params.stepAt(0) == 1.0F
                ? Panels::tr("in use: %1").arg(text(row.name))
                : Panels::tr("in use: %1 \u00d7 %2")
                      .arg(text(row.name), QString::fromStdString(
                                               formatShort(static_cast<double>(params.stepAt(0)))));
        addLane(figure, params, name, at--, ColorRole::Dequantized, view);
    }
    for (const auto dtype : laneDTypes())
        addLane(figure, unscaled(dtype), text(info(dtype).name), at--, ColorRole::Reference, view);
    figure.y.min = at + 0.4;
    figure.y.max = 0.6;
    const auto& stats = result.shownFacts->stats;
    const double largest = std::max(std::fabs(static_cast<double>(stats.min)),
                                    std::fabs(static_cast<double>(stats.max)));
    if (stats.finiteCount() > 0 && largest > 0)
        figure.markers.push_back({QStringLiteral("largest"),
                                  Panels::tr("largest |x| of the tensor"), largest,
                                  ColorRole::Float, LineStyle::Dotted, false});
    figure.legend = false;
    figure.note =
        shown ? Panels::tr("scale 1, but for the first; 0 has no place on a log axis")
        : row.family == Family::Ggml
            ? Panels::tr("scale 1; %1 is not here, its scales are in its blocks")
                  .arg(text(row.name))
            : Panels::tr("scale 1; %1 is not here, it has too many codes").arg(text(row.name));
    figure.accessible = Panels::tr(
        "Number lines of %n dtypes: the sizes of all values each of them has codes for, evenly "
        "spaced in integers, doubling their distance with each power of two in floats",
        nullptr, static_cast<int>(figure.series.size()));
    return figure;
}

} // namespace qs
