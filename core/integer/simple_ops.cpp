// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/integer/op.h"

#include <array>
#include <cstring>

namespace qs::integer {
namespace {

class ProductOp : public Op {
public:
    explicit ProductOp(Product product) : m_product(std::move(product)) {}
    void prepare(Work& work) const override { m_product.prepare(work.product, kChunk); }
    void run(Work& work, const Run& run) const override
    {
        if (run.reference)
            m_product.runReference(run.x, run.y, run.samples, run.saturation);
        else
            m_product.run(work.product, run.x, run.y, run.samples, run.saturation);
    }
    const Product* product() const override { return &m_product; }

private:
    Product m_product;
};

/// A code for each code, per tensor or per channel.
class TableOp : public Op {
public:
    struct Entry {
        std::array<std::uint8_t, 256> code{};
        std::array<std::int8_t, 256> saturated{}; ///< -1: low, 1: high
    };
    TableOp(std::vector<Entry> entries, SampleShape shape)
        : m_entries(std::move(entries)), m_shape(shape)
    {
    }
    void run(Work&, const Run& run) const override
    {
        const std::ptrdiff_t count = std::ptrdiff_t{run.samples} * m_shape.numel();
        const std::size_t channels = m_entries.size();
        if (channels == 1)
            for (std::ptrdiff_t i = 0; i < count; ++i)
                run.y[i] = m_entries[0].code[run.x[i]];
        else
            for (std::ptrdiff_t i = 0; i < count;)
                for (std::size_t c = 0; c < channels; ++c, ++i)
                    run.y[i] = m_entries[c].code[run.x[i]];
        if (run.saturation == nullptr)
            return;
        for (std::ptrdiff_t i = 0; i < count; ++i) {
            const auto& entry = m_entries[static_cast<std::size_t>(i) % channels];
            run.saturation->low += entry.saturated[run.x[i]] < 0 ? 1 : 0;
            run.saturation->high += entry.saturated[run.x[i]] > 0 ? 1 : 0;
        }
    }

private:
    std::vector<Entry> m_entries;
    SampleShape m_shape;
};

class Flatten : public Op {
public:
    explicit Flatten(SampleShape in) : m_in(in) {}
    void run(Work&, const Run& run) const override
    {
        const std::ptrdiff_t pixels = std::ptrdiff_t{m_in.height} * m_in.width;
        const std::ptrdiff_t channels = m_in.channels;
        const std::uint8_t* x = run.x;
        for (int s = 0; s < run.samples; ++s)
            for (std::ptrdiff_t p = 0; p < pixels; ++p) {
                std::uint8_t* y = run.y + s * channels * pixels + p;
                for (std::ptrdiff_t c = 0; c < channels; ++c)
                    y[c * pixels] = *x++;
            }
    }

private:
    SampleShape m_in;
};

/// Float: (q_a - z_a) * s_a + (q_b - z_b) * s_b, then quantizeCode, all in float32, as PyTorch's
/// quantized::add without an engine's own kernel. FixedPoint: both times 2^20, each times
/// s / (2 * max(s_a, s_b)), their sum times 2 * max(s_a, s_b) / (2^20 * s_y), as TFLite's Add of
/// int8.
class Add : public Op {
public:
    Add(const IntegerOp& op, RequantizeMode mode, const OpInput& a, const OpInput& b)
        : m_mode(mode),
          m_count(a.shape.numel()),
          m_clamp(asBytes(*op.output), op.activation),
          m_inverse(1.0F / op.output->scale)
    {
        constexpr int kShift = 20;
        const double twice = 2 * static_cast<double>(std::max(a.quant->scale, b.quant->scale));
        m_multiplier = fixedMultiplier(twice / (0x1p20 * static_cast<double>(op.output->scale)));
        const auto fill = [&](const IntegerQuant& q, Table& table) {
            const IntegerQuant bytes = asBytes(q);
            const FixedMultiplier m = fixedMultiplier(static_cast<double>(q.scale) / twice);
            for (std::int32_t code = 0; code < 256; ++code) {
                const auto at = static_cast<std::size_t>(code);
                table.real[at] = dequantizeCode(code, bytes);
                table.fixed[at] = multiplyByFixed((code - bytes.zeroPoint) * (1 << kShift), m);
            }
        };
        fill(*a.quant, m_a);
        fill(*b.quant, m_b);
    }
    void run(Work&, const Run& run) const override
    {
        const auto each = [&](auto level) {
            for (std::ptrdiff_t i = 0; i < run.samples * m_count; ++i) {
                const double value = level(run.x[i], run.other[i]);
                run.y[i] = m_clamp.byte(value);
                if (run.saturation != nullptr)
                    m_clamp.count(value, *run.saturation);
            }
        };
        if (m_mode == RequantizeMode::Float)
            each([&](std::uint8_t a, std::uint8_t b) {
                return static_cast<double>(std::nearbyint((m_a.real[a] + m_b.real[b]) * m_inverse));
            });
        else
            each([&](std::uint8_t a, std::uint8_t b) {
                return static_cast<double>(
                    multiplyByFixed(m_a.fixed[a] + m_b.fixed[b], m_multiplier));
            });
    }

private:
    struct Table {
        std::array<float, 256> real{};
        std::array<std::int32_t, 256> fixed{};
    };
    RequantizeMode m_mode;
    std::ptrdiff_t m_count;
    CodeClamp m_clamp;
    float m_inverse;
    FixedMultiplier m_multiplier;
    Table m_a;
    Table m_b;
};

} // namespace

std::unique_ptr<Op> makeTable(const IntegerOp& op, RequantizeMode mode, const OpInput& in)
{
    const IntegerQuant from = asBytes(*in.quant);
    const IntegerQuant to = asBytes(op.output.value_or(*in.quant));
    const std::int32_t lowest = lowestCode(op.output.value_or(*in.quant));
    const auto levels = static_cast<std::size_t>(from.quantMax - from.quantMin + 1);
    const std::size_t tables = op.table.empty() ? 1 : op.table.size() / levels;
    const Multiplier multiplier = makeMultiplier(from.scale, 1, to.scale);
    // What ReLU6 cuts off is above 6 in the input's scale, and in the output's.
    IntegerActivation activation = IntegerActivation::None;
    if (op.kind == IntegerOpKind::ReLU)
        activation = IntegerActivation::ReLU;
    else if (op.kind == IntegerOpKind::ReLU6)
        activation = IntegerActivation::ReLU6;
    const CodeClamp clamp(to, activation);

    std::vector<TableOp::Entry> entries(tables);
    for (std::size_t t = 0; t < tables; ++t)
        for (std::size_t level = 0; level < levels; ++level) {
            const std::int32_t code = from.quantMin + static_cast<std::int32_t>(level);
            const auto at = static_cast<std::size_t>(code);
            auto& entry = entries[t];
            if (!op.table.empty()) {
                entry.code[at] = static_cast<std::uint8_t>(op.table[t * levels + level] - lowest);
                continue;
            }
            double value = code - from.zeroPoint;
            if (op.function) {
                const float y = op.function(dequantizeCode(code, from));
                value = std::isnan(y) ? 0.0
                                      : static_cast<double>(std::nearbyint(y * (1.0F / to.scale)));
            } else if (op.output) {
                value = requantizedLevel(mode, multiplier, code - from.zeroPoint);
            }
            Saturation saturation;
            clamp.count(value, saturation);
            entry.code[at] = clamp.byte(value);
            entry.saturated[at] = static_cast<std::int8_t>(saturation.low > 0    ? -1
                                                           : saturation.high > 0 ? 1
                                                                                 : 0);
        }
    return std::make_unique<TableOp>(std::move(entries), in.shape);
}

std::unique_ptr<Op> makeAdd(const IntegerOp& op, RequantizeMode mode, const OpInput& in,
                            const OpInput& other)
{
    return std::make_unique<Add>(op, mode, in, other);
}

std::unique_ptr<Op> makeOp(const IntegerOp& op, RequantizeMode mode, const OpInput& in,
                           const OpInput& other, SampleShape out)
{
    switch (op.kind) {
    case IntegerOpKind::Linear:
    case IntegerOpKind::Conv2d:
        return std::make_unique<ProductOp>(Product(op, mode, in.shape, out, *in.quant));
    case IntegerOpKind::ReLU:
    case IntegerOpKind::ReLU6:
    case IntegerOpKind::Table:
        return makeTable(op, mode, in);
    case IntegerOpKind::MaxPool2d:
    case IntegerOpKind::AvgPool2d:
        return makePool(op, in, out);
    case IntegerOpKind::Flatten:
        return std::make_unique<Flatten>(in.shape);
    case IntegerOpKind::Add:
        return makeAdd(op, mode, in, other);
    case IntegerOpKind::Quantize:
        if (in.quant)
            return makeTable(op, mode, in);
        return makeFloatOp(op, in, out);
    case IntegerOpKind::Softmax:
    case IntegerOpKind::Float:
        return makeFloatOp(op, in, out);
    }
    return nullptr;
}

} // namespace qs::integer
