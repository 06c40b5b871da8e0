// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/mse_range.h"

#include "core/calib/histogram_observers.h"
#include "core/calib/mse_problem.h"
#include "core/calib/optimal_ranges.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace qs {
namespace {

using Ranges = std::vector<ChannelRange>;
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr std::size_t kMaxHistogramSets = 256;
constexpr std::size_t kMaxBinnedSets = 4096;

/// How one set's ranges are named: by the fractions (a, b) of its observed ends, counted from
/// `centre`; on a line b alone counts, for both.
struct Frame {
    double centre = 0;
    double min = 0; ///< from the centre
    double max = 0;
};

/// A range, as a point in its set's frame, and its error.
struct Point {
    double a = 1;
    double b = 1;
    double error = kInf;
};

class Search {
public:
    Search(const QuantSpec& spec, std::span<const ChannelRange> observed)
        : m_observed(observed.begin(), observed.end())
    {
        const auto& scheme = info(spec.qschemeInUse());
        m_symmetric = scheme.symmetric || !info(spec.dtype).isInteger();
        bool oneSided = true;
        for (const auto& r : m_observed) {
            Frame f;
            const auto lo = static_cast<double>(r.min);
            const auto hi = static_cast<double>(r.max);
            if (m_symmetric) {
                f.max = std::max(std::fabs(lo), std::fabs(hi));
                f.min = -f.max;
            } else if (scheme.floatZeroPoint && (lo > 0 || hi < 0)) {
                f = {(lo + hi) / 2, (lo - hi) / 2, (hi - lo) / 2};
            } else {
                f = {0, std::min(lo, 0.0), std::max(hi, 0.0)};
            }
            oneSided = oneSided && (f.min == 0 || f.max == 0);
            m_frames.push_back(f);
        }
        m_line = m_symmetric || oneSided;
    }

    bool line() const { return m_line; }
    std::size_t sets() const { return m_frames.size(); }

    ChannelRange rangeAt(std::size_t set, double a, double b) const
    {
        const auto& f = m_frames[set];
        // A width that float32 cannot hold has no scale.
        constexpr double kWidest = 3.4e38;
        double lo = f.centre + f.min * (m_line ? b : a);
        double hi = f.centre + f.max * b;
        const double shrink = std::min(1.0, kWidest / std::max(hi - lo, 1e-300));
        lo *= m_symmetric ? std::min(1.0, kWidest / std::max(hi, 1e-300)) : shrink;
        hi *= m_symmetric ? std::min(1.0, kWidest / std::max(hi, 1e-300)) : shrink;
        return {static_cast<float>(lo), static_cast<float>(hi), m_observed[set].observed};
    }

private:
    Ranges m_observed;
    std::vector<Frame> m_frames;
    bool m_symmetric = false;
    bool m_line = false;
};

/// The best few points of each set, by error, the earlier first where equal.
class Best {
public:
    Best(std::size_t sets, std::size_t keep) : m_points(sets), m_keep(keep) {}
    void offer(std::size_t set, const Point& p)
    {
        auto& v = m_points[set];
        const auto at = std::upper_bound(v.begin(), v.end(), p, [](const Point& x, const Point& y) {
            return x.error < y.error;
        });
        if (static_cast<std::size_t>(at - v.begin()) < m_keep)
            v.insert(at, p);
        if (v.size() > m_keep)
            v.pop_back();
    }
    /// The k-th best; the worst there is where there are fewer.
    const Point& at(std::size_t set, std::size_t k) const
    {
        return m_points[set][std::min(k, m_points[set].size() - 1)];
    }

private:
    std::vector<std::vector<Point>> m_points;
    std::size_t m_keep;
};

std::vector<double> fractions(bool line, bool coarse)
{
    std::vector<double> f;
    const int steps = coarse ? (line ? 16 : 8) : line ? 128 : 32;
    for (int k = steps + steps / 8; k >= 1; --k)
        f.push_back(static_cast<double>(k) / steps);
    if (!coarse) {
        for (double x = f.back() / std::sqrt(2.0); x >= 0x1p-14; x /= std::sqrt(2.0))
            f.push_back(x);
    }
    return f;
}

Result<void> offerAll(const Search& search, const MseProblem& problem,
                      const std::vector<Point>& points, Best& best, const JobContext& context)
{
    Ranges ranges(search.sets());
    for (std::size_t s = 0; s < ranges.size(); ++s)
        ranges[s] = search.rangeAt(s, points[s].a, points[s].b);
    const auto errors = problem.errors(ranges, context);
    if (!errors)
        return errors.error();
    for (std::size_t s = 0; s < ranges.size(); ++s)
        best.offer(s, {points[s].a, points[s].b, (*errors)[s]});
    return {};
}

Result<void> searchGrid(const Search& search, const MseProblem& problem, bool coarse, Best& best,
                        const JobContext& context)
{
    const auto f = fractions(search.line(), coarse);
    for (const double b : f) {
        for (const double a : f) {
            if (search.line() && a != b)
                continue;
            const std::vector<Point> points(search.sets(), {a, b});
            if (auto ok = offerAll(search, problem, points, best, context); !ok)
                return ok;
        }
    }
    return {};
}

/// Moves each set's point by +-step along each axis while that helps, halving the step where it
/// does not. `visit` computes the errors of one point per set.
template <typename Visit>
Result<void> refine(std::vector<Point>& points, bool line, double step, int rounds, Visit visit)
{
    std::vector<double> steps(points.size(), step);
    for (int round = 0; round < rounds; ++round) {
        auto next = points;
        for (int move = line ? 2 : 0; move < 4; ++move) {
            auto tried = points;
            for (std::size_t s = 0; s < tried.size(); ++s) {
                double& along = move < 2 ? tried[s].a : tried[s].b;
                along = std::max(along + (move % 2 == 0 ? steps[s] : -steps[s]) * along, 1e-6);
            }
            if (auto ok = visit(tried); !ok)
                return ok;
            for (std::size_t s = 0; s < tried.size(); ++s) {
                if (tried[s].error < next[s].error)
                    next[s] = tried[s];
            }
        }
        for (std::size_t s = 0; s < points.size(); ++s) {
            if (!(next[s].error < points[s].error))
                steps[s] /= 2;
        }
        points = std::move(next);
    }
    return {};
}

/// The exact errors, with the best range of each set so far, and the trace of one.
class Exact {
public:
    Exact(const MseProblem& problem, const JobContext& context, MseTrace* trace)
        : m_problem(problem), m_context(context), m_trace(trace)
    {
    }

