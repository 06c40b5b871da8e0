// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <span>
#include <vector>

namespace qs {

/// Bias correction (Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias
/// Correction", 2019, 4.2 and appendix D). A quantized weight shifts the mean of its outputs, E[W̃x]
/// = E[Wx] + E[(W̃ - W)x]; the bias takes the shift back. All sums are in double.

/// The empirical correction: b + floatMean - quantizedMean for each output channel. The means are
/// over samples and positions of what the layer puts out before its activation function, bias
/// included, in the float and in the quantized network. Layers are corrected from the input on: the
/// quantized mean is that with all earlier layers corrected. Errors (Usage): no channels, arrays of
/// different lengths, means that are not finite.
Result<std::vector<float>> correctBias(std::span<const float> bias,
                                       std::span<const double> floatMean,
                                       std::span<const double> quantizedMean);

/// The mean of each channel over samples and positions, from parts that arrive one after the other.
class ChannelMeans {
public:
    /// channels >= 1.
    explicit ChannelMeans(std::int64_t channels) : m_sum(static_cast<std::size_t>(channels)) {}

    /// Whole samples [n][channels][pixels] (PyTorch's), or [n][pixels][channels] where
    /// channelsLast. Errors (Usage): pixels < 1, not a whole number of samples.
    Result<void> add(std::span<const float> values, std::int64_t pixels, bool channelsLast);

    std::int64_t count() const { return m_count; } ///< values of each channel
    std::vector<double> mean() const;              ///< 0 where nothing was added

private:
    std::vector<double> m_sum;
    std::int64_t m_count = 0;
};

} // namespace qs
