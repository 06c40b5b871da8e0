// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/optimal_scale.h"

#include "core/base/parallel.h"
#include "core/index/scale_cells.h"
#include "core/index/staircase.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

namespace qs {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

/// Σe² and the curvature bound C of every zero_point at one scale.
struct Evaluated {
    double scale = 0;
    std::vector<double> errors;
    std::vector<double> curvatures;
    std::size_t best = 0; ///< the zero_point with the smallest error
};

class Problem {
public:
    Problem(const SortedValues& values, const QuantParams& params, Rounding rounding)
        : m_values(values), m_params(params.forChannel(0)), m_rounding(rounding)
    {
        m_cells = ScaleCells::exists(m_params, rounding);
        if (m_cells && !info(m_params.qscheme()).symmetric) {
            for (std::int32_t z = m_params.range().quantMin; z <= m_params.range().quantMax; ++z)
                m_zeroPoints.push_back(z);
        } else {
            m_zeroPoints.push_back(m_cells ? m_params.zeroPointAt(0) : 0);
        }
        const auto first = static_cast<double>(values.valueAt(0));
        const auto last = static_cast<double>(values.valueAt(values.places() - 1));
        m_amax = std::max(std::fabs(first), std::fabs(last));
        const auto all = values.moments(0, values.places());
        m_count = static_cast<double>(all.count);
        m_signal = all.squares.value();
        for (const std::int32_t z : m_zeroPoints) {
            double largest = 0;
            if (m_cells) {
                const auto range = m_params.range();
                largest = std::max(std::fabs(static_cast<double>(range.quantMin) - z),
                                   std::fabs(static_cast<double>(range.quantMax) - z));
            } else if (info(m_params.dtype()).family == Family::Codebook) {
                for (const float v : m_params.codebook())
                    largest = std::max(largest, std::fabs(static_cast<double>(v)));
            } else {
                largest = static_cast<double>(qs::largestLevel(m_params.dtype()));
            }
            m_largest.push_back(largest);
        }
    }

    bool possible() const { return m_amax > 0; }
    double amax() const { return m_amax; }
    double count() const { return m_count; }
    double signal() const { return m_signal; }
    std::int32_t zeroPoint(std::size_t i) const { return m_zeroPoints[i]; }
    /// The smallest |level| but 0, in scales: where s is above amax divided by it (and a half),
    /// every element is on a level next to 0.
    double stepAtZero() const
    {
        const auto& row = info(m_params.dtype());
        if (row.family == Family::Float)
            return static_cast<double>(row.format.minSubnormal());
        double smallest = row.family == Family::Codebook ? kInf : 1.0;
        for (const float v : m_params.codebook())
            smallest = v != 0 ? std::min(smallest, std::fabs(static_cast<double>(v))) : smallest;
        return smallest;
    }
    double largestLevel(std::size_t i = 0) const { return m_largest[i]; }

    /// At scale 0 everything is clipped to 0.
    Evaluated atZero() const
    {
        Evaluated e;
        for (const double v : m_largest) {
            e.errors.push_back(m_signal);
            e.curvatures.push_back(m_count * v * v);
        }
        return e;
    }

