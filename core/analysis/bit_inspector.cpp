// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/bit_inspector.h"

#include "core/base/text.h"
#include "core/quant/ggml_kernel.h"
#include "core/quant/quantizer.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace qs {
namespace {

std::string power(int exponent)
{
    return "2^" + std::to_string(exponent);
}

/// The fields of a binary float of up to 64 bits.
NumberBits binaryFloat(std::string type, std::uint64_t bits, int exponentBits, int mantissaBits,
                       int bias, bool isNan, bool isInf, double value)
{
    NumberBits number;
    number.type = std::move(type);
    number.width = 1 + exponentBits + mantissaBits;
    number.bits = bits;
    number.value = value;
    const std::uint64_t mantissa = bits & ((std::uint64_t{1} << mantissaBits) - 1);
    const std::uint64_t exponent =
        (bits >> mantissaBits) & ((std::uint64_t{1} << exponentBits) - 1);
    const std::uint64_t sign = bits >> (exponentBits + mantissaBits) & 1;
    const bool subnormal = exponent == 0;
    const int power2 = static_cast<int>(subnormal ? 1 : exponent) - bias;
    const double digits =
        (subnormal ? 0.0 : 1.0) + std::ldexp(static_cast<double>(mantissa), -mantissaBits);
    const std::string special = isNan ? "NaN" : isInf ? "Inf" : "";
    number.fields.push_back({"sign", 1, sign, sign != 0 ? "-" : "+"});
    number.fields.push_back(
        {"exponent", exponentBits, exponent,
         !special.empty() ? special : power(power2) + (subnormal ? ", subnormal" : "")});
    if (mantissaBits > 0)
        number.fields.push_back(
            {"mantissa", mantissaBits, mantissa, special.empty() ? formatExact(digits) : special});
    return number;
}

NumberBits wholeBits(std::string type, int width, std::uint64_t bits, double value,
                     const std::string& field)
{
    NumberBits number;
    number.type = std::move(type);
    number.width = width;
    number.bits = width < 64 ? bits & ((std::uint64_t{1} << width) - 1) : bits;
    number.value = value;
    number.fields.push_back({field, width, number.bits, formatExact(value)});
    return number;
}

NumberBits float32Bits(float value)
{
    return binaryFloat("float32", std::bit_cast<std::uint32_t>(value), 8, 23, 127,
                       std::isnan(value), std::isinf(value), static_cast<double>(value));
}

NumberBits e8m0Bits(float value)
{
    const std::uint8_t code = encodeE8m0(value);
    NumberBits number =
        wholeBits("float8_e8m0fnu", 8, code, static_cast<double>(value), "exponent");
    number.fields[0].meaning = power(int{code} - 127);
    return number;
}

NumberBits float16Bits(const std::string& type, float value)
{
    const auto& format = info(DType::Float16).format;
    return floatBits(type, format, format.encode(value, false));
}

/// The element as the tensor stores it, and the distance to the next number of its type.
NumberBits sourceBits(const Tensor& tensor, std::int64_t index, double& ulp)
{
    const auto& row = info(tensor.type());
    std::uint64_t bits = 0;
    std::memcpy(&bits, tensor.bytes().data() + static_cast<std::size_t>(index) * row.size,
                row.size);
    const std::string type(row.name);
    const auto ofFormat = [&](const FloatFormat& format) {
        const auto code = static_cast<std::uint32_t>(bits);
        const std::uint32_t magnitude = code & (format.signBit() - 1);
        if (magnitude < format.maxCode())
            ulp = static_cast<double>(format.decode(magnitude + 1)) -
                  static_cast<double>(format.decode(magnitude));
        return floatBits(type, format, code);
    };
    switch (tensor.type()) {
    case ElementType::Float16:
        return ofFormat(info(DType::Float16).format);
    case ElementType::Bfloat16:
        return ofFormat(info(DType::Bfloat16).format);
    case ElementType::Float32: {
        const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
        const float a = std::fabs(value);
        if (std::isfinite(a))
            ulp = static_cast<double>(std::nextafter(a, std::numeric_limits<float>::infinity())) -
                  static_cast<double>(a);
        return float32Bits(value);
    }
    case ElementType::Float64: {
        const auto value = std::bit_cast<double>(bits);
        const double a = std::fabs(value);
        if (std::isfinite(a))
            ulp = std::nextafter(a, std::numeric_limits<double>::infinity()) - a;
        return binaryFloat(type, bits, 11, 52, 1023, std::isnan(value), std::isinf(value), value);
    }
    default:
        break;
    }
    ulp = 1;
    return wholeBits(type, static_cast<int>(row.size) * 8, bits,
                     static_cast<double>(tensor.at(index)), "value");
}

NumberBits codeBits(const QuantParams& params, std::int32_t code)
{
    const auto& row = info(params.dtype());
    const std::string name(row.name);
    const auto bits = static_cast<std::uint64_t>(static_cast<std::int64_t>(code));
    switch (row.family) {
    case Family::Float:
        if (row.isSigned)
            return wholeBits(
                name, row.bits, bits,
                static_cast<double>(static_cast<float>(code) * row.format.minSubnormal()),
                "two's complement");
        return floatBits(name, row.format, static_cast<std::uint32_t>(code));
    case Family::Exponent:
        return e8m0Bits(decodeE8m0(static_cast<std::uint8_t>(code)));
    case Family::Codebook: {
        const int width = static_cast<int>(
            std::bit_width(static_cast<std::uint32_t>(params.codebook().size() - 1)));
        return wholeBits(name, width, bits,
                         static_cast<double>(params.codebook()[static_cast<std::size_t>(code)]),
                         "place in the codebook");
    }
    case Family::Integer:
    case Family::Ggml:
        break;
    }
    return wholeBits(name, row.bits, bits, code,
                     row.isSigned ? "two's complement" : "unsigned code");
}

/// The numbers between a code and its value, for everything but ggml.
void addScales(const QuantParams& params, std::size_t set, ElementInspection& to)
{
    const auto& row = info(params.dtype());
    const float scale = params.scaleAt(set);
    const auto text = [](float v) {
        return formatExact(v);
    };
    switch (row.scaleFormat) {
    case ScaleFormat::E8m0:
        to.scales.push_back({"block scale", e8m0Bits(scale)});
        break;
    case ScaleFormat::E4m3: {
        const auto& format = info(DType::Float8E4m3fn).format;
        to.scales.push_back(
            {"block scale", floatBits("float8_e4m3fn", format, format.encode(scale))});
        if (params.parts().globalScale != 1.0F)
            to.scales.push_back({"global scale", float32Bits(params.parts().globalScale)});
        break;
    }
    default:
        to.scales.push_back({"scale", float32Bits(scale)});
        break;
    }
    const std::string step = text(params.stepAt(set));
    if (!params.parts().floatZeroPoint.empty()) {
        const float zero = params.parts().floatZeroPoint[set];
        to.scales.push_back({"zero_point", float32Bits(zero)});
        to.formula = "(" + std::to_string(to.code) + " - " + text(zero) + ") * " + step;
    } else if (row.isInteger() && !params.parts().requestedMin.empty() &&
               params.dialect() != Dialect::TensorFlow) {
        // No zero_point: levels lie between the ends of the range that was asked for.
        const float lo = params.parts().requestedMin[set];
        const float hi = params.parts().requestedMax[set];
        to.scales.push_back({"range_min", float32Bits(lo)});
        to.scales.push_back({"range_max", float32Bits(hi)});
        to.formula = "level " + std::to_string(std::int64_t{to.code} - params.firstCode()) +
                     " of " + std::to_string(params.codeCount()) + " from " + text(lo) + " to " +
                     text(hi);
    } else if (row.isInteger()) {
        const std::int32_t zero = params.zeroPointAt(set);
        to.scales.push_back({"zero_point", wholeBits(std::string(row.name), row.bits,
                                                     static_cast<std::uint64_t>(std::int64_t{zero}),
                                                     zero, "code")});
        to.formula = "(" + std::to_string(to.code) + " - " + std::to_string(zero) + ") * " + step;
    } else {
        to.formula = formatExact(to.target.value) + " * " + step;
    }
    to.formula += " = " + text(to.y);
}

void addGgmlScales(const GgmlTypeInfo& type, const GgmlSubBlock& sub, ElementInspection& to)
{
    const auto whole = [](const char* name, int value) {
        return ScaleStep{
            name, wholeBits("integer", 8, static_cast<std::uint64_t>(value), value, "sub-block")};
    };
    to.scales.push_back({"d", float16Bits("float16", sub.blockScale)});
    const bool inParts = type.subBlock < type.blockSize;
    if (inParts)
        to.scales.push_back(whole("sub-block scale", sub.subScale));
    if (type.hasMin) {
        to.scales.push_back({inParts ? "dmin" : "m", float16Bits("float16", sub.blockMin)});
        if (inParts)
            to.scales.push_back(whole("sub-block min", sub.subMin));
    }
    const std::string scale = formatExact(sub.scale);
    if (!type.values.empty())
        to.formula =
            std::to_string(int{type.values[static_cast<std::size_t>(to.code)]}) + " * " + scale;
    else if (type.hasMin)
        to.formula = std::to_string(to.code) + " * " + scale + " + " + formatExact(sub.offset);
    else
        to.formula =
            "(" + std::to_string(to.code) + " - " + std::to_string(type.zeroCode) + ") * " + scale;
    to.formula += " = " + formatExact(to.y);
}

/// The levels next to y, from the codes around the element's own.
template <typename Level>
void addNeighbours(std::int32_t first, std::int32_t last, Level level, ElementInspection& to)
{
    for (std::int32_t code = first; code <= last; ++code) {
        const float value = level(code);
        if (!std::isfinite(value))
            continue;
        if (value < to.y && (!to.below || value > to.below->value))
            to.below = Neighbour{code, value};
        if (value > to.y && (!to.above || value < to.above->value))
            to.above = Neighbour{code, value};
        if (code == std::numeric_limits<std::int32_t>::max())
            break;
    }
}

} // namespace

