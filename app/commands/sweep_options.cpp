// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/sweep_options.h"

#include "app/commands/name_list.h"
#include "core/base/text.h"
#include "core/calib/observer.h"

#include <algorithm>
#include <charconv>

namespace qs {
namespace {

std::vector<std::string> splitList(const std::string& text)
{
    std::vector<std::string> entries;
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const auto end = std::min(text.find(',', begin), text.size());
        entries.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return entries;
}

std::optional<std::int64_t> positive(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size() || value < 1)
        return std::nullopt;
    return value;
}

Result<std::vector<DType>> dtypesOf(const SweepOptions& o)
{
    std::vector<DType> dtypes;
    const bool usual = o.bits.empty() && o.dtypes.empty();
    if (usual || !o.bits.empty()) {
        auto some = dtypesOfBits(usual ? "2-8" : o.bits);
        if (!some)
            return Error::usage("--bits: " + some.error().message);
        dtypes = std::move(*some);
    }
    if (o.dtypes.empty())
        return dtypes;
    for (const auto& name : splitList(o.dtypes)) {
        if (name == "all") {
            for (const auto& row : qs::dtypes()) {
                if (row.id != DType::Codebook) // which would need its values
                    dtypes.push_back(row.id);
            }
            continue;
        }
        const auto dtype = dtypeByName(name);
        if (!dtype)
            return Error::usage("--dtypes: expected names of " + namesOf(qs::dtypes()) +
                                ", eXmY or all, found '" + name + "'");
        if (*dtype == DType::Codebook)
            return Error::usage("--dtypes: codebook needs its values; quantize takes them");
        dtypes.push_back(*dtype);
    }
    return dtypes;
}

/// Observers that choose parameters by looking at the elements.
bool chooses(const ObserverInfo& row)
{
    return row.name != "fixed" && row.name != "recording" && row.name != "noop";
}

Result<std::vector<std::string>> observersOf(const std::string& list)
{
    std::vector<std::string> names;
    for (const auto& name : splitList(list)) {
        if (name == "all") {
            for (const auto& row : observers()) {
                if (chooses(row))
                    names.emplace_back(row.name);
            }
            continue;
        }
        if (observerByName(name) == nullptr)
            return Error::usage("--observers: expected names of " + namesOf(observers()) +
                                " or all, found '" + name + "'");
        if (name == "fixed" || name == "recording")
            return Error::usage("--observers: " + name + " chooses no parameters; expected others");
        names.push_back(name);
    }
    return names;
}

Result<std::vector<QScheme>> qschemesOf(const std::string& list)
{
    std::vector<QScheme> schemes;
    for (const auto& name : splitList(list)) {
        if (name == "all") {
            for (const auto& row : qs::qschemes())
                schemes.push_back(row.id);
            continue;
        }
        schemes.emplace_back();
        if (auto named = assignByName(schemes.back(), qs::qschemes(), name, "--qschemes"); !named)
            return named.error();
    }
    return schemes;
}

} // namespace

Result<SweepAxes> axesOf(const SweepOptions& o)
{
    SweepAxes axes;
    auto dtypes = dtypesOf(o);
    if (!dtypes)
        return dtypes.error();
    axes.dtypes = std::move(*dtypes);
    auto schemes = qschemesOf(o.qschemes);
    if (!schemes)
        return schemes.error();
    axes.qschemes = std::move(*schemes);
    auto names = observersOf(o.observers);
    if (!names)
        return names.error();
    axes.observers = std::move(*names);
    if (!o.groupSizes.empty()) {
        for (const auto& text : splitList(o.groupSizes)) {
            const auto size = positive(text);
            if (!size)
                return Error::usage("--group-size: expected whole numbers of at least 1, found '" +
                                    text + "'");
            axes.groupSizes.push_back(*size);
        }
    }
    axes.axis = o.common.axis;
    // An integer takes all the options that are in common; inUse() drops what a dtype has not.
    SpecOptions common = o.common;
    common.dtype = "int8";
    common.axis.reset();
    const auto spec = specOf(common);
    if (!spec)
        return spec.error();
    axes.common = *spec;
    const auto& dialect = info(spec->dialect);
    const auto isInteger = [](DType dtype) {
        return info(dtype).isInteger();
    };
    if (!dialect.ownRounding.empty() && spec->rounding != Rounding::HalfEven &&
        std::any_of(axes.dtypes.begin(), axes.dtypes.end(), isInteger))
        return Error::usage("--rounding: expected half_even, the default, because dialect " +
                            std::string(dialect.name) + " has its own, found " + o.common.rounding);
    return axes;
}

Result<Shard> shardOf(const SweepOptions& o)
{
    if (o.shard.empty())
        return Shard{};
    const std::string_view text = o.shard;
    const auto slash = text.find('/');
    const auto k = positive(text.substr(0, slash));
    const auto n =
        slash == std::string_view::npos ? std::nullopt : positive(text.substr(slash + 1));
    if (!k || !n || *k > *n)
        return Error::usage("--shard: expected K/N with 1 <= K <= N, found '" + o.shard + "'");
    if (o.output.csv.empty() && !o.output.json)
        return Error::usage("--shard: a part is for merge: expected --csv FILE or --json, found "
                            "neither");
    return Shard{*k, *n, true};
}

