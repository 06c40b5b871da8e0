// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/quantize.h"

#include "app/commands/name_list.h"
#include "core/analysis/metrics.h"
#include "core/base/text.h"
#include "core/io/formats.h"
#include "core/pipeline/tensor_pipeline.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <filesystem>
#include <iomanip>
#include <memory>

namespace qs {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::string file;
    std::string tensor;
    std::string dtype;
    std::string qscheme;
    std::optional<int> axis;
    std::optional<std::int64_t> groupSize;
    std::string scaleRule = "default";
    std::string codebook;
    std::optional<std::uint64_t> seed;
    std::optional<double> percentile;
    std::string scale;
    std::string zeroPoint;
    std::string observer;
    double averagingConstant = 0.01;
    std::optional<std::int32_t> quantMin;
    std::optional<std::int32_t> quantMax;
    bool reduceRange = false;
    bool narrowRange = false;
    std::string rounding = "half_even";
    std::string dialect = "torch";
    std::string output;
    std::string codes;
    bool json = false;
};

/// "1/256,2^-8" to numbers. Errors: an entry that is not a number, by its text.
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

bool sameFile(const std::string& a, const std::string& b)
{
    return std::filesystem::weakly_canonical(a) == std::filesystem::weakly_canonical(b);
}

/// What a scheme and its options have to do with each other, so that nothing is ignored silently.
Result<void> checkScheme(const QuantSpec& spec, const Options& o)
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

Result<QuantSpec> specOf(const Options& o)
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
    if (!o.output.empty() && (sameFile(o.output, o.codes) || sameFile(o.output, o.file)))
        return Error::usage("--output: " + o.output + " is the input or --codes, too");
    if (!o.codes.empty() && sameFile(o.codes, o.file))
        return Error::usage("--codes: " + o.codes + " is the input, too");
    return spec;
}

/// JSON has no NaN and no infinity.
Json number(std::optional<double> value)
{
    return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

/// A float32 with its own shortest digits: 0.1, not 0.10000000149011612.
Json shortest(float value)
{
    return std::stod(formatExact(value));
}

Json shortest(const std::vector<float>& values)
{
    Json list = Json::array();
    for (const float v : values)
        list.push_back(shortest(v));
    return list;
}

Json reportJson(const std::string& file, const Tensor& tensor, const Report& report,
                const std::vector<ChannelRange>& observed)
{
    const auto& params = report.params;
    const auto& scheme = info(params.qscheme());
    const bool inBlocks = info(params.dtype()).family == Family::Ggml;
    Json json;
    json["file"] = file;
    json["tensor"] = tensor.name();
    json["shape"] = tensor.shape().sizes();
    json["numel"] = tensor.numel();
    json["dtype"] = info(params.dtype()).name;
    json["qscheme"] = info(params.qscheme()).name;
    json["dialect"] = dialects()[static_cast<std::size_t>(report.spec.dialect)].name;
    json["rounding"] = roundings()[static_cast<std::size_t>(report.spec.rounding)].name;
    json["observer"] = report.spec.observer;
    json["axis"] = scheme.granularity == Granularity::Tensor ? Json(nullptr) : Json(params.axis());
    json["group_size"] = scheme.perGroup() ? Json(params.groupSize()) : Json(nullptr);
    // ggml's scales are in its blocks.
    json["scale"] = inBlocks ? Json::array() : shortest(params.scale());
    if (params.parts().globalScale != 1.0F)
        json["global_scale"] = shortest(params.parts().globalScale);
    if (scheme.floatZeroPoint)
        json["zero_point"] = shortest(params.parts().floatZeroPoint);
    else
        json["zero_point"] = inBlocks ? Json::array() : Json(params.zeroPoint());
    json["quant_min"] = params.range().quantMin;
    json["quant_max"] = params.range().quantMax;
    // What was observed; for fixed parameters, what the codes cover.
    Json low = Json::array();
    Json high = Json::array();
    if (!observed.empty()) {
        for (const auto& r : observed) {
            low.push_back(shortest(r.min));
            high.push_back(shortest(r.max));
        }
    } else {
        for (std::size_t c = 0; c < params.channels(); ++c) {
            const auto covered = params.coveredRange(c).value_or(std::array<float, 2>{});
            low.push_back(shortest(covered[0]));
            high.push_back(shortest(covered[1]));
        }
    }
    json["range_min"] = std::move(low);
    json["range_max"] = std::move(high);
    for (const auto& metric : metrics()) {
        if (metric.id == "levels_used" || metric.id == "levels_total")
            json[std::string(metric.id)] = static_cast<std::int64_t>(*metric.value(report));
        else
            json[std::string(metric.id)] = number(metric.value(report));
    }
    json["nonfinite_count"] = report.stats.nonfiniteCount();
    return json;
}

void printTable(std::ostream& out, const Json& json)
{
    const auto show = [](const Json& v) -> std::string {
        if (v.is_string())
            return v.get<std::string>();
        if (v.is_number_float())
            return formatExact(v.get<double>());
        return v.dump();
    };
    for (const auto& [key, value] : json.items()) {
        out << std::left << std::setw(24) << key;
        if (!value.is_array()) {
            out << (value.is_null() ? "-" : show(value)) << '\n';
            continue;
        }
        // Per channel there may be thousands: the first few, and how many.
        std::size_t shown = 0;
        for (const auto& item : value) {
            if (shown == 8)
                break;
            out << (shown++ == 0 ? "" : ", ") << show(item);
        }
        if (value.size() > shown)
            out << ", ... (" << value.size() << ")";
        out << '\n';
    }
}

Result<void> run(const Options& o, CommandContext& context)
{
    const auto spec = specOf(o);
    if (!spec)
        return spec.error();
    const JobContext job(context.stop);
    const auto file = readTensors(o.file, job);
    if (!file)
        return file.error();
    const auto tensor = file->tensor(o.tensor);
    if (!tensor)
        return tensor.error();
    const auto named = [&](const Error& error) {
        return Error{error.kind, error.kind == ErrorKind::Cancelled
                                     ? error.message
                                     : o.file + ": " + error.message};
    };
    auto observer = observerByName(spec->observer)->make(*spec);
    if (!observer)
        return observer.error();
    const auto stats = computeStats(*tensor, job);
    if (!stats)
        return stats.error();
    if (auto seen = (*observer)->observe(*tensor, job, &*stats); !seen)
        return named(seen.error());
    const auto params = (*observer)->calculateQParams();
    if (!params)
        return named(params.error());
    const auto report = analyze(*tensor, *stats, *spec, *params, job);
    if (!report)
        return named(report.error());

    const auto quantizer = Quantizer::make(*params, tensor->shape(), spec->rounding, spec->seed);
    if (!quantizer)
        return named(quantizer.error());
    if (!o.output.empty()) {
        const auto dequantized = fakeQuantize(*tensor, *quantizer, job);
        if (!dequantized)
            return dequantized.error();
        if (auto written = writeTensors(o.output, {&*dequantized, 1}, job); !written)
            return written;
    }
    if (!o.codes.empty()) {
        const auto codes = quantizeToCodes(*tensor, *quantizer, job);
        if (!codes)
            return codes.error();
        if (auto written = writeTensors(o.codes, {&*codes, 1}, job); !written)
            return written;
    }
    const auto ranges = (*observer)->ranges();
    const auto json =
        reportJson(o.file, *tensor, *report, std::vector(ranges.begin(), ranges.end()));
    if (o.json)
        context.out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    else
        printTable(context.out, json);
    return {};
}

} // namespace

