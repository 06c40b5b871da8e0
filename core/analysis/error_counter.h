// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/error_bins.h"
#include "core/analysis/error_unit.h"
#include "core/analysis/histogram.h"
#include "core/index/staircase.h"
#include "core/index/thresholds.h"
#include "core/index/value_index.h"

#include <vector>

namespace qs {

/// One set of sorted values on the steps of its quantizer.
class SetStairs {
public:
    /// False where there is no staircase; without values there are no steps.
    bool climb(const SortedValues& values, const QuantParams& params, std::size_t channel,
               Rounding rounding)
    {
        m_values = &values;
        if (values.places() == 0)
            return true;
        m_stairs = Staircase::make(params, channel, rounding, values.keys());
        if (!m_stairs)
            return false;
        std::vector<std::int32_t> keys;
        for (const auto& step : m_stairs->steps())
            keys.push_back(step.firstKey);
        m_places.resize(keys.size() + 1);
        values.placesOf(keys, 0, values.places(), m_places.data());
        m_places.back() = values.places();
        return true;
    }

    const SortedValues& values() const { return *m_values; }
    const Staircase& stairs() const { return *m_stairs; }
    std::span<const StairStep> steps() const
    {
        return m_stairs ? m_stairs->steps() : std::span<const StairStep>();
    }
    /// Where step s begins; of steps().size(): the end.
    std::int64_t place(std::size_t s) const { return m_places[s]; }

private:
    const SortedValues* m_values = nullptr;
    std::optional<Staircase> m_stairs;
    std::vector<std::int64_t> m_places;
};

/// The report's error bins. A fall counts the bins in the order in which errors fall while x grows:
/// 0 above 1 LSB, the bins from the last to the first, kErrorBins + 1 below -1 LSB.
struct LsbBins {
    static std::int64_t fallOf(const KeyEvaluator& at, std::size_t i)
    {
        const std::int32_t bin = errorBin(at.lsb[i]);
        return bin == kErrorBins ? kErrorBins + 1 : bin == kErrorBins + 1 ? 0 : kErrorBins - bin;
    }
    static std::size_t counterOf(std::int64_t fall)
    {
        return static_cast<std::size_t>(fall == 0                ? kErrorBins + 1
                                        : fall == kErrorBins + 1 ? kErrorBins
                                                                 : kErrorBins - fall);
    }
    /// The error at which the fall begins.
    static double borderOf(std::int64_t fall)
    {
        return 1 - 2.0 * static_cast<double>(fall - 1) / kErrorBins;
    }
    static double unit(double stepLength) { return stepLength; }
};

/// Any bins, of errors in LSB or in the values' own unit: count, below, above.
struct AnyErrorBins {
    HistogramBins bins;
    bool inLsb = true;

    double errorOf(const KeyEvaluator& at, std::size_t i) const
    {
        return errorIn(inLsb ? ErrorUnit::Lsb : ErrorUnit::Value, at.x[i], at.y[i], at.lsb[i]);
    }
    std::int64_t fallOf(const KeyEvaluator& at, std::size_t i) const
    {
        const double e = errorOf(at, i);
        return e > bins.hi ? 0 : e < bins.lo ? bins.count + 1 : bins.count - bins.binOf(e);
    }
    std::size_t counterOf(std::int64_t fall) const
    {
        return static_cast<std::size_t>(fall == 0                ? bins.count + 1
                                        : fall == bins.count + 1 ? bins.count
                                                                 : bins.count - fall);
    }
    double borderOf(std::int64_t fall) const
    {
        return bins.hi - static_cast<double>(fall - 1) / bins.perBin();
    }
    double unit(double stepLength) const { return inLsb ? stepLength : 1.0; }
};

/// Counts errors on the steps of a set. On one step they fall while x grows, so each bin is one
/// stretch of the sorted values: its borders are searched for with the quantizer's own arithmetic.
/// Not one count differs from evaluating every element.
template <typename Bins>
class ErrorCounter {
public:
    ErrorCounter(const SetStairs& set, Bins bins)
        : m_set(set), m_bins(std::move(bins)), m_at(set.stairs().quantizer())
    {
    }

