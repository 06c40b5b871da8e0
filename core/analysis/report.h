// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/histogram.h"
#include "core/quant/quant_spec.h"
#include "core/tensor/tensor_stats.h"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace qs {

/// Everything about one tensor through one quantizer. The error of an element is
/// e = dequantized - original, in double; non-finite elements are counted and left out. An element
/// is clipped where its rounded code lies outside [quant_min, quant_max] (PyTorch's gradient mask
/// is 0 there). Sums are in double, over n finite elements; a dequantized value beyond float32 (a
/// level of a range that ends near its largest number) counts as its largest number.
struct Report {
    QuantSpec spec;     ///< what was asked for
    QuantParams params; ///< what it became
    TensorStats stats;

    double mse = 0;          ///< Σe² / n
    double meanError = 0;    ///< Σe / n
    double meanAbsError = 0; ///< Σ|e| / n
    double maxAbsError = 0;
    double roundingMse = 0; ///< Σe² over the elements that are not clipped, / n
    double clippingMse = 0; ///< Σe² over those that are, / n; mse = roundingMse + clippingMse
    double signalPower = 0; ///< Σx² / n
    std::optional<double> cosineSimilarity; ///< Σx·y / sqrt(Σx² Σy²); none where a norm is 0
    std::int64_t clippedLow = 0;
    std::int64_t clippedHigh = 0;
    /// [code - firstCode], over all channels; empty for dtypes of more than 65,536 codes.
    std::vector<std::int64_t> codeCounts;
    std::int64_t levelsUsed = 0; ///< different codes that occur
    double codeEntropyBits = 0;  ///< -Σ p log2 p over the codes in use

    /// e in units of the distance of the levels around the element (LSB; the scale for integers),
    /// over [-1, 1]: of unclipped elements, and of clipped.
    Histogram roundingErrors;
    Histogram clippingErrors;

    std::int64_t n() const { return stats.finiteCount(); }
    double rmse() const;
    /// 10 log10(Σx² / Σe²) in dB; none where the error is 0 or there is no signal.
    std::optional<double> sqnrDb() const;
    /// RMSE / scale; 1/sqrt(12) = 0.2887 for uniform rounding error. None for several scales.
    std::optional<double> rmsePerScale() const;
    double clippedLowFraction() const;
    double clippedHighFraction() const;
    /// Codes that stand for a finite value.
    std::int64_t levelsTotal() const;
    /// dtype bits + storage of the parameters / numel: for each channel or group a float32 scale
    /// (8 bits in MX and NVFP4) and for affine schemes a zero_point of the dtype's width (32 bits
    /// where it is a float); NVFP4's second level is 32 bits. ggml: its block's bytes.
    double bitsPerWeight() const;
    /// Fills levelsUsed and codeEntropyBits from codeCounts.
    void countCodes();
};

} // namespace qs
