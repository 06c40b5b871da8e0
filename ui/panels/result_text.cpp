// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// What a result is called: names of its parts, codes, parameters, and the lines above a CSV.
#include "core/base/text.h"
#include "ui/panels/grid_view.h"

#include <bit>
#include <cmath>

namespace qs {
namespace {

QString view(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString shortNumber(double v)
{
    return QString::fromStdString(formatShort(v));
}

/// Whether codes are bit patterns, not numbers.
bool isPattern(const DTypeInfo& row)
{
    return (row.family == Family::Float && !row.isSigned) || row.family == Family::Exponent;
}

} // namespace

QString partName(const QuantSpec& spec)
{
    if (info(spec.dtype).family == Family::Ggml)
        return Panels::tr("block");
    return info(spec.qschemeInUse()).perGroup() ? Panels::tr("group") : Panels::tr("channel");
}

QString shownName(const TensorResult& result)
{
    const auto name = QString::fromStdString(result.facts->tensor.name());
    if (!result.channel)
        return name;
    return Panels::tr("%1, %2 %3").arg(name, partName(result.report->spec)).arg(*result.channel);
}

QString realText(double value)
{
    if (std::isnan(value))
        return QStringLiteral("NaN");
    if (std::isinf(value))
        return value > 0 ? QStringLiteral("+Inf") : QStringLiteral("\u2212Inf");
    return shortNumber(value);
}

QString codeText(DType dtype, std::int32_t code)
{
    const auto& row = info(dtype);
    if (!isPattern(row))
        return QString::number(code);
    return QStringLiteral("0x%1").arg(code, (row.bits + 3) / 4, 16, QLatin1Char('0'));
}

QString codeBits(const QuantParams& params, std::int32_t code)
{
    const auto& row = info(params.dtype());
    int width = row.bits;
    if (row.id == DType::Codebook)
        width = std::bit_width(static_cast<std::uint32_t>(params.lastCode()));
    const auto bits = std::bit_cast<std::uint32_t>(code);
    constexpr int kMostDigits = 16;
    if (width > kMostDigits)
        return QStringLiteral("0x%1").arg(bits, 8, 16, QLatin1Char('0'));
    const bool floating = row.family == Family::Float && !row.isSigned;
    QString text;
    for (int i = width - 1; i >= 0; --i) {
        text += QLatin1Char(((bits >> i) & 1U) != 0 ? '1' : '0');
        const bool gap = floating ? i == width - 1 || (i == row.format.mantissaBits && i > 0)
                                  : i % 4 == 0 && i > 0;
        if (gap)
            text += QLatin1Char(' ');
    }
    return text;
}

QString parametersText(const TensorResult& result)
{
    const auto& params = result.shown->params;
    const auto& row = info(params.dtype());
    if (row.family == Family::Ggml)
        return Panels::tr("scale in the blocks");
    const QString scale = Panels::tr("scale %1").arg(shortNumber(params.stepAt(0)));
    if (!row.isInteger())
        return scale;
    const auto& floatZero = params.parts().floatZeroPoint;
    return Panels::tr("%1 \u00b7 zero_point %2")
        .arg(scale, floatZero.empty() ? QString::number(params.zeroPointAt(0))
                                      : shortNumber(floatZero[0]));
}

std::vector<std::pair<QString, QString>> provenance(const TensorResult& result)
{
    const auto& report = *result.shown;
    const auto& spec = report.spec;
    const auto& params = report.params;
    const auto& row = info(params.dtype());
    const auto& scheme = info(result.report->params.qscheme());
    const auto number = [](float v) {
        return QString::fromStdString(formatExact(v));
    };
    const auto whole = [](std::int64_t v) {
        return QString::number(v);
    };
    std::vector<std::pair<QString, QString>> lines;
    const auto add = [&](const char* name, const QString& value) {
        lines.emplace_back(QLatin1String(name), value);
    };
    add("quantoscope", QStringLiteral(QUANTOSCOPE_VERSION));
    add("tensor", QString::fromStdString(result.facts->tensor.name()));
    add("shape", QString::fromStdString(result.facts->tensor.shape().toString()));
    if (result.channel) {
        const bool rows = row.family == Family::Ggml;
        add("axis", whole(rows ? -1 : spec.axis));
        if (scheme.perGroup())
            add("group_size", whole(rows ? row.blockSize : spec.groupSizeInUse()));
        add(scheme.perGroup() ? "group" : "channel", whole(*result.channel));
    }
    add("dtype", view(row.name));
    if (row.family == Family::Ggml)
        return lines;
    add("qscheme", view(scheme.name));
    add("observer", QString::fromStdString(spec.observer));
    if (spec.scaleRule != ScaleRule::Default)
        add("scale_rule", view(scaleRules()[static_cast<std::size_t>(spec.scaleRule)].name));
    add("scale", number(params.scaleAt(0)));
    if (params.parts().globalScale != 1.0F)
        add("global_scale", number(params.parts().globalScale));
    if (row.isInteger()) {
        const auto& floatZero = params.parts().floatZeroPoint;
        add("zero_point", floatZero.empty() ? whole(params.zeroPointAt(0)) : number(floatZero[0]));
        add("quant_min", whole(params.range().quantMin));
        add("quant_max", whole(params.range().quantMax));
    }
    if (row.id == DType::Codebook) {
        QStringList values;
        for (const float v : params.codebook())
            values << number(v);
        add("codebook", values.join(QLatin1Char(' ')));
    }
    add("rounding", view(roundings()[static_cast<std::size_t>(spec.rounding)].name));
    if (spec.rounding == Rounding::Stochastic)
        add("seed", QString::number(spec.seed));
    return lines;
}

} // namespace qs
