// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/torch_histogram.h"

#include "core/base/parallel.h"
#include "core/base/text.h"
#include "core/calib/torch_sum.h"

#include <algorithm>
#include <cmath>
#include <oneapi/tbb/enumerable_thread_specific.h>

namespace qs {
namespace {

constexpr int kUpsample = 16;
constexpr int kUpsample113 = 128;

struct Extremes {
    float min = 0;
    float max = 0;
};

Extremes extremesOf(std::span<const float> x)
{
    const auto [lo, hi] = std::minmax_element(x.begin(), x.end());
    return {*lo + 0.0F, *hi + 0.0F}; // + 0: whether -0 or 0 came first must not show
}

Result<void> checkWidth(float min, float max)
{
    if (std::isfinite(max - min))
        return {};
    return Error::data("the range from " + formatExact(min) + " to " + formatExact(max) +
                       " is wider than float32's largest number: a histogram cannot hold it");
}

/// int(min), int(max) must fit 64 bits: PyTorch 1.13 raises otherwise.
Result<void> checkIntegers(float min, float max)
{
    if (std::fabs(min) < 0x1p63F && std::fabs(max) < 0x1p63F)
        return {};
    return Error::data("observer histogram_1_13: the range from " + formatExact(min) + " to " +
                       formatExact(max) +
                       " goes beyond 64-bit integers, to which PyTorch 1.13 cuts its ends");
}

void addTo(std::vector<float>& counts, std::span<const float> more)
{
    for (std::size_t i = 0; i < counts.size(); ++i)
        counts[i] += more[i];
}

} // namespace

std::vector<float> torchHistc(std::span<const float> x, float lo, float hi, int bins)
{
    if (lo == hi && !x.empty()) {
        const auto e = extremesOf(x);
        lo = e.min;
        hi = e.max;
    }
    if (lo == hi) {
        lo -= 1;
        hi += 1;
    }
    const float width = hi - lo;
    const auto count = static_cast<float>(bins);
    const auto size = static_cast<std::int64_t>(x.size());
    // Whole numbers: which thread counted what does not show.
    tbb::enumerable_thread_specific<std::vector<std::int64_t>> parts(static_cast<std::size_t>(bins),
                                                                     0);
    forEachBlock(size, {}, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
        auto& part = parts.local();
        for (std::int64_t i = begin; i < end; ++i) {
            const float v = x[static_cast<std::size_t>(i)];
            if (!(v >= lo && v <= hi))
                continue;
            const auto at = static_cast<std::int64_t>((v - lo) * count / width);
            ++part[static_cast<std::size_t>(std::min<std::int64_t>(at, bins - 1))];
        }
    });
    std::vector<std::int64_t> sum(static_cast<std::size_t>(bins), 0);
    for (const auto& part : parts) {
        for (std::size_t i = 0; i < sum.size(); ++i)
            sum[i] += part[i];
    }
    return {sum.begin(), sum.end()};
}

std::vector<float> torchLinspace(float start, float end, int steps)
{
    const float step = (end - start) / static_cast<float>(steps - 1);
    std::vector<float> values(static_cast<std::size_t>(steps));
    for (int i = 0; i < steps; ++i)
        values[static_cast<std::size_t>(i)] = i < steps / 2
                                                  ? start + step * static_cast<float>(i)
                                                  : end - step * static_cast<float>(steps - i - 1);
    return values;
}

std::vector<float> TorchHistogram::counts() const
{
    if (m_filled.empty())
        return m_counts;
    std::vector<float> all(kBins, 0.0F);
    for (std::size_t i = 0; i < m_filled.size(); ++i)
        all[m_filled[i]] = m_counts[i];
    return all;
}

void TorchHistogram::store(float min, float max, const std::vector<float>& counts)
{
    m_min = min;
    m_max = max;
    m_counts.clear();
    m_filled.clear();
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (counts[i] != 0) {
            m_counts.push_back(counts[i]);
            m_filled.push_back(static_cast<std::uint16_t>(i));
        }
    }
    if (m_filled.empty() || m_filled.size() > kBins / 2) {
        m_counts = counts;
        m_filled.clear();
    }
    m_counts.shrink_to_fit();
    m_filled.shrink_to_fit();
}

Result<TorchHistogram> TorchHistogram::from(Version version, float min, float max,
                                            const std::vector<float>& counts)
{
    if (counts.size() != kBins || !std::isfinite(min) || !std::isfinite(max) || min > max)
        return Error::data("histogram: expected " + std::to_string(kBins) +
                           " counts between two finite limits, found " +
                           std::to_string(counts.size()));
    for (const float c : counts)
        if (!(c >= 0) || !std::isfinite(c))
            return Error::data("histogram: expected counts from 0, found " + std::to_string(c));
    TorchHistogram histogram(version);
    histogram.store(min, max, counts);
    return histogram;
}