    Result<std::vector<double>> visit(const Ranges& ranges)
    {
        auto errors = m_problem.errors(ranges, m_context);
        if (!errors)
            return errors;
        m_best.resize(ranges.size());
        m_errors.resize(ranges.size(), kInf);
        for (std::size_t s = 0; s < ranges.size(); ++s) {
            const bool better = (*errors)[s] < m_errors[s];
            if (m_trace != nullptr && m_trace->set == s && m_problem.count(s) > 0)
                m_trace->steps.push_back(
                    {ranges[s].min, ranges[s].max, (*errors)[s] / m_problem.count(s), better});
            if (better) {
                m_best[s] = ranges[s];
                m_errors[s] = (*errors)[s];
            }
        }
        return errors;
    }
    const Ranges& best() const { return m_best; }
    const std::vector<double>& errors() const { return m_errors; }

private:
    const MseProblem& m_problem;
    const JobContext& m_context;
    MseTrace* m_trace;
    Ranges m_best;
    std::vector<double> m_errors;
};

/// What PyTorch's histogram search chooses; nothing where it cannot.
Ranges histogramChoice(std::span<const Tensor> batches, QuantSpec spec, const JobContext& context)
{
    spec.observer = "histogram";
    const auto observer = makeHistogramObserver(spec);
    if (!observer)
        return {};
    for (const auto& batch : batches) {
        if (!(*observer)->observe(batch, context))
            return {};
    }
    auto evidence = (*observer)->evidence(0, context);
    return evidence ? std::move(evidence->chosen) : Ranges{};
}

} // namespace

