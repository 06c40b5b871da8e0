// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/dtype.h"

#include <algorithm>
#include <array>

namespace qs {
namespace {

constexpr std::string_view kTorch = "PyTorch fake_quantize, exact";
constexpr std::string_view kTorchCodes =
    "PyTorch fake_quantize, quantize_per_tensor, quantize_per_channel, exact";
constexpr std::string_view kTorchWide = "PyTorch quantize_per_tensor, exact";
constexpr std::string_view kTorchAndOrt =
    "PyTorch fake_quantize, ONNX Runtime QuantizeLinear, exact";
constexpr std::string_view kHalf = "PyTorch's cast, exact, at every boundary";
constexpr std::string_view kDefinition = "the format's definition, exact, all codes";
constexpr std::string_view kOrt = "ONNX Runtime Cast and QuantizeLinear, exact";
constexpr std::string_view kSmall = "OCP MX 1.0's table, torchao's casts, exact, all codes";
constexpr std::string_view kMx = "microxcaling, torchao with every scale rule, exact";
constexpr std::string_view kGgml = "ggml's reference encoder and decoder, exact";

constexpr std::string_view integerClaim(std::string_view name, int bits)
{
    if (name.starts_with('q'))
        return bits > 8 ? kTorchWide : kTorchCodes;
    return bits == 4 || bits == 8 || bits == 16 ? kTorchAndOrt : kTorch;
}

constexpr DTypeInfo integerRow(DType id, std::string_view name, int bits, bool isSigned)
{
    const std::int64_t half = std::int64_t{1} << (bits - 1);
    const ElementType storage = bits > 16  ? ElementType::Int32
                                : bits > 8 ? (isSigned ? ElementType::Int16 : ElementType::Uint16)
                                           : (isSigned ? ElementType::Int8 : ElementType::Uint8);
    return {id,
            name,
            bits,
            Family::Integer,
            isSigned,
            static_cast<std::int32_t>(isSigned ? -half : 0),
            static_cast<std::int32_t>(isSigned ? half - 1 : 2 * half - 1),
            storage,
            {},
            ScaleFormat::Float32,
            0,
            integerClaim(name, bits),
            true};
}

constexpr DTypeInfo codesRow(DType id, std::string_view name, int bits, Family family,
                             ScaleFormat scale, int block, std::string_view claim)
{
    return {id,
            name,
            bits,
            family,
            false,
            0,
            (1 << bits) - 1,
            bits > 8 ? ElementType::Uint16 : ElementType::Uint8,
            {},
            scale,
            block,
            claim,
            true};
}

constexpr DTypeInfo floatRow(DType id, std::string_view name, FloatFormat format, ScaleFormat scale,
                             std::string_view claim, int block = 0)
{
    DTypeInfo row = codesRow(id, name, format.bits(), Family::Float, scale, block, claim);
    row.format = format;
    return row;
}

constexpr DTypeInfo ggmlRow(DType id, std::string_view name, int bits, int block)
{
    DTypeInfo row = codesRow(id, name, bits, Family::Ggml, ScaleFormat::InBlock, block, kGgml);
    if (id == DType::Q8_0) { // its codes are stored with a sign
        row.isSigned = true;
        row.quantMin = -128;
        row.quantMax = 127;
        row.storage = ElementType::Int8;
    }
    return row;
}

/// MXINT8 is a two's complement integer times 2^-6 without -128 (microxcaling clamps to 127/64 on
/// both sides): the grid of a format with one exponent bit, whose codes are told as integers.
constexpr DTypeInfo mxInt8Row()
{
    DTypeInfo row = floatRow(DType::Mxint8, "mxint8", {1, 6, 1, Specials::None}, ScaleFormat::E8m0,
                             "microxcaling, exact", 32);
    row.isSigned = true;
    row.quantMin = -127;
    row.quantMax = 127;
    row.storage = ElementType::Int8;
    return row;
}

using enum DType;
constexpr DTypeInfo kNamed[] = {
    integerRow(Qint8, "qint8", 8, true),
    integerRow(Quint8, "quint8", 8, false),
    integerRow(Qint32, "qint32", 32, true),
    integerRow(Int2, "int2", 2, true),
    integerRow(Int3, "int3", 3, true),
    integerRow(Int4, "int4", 4, true),
    integerRow(Int5, "int5", 5, true),
    integerRow(Int6, "int6", 6, true),
    integerRow(Int7, "int7", 7, true),
    integerRow(Int8, "int8", 8, true),
    integerRow(Int9, "int9", 9, true),
    integerRow(Int10, "int10", 10, true),
    integerRow(Int11, "int11", 11, true),
    integerRow(Int12, "int12", 12, true),
    integerRow(Int13, "int13", 13, true),
    integerRow(Int14, "int14", 14, true),
    integerRow(Int15, "int15", 15, true),
    integerRow(Int16, "int16", 16, true),
    integerRow(Uint2, "uint2", 2, false),
    integerRow(Uint3, "uint3", 3, false),
    integerRow(Uint4, "uint4", 4, false),
    integerRow(Uint5, "uint5", 5, false),
    integerRow(Uint6, "uint6", 6, false),
    integerRow(Uint7, "uint7", 7, false),
    integerRow(Uint8, "uint8", 8, false),
    integerRow(Uint9, "uint9", 9, false),
    integerRow(Uint10, "uint10", 10, false),
    integerRow(Uint11, "uint11", 11, false),
    integerRow(Uint12, "uint12", 12, false),
    integerRow(Uint13, "uint13", 13, false),
    integerRow(Uint14, "uint14", 14, false),
    integerRow(Uint15, "uint15", 15, false),
    integerRow(Uint16, "uint16", 16, false),
    floatRow(Float16, "float16", {5, 10, 15, Specials::Ieee}, ScaleFormat::Unit, kHalf),
    floatRow(Bfloat16, "bfloat16", {8, 7, 127, Specials::Ieee}, ScaleFormat::Unit, kHalf),
    floatRow(Float8E4m3fn, "float8_e4m3fn", {4, 3, 7, Specials::Fn}, ScaleFormat::Float32, kOrt),
    floatRow(Float8E4m3fnuz, "float8_e4m3fnuz", {4, 3, 8, Specials::Fnuz}, ScaleFormat::Float32,
             kOrt),
    floatRow(Float8E5m2, "float8_e5m2", {5, 2, 15, Specials::Ieee}, ScaleFormat::Float32, kOrt),
    floatRow(Float8E5m2fnuz, "float8_e5m2fnuz", {5, 2, 16, Specials::Fnuz}, ScaleFormat::Float32,
             kOrt),
    codesRow(Float8E8m0fnu, "float8_e8m0fnu", 8, Family::Exponent, ScaleFormat::Unit, 0,
             kDefinition),
    floatRow(Float6E2m3, "float6_e2m3", {2, 3, 1, Specials::None}, ScaleFormat::Float32, kSmall),
    floatRow(Float6E3m2, "float6_e3m2", {3, 2, 3, Specials::None}, ScaleFormat::Float32, kSmall),
    floatRow(Float4E2m1, "float4_e2m1", {2, 1, 1, Specials::None}, ScaleFormat::Float32, kSmall),
    codesRow(Nf4, "nf4", 4, Family::Codebook, ScaleFormat::Float32, 64,
             "bitsandbytes' table and thresholds, torchao's codes, exact"),
    codesRow(Codebook, "codebook", 8, Family::Codebook, ScaleFormat::Float32, 0,
             "the nearest value by definition, exact"),
    floatRow(Mxfp8E4m3, "mxfp8_e4m3", {4, 3, 7, Specials::Fn}, ScaleFormat::E8m0, kMx, 32),
    floatRow(Mxfp8E5m2, "mxfp8_e5m2", {5, 2, 15, Specials::Ieee}, ScaleFormat::E8m0, kMx, 32),
    floatRow(Mxfp6E2m3, "mxfp6_e2m3", {2, 3, 1, Specials::None}, ScaleFormat::E8m0, kMx, 32),
    floatRow(Mxfp6E3m2, "mxfp6_e3m2", {3, 2, 3, Specials::None}, ScaleFormat::E8m0, kMx, 32),
    floatRow(Mxfp4, "mxfp4", {2, 1, 1, Specials::None}, ScaleFormat::E8m0, kMx, 32),
    mxInt8Row(),
    floatRow(Nvfp4, "nvfp4", {2, 1, 1, Specials::None}, ScaleFormat::E4m3,
             "torchao's nvfp4_quantize, one and two levels, exact", 16),
    ggmlRow(Q4_0, "q4_0", 4, 32),
    ggmlRow(Q4_1, "q4_1", 4, 32),
    ggmlRow(Q5_0, "q5_0", 5, 32),
    ggmlRow(Q5_1, "q5_1", 5, 32),
    ggmlRow(Q8_0, "q8_0", 8, 32),
    ggmlRow(Q2_K, "q2_k", 2, 256),
    ggmlRow(Q3_K, "q3_k", 3, 256),
    ggmlRow(Q4_K, "q4_k", 4, 256),
    ggmlRow(Q5_K, "q5_k", 5, 256),
    ggmlRow(Q6_K, "q6_k", 6, 256),
    ggmlRow(Iq4Nl, "iq4_nl", 4, 32),
};

constexpr std::size_t kNamedCount = std::size(kNamed);
static_assert(kNamedCount == static_cast<std::size_t>(Iq4Nl) + 1, "a row for each DType, in order");

constexpr int kMostExponentBits = 8;
constexpr int kMostBits = 16;

constexpr std::size_t exyCount()
{
    std::size_t n = 0;
    for (int e = 1; e <= kMostExponentBits; ++e)
        n += static_cast<std::size_t>(kMostBits - e);
    return n;
}

constexpr FloatFormat formatOf(int exponentBits, int mantissaBits)
{
    // One exponent bit: 0 for subnormals, 1 for 2^1 * (1 + m): a uniform grid.
    return {exponentBits, mantissaBits, (1 << (exponentBits - 1)) - 1,
            exponentBits == kMostExponentBits ? Specials::Ieee : Specials::None};
}

constexpr std::size_t kTotal = kNamedCount + exyCount();
static_assert(kTotal <= 255, "DType is one byte");

/// The names "e1m0" … "e8m7", one after the other, 6 bytes each.
struct Names {
    std::array<char, exyCount() * 6> text{};
    std::array<std::size_t, exyCount()> length{};
};

constexpr Names makeNames()
{
    Names names;
    std::size_t i = 0;
    for (int e = 1; e <= kMostExponentBits; ++e) {
        for (int m = 0; 1 + e + m <= kMostBits; ++m, ++i) {
            std::size_t at = i * 6;
            const std::size_t begin = at;
            names.text[at++] = 'e';
            names.text[at++] = static_cast<char>('0' + e);
            names.text[at++] = 'm';
            if (m >= 10)
                names.text[at++] = '1';
            names.text[at++] = static_cast<char>('0' + m % 10);
            names.length[i] = at - begin;
        }
    }
    return names;
}
constexpr Names kExyNames = makeNames();

constexpr std::array<DTypeInfo, kTotal> makeTable()
{
    std::array<DTypeInfo, kTotal> table{};
    std::copy(std::begin(kNamed), std::end(kNamed), table.begin());
    std::size_t i = 0;
    for (int e = 1; e <= kMostExponentBits; ++e) {
        for (int m = 0; 1 + e + m <= kMostBits; ++m, ++i) {
            auto& row = table[kNamedCount + i];
            row = floatRow(static_cast<DType>(kNamedCount + i),
                           {kExyNames.text.data() + i * 6, kExyNames.length[i]}, formatOf(e, m),
                           ScaleFormat::Float32, kDefinition);
            row.listed = false;
        }
    }
    return table;
}
constexpr std::array<DTypeInfo, kTotal> kTable = makeTable();

constexpr ScaleRuleInfo kScaleRules[] = {
    {ScaleRule::Default, "default"},    {ScaleRule::Floor, "floor"},
    {ScaleRule::Ceil, "ceil"},          {ScaleRule::Even, "even"},
    {ScaleRule::Rceil, "rceil"},        {ScaleRule::OneLevel, "one_level"},
    {ScaleRule::TwoLevel, "two_level"},
};

constexpr float kNf4[] = {
    -1.0F,
    -0.6961928009986877F,
    -0.5250730514526367F,
    -0.39491748809814453F,
    -0.28444138169288635F,
    -0.18477343022823334F,
    -0.09105003625154495F,
    0.0F,
    0.07958029955625534F,
    0.16093020141124725F,
    0.24611230194568634F,
    0.33791524171829224F,
    0.44070982933044434F,
    0.5626170039176941F,
    0.7229568362236023F,
    1.0F,
};

} // namespace

std::span<const DTypeInfo> dtypes()
{
    return std::span(kTable).first(kNamedCount);
}

std::span<const DTypeInfo> allDtypes()
{
    return kTable;
}

const DTypeInfo& info(DType dtype)
{
    return kTable[static_cast<std::size_t>(dtype)];
}

std::optional<DType> dtypeByName(std::string_view name)
{
    for (const auto& row : kTable) {
        if (row.name == name)
            return row.id;
    }
    return std::nullopt;
}

FloatFormat exyFormat(int exponentBits, int mantissaBits)
{
    return formatOf(exponentBits, mantissaBits);
}

float largestLevel(DType dtype)
{
    const auto& row = info(dtype);
    switch (row.family) {
    case Family::Float:
        return row.format.max();
    case Family::Exponent:
        return 0x1p127F;
    case Family::Codebook:
        return 1;
    case Family::Integer:
    case Family::Ggml:
        break;
    }
    return static_cast<float>(row.quantMax);
}

std::span<const float> nf4Values()
{
    return kNf4;
}

std::span<const ScaleRuleInfo> scaleRules()
{
    return kScaleRules;
}

} // namespace qs
