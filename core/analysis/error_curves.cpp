// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/error_curves.h"

#include "core/base/parallel.h"
#include "core/calib/observer.h"
#include "core/calib/params_from_ranges.h"
#include "core/index/scale_cells.h"

#include <algorithm>
#include <atomic>
#include <cmath>

namespace qs {
namespace {

SquaredErrors errorsIn(const Report& report)
{
    const auto n = static_cast<double>(report.n());
    return {
        report.n(),        report.roundingMse * n, report.clippingMse * n, report.signalPower * n,
        report.clippedLow, report.clippedHigh};
}

/// The curve of the items that have errors.
Result<ErrorCurve> curveOf(const ErrorSource& source, std::vector<double> at,
                           const std::vector<AnalysisItem>& items, const JobContext& context)
{
    auto errors = errorsOf(source, items, context);
    if (!errors)
        return errors.error();
    ErrorCurve curve;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (const auto& e = (*errors)[i])
            curve.push_back({at[i], items[i].params, *e});
    }
    return curve;
}

/// The same quantizer with other scales or zero_points: what the dialects' ranges asked for no
/// longer holds.
QuantParts editable(const QuantParams& params)
{
    QuantParts parts = params.parts();
    parts.requestedMin.clear();
    parts.requestedMax.clear();
    parts.encodeScale.clear();
    return parts;
}

} // namespace

Result<std::vector<Result<SquaredErrors>>>
errorsOf(const ErrorSource& source, std::span<const AnalysisItem> items, const JobContext& context)
{
    std::vector<Result<SquaredErrors>> all(items.size(), Result<SquaredErrors>(SquaredErrors{}));
    std::vector<char> answered(items.size(), 0);
    if (source.index) {
        std::atomic<std::size_t> finished{0};
        const bool done =
            forEachIndex(static_cast<std::int64_t>(items.size()), context, [&](std::int64_t k) {
                const auto i = static_cast<std::size_t>(k);
                const auto& item = items[i];
                const auto layout = item.params.layout(source.tensor.shape());
                if (!layout || !source.index->fits(*layout))
                    return; // reading says what is wrong
                if (const auto found =
                        squaredErrors(*source.index, item.params, item.spec.rounding)) {
                    all[i] = *found;
                    answered[i] = 1;
                }
                context.report("errors", static_cast<double>(finished.fetch_add(1) + 1) /
                                             static_cast<double>(items.size()));
            });
        if (!done)
            return Error::cancelled();
    }
    std::vector<AnalysisItem> rest;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (answered[i] == 0)
            rest.push_back(items[i]);
    }
    if (rest.empty())
        return all;
    auto reports = analyzeAll(source.tensor, source.stats, rest, context);
    if (!reports)
        return reports.error();
    std::size_t next = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (answered[i] != 0)
            continue;
        const auto& report = (*reports)[next++];
        all[i] = report ? Result<SquaredErrors>(errorsIn(*report))
                        : Result<SquaredErrors>(report.error());
    }
    return all;
}

Result<ErrorCurve> errorAgainstScale(const ErrorSource& source, const QuantSpec& spec,
                                     const QuantParams& params, std::span<const double> factors,
                                     const JobContext& context)
{
    std::vector<double> at;
    std::vector<AnalysisItem> items;
    for (const double factor : factors) {
        QuantParts parts = editable(params);
        for (float& s : parts.scale)
            s = static_cast<float>(static_cast<double>(s) * factor);
        const double place = parts.scale.size() == 1 ? static_cast<double>(parts.scale[0]) : factor;
        if (auto made = QuantParams::make(std::move(parts))) {
            at.push_back(place);
            items.push_back({spec, std::move(*made)});
        }
    }
    return curveOf(source, std::move(at), items, context);
}

