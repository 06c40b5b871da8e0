// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/integer/check_integer_spec.h"

#include "core/base/text.h"
#include "core/integer/requantize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace qs {

std::string_view integerOpName(IntegerOpKind kind)
{
    constexpr std::array<std::string_view, 12> names = {
        "Quantize",  "Linear",  "Conv2d", "ReLU",  "ReLU6",   "MaxPool2d",
        "AvgPool2d", "Flatten", "Add",    "Table", "Softmax", "Float"};
    return names[static_cast<std::size_t>(kind)];
}

namespace integer {
namespace {

constexpr std::int64_t kMostElements = std::int64_t{1} << 26; // of a sample between ops

/// Checks of one op. Every check returns what is wrong, or nothing.
class OpCheck {
public:
    OpCheck(const IntegerSpec& spec, const std::vector<OpPlan>& plans)
        : m_spec(spec),
          m_plans(plans),
          m_index(static_cast<int>(plans.size())),
          m_op(spec.ops[plans.size()])
    {
    }

    Result<OpPlan> run()
    {
        OpPlan plan;
        if (auto bad = place(m_op.input, "input", &plan.input); !bad.empty())
            return error(bad);
        if (m_op.kind == IntegerOpKind::Add)
            if (auto bad = place(m_op.other, "other", &plan.other); !bad.empty())
                return error(bad);
        const auto shapeAt = [&](int at) {
            return at < 0 ? m_spec.input : m_plans[static_cast<std::size_t>(at)].shape;
        };
        m_in = shapeAt(plan.input);
        m_inQuant = quantAt(plan.input);
        if (m_op.kind == IntegerOpKind::Add) {
            if (!quantAt(plan.other))
                return error("other: codes are expected, but its values are real");
            if (shapeAt(plan.other) != m_in)
                return error("the summands have shapes " + shapeText(m_in) + " and " +
                             shapeText(shapeAt(plan.other)));
        }
        for (const auto& bad : {output(), unusedFields(), kindFields(&plan.shape)})
            if (!bad.empty())
                return error(bad);
        if (plan.shape.channels < 1)
            plan.shape = m_in;
        plan.quant = m_op.output ? m_op.output : keepsQuant() ? m_inQuant : std::nullopt;
        return plan;
    }

private:
    using Kind = IntegerOpKind;

    Error error(const std::string& text) const
    {
        return Error::usage(opTitle(m_spec, m_index) + ": " + text);
    }
    static std::string shapeText(SampleShape s)
    {
        return std::to_string(s.channels) + "x" + std::to_string(s.height) + "x" +
               std::to_string(s.width);
    }
    std::optional<IntegerQuant> quantAt(int at) const
    {
        return at < 0 ? std::nullopt : m_plans[static_cast<std::size_t>(at)].quant;
    }
    bool isProduct() const { return m_op.kind == Kind::Linear || m_op.kind == Kind::Conv2d; }
    bool isPool() const { return m_op.kind == Kind::MaxPool2d || m_op.kind == Kind::AvgPool2d; }
    bool keepsQuant() const
    {
        return isPool() || m_op.kind == Kind::Flatten || m_op.kind == Kind::ReLU ||
               m_op.kind == Kind::ReLU6;
    }

    std::string place(int wanted, const char* field, int* found) const
    {
        *found = wanted == kPreviousOp ? m_index - 1 : wanted;
        if (*found >= kNetworkInput && *found < m_index)
            return {};
        return std::string(field) + ": an op before this one is expected, found " +
               std::to_string(wanted);
    }

    static std::string quant(const IntegerQuant& q)
    {
        if (!std::isnormal(q.scale) || q.scale < 0)
            return "scale: a normal number above 0 is expected, found " + formatExact(q.scale);
        if (auto bad = range(q.quantMin, q.quantMax); !bad.empty())
            return bad;
        if (q.zeroPoint < q.quantMin || q.zeroPoint > q.quantMax)
            return "zero_point: a code in [" + std::to_string(q.quantMin) + ", " +
                   std::to_string(q.quantMax) + "] is expected, found " +
                   std::to_string(q.zeroPoint);
        return {};
    }
    static std::string range(std::int32_t low, std::int32_t high)
    {
        const bool fits = low < 0 ? low >= -128 && high <= 127 : high <= 255;
        if (low < high && fits)
            return {};
        return "quant_min, quant_max: a range within int8 or uint8 is expected, found [" +
               std::to_string(low) + ", " + std::to_string(high) + "]";
    }

