// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/rate_distortion.h"

#include "core/calib/observer.h"

namespace qs {
namespace {

/// No other point has fewer bits with the same SQNR, or more SQNR with the same bits.
void markFront(std::vector<RatePoint>& points)
{
    const auto better = [](const RatePoint& a, const RatePoint& b) {
        const double ea = a.errors.mse();
        const double eb = b.errors.mse();
        return a.bitsPerWeight <= b.bitsPerWeight && ea <= eb &&
               (a.bitsPerWeight < b.bitsPerWeight || ea < eb);
    };
    for (auto& p : points) {
        p.onFront = p.problem.empty();
        for (const auto& other : points)
            p.onFront = p.onFront && !(other.problem.empty() && better(other, p));
    }
}

} // namespace

std::vector<QuantSpec> formatSpecs(const QuantSpec& like)
{
    std::vector<QuantSpec> specs;
    for (const auto& row : dtypes()) {
        if (row.id == DType::Codebook)
            continue;
        QuantSpec spec = like;
        spec.dtype = row.id;
        spec.quantMin.reset();
        spec.quantMax.reset();
        spec.codebook.clear();
        spec.scaleRule = ScaleRule::Default;
        if (spec.isFixed())
            spec.observer = "minmax";
        const auto& scheme = info(like.qscheme);
        if (!row.isInteger()) {
            spec.narrowRange = false;
            spec.reduceRange = false;
            spec.dialect = Dialect::Torch;
            if (!row.isBlock())
                spec.qscheme = qscheme(scheme.granularity, true);
        }
        if (row.isBlock()) {
            spec.qscheme = QScheme::PerGroupSymmetric;
            spec.groupSize = 0;
            spec.axis = -1;
            // A block's scale follows from its largest element; a search would find it again.
            spec.observer = "minmax";
        } else if (info(like.dtype).isBlock()) {
            spec.qscheme = QScheme::PerTensorAffine;
            spec.axis = defaultAxis(spec);
        }
        specs.push_back(std::move(spec));
    }
    return specs;
}

Result<std::vector<RatePoint>> rateDistortion(const ErrorSource& source,
                                              std::span<const QuantSpec> specs,
                                              const JobContext& context)
{
    std::vector<RatePoint> points;
    std::vector<AnalysisItem> items;
    std::vector<std::size_t> itemOf;
    for (const auto& spec : specs) {
        context.report("formats", 0.5 * static_cast<double>(points.size()) /
                                      static_cast<double>(specs.size()));
        RatePoint point;
        point.spec = spec;
        auto params = chooseQuantParams(source.tensor, spec, context, &source.stats, source.index);
        if (context.stopRequested())
            return Error::cancelled();
        if (params) {
            point.params = *params;
            itemOf.push_back(points.size());
            items.push_back({spec, std::move(*params)});
        } else {
            point.problem = params.error().message;
        }
        points.push_back(std::move(point));
    }
    const auto errors = errorsOf(source, items, context);
    if (!errors)
        return errors.error();
    for (std::size_t i = 0; i < items.size(); ++i) {
        auto& point = points[itemOf[i]];
        if (const auto& e = (*errors)[i]) {
            point.errors = *e;
            Report report;
            report.params = point.params;
            report.stats = source.stats;
            point.bitsPerWeight = report.bitsPerWeight();
        } else {
            point.problem = e.error().message;
        }
    }
    markFront(points);
    return points;
}

} // namespace qs