Result<std::vector<ChannelRange>> mseRanges(std::span<const Tensor> batches, const QuantSpec& spec,
                                            std::span<const ChannelRange> observed,
                                            const JobContext& context, MseTrace* trace,
                                            const ValueIndex* index)
{
    constexpr std::size_t kKeep = 12;
    const auto& row = info(spec.dtype);
    if (row.scaleFormat == ScaleFormat::InBlock)
        return Error::usage("observer mse: " + std::string(row.name) +
                            " finds its own scales; choose minmax");
    const Search search(spec, observed);
    if (std::none_of(observed.begin(), observed.end(), [](const auto& r) { return r.observed; }))
        return Error::data("observer mse: there is no finite element to take a range from");
    if (canProveRanges(spec, observed)) {
        std::int64_t elements = 0;
        for (const auto& batch : batches)
            elements += batch.numel();
        // Large tensors cannot differ from what is proven by a rounding that matters.
        constexpr std::int64_t kSmall = 1 << 20;
        const auto histogram =
            elements <= kSmall ? histogramChoice(batches, spec, context) : Ranges{};
        auto proven = optimalRanges(batches, spec, observed, histogram, context, trace, index);
        if (!proven)
            return proven.error();
        if (*proven)
            return std::move(**proven);
    }
    const auto all = MseProblem::exact(batches, spec, observed);

    // 1. The grid, where it is cheap.
    const bool binnable = search.sets() <= kMaxBinnedSets;
    Best best(search.sets(), kKeep);
    if (binnable) {
        const auto binned = MseProblem::binned(batches, spec, observed, context);
        if (!binned)
            return binned.error();
        if (auto ok = searchGrid(search, *binned, false, best, context); !ok)
            return ok.error();
        for (std::size_t k = 0; k < 3; ++k) {
            std::vector<Point> points(search.sets());
            for (std::size_t s = 0; s < points.size(); ++s)
                points[s] = best.at(s, k * 3);
            const auto visit = [&](std::vector<Point>& tried) -> Result<void> {
                Ranges ranges(tried.size());
                for (std::size_t s = 0; s < tried.size(); ++s)
                    ranges[s] = search.rangeAt(s, tried[s].a, tried[s].b);
                const auto errors = binned->errors(ranges, context);
                if (!errors)
                    return errors.error();
                for (std::size_t s = 0; s < tried.size(); ++s)
                    tried[s].error = (*errors)[s];
                return {};
            };
            if (auto ok = refine(points, search.line(), 1.0 / 64, 12, visit); !ok)
                return ok.error();
            for (std::size_t s = 0; s < points.size(); ++s)
                best.offer(s, points[s]);
        }
    } else if (auto ok = searchGrid(search, all, true, best, context); !ok) {
        return ok.error();
    }

    // 2. The best of it on all elements, after minmax and histogram.
    Exact exact(all, context, trace);
    Ranges whole(search.sets());
    for (std::size_t s = 0; s < whole.size(); ++s)
        whole[s] = {observed[s].min, observed[s].max, observed[s].observed};
    std::vector<Point> points(search.sets());
    const auto visit = [&](std::vector<Point>& tried) -> Result<void> {
        Ranges ranges(tried.size());
        for (std::size_t s = 0; s < tried.size(); ++s)
            ranges[s] = search.rangeAt(s, tried[s].a, tried[s].b);
        const auto errors = exact.visit(ranges);
        if (!errors)
            return errors.error();
        for (std::size_t s = 0; s < tried.size(); ++s)
            tried[s].error = (*errors)[s];
        return {};
    };
    double wholeError = kInf;
    if (const auto errors = exact.visit(whole)) {
        wholeError = 0;
        for (const double e : *errors)
            wholeError += e;
    } else if (errors.error().kind == ErrorKind::Cancelled) {
        return errors.error();
    } // else minmax has no parameters, such as a range float32 cannot hold
    if (search.sets() <= kMaxHistogramSets) {
        auto chosen = histogramChoice(batches, spec, context);
        if (chosen.size() == search.sets() && !exact.visit(chosen) && context.stopRequested())
            return Error::cancelled();
    }
    for (std::size_t k = 0; k < kKeep; ++k) {
        std::vector<Point> tried(search.sets());
        for (std::size_t s = 0; s < tried.size(); ++s)
            tried[s] = best.at(s, k);
        if (auto ok = visit(tried); !ok)
            return ok.error();
        for (std::size_t s = 0; s < tried.size(); ++s) {
            if (tried[s].error < points[s].error)
                points[s] = tried[s];
        }
    }

    // 3. Small moves of the best.
    if (auto ok = refine(points, search.line(), 1.0 / 128, search.line() ? 16 : 12, visit); !ok)
        return ok.error();

    const auto errors = all.errors(exact.best(), context);
    if (!errors)
        return errors.error();
    double sum = 0;
    for (const double e : *errors)
        sum += e;
    return sum <= wholeError ? exact.best() : whole;
}

} // namespace qs
