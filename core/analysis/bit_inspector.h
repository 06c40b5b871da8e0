// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quant_spec.h"
#include "core/tensor/tensor.h"

#include <optional>
#include <string>
#include <vector>

namespace qs {

/// A few neighbouring bits of a number and what they say.
struct BitField {
    std::string name; ///< "sign", "exponent", "mantissa", "code"
    int width = 0;    ///< bits
    std::uint64_t value = 0;
    std::string meaning; ///< "2^-3", "1.625", "subnormal", "-5"
};

/// A number as it is stored: its fields from the highest bit down, their widths add up to `width`.
struct NumberBits {
    std::string type; ///< "float32", "float8_e4m3fn", "float8_e8m0fnu", "int4"
    int width = 0;
    std::uint64_t bits = 0;
    std::vector<BitField> fields;
    double value = 0; ///< what it stands for, scale aside
};

/// One of the numbers between a code and its real value, in the order they are applied.
struct ScaleStep {
    std::string name; ///< "scale", "zero_point", "block scale", "global scale", "d", "min", …
    NumberBits number;
};

/// A level and the code that stands for it.
struct Neighbour {
    std::int32_t code = 0;
    float value = 0;
};

/// One element through one quantizer, bit by bit.
struct ElementInspection {
    std::int64_t index = 0; ///< flat, row-major
    std::int64_t set = 0;   ///< the channel, group or block whose parameters it uses
    NumberBits source;      ///< as stored in the tensor
    float x = 0;            ///< as the quantizer reads it
    std::vector<ScaleStep> scales;
    float t = 0;       ///< x in units of the scale (of a sub-block's codes in ggml)
    NumberBits target; ///< the code
    std::int32_t code = 0;
    float y = 0;
    double error = 0; ///< y - x, in double
    /// The distance of the levels around x; with it error / step is the error in LSB.
    double step = 0;
    bool clipped = false;
    std::optional<Neighbour> below; ///< the next lower level, where there is one
    std::optional<Neighbour> above;
    double sourceUlp = 0; ///< distance from |x| to the next larger number of the source's type
    std::string formula;  ///< y from the code with the numbers put in
};

/// Takes one element apart. Errors (Usage): an index outside the tensor; parameters that do not fit
/// the tensor.
Result<ElementInspection> inspectElement(const Tensor& tensor, const QuantSpec& spec,
                                         const QuantParams& params, std::int64_t index);

/// A finite or special value of a float format, taken apart.
NumberBits floatBits(const std::string& type, const FloatFormat& format, std::uint32_t code);

} // namespace qs