Result<ErrorCurve> errorAgainstClipRange(const ErrorSource& source, const QuantSpec& spec,
                                         std::span<const ChannelRange> ranges,
                                         std::span<const double> fractions,
                                         const JobContext& context)
{
    std::vector<double> at;
    std::vector<AnalysisItem> items;
    for (const double fraction : fractions) {
        std::vector<ChannelRange> cut(ranges.begin(), ranges.end());
        for (auto& r : cut) {
            r.min = static_cast<float>(static_cast<double>(r.min) * fraction);
            r.max = static_cast<float>(static_cast<double>(r.max) * fraction);
        }
        if (auto made = paramsFromRanges(spec, cut)) {
            at.push_back(cut.size() == 1 ? static_cast<double>(std::max(std::fabs(cut[0].min),
                                                                        std::fabs(cut[0].max)))
                                         : fraction);
            items.push_back({spec, std::move(*made)});
        }
    }
    return curveOf(source, std::move(at), items, context);
}

Result<ErrorCurve> errorAgainstZeroPoint(const ErrorSource& source, const QuantSpec& spec,
                                         const QuantParams& params, int most,
                                         const JobContext& context)
{
    const auto& scheme = info(params.qscheme());
    if (!info(params.dtype()).isInteger() || scheme.floatZeroPoint || most < 1)
        return ErrorCurve{};
    const auto range = params.range();
    const std::int64_t count = std::min<std::int64_t>(most, range.levels());
    std::vector<double> at;
    std::vector<AnalysisItem> items;
    for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t offset = count > 1 ? (range.levels() - 1) * i / (count - 1) : 0;
        const auto zero = static_cast<std::int32_t>(range.quantMin + offset);
        QuantParts parts = editable(params);
        // A symmetric scheme has no such freedom: the curve shows what it would be worth.
        parts.qscheme = qscheme(scheme.granularity, false);
        parts.zeroPoint.assign(parts.scale.size(), zero);
        if (auto made = QuantParams::make(std::move(parts))) {
            at.push_back(zero);
            items.push_back({spec, std::move(*made)});
        }
    }
    // One scale: all zero_points at once.
    if (source.index && source.index->sets() == 1 && params.channels() == 1) {
        if (const auto cells =
                ScaleCells::make(source.index->set(0), params, params.scaleAt(0), spec.rounding)) {
            ErrorCurve curve;
            for (std::size_t i = 0; i < items.size(); ++i)
                curve.push_back(
                    {at[i], items[i].params, cells->errors(items[i].params.zeroPointAt(0))});
            return curve;
        }
    }
    return curveOf(source, std::move(at), items, context);
}

Result<ErrorCurve> errorAgainstBits(const ErrorSource& source, const QuantSpec& spec, int mostBits,
                                    const JobContext& context)
{
    const auto& row = info(spec.dtype);
    std::vector<double> at;
    std::vector<AnalysisItem> items;
    if (!row.isInteger())
        return ErrorCurve{};
    for (int bits = 2; bits <= std::min(mostBits, 16); ++bits) {
        QuantSpec each = spec;
        each.dtype = *dtypeByName((row.isSigned ? "int" : "uint") + std::to_string(bits));
        each.quantMin.reset();
        each.quantMax.reset();
        if (each.isFixed())
            each.observer = "minmax";
        auto params = chooseQuantParams(source.tensor, each, context, &source.stats, source.index);
        if (!params && params.error().kind == ErrorKind::Cancelled)
            return params.error();
        if (!params)
            continue;
        at.push_back(bits);
        items.push_back({each, std::move(*params)});
        context.report("bits", (bits - 1) / 16.0);
    }
    return curveOf(source, std::move(at), items, context);
}

double uniformSqnrDb(double bits)
{
    return 20 * std::log10(2.0) * bits;
}

std::vector<double> equalRatios(double lo, double hi, int n)
{
    std::vector<double> values;
    for (int i = 0; i < n; ++i)
        values.push_back(i + 1 == n ? hi : lo * std::pow(hi / lo, i / static_cast<double>(n - 1)));
    return values;
}

} // namespace qs
