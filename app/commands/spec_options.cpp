// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/spec_options.h"

#include "app/commands/name_list.h"
#include "core/base/text.h"
#include "core/calib/observer.h"

#include <cmath>

namespace qs {

Result<std::vector<double>> numberList(const std::string& text, const std::string& option)
{
    std::vector<double> values;
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const auto end = std::min(text.find(',', begin), text.size());
        const auto entry = text.substr(begin, end - begin);
        const auto value = parseNumber(entry);
        if (!value)
            return Error::usage(option +
                                ": expected a number such as 0.0039, 1/256 or 2^-8, found '" +
                                entry + "'");
        values.push_back(*value);
        begin = end + 1;
    }
    return values;
}

namespace {

/// What a scheme and its options have to do with each other, so that nothing is ignored silently.
Result<void> checkScheme(const QuantSpec& spec, const SpecOptions& o)
{
    const auto& row = info(spec.dtype);
    const std::string dtype(row.name);
    if (row.isBlock() && !o.qscheme.empty() && spec.qscheme != QScheme::PerGroupSymmetric)
        return Error::usage("--qscheme: " + dtype + " is per_group_symmetric, found " + o.qscheme);
    const auto granularity = info(spec.qschemeInUse()).granularity;
    if (o.axis && granularity == Granularity::Tensor)
        return Error::usage("--axis: needs a per-channel or per-group --qscheme");
    if (o.groupSize && granularity != Granularity::Group)
        return Error::usage("--group-size: needs a per-group --qscheme");
    if (o.groupSize && *o.groupSize < 1)
        return Error::usage("--group-size: expected at least 1, found " +
                            std::to_string(*o.groupSize));
    if (row.family == Family::Ggml && (o.groupSize || o.axis))
        return Error::usage(std::string(o.axis ? "--axis" : "--group-size") + ": " + dtype +
                            " has blocks of " + std::to_string(row.blockSize) +
                            " along the last axis");
    if (o.seed && o.rounding != "stochastic")
        return Error::usage("--seed: only stochastic rounding has one");
    return {};
}

Result<void> readCodebook(const std::string& text, QuantSpec& spec)
{
    if (text.empty()) {
        if (spec.dtype == DType::Codebook)
            return Error::usage("--codebook: dtype codebook needs its values, V,V[,V...]");
        return {};
    }
    if (spec.dtype != DType::Codebook)
        return Error::usage("--codebook: only dtype codebook has one");
    const auto values = numberList(text, "--codebook");
    if (!values)
        return values.error();
    for (const double v : *values)
        spec.codebook.push_back(static_cast<float>(v));
    return {};
}

} // namespace

