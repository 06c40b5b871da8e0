// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/float_format.h"
#include "core/tensor/element_type.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace qs {

/// A quantized type: which codes there are. The value is the row in THE dtype table. Rows after
/// Iq4Nl are the eXmY formats (exyFormat).
enum class DType : std::uint8_t {
    Qint8,
    Quint8,
    Qint32,
    Int2,
    Int3,
    Int4,
    Int5,
    Int6,
    Int7,
    Int8,
    Int9,
    Int10,
    Int11,
    Int12,
    Int13,
    Int14,
    Int15,
    Int16,
    Uint2,
    Uint3,
    Uint4,
    Uint5,
    Uint6,
    Uint7,
    Uint8,
    Uint9,
    Uint10,
    Uint11,
    Uint12,
    Uint13,
    Uint14,
    Uint15,
    Uint16,
    Float16,
    Bfloat16,
    Float8E4m3fn,
    Float8E4m3fnuz,
    Float8E5m2,
    Float8E5m2fnuz,
    Float8E8m0fnu,
    Float6E2m3,
    Float6E3m2,
    Float4E2m1,
    Nf4,
    Codebook,
    Mxfp8E4m3,
    Mxfp8E5m2,
    Mxfp6E2m3,
    Mxfp6E3m2,
    Mxfp4,
    Mxint8,
    Nvfp4,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q2_K,
    Q3_K,
    Q4_K,
    Q5_K,
    Q6_K,
    Iq4Nl,
};

/// What kind of grid a dtype's codes stand for, in units of the scale.
enum class Family : std::uint8_t {
    Integer,  ///< code - zero_point
    Float,    ///< FloatFormat::decode(code)
    Exponent, ///< 2^(code - 127)
    Codebook, ///< an ascending list of values, code = place in it
    Ggml,     ///< blocks of rows, encoded as a whole (core/quant/ggml.h)
};

/// What a scale may be.
enum class ScaleFormat : std::uint8_t {
    Float32, ///< any normal float32
    Unit,    ///< a cast: 1, unless a person gives another
    E8m0,    ///< 2^-127 … 2^127, from a block's amax by a ScaleRule (OCP MX)
    E4m3,    ///< float8_e4m3fn, and with two levels a float32 for the whole tensor (NVFP4)
    InBlock, ///< ggml: in the block's bytes
};

/// How a scale is made from what was observed.
enum class ScaleRule : std::uint8_t {
    Default,  ///< float32; floor for MX; two_level for nvfp4
    Floor,    ///< a power of two, rounded down; MX: 2^(floor(log2 amax) - emax), the OCP rule
    Ceil,     ///< a power of two, rounded up; MX: 2^(ceil(log2 amax) - emax)
    Even,     ///< a power of two, to nearest; MX: amax first rounded to the element's mantissa
    Rceil,    ///< MX: 2^ceil(log2(amax / largest element)); elsewhere like ceil
    OneLevel, ///< nvfp4: block scales only
    TwoLevel, ///< nvfp4: a float32 amax / (448 * 6) per tensor, and float8 block scales
};

struct ScaleRuleInfo {
    ScaleRule id;
    std::string_view name; ///< "rceil"
};
std::span<const ScaleRuleInfo> scaleRules();

/// One row of THE dtype table. Combo boxes, the command line, the session file, the property tests,
/// the golden tests and the benchmarks iterate it.
struct DTypeInfo {
    DType id;
    std::string_view name; ///< PyTorch's, ONNX's, OCP's or ggml's: "qint8", "float8_e4m3fn"
    int bits;              ///< width of a code, 2 … 16, 32 for qint32
    Family family;
    bool isSigned;         ///< of integers: two's complement
    std::int32_t quantMin; ///< lowest code: -2^(bits-1) or 0; 0 for all but integers
    std::int32_t quantMax; ///< highest code
    ElementType storage;   ///< the smallest element type that holds a code
    FloatFormat format;    ///< of Family::Float
    ScaleFormat scaleFormat;
    int blockSize;          ///< elements that share a scale in this format; 0: the scheme decides
    std::string_view claim; ///< against what the results are tested, and how closely
    bool listed;            ///< shown in lists; the eXmY rows are not, but their names are known

    bool isInteger() const { return family == Family::Integer; }
    bool isBlock() const { return blockSize > 0; }
};

/// The rows that lists show.
std::span<const DTypeInfo> dtypes();
/// All rows: with every eXmY of 2 … 16 bits, 1 <= X <= 8.
std::span<const DTypeInfo> allDtypes();
const DTypeInfo& info(DType dtype);
std::optional<DType> dtypeByName(std::string_view name);

/// The float format eXmY stands for, 1 <= X <= 8, 0 <= Y, 1 + X + Y <= 16: bias 2^(X-1) - 1 and no
/// special codes, as OCP's float6 and float4; X = 8 keeps its top exponent for Inf and NaN, because
/// float32 could not hold what it would mean.
FloatFormat exyFormat(int exponentBits, int mantissaBits);

/// The largest value of a grid in units of the scale, which an observer puts at the end of the
/// range: 448 for float8_e4m3fn, 1.984375 for mxint8, 1 for nf4; quantMax for integers.
float largestLevel(DType dtype);

/// The 16 values of NF4, ascending: quantiles of the normal distribution (Dettmers et al. 2023,
/// "QLoRA", Appendix E; bitsandbytes create_normal_map).
std::span<const float> nf4Values();

/// The codes in use: a dtype's own or fewer of them. quantMin < quantMax, both within the dtype's.
struct QuantRange {
    std::int32_t quantMin = -128;
    std::int32_t quantMax = 127;
    bool operator==(const QuantRange&) const = default;
    std::int64_t levels() const { return std::int64_t{quantMax} - quantMin + 1; }
};

} // namespace qs
