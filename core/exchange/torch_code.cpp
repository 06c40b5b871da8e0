// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/torch_code.h"

#include "core/base/text.h"
#include "core/calib/observer.h"

namespace qs {
namespace {

/// Lines of Python.
class Script {
public:
    Script& line(const std::string& text = {})
    {
        m_text += text + "\n";
        return *this;
    }
    const std::string& text() const { return m_text; }

private:
    std::string m_text;
};

/// The shortest literal that float32 reads back exactly, always a float of Python's.
std::string literal(float value)
{
    std::string text = formatExact(value);
    if (text.find_first_of(".en") == std::string::npos)
        text += ".0";
    return text;
}
std::string literal(std::int32_t value)
{
    return std::to_string(value);
}

/// One value, or all of them in lines of at most 100 characters.
template <typename T>
std::string tensorOf(const std::vector<T>& values, const char* dtype, bool scalar)
{
    if (scalar)
        return "torch.tensor(" + literal(values.front()) + ", dtype=torch." + dtype + ")";
    constexpr std::size_t kWidth = 96;
    std::string text = "torch.tensor([";
    std::string row = "\n   ";
    for (const auto& value : values) {
        const std::string item = " " + literal(value) + ",";
        if (row.size() + item.size() > kWidth) {
            text += row;
            row = "\n   ";
        }
        row += item;
    }
    return text + row + "\n], dtype=torch." + dtype + ")";
}

bool isTorch(Dialect dialect)
{
    return dialect == Dialect::Torch || dialect == Dialect::Torch113 ||
           dialect == Dialect::TorchFused;
}

/// torch.qint8 and its like: quantize_per_tensor and quantize_per_channel have them, with all their
/// codes. Empty: none.
std::string torchDType(const QuantParams& params)
{
    const auto& row = info(params.dtype());
    if (!row.name.starts_with('q') || !row.isInteger() ||
        params.range() != QuantRange{row.quantMin, row.quantMax})
        return {};
    return "torch." + std::string(row.name);
}

/// How t becomes a whole number.
std::string roundedText(Rounding rounding)
{
    switch (rounding) {
    case Rounding::Floor:
        return "torch.floor(t)";
    case Rounding::HalfAway: // exact: t - trunc(t) has no rounding error
        return "torch.trunc(t) + torch.sign(t) * ((t - torch.trunc(t)).abs() >= 0.5)";
    case Rounding::HalfEven:
    case Rounding::Stochastic:
        break;
    }
    return "torch.round(t)";
}

class CodeWriter {
public:
    CodeWriter(const QuantSpec& spec, const QuantParams& params)
        : m_spec(spec),
          m_params(params),
          m_row(info(params.dtype())),
          m_scheme(info(params.qscheme()))
    {
    }

    std::string write()
    {
        header();
        if (m_row.isInteger())
            integers();
        else if (isCast())
            casts();
        else
            nothing();
        if (!m_spec.isFixed())
            observer();
        return m_out.text();
    }

private:
    bool isCast() const
    {
        return m_scheme.granularity == Granularity::Tensor &&
               (m_row.id == DType::Float16 || m_row.id == DType::Bfloat16 ||
                m_row.id == DType::Float8E4m3fn || m_row.id == DType::Float8E5m2);
    }
    bool isPlain() const { return m_spec.rounding == Rounding::HalfEven; }

    void header()
    {
        m_out.line("# Quantoscope: " + std::string(m_row.name) + ", " + std::string(m_scheme.name));
        if (!isTorch(m_params.dialect()))
            m_out
                .line("# Not the same: dialect " + std::string(info(m_params.dialect()).name) +
                      " has steps of its own; PyTorch computes x * (1 / scale), rounded half to")
                .line("# even, so that some elements' codes differ by one.");
        if (m_spec.rounding == Rounding::Stochastic)
            m_out.line("# Not the same: PyTorch does not round stochastically; this rounds half to "
                       "even.");
        m_out.line("import torch").line();
    }

    void parameters()
    {
        const bool scalar = m_scheme.granularity == Granularity::Tensor;
        m_out.line("scale = " + tensorOf(m_params.scale(), "float32", scalar));
        if (m_scheme.floatZeroPoint)
            m_out.line("zero_point = " +
                       tensorOf(m_params.parts().floatZeroPoint, "float32", scalar));
        else
            m_out.line("zero_point = " + tensorOf(m_params.zeroPoint(), "int32", scalar));
        m_out.line("quant_min, quant_max = " + std::to_string(m_params.range().quantMin) + ", " +
                   std::to_string(m_params.range().quantMax));
        if (m_scheme.granularity != Granularity::Tensor)
            m_out.line("axis = " + std::to_string(m_params.axis()));
    }

