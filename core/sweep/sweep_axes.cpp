// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sweep/sweep_axes.h"

#include "core/base/text.h"
#include "core/calib/observer.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <tuple>

namespace qs {
namespace {

constexpr int kFewestBits = 2;
constexpr int kMostBits = 16;

std::optional<int> bitsOf(std::string_view text)
{
    int bits = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), bits);
    if (code != std::errc() || end != text.data() + text.size() || bits < kFewestBits ||
        bits > kMostBits)
        return std::nullopt;
    return bits;
}

bool hasRule(const DTypeInfo& row, ScaleRule rule)
{
    const bool level = rule == ScaleRule::OneLevel || rule == ScaleRule::TwoLevel;
    switch (row.scaleFormat) {
    case ScaleFormat::E4m3:
        return level;
    case ScaleFormat::Float32:
    case ScaleFormat::E8m0:
        return !level;
    case ScaleFormat::Unit:
    case ScaleFormat::InBlock:
        break;
    }
    return false;
}

/// Only specs whose observer or scheme differs come from the lists.
auto keyOf(const QuantSpec& spec)
{
    return std::tuple(spec.dtype, spec.qscheme, spec.groupSize, spec.observer);
}

/// Nothing that was asked for is left out silently.
Result<void> checkUsed(const SweepAxes& axes, const std::vector<QuantSpec>& specs)
{
    const auto any = [&](auto uses) {
        return std::any_of(specs.begin(), specs.end(), uses);
    };
    const auto own = [](const QuantSpec& s) {
        return info(s.dtype).family == Family::Ggml;
    };
    if (axes.axis && !any([&](const QuantSpec& s) {
            return info(s.qscheme).granularity != Granularity::Tensor && !own(s);
        }))
        return Error::usage("axis: expected a per-channel or per-group scheme in the sweep, found "
                            "none");
    if (!axes.groupSizes.empty() && !any([](const QuantSpec& s) { return s.groupSize != 0; }))
        return Error::usage("group_size: expected a per-group scheme in the sweep, found none (the "
                            "block formats keep their own)");
    if (axes.common.percentile != QuantSpec().percentile &&
        !any([](const QuantSpec& s) { return s.observer == "percentile"; }))
        return Error::usage("percentile: expected the observer percentile in the sweep, found "
                            "none that uses it");
    if (axes.common.scaleRule != ScaleRule::Default &&
        !any([](const QuantSpec& s) { return s.scaleRule != ScaleRule::Default; }))
        return Error::usage(
            "scale_rule: expected a dtype that has the rule '" +
            std::string(scaleRules()[static_cast<std::size_t>(axes.common.scaleRule)].name) +
            "' in the sweep, found none");
    if ((axes.common.narrowRange || axes.common.reduceRange) &&
        !any([](const QuantSpec& s) { return info(s.dtype).isInteger(); }))
        return Error::usage(std::string(axes.common.narrowRange ? "narrow_range" : "reduce_range") +
                            ": expected an integer dtype in the sweep, found none");
    return {};
}

} // namespace

Result<std::vector<DType>> dtypesOfBits(std::string_view text)
{
    std::vector<DType> dtypes;
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const auto end = std::min(text.find(',', begin), text.size());
        const auto entry = text.substr(begin, end - begin);
        const auto dash = entry.find('-');
        const auto first = bitsOf(entry.substr(0, dash));
        const auto last = dash == std::string_view::npos ? first : bitsOf(entry.substr(dash + 1));
        if (!first || !last || *first > *last)
            return Error::usage("expected widths of 2 to 16 bits such as 4, 2-8 or 2-4,8, found '" +
                                std::string(entry) + "'");
        for (int bits = *first; bits <= *last; ++bits)
            dtypes.push_back(*dtypeByName("int" + std::to_string(bits)));
        begin = end + 1;
    }
    return dtypes;
}

QuantSpec inUse(QuantSpec spec)
{
    const auto& row = info(spec.dtype);
    const bool ggml = row.family == Family::Ggml;
    const bool cast = row.scaleFormat == ScaleFormat::Unit;
    if (row.isBlock())
        spec.qscheme = QScheme::PerGroupSymmetric;
    else if (cast)
        spec.qscheme = QScheme::PerTensorSymmetric;
    else if (!row.isInteger())
        spec.qscheme = qscheme(info(spec.qscheme).granularity, true);
    if (cast || ggml)
        spec.observer = "minmax";
    const auto& scheme = info(spec.qscheme);
    if (scheme.granularity == Granularity::Tensor || ggml)
        spec.axis = defaultAxis(spec);
    if (row.isBlock() || !scheme.perGroup())
        spec.groupSize = 0; // a format's own
    else
        spec.groupSize = spec.groupSizeInUse();
    if (!row.isInteger()) {
        spec.narrowRange = false;
        spec.reduceRange = false;
    }
    if (!hasRule(row, spec.scaleRule))
        spec.scaleRule = ScaleRule::Default;
    return spec;
}

Result<std::vector<QuantSpec>> sweepSpecs(const SweepAxes& axes)
{
    if (axes.dtypes.empty() || axes.qschemes.empty() || axes.observers.empty())
        return Error::usage("expected at least one dtype, qscheme and observer, found none");
    std::vector<QuantSpec> specs;
    std::set<decltype(keyOf(QuantSpec()))> seen;
    const std::vector<std::int64_t> usual{0};
    const auto& groupSizes = axes.groupSizes.empty() ? usual : axes.groupSizes;
    for (const auto dtype : axes.dtypes) {
        for (const auto scheme : axes.qschemes) {
            for (const auto groupSize : groupSizes) {
                for (const auto& observer : axes.observers) {
                    QuantSpec spec = axes.common;
                    spec.dtype = dtype;
                    spec.qscheme = scheme;
                    spec.axis = axes.axis.value_or(defaultAxis(spec));
                    spec.groupSize = groupSize;
                    spec.observer = observer;
                    spec = inUse(std::move(spec));
                    if (!seen.insert(keyOf(spec)).second)
                        continue;
                    if (specs.size() == kMostSpecs)
                        return Error::usage("expected at most " + formatCount(kMostSpecs) +
                                            " configurations, found more");
                    specs.push_back(std::move(spec));
                }
            }
        }
    }
    if (auto used = checkUsed(axes, specs); !used)
        return used.error();
    // What its observer refuses becomes a row with that error, unless nothing is left.
    Result<void> first;
    for (const auto& spec : specs) {
        const auto* row = observerByName(spec.observer);
        if (row == nullptr)
            return Error::usage("observer '" + spec.observer + "' does not exist");
        const auto made = row->make(spec);
        if (made)
            return specs;
        if (first)
            first = made.error();
    }
    return first.error();
}

} // namespace qs