Result<void> TorchHistogram::add(std::span<const float> x)
{
    if (x.empty())
        return {};
    const auto e = extremesOf(x);
    return m_version == Version::V113 ? add113(x, e.min, e.max) : addCurrent(x, e.min, e.max);
}

Result<void> TorchHistogram::addCurrent(std::span<const float> x, float min, float max)
{
    const float newMin = empty() ? min : std::min(min, m_min);
    const float newMax = empty() ? max : std::max(max, m_max);
    if (auto ok = checkWidth(newMin, newMax); !ok)
        return ok;
    auto counts = torchHistc(x, newMin, newMax, kBins);
    if (!empty())
        addTo(counts, movedTo(newMin, newMax));
    store(newMin, newMax, counts);
    return {};
}

/// The bins brought to a range that contains theirs (_combine_histograms, _upscale_histogram).
std::vector<float> TorchHistogram::movedTo(float min, float max) const
{
    const auto old = counts();
    if (min == m_min && max == m_max)
        return old;
    std::vector<float> moved(kBins, 0.0F);
    if (m_min == m_max) {
        const auto place = torchHistc(std::span(&m_min, 1), min, max, kBins);
        const float all = torchSum(old);
        for (std::size_t i = 0; i < moved.size(); ++i)
            moved[i] = place[i] * all;
        return moved;
    }
    const float half = 0.5F * ((m_max - m_min) / static_cast<float>(kBins * kUpsample));
    const auto from = torchLinspace(m_min, m_max, kBins * kUpsample + 1);
    const auto edges = torchLinspace(min, max, kBins + 1);
    for (std::size_t i = 0; i + 1 < from.size(); ++i) {
        const auto above = std::upper_bound(edges.begin(), edges.end(), from[i] + half);
        const auto bin = std::clamp<std::ptrdiff_t>(above - edges.begin() - 1, 0, kBins - 1);
        moved[static_cast<std::size_t>(bin)] += old[i / kUpsample] / kUpsample;
    }
    return moved;
}

Result<void> TorchHistogram::add113(std::span<const float> x, float min, float max)
{
    if (empty() || m_min == m_max) {
        if (auto ok = checkWidth(min, max); !ok)
            return ok;
        if (auto ok = checkIntegers(min, max); !ok)
            return ok;
        store(min, max, torchHistc(x, std::trunc(min), std::trunc(max), kBins));
        return {};
    }
    // _adjust_min_max: the new range in units of the old bins' 128th parts.
    const float newMin = std::min(min, m_min);
    const float joint = std::max(max, m_max);
    if (auto ok = checkWidth(newMin, joint); !ok)
        return ok;
    const float part = (m_max - m_min) / static_cast<float>(kBins * kUpsample113);
    const float old = static_cast<float>(kBins) * part;
    const float ratio = std::ceil((joint - newMin) / old);
    if (!(ratio < 0x1p40F))
        return Error::data("observer histogram_1_13: the range grew from " +
                           formatExact(m_max - m_min) + " to " + formatExact(joint - newMin) +
                           " in one batch, which PyTorch 1.13's sub-bins cannot follow");
    const float newMax = joint + (ratio * old - (joint - newMin));
    if (auto ok = checkWidth(newMin, newMax); !ok)
        return ok;
    if (auto ok = checkIntegers(newMin, newMax); !ok)
        return ok;
    auto counts = torchHistc(x, std::trunc(newMin), std::trunc(newMax), kBins);
    if (newMin == m_min && newMax == m_max) {
        addTo(counts, this->counts());
    } else {
        const auto before = this->counts();
        // _combine_histograms: running sums in double, read at the ends of the new bins. The sum
        // that is taken off was stored as float32.
        const auto per = static_cast<std::int64_t>(ratio);
        const auto start = static_cast<std::int64_t>(std::nearbyint((m_min - newMin) / part));
        constexpr std::int64_t kParts = std::int64_t{kBins} * kUpsample113;
        double sum = 0;
        float taken = 0;
        std::int64_t next = 0;
        for (std::int64_t bin = 0; bin < kBins; ++bin) {
            const std::int64_t end = bin + 1 == kBins ? start + kParts : (bin + 1) * per;
            for (; next < kParts && start + next < end; ++next)
                sum += static_cast<double>(before[static_cast<std::size_t>(next / kUpsample113)]);
            const double inside = (sum - static_cast<double>(taken)) / kUpsample113;
            counts[static_cast<std::size_t>(bin)] += static_cast<float>(inside);
            taken = static_cast<float>(sum);
        }
    }
    store(newMin, newMax, counts);
    return {};
}

Result<void> TorchHistogram::merge(const TorchHistogram& other)
{
    if (other.empty())
        return {};
    if (empty()) {
        *this = other;
        return {};
    }
    const float min = std::min(m_min, other.m_min);
    const float max = std::max(m_max, other.m_max);
    if (auto ok = checkWidth(min, max); !ok)
        return ok;
    auto counts = movedTo(min, max);
    addTo(counts, other.movedTo(min, max));
    store(min, max, counts);
    return {};
}

} // namespace qs