    void integers()
    {
        parameters();
        if (m_scheme.perGroup()) {
            groups();
            return;
        }
        m_out.line().line();
        const bool perChannel = m_scheme.perChannel();
        const std::string dtype = isPlain() && !m_scheme.floatZeroPoint ? torchDType(m_params) : "";
        if (dtype == "torch.qint32") { // fake_quantize's float32 range cannot hold these codes
            m_out.line("def quantized(x):");
            m_out.line(perChannel ? "    return torch.quantize_per_channel(x, scale, zero_point, "
                                    "axis % x.dim(), torch.qint32)"
                                  : "    return torch.quantize_per_tensor(x, float(scale), "
                                    "int(zero_point), torch.qint32)");
            m_out.line().line();
            m_out.line("def quantize(x):").line("    return quantized(x).int_repr()");
            m_out.line().line();
            m_out.line("def fake_quantize(x):").line("    return quantized(x).dequantize()");
            return;
        }
        if (perChannel) {
            m_out.line("def along_axis(values, x):")
                .line("    shape = [1] * x.dim()")
                .line("    shape[axis] = -1")
                .line("    return values.reshape(shape)")
                .line()
                .line();
        }
        const std::string s = perChannel ? "along_axis(scale, x)" : "scale";
        const std::string z = perChannel ? "along_axis(zero_point, x)" : "zero_point";
        m_out.line("def quantize(x):")
            .line("    t = x * (1 / " + s + ")" + (m_scheme.floatZeroPoint ? " + " + z : ""))
            .line("    codes = " + roundedText(m_spec.rounding) +
                  (m_scheme.floatZeroPoint ? "" : " + " + z))
            .line("    return codes.clamp(quant_min, quant_max).to(torch.int32)")
            .line()
            .line()
            .line("def fake_quantize(x):");
        if (!isPlain() && m_spec.rounding != Rounding::Stochastic)
            m_out.line("    return (quantize(x) - " + z + ") * " + s);
        else if (perChannel)
            m_out
                .line("    return torch.fake_quantize_per_channel_affine(x, scale, zero_point, "
                      "axis % x.dim(),")
                .line("                                                   quant_min, quant_max)");
        else
            m_out.line("    return torch.fake_quantize_per_tensor_affine(x, scale, zero_point, "
                       "quant_min, quant_max)");
    }

    /// PyTorch 1.13 has no operator of groups: the same arithmetic by broadcasting.
    void groups()
    {
        const std::string z = m_scheme.floatZeroPoint ? "" : " + spread(zero_point, x)";
        m_out.line("group_size = " + std::to_string(m_params.groupSize()))
            .line()
            .line()
            .line("# PyTorch has no operator of groups: one scale for each group_size elements "
                  "along the axis.")
            .line("def spread(values, x):")
            .line("    shape = list(x.shape)")
            .line("    shape[axis] = -(-x.shape[axis] // group_size)")
            .line("    values = values.reshape(shape).repeat_interleave(group_size, dim=axis)")
            .line("    return values.narrow(axis, 0, x.shape[axis])")
            .line()
            .line()
            .line("def quantize(x):")
            .line("    t = x * (1 / spread(scale, x))" +
                  std::string(m_scheme.floatZeroPoint ? " + spread(zero_point, x)" : ""))
            .line("    codes = " + roundedText(m_spec.rounding) + z)
            .line("    return codes.clamp(quant_min, quant_max).to(torch.int32)")
            .line()
            .line()
            .line("def fake_quantize(x):")
            .line("    return (quantize(x) - spread(zero_point, x)) * spread(scale, x)");
    }

    /// A value of a float dtype is what a cast makes of x / scale, kept inside the finite range.
    void casts()
    {
        if (!isPlain())
            m_out.line("# Not the same: PyTorch's casts round half to even.");
        if (m_row.bits == 8)
            m_out.line("# float8 needs PyTorch 2.1 or later.");
        m_out.line("scale = " + tensorOf(m_params.scale(), "float32", true))
            .line("largest = " + literal(m_row.format.max()))
            .line()
            .line()
            .line("def quantize(x):")
            .line("    t = x * (1 / scale)")
            .line("    return t.clamp(-largest, largest).to(torch." + std::string(m_row.name) + ")")
            .line()
            .line()
            .line("def fake_quantize(x):")
            .line("    return quantize(x).to(torch.float32) * scale");
    }