    /// None where the parameters refuse the scale.
    std::optional<Evaluated> at(float scale) const
    {
        Evaluated e;
        e.scale = static_cast<double>(scale);
        if (m_cells) {
            const auto cells = ScaleCells::make(m_values, m_params, scale, m_rounding);
            if (!cells)
                return std::nullopt;
            for (const std::int32_t z : m_zeroPoints) {
                e.errors.push_back(cells->errors(z).total());
                e.curvatures.push_back(cells->squaredCodes(z));
            }
        } else if (!addLevels(scale, e)) {
            return std::nullopt;
        }
        const auto best = std::min_element(e.errors.begin(), e.errors.end());
        e.best = static_cast<std::size_t>(best - e.errors.begin());
        return e;
    }

private:
    bool addLevels(float scale, Evaluated& e) const
    {
        QuantParts parts = m_params.parts();
        parts.scale = {scale};
        parts.globalScale = 1;
        const auto params = QuantParams::make(std::move(parts));
        if (!params)
            return false;
        const std::int64_t places = m_values.places();
        const auto stairs = Staircase::make(*params, 0, m_rounding, m_values.keys());
        if (!stairs)
            return false;
        const auto steps = stairs->steps();
        double error = 0;
        double curvature = 0;
        // The level of 0: where 0 is none, elements near 0 keep it however large the scale is.
        std::int64_t before = 0;
        auto momentsBefore = m_values.momentsAt(0);
        for (std::size_t i = 0; i < steps.size(); ++i) {
            const std::int64_t after =
                i + 1 < steps.size() ? m_values.placeOf(steps[i + 1].firstKey) : places;
            if (after == before)
                continue;
            const auto momentsAfter = m_values.momentsAt(after);
            const auto part = momentsAfter - momentsBefore;
            const auto level = static_cast<double>(steps[i].level);
            error += part.squaredErrors(level);
            const double inScales = std::max(std::fabs(level) / e.scale, smallestLevel());
            curvature += static_cast<double>(part.count) * inScales * inScales;
            before = after;
            momentsBefore = momentsAfter;
        }
        e.errors = {error};
        e.curvatures = {curvature};
        return true;
    }

    /// The largest |level| that an element can have when the scale is huge: the levels next to 0.
    double smallestLevel() const
    {
        if (m_params.dtype() != DType::Codebook)
            return 0;
        double below = -kInf;
        double above = kInf;
        for (const float v : m_params.codebook()) {
            const auto d = static_cast<double>(v);
            (d <= 0 ? below : above) = d <= 0 ? std::max(below, d) : std::min(above, d);
        }
        return below == 0          ? 0
               : std::isinf(below) ? above
               : std::isinf(above) ? -below
                                   : std::max(above, -below);
    }

    const SortedValues& m_values;
    QuantParams m_params;
    Rounding m_rounding;
    bool m_cells = false;
    std::vector<std::int32_t> m_zeroPoints;
    std::vector<double> m_largest; ///< |level| of each zero_point, in scales
    double m_amax = 0;
    double m_count = 0;
    double m_signal = 0;
};

/// The smallest that chord - C (s - s1)(s2 - s) gets between the ends.
double boundBetween(double e1, double e2, double curvature, double width)
{
    const double bend = curvature * width * width;
    const double at = bend > 0 ? 0.5 - (e2 - e1) / (2 * bend) : 0.0;
    if (at <= 0 || at >= 1)
        return std::min(e1, e2);
    return e1 + (e2 - e1) * at - bend * at * (1 - at);
}

using Shared = std::shared_ptr<const Evaluated>;

struct Interval {
    Shared low;
    Shared high;
};

class BranchAndBound {
public:
    BranchAndBound(const Problem& problem, const JobContext& context)
        : m_problem(problem), m_context(context)
    {
    }

