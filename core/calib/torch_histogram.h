// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace qs {

/// Counts of equal bins as torch.histc finds them for float32
/// (aten/src/ATen/native/cpu/HistogramKernel.cpp, LINEAR_INTERPOLATION): the bin of x in [lo, hi]
/// is
///
///     min(trunc((x - lo) * bins / (hi - lo)), bins - 1)        each step rounded to float32
///
/// elements outside are dropped. lo == hi stands for the extremes of x, and where these are equal
/// too for [lo - 1, lo + 1]. Counted in 64 bits and rounded to float32 at the end: PyTorch counts
/// in float32, where a bin stays at 16,777,216. x holds finite elements only. The same bits for any
/// number of threads.
std::vector<float> torchHistc(std::span<const float> x, float lo, float hi, int bins);

/// torch.linspace's float32 formula on a CPU (RangeFactoriesKernel.cpp), each step rounded: from
/// the start for the first half, from the end for the second. steps >= 2.
std::vector<float> torchLinspace(float start, float end, int steps);

/// The running histogram inside PyTorch's HistogramObserver, for one set of elements. PyTorch's
/// observer exists per tensor only; per channel and per group each set has its own.
class TorchHistogram {
public:
    static constexpr int kBins = 2048;
    enum class Version {
        /// The current one (torchao/quantization/pt2e/observer.py, where PyTorch's lives now): a
        /// histogram moves to a wider range in sub-bins (16 each) by their mid-points.
        Current,
        /// PyTorch 1.13: limits given to histc as int(min), int(max), so that elements between them
        /// and the extremes are lost; a wider range is made a whole multiple of the bins' 128th
        /// parts; a constant batch is forgotten by the next one.
        V113,
    };

    explicit TorchHistogram(Version version) : m_version(version) {}

    /// One more batch; only finite elements; an empty one changes nothing. Errors: a range float32
    /// cannot hold; 1.13: a range that grows beyond what its sub-bins can follow.
    Result<void> add(std::span<const float> x);

    /// Another stream's histogram. PyTorch has no such operation: both move to the joint range by
    /// the current version's rule and are added. Exact where the ranges are the same, and no count
    /// is lost otherwise, but feeding both streams to one histogram can fill other bins.
    Result<void> merge(const TorchHistogram& other);

    /// A histogram as min(), max() and counts() described it. Errors (Data): another number of
    /// counts; limits that are not finite or not ordered; counts below 0.
    static Result<TorchHistogram> from(Version version, float min, float max,
                                       const std::vector<float>& counts);

    bool empty() const { return m_counts.empty(); }
    float min() const { return m_min; } ///< of the bins, and but for 1.13 of the elements
    float max() const { return m_max; }
    std::vector<float> counts() const; ///< kBins of them

private:
    Result<void> addCurrent(std::span<const float> x, float min, float max);
    Result<void> add113(std::span<const float> x, float min, float max);
    std::vector<float> movedTo(float min, float max) const;
    void store(float min, float max, const std::vector<float>& counts);

    Version m_version;
    float m_min = 0;
    float m_max = 0;
    /// Of all bins, or where most are empty (a group has few elements, and there may be a million
    /// groups) of those in m_filled.
    std::vector<float> m_counts;
    std::vector<std::uint16_t> m_filled;
};

} // namespace qs