    /// Adds the errors of the steps [firstStep, lastStep) to `inside`, those of clipped steps to
    /// `clipped`: a counter for each Bins::counterOf.
    void count(std::size_t firstStep, std::size_t lastStep, std::int64_t* inside,
               std::int64_t* clipped)
    {
        const auto& values = m_set.values();
        const auto countsOf = [&](std::size_t step) {
            return m_set.steps()[step].clip == 0 ? inside : clipped;
        };
        m_thresholds.clear();
        m_borders.clear();
        for (std::size_t s = firstStep; s < lastStep; ++s) {
            const std::int64_t first = m_set.place(s);
            const std::int64_t last = m_set.place(s + 1);
            if (first == last)
                continue;
            if (values.isTable() || last - first < kReadValues)
                read(first, last, countsOf(s));
            else
                addBorders(s);
        }
        findThresholds(m_thresholds,
                       [&](std::span<const std::int32_t> keys, std::span<std::int64_t> found) {
                           m_at.forEach(keys, [&](std::size_t offset, std::size_t n) {
                               for (std::size_t i = 0; i < n; ++i)
                                   found[offset + i] = m_bins.fallOf(m_at, i);
                           });
                       });
        for (const auto& borders : m_borders)
            countBetween(borders, countsOf(borders.step));
    }

private:
    /// Stretches of fewer values are read: searching for 128 borders would take longer.
    static constexpr std::int64_t kReadValues = 3000;

    /// The borders of the bins on one step: where they are in the list of thresholds.
    struct StepBorders {
        std::size_t step = 0;
        std::size_t begin = 0;
        std::size_t end = 0;
        std::int64_t firstFall = 0;
    };

    void read(std::int64_t first, std::int64_t last, std::int64_t* counts)
    {
        const auto& values = m_set.values();
        const auto keys = values.keys().subspan(static_cast<std::size_t>(first),
                                                static_cast<std::size_t>(last - first));
        m_at.forEach(keys, [&](std::size_t offset, std::size_t n) {
            for (std::size_t i = 0; i < n; ++i) {
                const auto place = first + static_cast<std::int64_t>(offset + i);
                counts[m_bins.counterOf(m_bins.fallOf(m_at, i))] +=
                    values.isTable() ? values.countAt(place) : 1;
            }
        });
    }

    void addBorders(std::size_t s)
    {
        const auto& values = m_set.values();
        const auto& stairs = m_set.stairs();
        const std::int32_t ends[] = {values.keyAt(m_set.place(s)),
                                     values.keyAt(m_set.place(s + 1) - 1)};
        std::int64_t first = 0;
        std::int64_t last = 0;
        m_at.forEach(ends, [&](std::size_t, std::size_t) {
            first = m_bins.fallOf(m_at, 0);
            last = m_bins.fallOf(m_at, 1);
        });
        StepBorders borders{s, m_thresholds.size(), 0, first};
        const auto level = static_cast<double>(stairs.steps()[s].level);
        const double below = m_bins.unit(stairs.stepBelow(s));
        const double above = m_bins.unit(stairs.stepAbove(s));
        for (std::int64_t fall = first + 1; fall <= last; ++fall) {
            const double error = m_bins.borderOf(fall);
            const auto x = static_cast<float>(level - error * (error > 0 ? below : above));
            m_thresholds.push_back({ends[0], ends[1], fall, std::int64_t{keyOf(x)}});
        }
        borders.end = m_thresholds.size();
        m_borders.push_back(borders);
    }

    void countBetween(const StepBorders& borders, std::int64_t* counts)
    {
        const std::int64_t last = m_set.place(borders.step + 1);
        m_keys.clear();
        for (std::size_t i = borders.begin; i < borders.end; ++i)
            m_keys.push_back(m_thresholds[i].high);
        m_places.resize(m_keys.size());
        std::int64_t from = m_set.place(borders.step);
        m_set.values().placesOf(m_keys, from, last, m_places.data());
        std::int64_t fall = borders.firstFall;
        for (const std::int64_t place : m_places) {
            counts[m_bins.counterOf(fall++)] += place - from;
            from = place;
        }
        counts[m_bins.counterOf(fall)] += last - from;
    }

    const SetStairs& m_set;
    Bins m_bins;
    KeyEvaluator m_at;
    std::vector<Threshold> m_thresholds;
    std::vector<StepBorders> m_borders;
    std::vector<std::int32_t> m_keys;
    std::vector<std::int64_t> m_places;
};

} // namespace qs