Result<QuantSpec> specOf(const SpecOptions& o)
{
    QuantSpec spec;
    if (const auto dtype = dtypeByName(o.dtype))
        spec.dtype = *dtype;
    else
        return Error::usage("--dtype: expected one of " + namesOf(dtypes()) + " or eXmY, found '" +
                            o.dtype + "'");
    if (!o.qscheme.empty()) {
        if (auto named = assignByName(spec.qscheme, qschemes(), o.qscheme, "--qscheme"); !named)
            return named.error();
    }
    if (auto fits = checkScheme(spec, o); !fits)
        return fits.error();
    if (auto named = assignByName(spec.scaleRule, scaleRules(), o.scaleRule, "--scale-rule");
        !named)
        return named.error();
    if (auto named = assignByName(spec.rounding, roundings(), o.rounding, "--rounding"); !named)
        return named.error();
    if (auto named = assignByName(spec.dialect, dialects(), o.dialect, "--dialect"); !named)
        return named.error();
    spec.axis = o.axis.value_or(defaultAxis(spec));
    spec.groupSize = o.groupSize.value_or(0);
    spec.seed = o.seed.value_or(0);
    spec.averagingConstant = o.averagingConstant;
    spec.percentile = o.percentile.value_or(spec.percentile);
    if (auto read = readCodebook(o.codebook, spec); !read)
        return read.error();
    spec.quantMin = o.quantMin;
    spec.quantMax = o.quantMax;
    spec.narrowRange = o.narrowRange;
    spec.reduceRange = o.reduceRange;
    if (!o.scale.empty()) {
        if (!o.observer.empty() && o.observer != "fixed")
            return Error::usage("--scale: fixed parameters and --observer " + o.observer +
                                " exclude each other");
        spec.observer = "fixed";
        const auto scales = numberList(o.scale, "--scale");
        if (!scales)
            return scales.error();
        for (const double s : *scales) {
            // Block formats may go below the smallest normal number, to 2^-127.
            if (info(spec.dtype).scaleFormat == ScaleFormat::E8m0) {
                spec.scale.push_back(static_cast<float>(s));
                continue;
            }
            const auto checked = checkScale(s);
            if (!checked)
                return Error::usage("--scale: " + checked.error().message);
            spec.scale.push_back(*checked);
        }
        const auto zeros = numberList(o.zeroPoint.empty() ? "0" : o.zeroPoint, "--zero-point");
        if (!zeros)
            return zeros.error();
        for (const double z : *zeros) {
            if (info(spec.qscheme).floatZeroPoint) {
                spec.floatZeroPoint.push_back(static_cast<float>(z));
                continue;
            }
            if (z != std::floor(z) || std::fabs(z) > 0x1p31 - 1)
                return Error::usage("--zero-point: expected whole numbers, found " +
                                    formatExact(z));
            spec.zeroPoint.push_back(static_cast<std::int32_t>(z));
        }
    } else {
        if (!o.zeroPoint.empty())
            return Error::usage("--zero-point: needs --scale beside it");
        spec.observer = o.observer.empty() ? "minmax" : o.observer;
        const auto* row = observerByName(spec.observer);
        if (row == nullptr)
            return Error::usage("--observer: expected one of " + namesOf(observers()) +
                                ", found '" + spec.observer + "'");
        if (spec.isFixed())
            return Error::usage("--observer fixed: give --scale and --zero-point");
    }
    if (const auto range = spec.range(); !range)
        return range.error();
    return spec;
}

void addSpecOptions(CLI::App& app, SpecOptions& o, SpecUse use)
{
    app.add_option("--dtype", o.dtype, "One of " + namesOf(dtypes()) + ", or eXmY")->required();
    app.add_option("--qscheme", o.qscheme,
                   "One of " + namesOf(qschemes()) +
                       "; default per_tensor_affine, block formats have their own");
    app.add_option("--axis", o.axis,
                   "Axis of channels (default 0) or groups (default -1, the last)");
    app.add_option("--group-size", o.groupSize,
                   "Elements along the axis that share a scale; default 32, or the "
                   "format's block");
    app.add_option("--observer", o.observer, "One of " + namesOf(observers()) + "; default minmax");
    app.add_option("--averaging-constant", o.averagingConstant,
                   "moving_average_minmax: weight of the newest batch")
        ->capture_default_str();
    app.add_option("--percentile", o.percentile,
                   "percentile: how many of 100 elements stay inside the range");
    app.add_option("--quant-min", o.quantMin, "Lowest code in use");
    app.add_option("--quant-max", o.quantMax, "Highest code in use");
    app.add_flag("--reduce-range", o.reduceRange, "Half of the codes");
    app.add_flag("--narrow-range", o.narrowRange, "Without the lowest code");
    if (use == SpecUse::Ranges)
        return;
    app.add_option("--scale-rule", o.scaleRule,
                   "How a scale is made, one of " + namesOf(scaleRules()))
        ->capture_default_str();
    app.add_option("--codebook", o.codebook, "dtype codebook: its ascending values V,V[,V...]");
    app.add_option("--scale", o.scale, "Fixed scale, or one per channel: S[,S...]");
    app.add_option("--zero-point", o.zeroPoint, "Fixed zero_point: Z[,Z...]");
    app.add_option("--rounding", o.rounding, "One of " + namesOf(roundings()))
        ->capture_default_str();
    app.add_option("--seed", o.seed, "Of stochastic rounding");
    app.add_option("--dialect", o.dialect, "One of " + namesOf(dialects()))->capture_default_str();
}

} // namespace qs