    void nothing()
    {
        m_out.line("# PyTorch has no operator for this quantizer; its parameters:");
        if (m_row.family != Family::Ggml) {
            m_out.line("scale = " + tensorOf(m_params.scale(), "float32",
                                             m_scheme.granularity == Granularity::Tensor));
            if (m_params.parts().globalScale != 1.0F)
                m_out.line("global_scale = " + literal(m_params.parts().globalScale));
        }
        if (!m_params.codebook().empty())
            m_out.line("codebook = " + tensorOf(std::vector<float>(m_params.codebook().begin(),
                                                                   m_params.codebook().end()),
                                                "float32", false));
        if (m_scheme.granularity != Granularity::Tensor)
            m_out.line("axis = " + std::to_string(m_params.axis()));
        if (m_scheme.perGroup())
            m_out.line("group_size = " + std::to_string(m_params.groupSize()));
        m_out.line()
            .line()
            .line("def fake_quantize(x):")
            .line("    raise NotImplementedError(\"PyTorch has no " + std::string(m_row.name) +
                  ", " + std::string(m_scheme.name) + "\")");
    }

    /// The class of torch.ao.quantization; empty where it has none for the spec.
    std::string observerClass() const
    {
        const std::string_view name = m_spec.observer;
        const bool perChannel = m_scheme.perChannel();
        if (name == "minmax")
            return perChannel ? "PerChannelMinMaxObserver" : "MinMaxObserver";
        if (name == "moving_average_minmax")
            return perChannel ? "MovingAveragePerChannelMinMaxObserver"
                              : "MovingAverageMinMaxObserver";
        if ((name == "histogram" || name == "histogram_1_13") && !perChannel)
            return "HistogramObserver";
        return {};
    }

    void observer()
    {
        constexpr int kMostBits = 8; // FakeQuantize's dtypes are qint8 and quint8
        const std::string name = observerClass();
        m_out.line().line();
        const bool plain = m_row.isInteger() && m_row.bits <= kMostBits && !m_scheme.perGroup() &&
                           m_spec.scaleRule == ScaleRule::Default;
        if (name.empty() || !plain || !isTorch(m_params.dialect())) {
            m_out.line("# PyTorch has no module that observes like this: observer " +
                       m_spec.observer + ", " + std::string(m_row.name) + ", " +
                       std::string(m_scheme.name) + ".");
            return;
        }
        if (m_spec.observer == "histogram")
            m_out.line("# HistogramObserver of PyTorch 1.13 chooses another range than that of "
                       "torchao.");
        const auto range = m_params.range();
        const bool fused = m_params.dialect() == Dialect::TorchFused;
        const std::string module = fused ? "FusedMovingAvgObsFakeQuantize" : "FakeQuantize";
        // FakeQuantize counts axes from the front only.
        const bool fromEnd = m_scheme.perChannel() && m_params.axis() < 0;
        m_out.line(fromEnd ? "def make_fake_quantize(dims):" : "def make_fake_quantize():")
            .line("    from torch.ao.quantization import " + module + ", " + name)
            .line("    return " + module + "(")
            .line("        observer=" + name + ",");
        const std::string dtype = m_row.isSigned ? "qint8" : "quint8";
        const auto& whole = info(m_row.isSigned ? DType::Qint8 : DType::Quint8);
        if (fused || range != QuantRange{whole.quantMin, whole.quantMax})
            m_out.line("        quant_min=" + std::to_string(range.quantMin) +
                       ", quant_max=" + std::to_string(range.quantMax) + ",");
        m_out.line("        dtype=torch." + dtype + ",")
            .line("        qscheme=torch." + std::string(m_scheme.name) + ",");
        if (m_scheme.perChannel())
            m_out.line("        ch_axis=" + std::string(fromEnd ? "dims + " : "") +
                       std::to_string(m_params.axis()) + ",");
        if (m_spec.observer == "moving_average_minmax")
            m_out.line("        averaging_constant=" + formatExact(m_spec.averagingConstant) + ",");
        m_out.line("    )");
    }

    const QuantSpec& m_spec;
    const QuantParams& m_params;
    const DTypeInfo& m_row;
    const QSchemeInfo& m_scheme;
    Script m_out;
};

} // namespace

std::string torchCode(const QuantSpec& spec, const QuantParams& params)
{
    return CodeWriter(spec, params).write();
}

} // namespace qs