nlohmann::ordered_json askedJson(const SweepOptions& o, const SweepAxes& axes,
                                 std::size_t configurations)
{
    using Json = nlohmann::ordered_json;
    Json json{{"files", o.files}, {"tensors", o.tensors}};
    json["dtypes"] = Json::array();
    for (const auto dtype : axes.dtypes)
        json["dtypes"].push_back(info(dtype).name);
    json["qschemes"] = Json::array();
    for (const auto scheme : axes.qschemes)
        json["qschemes"].push_back(info(scheme).name);
    json["observers"] = axes.observers;
    json["group_sizes"] = axes.groupSizes;
    json["axis"] = axes.axis ? Json(*axes.axis) : Json();
    const auto& common = axes.common;
    json["percentile"] = common.percentile;
    json["scale_rule"] = scaleRules()[static_cast<std::size_t>(common.scaleRule)].name;
    json["rounding"] = roundings()[static_cast<std::size_t>(common.rounding)].name;
    json["seed"] = common.seed;
    json["dialect"] = info(common.dialect).name;
    json["narrow_range"] = common.narrowRange;
    json["reduce_range"] = common.reduceRange;
    json["configurations"] = configurations;
    return json;
}

void addSweepOptions(CLI::App& app, SweepOptions& o)
{
    app.add_option("FILE", o.files, "Tensor files, or generator:NAME?numel=N&seed=S")->required();
    app.add_option("--tensor", o.tensors,
                   "Only tensors whose name fits this pattern: * any text, ? one character, [a-z] "
                   "one of a set; may be given several times")
        ->allow_extra_args(false);
    app.add_option("--bits", o.bits,
                   "Integers of these widths, as 4, 2-8 or 2-4,8: int2 ... int16, signed as "
                   "PyTorch's weights are; for unsigned ones name uint2 ... in --dtypes. Default "
                   "2-8 where there is no --dtypes; with it, these come first");
    app.add_option("--dtypes", o.dtypes,
                   "Names with commas between, of " + namesOf(dtypes()) +
                       ", eXmY, or all (but codebook)");
    app.add_option("--qschemes", o.qschemes,
                   "Names with commas between, of " + namesOf(qschemes()) + ", or all")
        ->capture_default_str();
    app.add_option("--observers", o.observers,
                   "Names with commas between, of " + namesOf(observers()) +
                       ", or all (but recording, noop, fixed)")
        ->capture_default_str();
    app.add_option("--axis", o.common.axis,
                   "Axis of channels (default 0) or groups (default -1, the last)");
    app.add_option("--group-size", o.groupSizes,
                   "Of per-group schemes, G[,G...]; default 32. Block formats keep their own");
    app.add_option("--percentile", o.common.percentile,
                   "percentile: how many of 100 elements stay inside the range");
    app.add_option("--dialect", o.common.dialect, "One of " + namesOf(dialects()))
        ->capture_default_str();
    app.add_option("--rounding", o.common.rounding, "One of " + namesOf(roundings()))
        ->capture_default_str();
    app.add_option("--seed", o.common.seed, "Of stochastic rounding");
    app.add_option("--scale-rule", o.common.scaleRule,
                   "How a scale is made where the dtype has the rule, one of " +
                       namesOf(scaleRules()))
        ->capture_default_str();
    app.add_flag("--reduce-range", o.common.reduceRange, "Half of the codes, of integers");
    app.add_flag("--narrow-range", o.common.narrowRange, "Without the lowest code, of integers");
    app.add_option("--shard", o.shard,
                   "K/N: do the K-th of N parts, for merge; needs --csv or --json and the same "
                   "other options and files for each part");
    addSweepOutput(app, o.output);
    app.footer(
        "A row for each tensor and configuration, by file, tensor, dtype, qscheme, group size and\n"
        "observer; its figures are those of quantize. What a dtype does not use is set aside and\n"
        "equal rows appear once: block formats have their own scheme, other floats a symmetric\n"
        "one, casts and ggml's formats no observer (minmax stands for it).\n"
        "A configuration that a tensor cannot have (an axis it lacks, rows that are not whole\n"
        "blocks, no finite element) is a row with its error. A file that cannot be read is told "
        "on\n"
        "standard error, and the other files' rows are written.\n"
        "CSV has the least, median and greatest of lists (of an even number the lower one in the\n"
        "middle); JSON has lists up to 64 values, and of longer ones the first values and "
        "\"cut\".\n"
        "Exit status: 0 where at least one row worked (a shard: where its part was written), 1\n"
        "where none did or a file could not be read, 2 for wrong arguments.");
}

} // namespace qs