    std::string output() const
    {
        const bool forbidden = isPool() || m_op.kind == Kind::Flatten;
        const bool needed = !keepsQuant() && m_op.kind != Kind::Float;
        if (m_op.output && forbidden)
            return "output: none is expected, as it keeps its input's scale";
        if (!m_op.output && needed)
            return "output: a scale and a zero_point are expected, found none";
        if (m_op.output)
            if (auto bad = quant(*m_op.output); !bad.empty())
                return "output " + bad;
        const bool real =
            m_op.kind == Kind::Quantize || m_op.kind == Kind::Float || m_op.kind == Kind::Softmax;
        if (!m_inQuant && !real)
            return "input: codes are expected, but its values are real";
        return {};
    }

    std::string unusedFields() const
    {
        if (m_op.activation != IntegerActivation::None && !isProduct() && m_op.kind != Kind::Add)
            return "activation: only Linear, Conv2d and Add have one";
        if (!isProduct() && (!m_op.weights.codes.empty() || !m_op.weights.bias.empty()))
            return "weights: only Linear and Conv2d have them";
        if (m_op.kind != Kind::Table && (!m_op.table.empty() || m_op.function))
            return "table: only Table has one";
        if (m_op.kind != Kind::Float && m_op.floatFunction)
            return "floatFunction: only Float has one";
        return {};
    }

    std::string kindFields(SampleShape* shape) const
    {
        switch (m_op.kind) {
        case Kind::Linear:
            if (m_in.height != 1 || m_in.width != 1)
                return "input: a vector of features is expected, found " + shapeText(m_in);
            if (m_op.stride != 1 || m_op.padding != 0)
                return "stride, padding: Linear has none";
            *shape = {m_op.out, 1, 1};
            return weights(m_in.channels);
        case Kind::Conv2d:
            if (auto bad = window(m_op.out, shape); !bad.empty())
                return bad;
            return weights(std::int64_t{m_in.channels} * m_op.kernel * m_op.kernel);
        case Kind::MaxPool2d:
        case Kind::AvgPool2d:
            if (m_op.padding > m_op.kernel / 2)
                return "padding: at most half of kernel " + std::to_string(m_op.kernel) +
                       " is expected, found " + std::to_string(m_op.padding);
            return window(m_in.channels, shape);
        case Kind::Flatten:
            *shape = {m_in.numel(), 1, 1};
            return {};
        case Kind::Table:
            return table();
        case Kind::Float: {
            if (!m_op.floatFunction)
                return "floatFunction: a function is expected, found none";
            const SampleShape& s = m_op.floatShape;
            if (s.channels < 1 || s.height < 1 || s.width < 1 ||
                tooLarge(s.channels, s.height, s.width))
                return "floatShape: sizes above 0 and at most 2^26 elements are expected, found " +
                       shapeText(s);
            *shape = s;
            return {};
        }
        case Kind::Quantize:
        case Kind::ReLU:
        case Kind::ReLU6:
        case Kind::Add:
        case Kind::Softmax:
            break;
        }
        return {};
    }

    static bool tooLarge(std::int64_t channels, std::int64_t height, std::int64_t width)
    {
        return channels > kMostElements || height > kMostElements || width > kMostElements ||
               height * width > kMostElements || height * width * channels > kMostElements;
    }

    std::string window(int channels, SampleShape* shape) const
    {
        if (m_op.kernel < 1 || m_op.kernel > 1024)
            return "kernel: 1 … 1024 is expected, found " + std::to_string(m_op.kernel);
        if (m_op.stride < 1)
            return "stride: at least 1 is expected, found " + std::to_string(m_op.stride);
        if (m_op.padding < 0 || m_op.padding > 1024)
            return "padding: 0 … 1024 is expected, found " + std::to_string(m_op.padding);
        const int height = m_in.height + 2 * m_op.padding;
        const int width = m_in.width + 2 * m_op.padding;
        if (m_op.kernel > std::min(height, width))
            return "kernel: " + std::to_string(m_op.kernel) + " is larger than the image of " +
                   std::to_string(height) + "x" + std::to_string(width) + " with its padding";
        *shape = {channels, (height - m_op.kernel) / m_op.stride + 1,
                  (width - m_op.kernel) / m_op.stride + 1};
        if (tooLarge(m_in.channels, height, width) ||
            tooLarge(std::max(channels, 1), shape->height, shape->width))
            return "at most 2^26 elements of a sample are expected";
        return {};
    }