    Result<std::optional<OptimalScale>> run()
    {
        constexpr double kPerOctave = 8;
        constexpr auto kSmallest = static_cast<double>(std::numeric_limits<float>::min());
        constexpr auto kLargest = static_cast<double>(std::numeric_limits<float>::max());
        // Above, everything rounds to 0 (or to a codebook's levels next to it); the smallest error
        // has at least some elements on other levels.
        const double top =
            std::clamp(2.5 * m_problem.amax() / m_problem.stepAtZero(), kSmallest, kLargest);
        const double bottom =
            std::clamp(m_problem.amax() / m_problem.largestLevel() / 16, kSmallest, top);
        std::vector<float> scales;
        for (double s = bottom; s < top; s *= std::exp2(1 / kPerOctave))
            scales.push_back(static_cast<float>(s));
        scales.push_back(static_cast<float>(top));
        auto first = evaluate(scales);
        if (!first)
            return first.error();
        std::vector<Interval> open;
        auto low = std::make_shared<const Evaluated>(m_problem.atZero());
        for (auto& high : *first) {
            if (!high)
                continue;
            open.push_back({low, high});
            low = high;
        }
        if (open.empty())
            return std::optional<OptimalScale>();
        m_lowest = kInf;
        // What float32's rounding of the levels makes of an error of 0.
        const double negligible = 0x1p-46 * m_problem.signal();
        while (!open.empty()) {
            std::vector<Interval> split;
            std::vector<float> middles;
            for (auto& interval : open) {
                const auto middle = middleOf(interval);
                if (!middle)
                    continue; // no scale is left between its ends
                const double bound = boundOf(interval);
                if (bound < m_best * (1 - kOptimalTolerance) && m_best > negligible) {
                    split.push_back(std::move(interval));
                    middles.push_back(*middle);
                } else {
                    m_lowest = std::min(m_lowest, bound);
                }
            }
            auto found = evaluate(middles);
            if (!found)
                return found.error();
            open.clear();
            for (std::size_t i = 0; i < split.size(); ++i) {
                const auto& middle = (*found)[i];
                if (!middle)
                    continue;
                open.push_back({split[i].low, middle});
                open.push_back({middle, split[i].high});
            }
            constexpr std::size_t kMostSteps = 200000;
            if (m_result.steps.size() > kMostSteps)
                break; // a bound that never closes must not be waited for
        }
        for (const auto& interval : open)
            m_lowest = std::min(m_lowest, boundOf(interval));
        m_result.lowerBound = std::max(std::min(m_lowest, m_best), 0.0) / m_problem.count();
        return std::optional(std::move(m_result));
    }

private:
    /// Between the ends, where a normal float32 is left there.
    static std::optional<float> middleOf(const Interval& interval)
    {
        const double low = interval.low->scale;
        const double high = interval.high->scale;
        const auto middle = static_cast<float>(low > high / 4 ? (low + high) / 2 : high / 4);
        if (static_cast<double>(middle) <= low || static_cast<double>(middle) >= high ||
            middle < std::numeric_limits<float>::min())
            return std::nullopt;
        return middle;
    }

    static double boundOf(const Interval& interval)
    {
        const double width = interval.high->scale - interval.low->scale;
        double bound = kInf;
        for (std::size_t z = 0; z < interval.low->errors.size(); ++z)
            bound = std::min(bound, boundBetween(interval.low->errors[z], interval.high->errors[z],
                                                 interval.low->curvatures[z], width));
        return bound;
    }

    Result<std::vector<Shared>> evaluate(const std::vector<float>& scales)
    {
        std::vector<Shared> found(scales.size());
        const bool done =
            forEachIndex(static_cast<std::int64_t>(scales.size()), m_context, [&](std::int64_t i) {
                if (auto e = m_problem.at(scales[static_cast<std::size_t>(i)]))
                    found[static_cast<std::size_t>(i)] =
                        std::make_shared<const Evaluated>(std::move(*e));
            });
        if (!done)
            return Error::cancelled();
        for (std::size_t i = 0; i < scales.size(); ++i) {
            if (!found[i])
                continue;
            const double error = found[i]->errors[found[i]->best];
            ScaleCandidate step{scales[i], m_problem.zeroPoint(found[i]->best),
                                error / m_problem.count(), error < m_best};
            if (step.best) {
                m_best = error;
                m_result.best = step;
            }
            m_result.steps.push_back(step);
        }
        return found;
    }

    const Problem& m_problem;
    const JobContext& m_context;
    OptimalScale m_result;
    double m_best = kInf;
    double m_lowest = kInf;
};

} // namespace

bool hasOptimalScale(const QuantParams& params, Rounding rounding)
{
    const auto& row = info(params.dtype());
    if (!Staircase::exists(params, rounding) || rounding != Rounding::HalfEven)
        return false;
    if (row.isInteger())
        return ScaleCells::exists(params, rounding);
    return (row.family == Family::Float || row.family == Family::Codebook) &&
           row.scaleFormat == ScaleFormat::Float32;
}

Result<std::optional<OptimalScale>> optimalScale(const SortedValues& values,
                                                 const QuantParams& params, Rounding rounding,
                                                 const JobContext& context)
{
    if (!hasOptimalScale(params, rounding) || values.places() == 0)
        return std::optional<OptimalScale>();
    const Problem problem(values, params, rounding);
    if (!problem.possible())
        return std::optional<OptimalScale>();
    return BranchAndBound(problem, context).run();
}

} // namespace qs