Command quantizeCommand()
{
    return {"quantize", "Quantize one tensor and report what it costs",
            [](CLI::App& app) -> CommandAction {
                const auto o = std::make_shared<Options>();
                app.add_option("FILE", o->file, "Tensor file, or generator:NAME?numel=N&seed=S")
                    ->required();
                app.add_option("--tensor", o->tensor, "Which tensor, where the file has several");
                app.add_option("--dtype", o->dtype, "One of " + namesOf(dtypes()) + ", or eXmY")
                    ->required();
                app.add_option("--qscheme", o->qscheme,
                               "One of " + namesOf(qschemes()) +
                                   "; default per_tensor_affine, block formats have their own");
                app.add_option("--axis", o->axis,
                               "Axis of channels (default 0) or groups (default -1, the last)");
                app.add_option("--group-size", o->groupSize,
                               "Elements along the axis that share a scale; default 32, or the "
                               "format's block");
                app.add_option("--scale-rule", o->scaleRule,
                               "How a scale is made, one of " + namesOf(scaleRules()))
                    ->capture_default_str();
                app.add_option("--codebook", o->codebook,
                               "dtype codebook: its ascending values V,V[,V...]");
                app.add_option("--scale", o->scale, "Fixed scale, or one per channel: S[,S...]");
                app.add_option("--zero-point", o->zeroPoint, "Fixed zero_point: Z[,Z...]");
                app.add_option("--observer", o->observer,
                               "One of " + namesOf(observers()) + "; default minmax");
                app.add_option("--averaging-constant", o->averagingConstant,
                               "moving_average_minmax: weight of the newest batch")
                    ->capture_default_str();
                app.add_option("--percentile", o->percentile,
                               "percentile: how many of 100 elements stay inside the range");
                app.add_option("--quant-min", o->quantMin, "Lowest code in use");
                app.add_option("--quant-max", o->quantMax, "Highest code in use");
                app.add_flag("--reduce-range", o->reduceRange, "Half of the codes");
                app.add_flag("--narrow-range", o->narrowRange, "Without the lowest code");
                app.add_option("--rounding", o->rounding, "One of " + namesOf(roundings()))
                    ->capture_default_str();
                app.add_option("--seed", o->seed, "Of stochastic rounding");
                app.add_option("--dialect", o->dialect, "One of " + namesOf(dialects()))
                    ->capture_default_str();
                app.add_option("--output", o->output, "Write the dequantized tensor here");
                app.add_option("--codes", o->codes,
                               "Write the codes here: integers, or raw bit patterns");
                app.add_flag("--json", o->json, "The report as JSON");
                return [o](CommandContext& context) {
                    return run(*o, context);
                };
            }};
}

} // namespace qs