    /// inputs: of one output.
    std::string weights(std::int64_t inputs) const
    {
        const IntegerWeights& w = m_op.weights;
        if (m_op.out < 1 || m_op.out > kMostElements)
            return "out: at least 1 is expected, found " + std::to_string(m_op.out);
        const auto outputs = static_cast<std::size_t>(m_op.out);
        const std::int64_t count = inputs * m_op.out;
        if (std::cmp_not_equal(w.codes.size(), count))
            return "weights: " + std::to_string(count) + " codes are expected, found " +
                   std::to_string(w.codes.size());
        if (auto bad = range(w.quantMin, w.quantMax); !bad.empty())
            return "weights' " + bad;
        for (const std::int32_t code : w.codes)
            if (code < w.quantMin || code > w.quantMax)
                return "weights: codes in [" + std::to_string(w.quantMin) + ", " +
                       std::to_string(w.quantMax) + "] are expected, found " + std::to_string(code);
        if (w.scale.size() != 1 && w.scale.size() != outputs)
            return "weights' scale: 1 or " + std::to_string(m_op.out) + " are expected, found " +
                   std::to_string(w.scale.size());
        if (!w.zeroPoint.empty() && w.zeroPoint.size() != w.scale.size())
            return "weights' zero_point: as many as scales (" + std::to_string(w.scale.size()) +
                   ") or none are expected, found " + std::to_string(w.zeroPoint.size());
        for (std::size_t c = 0; c < w.scale.size(); ++c) {
            const IntegerQuant q{w.scale[c], w.zeroPoint.empty() ? 0 : w.zeroPoint[c],
                                 std::min(w.quantMin, 0), std::max(w.quantMax, 0)};
            if (auto bad = quant(q); !bad.empty())
                return "weights' " + bad + " (channel " + std::to_string(c) + ")";
            const float multiplier =
                makeMultiplier(m_inQuant->scale, q.scale, m_op.output->scale).real;
            if (!std::isnormal(multiplier))
                return "s_x * s_w / s_y: a normal float32 is expected, found " +
                       formatExact(multiplier) + " (channel " + std::to_string(c) + ")";
        }
        if (!w.bias.empty() && w.bias.size() != outputs)
            return "bias: " + std::to_string(m_op.out) + " or none are expected, found " +
                   std::to_string(w.bias.size());
        for (const float b : w.bias)
            if (!std::isfinite(b))
                return "bias: finite numbers are expected, found " + formatExact(b);
        return {};
    }

    std::string table() const
    {
        if (m_op.table.empty() == !m_op.function)
            return "table: either a table or a function is expected";
        if (m_op.table.empty())
            return {};
        const auto levels = static_cast<std::size_t>(m_inQuant->quantMax - m_inQuant->quantMin + 1);
        const auto channels = static_cast<std::size_t>(m_in.channels);
        if (m_op.table.size() != levels && m_op.table.size() != levels * channels)
            return "table: " + std::to_string(levels) + " codes, or as many for each of " +
                   std::to_string(channels) + " channels, are expected, found " +
                   std::to_string(m_op.table.size());
        for (const std::int32_t code : m_op.table)
            if (code < m_op.output->quantMin || code > m_op.output->quantMax)
                return "table: codes in [" + std::to_string(m_op.output->quantMin) + ", " +
                       std::to_string(m_op.output->quantMax) + "] are expected, found " +
                       std::to_string(code);
        return {};
    }

    const IntegerSpec& m_spec;
    const std::vector<OpPlan>& m_plans;
    int m_index;
    const IntegerOp& m_op;
    SampleShape m_in;
    std::optional<IntegerQuant> m_inQuant;
};

} // namespace

std::string opTitle(const IntegerSpec& spec, int op)
{
    const IntegerOp& found = spec.ops[static_cast<std::size_t>(op)];
    return "op " + std::to_string(op) + " (" + std::string(integerOpName(found.kind)) +
           (found.name.empty() ? "" : ", " + found.name) + ")";
}

int codeBits(std::int32_t quantMin, std::int32_t quantMax)
{
    int bits = 1;
    if (quantMin < 0)
        while (-(1 << (bits - 1)) > quantMin || (1 << (bits - 1)) - 1 < quantMax)
            ++bits;
    else
        while ((1 << bits) - 1 < quantMax)
            ++bits;
    return bits;
}

Result<std::vector<OpPlan>> checkIntegerSpec(const IntegerSpec& spec)
{
    const SampleShape& in = spec.input;
    if (in.channels < 1 || in.height < 1 || in.width < 1 ||
        static_cast<double>(in.channels) * in.height * in.width >
            static_cast<double>(kMostElements))
        return Error::usage("input: sizes above 0 and at most 2^26 elements are expected, found " +
                            std::to_string(in.channels) + "x" + std::to_string(in.height) + "x" +
                            std::to_string(in.width));
    if (spec.ops.empty())
        return Error::usage("ops: at least one is expected, found none");
    std::vector<OpPlan> plans;
    for (std::size_t i = 0; i < spec.ops.size(); ++i) {
        auto plan = OpCheck(spec, plans).run();
        if (!plan)
            return plan.error();
        plans.push_back(*plan);
    }
    return plans;
}

} // namespace integer
} // namespace qs
