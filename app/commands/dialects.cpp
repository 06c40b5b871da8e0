// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/dialects.h"

#include "app/commands/name_list.h"
#include "app/commands/spec_options.h"
#include "core/analysis/dialect_report.h"
#include "core/base/text.h"
#include "core/calib/dialect_params.h"
#include "core/calib/observer.h"
#include "core/io/formats.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <iomanip>
#include <memory>

namespace qs {
namespace {

using Json = nlohmann::ordered_json;

struct Options : SpecOptions {
    std::string file;
    std::string tensor;
    std::string base = "torch";
    std::string dialects;
    std::string min;
    std::string max;
    int first = 5;
    bool json = false;
};

std::string nameOf(Dialect dialect)
{
    return std::string(info(dialect).name);
}

/// JSON has no NaN and no infinity; a float32 has its own shortest digits.
Json number(float value)
{
    return std::isfinite(value) ? Json(std::stod(formatExact(value))) : Json(nullptr);
}

Json number(std::optional<double> value)
{
    return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

template <typename Values>
Json numbers(const Values& values)
{
    Json list = Json::array();
    for (const float v : values)
        list.push_back(number(v));
    return list;
}

Result<DialectRequest> requestOf(const Options& o)
{
    DialectRequest request;
    auto spec = specOf(o);
    if (!spec)
        return spec.error();
    request.spec = std::move(*spec);
    request.first = o.first;
    if (auto named = assignByName(request.base, dialects(), o.base, "--base"); !named)
        return named.error();
    for (std::size_t begin = 0; begin < o.dialects.size();) {
        const auto end = std::min(o.dialects.find(',', begin), o.dialects.size());
        Dialect dialect{};
        if (auto named = assignByName(dialect, dialects(), o.dialects.substr(begin, end - begin),
                                      "--dialects");
            !named)
            return named.error();
        request.dialects.push_back(dialect);
        begin = end + 1;
    }
    return request;
}

/// --min and --max, one pair for all sets of parameters. None: the observer's.
Result<std::optional<ChannelRange>> givenRange(const Options& o)
{
    if (o.min.empty() != o.max.empty())
        return Error::usage("--min, --max: are needed both");
    if (o.min.empty())
        return std::optional<ChannelRange>();
    if (!o.observer.empty())
        return Error::usage("--min, --max: and --observer exclude each other");
    const auto lo = parseNumber(o.min);
    const auto hi = parseNumber(o.max);
    if (!lo || !hi || !(*lo <= *hi))
        return Error::usage("--min, --max: expected numbers, min <= max, found '" + o.min +
                            "' and '" + o.max + "'");
    return std::optional(ChannelRange{static_cast<float>(*lo), static_cast<float>(*hi), true});
}

Json stepsJson(const std::vector<NamedStep>& steps)
{
    Json json = Json::object();
    for (const auto& step : steps)
        json[std::string(step.name)] = number(step.value);
    return json;
}

Json differenceJson(const DialectDifference& d)
{
    Json json;
    json["elements"] = d.elements;
    json["codes"] = d.codes;
    json["values"] = d.values;
    json["largest"] = number(std::optional(d.largest));
    json["remaining_with_its_parameters"] = d.remainingWithItsParameters;
    json["remaining_with_its_arithmetic"] = d.remainingWithItsArithmetic;
    json["rules"] = Json::array();
    for (const auto& rule : d.rules)
        json["rules"].push_back({{"rule", rule.rule},
                                 {"base", rule.base},
                                 {"other", rule.other},
                                 {"remaining", rule.remaining}});
    json["first"] = Json::array();
    for (const auto& e : d.first)
        json["first"].push_back(
            {{"index", e.index}, {"base", stepsJson(e.base)}, {"other", stepsJson(e.other)}});
    return json;
}

Json resultJson(const DialectResult& r, Dialect base)
{
    Json json;
    json["dialect"] = info(r.dialect).name;
    json["source"] = info(r.dialect).source;
    if (!r.error.empty()) {
        json["error"] = r.error;
        return json;
    }
    const auto& parts = r.report.params.parts();
    json["scale"] = numbers(parts.scale);
    if (!parts.encodeScale.empty())
        json["encode_scale"] = numbers(parts.encodeScale);
    json["zero_point"] = parts.zeroPoint;
    json["quant_min"] = parts.range.quantMin;
    json["quant_max"] = parts.range.quantMax;
    if (!parts.requestedMin.empty()) {
        json["requested_min"] = numbers(parts.requestedMin);
        json["requested_max"] = numbers(parts.requestedMax);
    }
    const std::pair<const char*, float Nudged::*> columns[] = {
        {"nudged_min", &Nudged::nudgedMin}, {"nudged_max", &Nudged::nudgedMax},
        {"residual_zero", &Nudged::atZero}, {"residual_min", &Nudged::atMin},
        {"residual_max", &Nudged::atMax},
    };
    for (const auto& n : nudgedRanges(r.report.params)) {
        for (const auto& [name, field] : columns)
            json[name].push_back(number(n.*field));
    }
    json["mse"] = number(std::optional(r.report.mse));
    json["sqnr_db"] = number(r.report.sqnrDb());
    json["max_abs_error"] = number(std::optional(r.report.maxAbsError));
    json["clipped_low"] = r.report.clippedLow;
    json["clipped_high"] = r.report.clippedHigh;
    if (r.dialect != base)
        json["difference"] = differenceJson(r.difference);
    return json;
}

/// The first of a list, and a sign that there are more.
template <typename Values>
std::string firstOf(const Values& values)
{
    std::string text;
    if constexpr (std::is_same_v<Values, std::vector<float>>)
        text = formatExact(values[0]);
    else
        text = std::to_string(values[0]);
    return values.size() > 1 ? text + ".." : text;
}

void printSteps(std::ostream& out, const std::string& name, const std::vector<NamedStep>& steps)
{
    constexpr std::size_t kWidth = 100;
    const std::size_t indent = 16;
    std::string line = "    " + name;
    line.resize(std::max(indent, line.size() + 1), ' ');
    for (const auto& step : steps) {
        const std::string text = std::string(step.name) + "=" + formatExact(step.value);
        if (line.size() + text.size() + 1 > kWidth) {
            out << line << '\n';
            line.assign(indent, ' ');
        }
        line += (line.back() == ' ' ? "" : " ") + text;
    }
    out << line << '\n';
}

/// "  name   base -> other   remaining": on a second line where it does not fit.
void printRule(std::ostream& out, const RuleDifference& rule)
{
    constexpr int kName = 22;
    constexpr int kWords = 58;
    const std::string words = rule.base + " -> " + rule.other;
    out << "  " << std::left << std::setw(kName) << rule.rule;
    if (words.size() > static_cast<std::size_t>(kWords))
        out << rule.base << "\n  " << std::setw(kName) << "" << std::setw(kWords)
            << "-> " + rule.other;
    else
        out << std::setw(kWords) << words;
    out << std::right << std::setw(12) << formatCount(rule.remaining) << '\n';
}

void printResults(std::ostream& out, const std::vector<DialectResult>& results, Dialect base)
{
    out << std::left << std::setw(12) << "dialect" << std::setw(17) << "scale" << std::setw(11)
        << "zero_point" << std::right << std::setw(12) << "mse" << std::setw(10) << "sqnr dB"
        << std::setw(13) << "codes differ" << std::setw(12) << "values" << std::setw(12)
        << "largest" << '\n';
    for (const auto& r : results) {
        out << std::left << std::setw(12) << info(r.dialect).name;
        if (!r.error.empty()) {
            out << "-\n  " << r.error << '\n';
            continue;
        }
        const auto& parts = r.report.params.parts();
        const auto sqnr = r.report.sqnrDb();
        out << std::setw(17) << firstOf(parts.scale) << std::setw(11) << firstOf(parts.zeroPoint)
            << std::right << std::setw(12) << formatShort(r.report.mse) << std::setw(10)
            << (sqnr ? formatShort(*sqnr) : "-");
        if (r.dialect == base)
            out << std::setw(13) << "base" << '\n';
        else
            out << std::setw(13) << formatCount(r.difference.codes) << std::setw(12)
                << formatCount(r.difference.values) << std::setw(12)
                << formatShort(r.difference.largest) << '\n';
    }
    for (const auto& r : results) {
        const auto& d = r.difference;
        if (r.dialect == base || !r.error.empty())
            continue;
        out << '\n'
            << nameOf(base) << " -> " << nameOf(r.dialect) << ": " << formatCount(d.elements)
            << " elements differ; with its parameters alone "
            << formatCount(d.remainingWithItsParameters) << ",\n  with its arithmetic alone "
            << formatCount(d.remainingWithItsArithmetic) << " would still differ\n";
        if (!d.rules.empty())
            out << "  " << std::left << std::setw(22) << "one rule exchanged" << std::setw(58)
                << "base -> other" << std::right << std::setw(12) << "still differ" << '\n';
        for (const auto& rule : d.rules)
            printRule(out, rule);
        for (const auto& e : d.first) {
            out << "  element " << e.index << '\n';
            printSteps(out, nameOf(base), e.base);
            printSteps(out, nameOf(r.dialect), e.other);
        }
    }
}

Result<void> run(const Options& o, CommandContext& context)
{
    auto request = requestOf(o);
    if (!request)
        return request.error();
    const auto given = givenRange(o);
    if (!given)
        return given.error();
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
    const auto stats = computeStats(*tensor, job);
    if (!stats)
        return stats.error();
    const auto layout = request->spec.layout(tensor->shape());
    if (!layout)
        return named(layout.error());
    if (*given) {
        request->ranges.assign(static_cast<std::size_t>(layout->count()), **given);
    } else {
        auto observer = observerByName(request->spec.observer)->make(request->spec);
        if (!observer)
            return observer.error();
        if (auto seen = (*observer)->observe(*tensor, job, &*stats); !seen)
            return named(seen.error());
        // Refuses what has no finite element.
        if (auto params = (*observer)->calculateQParams(); !params)
            return named(params.error());
        const auto ranges = (*observer)->ranges();
        request->ranges.assign(ranges.begin(), ranges.end());
    }
    const auto results = compareDialects(*tensor, *stats, *request, job);
    if (!results)
        return named(results.error());
    if (!o.json) {
        printResults(context.out, *results, request->base);
        return {};
    }
    Json json;
    json["file"] = o.file;
    json["tensor"] = tensor->name();
    json["shape"] = tensor->shape().sizes();
    json["dtype"] = info(request->spec.dtype).name;
    json["qscheme"] = info(request->spec.qscheme).name;
    json["base"] = info(request->base).name;
    json["range_min"] = Json::array();
    json["range_max"] = Json::array();
    for (const auto& r : request->ranges) {
        json["range_min"].push_back(number(r.min));
        json["range_max"].push_back(number(r.max));
    }
    json["dialects"] = Json::array();
    for (const auto& r : *results)
        json["dialects"].push_back(resultJson(r, request->base));
    context.out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    return {};
}

} // namespace

Command dialectsCommand()
{
    return {"dialects", "Compare the integers of several programs on one tensor and one range",
            [](CLI::App& app) -> CommandAction {
                const auto o = std::make_shared<Options>();
                app.add_option("FILE", o->file, "Tensor file, or generator:NAME?numel=N&seed=S")
                    ->required();
                app.add_option("--tensor", o->tensor, "Which tensor, where the file has several");
                addSpecOptions(app, *o, SpecUse::Ranges);
                app.add_option("--min", o->min, "The range's low end, instead of an observer's");
                app.add_option("--max", o->max, "The range's high end");
                app.add_option("--base", o->base, "Compare with this one")->capture_default_str();
                app.add_option("--dialects", o->dialects,
                               "Which, D[,D...] of " + namesOf(dialects()) + "; default all");
                app.add_option("--first", o->first, "How many differing elements are told in full")
                    ->capture_default_str();
                app.add_flag("--json", o->json, "The report as JSON");
                return [o](CommandContext& context) {
                    return run(*o, context);
                };
            }};
}

} // namespace qs
