// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nn/model.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qs {

/// How an activation is stored: real = scale * (code - zero_point), code in [quant_min, quant_max],
/// which lies in int8 (-128 … 127) or in uint8 (0 … 255).
struct IntegerQuant {
    float scale = 1;
    std::int32_t zeroPoint = 0; ///< in [quant_min, quant_max]
    std::int32_t quantMin = 0;
    std::int32_t quantMax = 255;
    bool operator==(const IntegerQuant&) const = default;
};

/// The weights of a Linear or Conv2d: real = scale[c] * (code - zero_point[c]), c the output
/// channel.
struct IntegerWeights {
    std::vector<std::int32_t> codes; ///< [out, in] or [out, in, kernel, kernel], as PyTorch has it
    std::int32_t quantMin = -128;    ///< in int8 or in uint8, as of activations
    std::int32_t quantMax = 127;
    std::vector<float> scale;            ///< one, or one per output channel
    std::vector<std::int32_t> zeroPoint; ///< as many as scales; empty: 0
    std::vector<float> bias;             ///< real values, one per output channel; empty: none
};

enum class IntegerOpKind : std::uint8_t {
    Quantize,  ///< real values to codes; codes to codes of another scale
    Linear,    ///< on a vector of features
    Conv2d,    ///< padded with real 0, the code zero_point
    ReLU,      ///< max(x, 0); in the scale it comes in, or requantized where `output` is given
    ReLU6,     ///< min(max(x, 0), 6), likewise
    MaxPool2d, ///< padding is never the largest
    AvgPool2d, ///< padding counts as real 0 (PyTorch's count_include_pad)
    Flatten,   ///< to PyTorch's order [channels, height, width]
    Add,       ///< of two outputs, requantized
    Table,     ///< any function of one code, per tensor or per channel
    Softmax,   ///< over channels
    Float,     ///< a function of real values, in float32
};
std::string_view integerOpName(IntegerOpKind kind); ///< "Conv2d"

/// What the clamp of a Linear's, Conv2d's or Add's output codes does besides.
enum class IntegerActivation : std::uint8_t { None, ReLU, ReLU6 };

inline constexpr int kPreviousOp = -2; ///< the output of the op before; the network's for the first
inline constexpr int kNetworkInput = -1;

/// One operation. Fields that its kind does not mention must stay as they are.
struct IntegerOp {
    IntegerOpKind kind = IntegerOpKind::Quantize;
    std::string name; ///< for messages and pictures
    int input = kPreviousOp;
    int other = kPreviousOp; ///< Add: the second summand; any op before
    /// Quantize, Linear, Conv2d, Add, Table, Softmax: needed. ReLU, ReLU6: optional. Float: where
    /// absent, what follows reads real values. MaxPool2d, AvgPool2d and Flatten keep their input's.
    std::optional<IntegerQuant> output;
    IntegerActivation activation = IntegerActivation::None;
    IntegerWeights weights;
    int out = 0;     ///< Linear: out_features; Conv2d: out_channels
    int kernel = 0;  ///< Conv2d, MaxPool2d, AvgPool2d: square
    int stride = 1;  ///< likewise
    int padding = 0; ///< likewise; on each side; of pools at most kernel / 2
    /// Table: output codes, entry [channel or 0][code - quant_min of the input].
    std::vector<std::int32_t> table;
    /// Table, instead: entry = quantize(function(dequantize(code))).
    std::function<float(float)> function;
    /// Float: y = f(x) of `samples` samples, channels last. Called from several threads at once.
    std::function<void(const float* x, float* y, int samples)> floatFunction;
    SampleShape floatShape; ///< Float: of y
};

/// How an accumulator becomes an output code, for Linear, Conv2d, ReLU, ReLU6, Quantize of codes
/// and Add; the formulas are in requantize.h.
enum class RequantizeMode : std::uint8_t { Float, FixedPoint };

/// A network on integers: ops in order, each reading what one before it wrote.
struct IntegerSpec {
    SampleShape input; ///< real values, channels last
    RequantizeMode mode = RequantizeMode::Float;
    std::vector<IntegerOp> ops;
};

} // namespace qs