NumberBits floatBits(const std::string& type, const FloatFormat& format, std::uint32_t code)
{
    const float value = format.decode(code);
    return binaryFloat(type, code, format.exponentBits, format.mantissaBits, format.bias,
                       std::isnan(value), std::isinf(value), static_cast<double>(value));
}

Result<ElementInspection> inspectElement(const Tensor& tensor, const QuantSpec& spec,
                                         const QuantParams& params, std::int64_t index)
{
    if (index < 0 || index >= tensor.numel())
        return Error::usage("element " + std::to_string(index) +
                            " does not exist: the tensor has " + std::to_string(tensor.numel()));
    const auto quantizer = Quantizer::make(params, tensor.shape(), spec.rounding, spec.seed);
    if (!quantizer)
        return quantizer.error();
    // The element with what is quantized together with it.
    const std::int64_t unit = quantizer->alignment();
    const std::int64_t begin = index / unit * unit;
    const auto place = static_cast<std::size_t>(index - begin);
    std::vector<float> buffer;
    const auto x = tensor.read(begin, begin + unit, buffer);
    const auto n = static_cast<std::size_t>(unit);
    std::vector<float> floats(4 * n);
    std::vector<std::int32_t> codes(n);
    quantizer->evaluate(x, begin,
                        {floats.data(), floats.data() + n, floats.data() + 2 * n,
                         floats.data() + 3 * n, codes.data()});

    ElementInspection to;
    to.index = index;
    to.source = sourceBits(tensor, index, to.sourceUlp);
    to.x = x[place];
    to.y = floats[place];
    to.t = floats[n + place];
    to.clipped = floats[2 * n + place] != 0;
    to.code = codes[place];
    to.error = static_cast<double>(to.y) - static_cast<double>(to.x);
    const double lsb = static_cast<double>(floats[3 * n + place]);
    to.target = codeBits(params, to.code);
    const auto& row = info(params.dtype());
    if (row.family == Family::Ggml) {
        const auto& type = info(ggmlTypeOf(row.id));
        to.set = index / unit;
        std::vector<float> finite(x.begin(), x.end());
        makeBlocksFinite(finite, type.blockSize);
        std::vector<std::byte> block(static_cast<std::size_t>(type.bytesPerBlock));
        ggmlEncode(type.id, finite, block);
        const auto sub = ggmlSubBlock(type.id, block, static_cast<int>(place));
        addGgmlScales(type, sub, to);
        addNeighbours(
            type.codeMin, type.codeMax,
            [&](std::int32_t code) {
                return type.values.empty()
                           ? sub.scale * static_cast<float>(code) + sub.offset
                           : sub.scale *
                                 static_cast<float>(type.values[static_cast<std::size_t>(code)]);
            },
            to);
    } else {
        to.set = quantizer->layout().indexOf(index);
        const auto set = static_cast<std::size_t>(to.set);
        addScales(params, set, to);
        // Integers' neighbours are the codes beside; other formats are small enough to look at all.
        const std::int64_t first =
            row.isInteger() ? std::max<std::int64_t>(params.firstCode(), std::int64_t{to.code} - 1)
                            : params.firstCode();
        const std::int64_t last =
            row.isInteger() ? std::min<std::int64_t>(params.lastCode(), std::int64_t{to.code} + 1)
                            : params.lastCode();
        addNeighbours(
            static_cast<std::int32_t>(first), static_cast<std::int32_t>(last),
            [&](std::int32_t code) { return params.level(code, set); }, to);
    }
    // The distance of the levels around x: to the neighbour on x's side.
    const auto& side = to.error < 0 ? to.above : to.below;
    const auto& other = to.error < 0 ? to.below : to.above;
    if (side || other)
        to.step = std::fabs(static_cast<double>((side ? side : other)->value) -
                            static_cast<double>(to.y));
    else if (lsb != 0)
        to.step = std::fabs(to.error / lsb);
    return to;
}

} // namespace qs
