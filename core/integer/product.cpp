// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/integer/product.h"

#include <algorithm>
#include <cstring>

namespace qs::integer {
namespace {

/// Positions that are worked on at once: enough to use weights often while they are near, and few
/// enough for their sums to stay near.
constexpr int kBlockRows = 128;

constexpr std::int64_t kLowest = std::numeric_limits<std::int32_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int32_t>::max();

} // namespace

Product::Product(const IntegerOp& op, RequantizeMode mode, SampleShape in, SampleShape out,
                 const IntegerQuant& inQuant)
    : m_mode(mode),
      m_in(in),
      m_out(out),
      m_kernel(op.kind == IntegerOpKind::Conv2d ? op.kernel : 1),
      m_stride(op.stride),
      m_padding(op.padding),
      m_line(std::ptrdiff_t{in.width + 2 * op.padding} * in.channels),
      m_image(m_line * (in.height + 2 * op.padding)),
      m_zeroPoint(asBytes(inQuant).zeroPoint),
      m_clamp(asBytes(*op.output), op.activation)
{
    const auto outputs = static_cast<std::size_t>(out.channels);
    const auto inputs = static_cast<std::size_t>(in.channels);
    const auto window = static_cast<std::size_t>(m_kernel * m_kernel);
    const IntegerWeights& w = op.weights;
    m_weights.resize(w.codes.size());
    for (std::size_t o = 0; o < outputs; ++o) {
        const std::size_t channel = w.scale.size() > 1 ? o : 0;
        const float scale = w.scale[channel];
        m_weightZeroPoint.push_back(w.zeroPoint.empty() ? 0 : w.zeroPoint[channel]);
        m_multipliers.push_back(makeMultiplier(inQuant.scale, scale, op.output->scale));
        bool saturated = false;
        m_bias.push_back(w.bias.empty() ? 0
                                        : biasCode(w.bias[o], inQuant.scale, scale, &saturated));
        m_biasSaturations += saturated ? 1 : 0;
        for (std::size_t i = 0; i < inputs; ++i)
            for (std::size_t k = 0; k < window; ++k)
                m_weights[(o * window + k) * inputs + i] = static_cast<std::int16_t>(
                    w.codes[(o * inputs + i) * window + k] - m_weightZeroPoint.back());
    }
    findUnproven(asBytes(inQuant));
    if (m_stride == 1 && out.height > 1)
        m_pairs = LinePairs::make(m_weights, m_bias, m_kernel, m_kernel * in.channels, m_zeroPoint);
    if (m_pairs) {
        m_pairs->setImage(m_line, in.height + 2 * m_padding);
        m_image = m_pairs->imageSize();
    }
    m_packed = PackedWeights(m_weights, out.channels, m_kernel, m_kernel * in.channels);
    m_steps.assign(static_cast<std::size_t>(m_kernel), m_line);
    m_bias.resize(static_cast<std::size_t>(m_packed.rowLength()));
    m_requantizer = RowRequantizer(mode, m_multipliers, m_clamp, m_packed.rowLength());
}

/// The extremes of a sum are those of each of its products.
void Product::findUnproven(const IntegerQuant& inBytes)
{
    const std::int64_t low = inBytes.quantMin - inBytes.zeroPoint;
    const std::int64_t high = inBytes.quantMax - inBytes.zeroPoint;
    const std::size_t length = m_weights.size() / static_cast<std::size_t>(m_out.channels);
    for (int o = 0; o < m_out.channels; ++o) {
        std::int64_t least = bias(o);
        std::int64_t most = least;
        for (std::size_t k = 0; k < length; ++k) {
            const std::int64_t w = m_weights[static_cast<std::size_t>(o) * length + k];
            least += std::min(w * low, w * high);
            most += std::max(w * low, w * high);
        }
        if (least < kLowest || most > kHighest)
            m_unproven.push_back(o);
    }
}

void Product::prepare(ProductWork& work, int samples) const
{
    const bool vectors = m_out.height == 1 && m_out.width == 1;
    const auto elements = static_cast<std::size_t>((vectors ? samples : 1) * m_image + kSlack);
    work.centred = LargeArray<std::int16_t>(elements);
    std::memset(work.centred.data(), 0, elements * sizeof(std::int16_t));
    const auto rows =
        static_cast<std::size_t>(kBlockRows + samples) * static_cast<std::size_t>(m_out.width);
    const auto most = std::max<std::size_t>(rows, static_cast<std::size_t>(m_out.height + 1) *
                                                      static_cast<std::size_t>(m_out.width));
    work.rows.resize(most);
    work.sums = LargeArray<std::int32_t>(most * static_cast<std::size_t>(m_packed.rowLength()));
}

void Product::centre(ProductWork& work, const std::uint8_t* x, int samples) const
{
    const std::ptrdiff_t line = std::ptrdiff_t{m_in.width} * m_in.channels;
    const auto zeroPoint = static_cast<std::int16_t>(m_zeroPoint);
    const auto copy = [&](std::int16_t* to, std::ptrdiff_t count) {
        for (std::ptrdiff_t i = 0; i < count; ++i)
            to[i] = static_cast<std::int16_t>(x[i] - zeroPoint);
        x += count;
    };
    if (m_padding == 0) {
        copy(work.centred.data(), samples * line * m_in.height);
    } else {
        const std::ptrdiff_t first = m_padding * m_line + m_padding * m_in.channels;
        for (int s = 0; s < samples; ++s)
            for (int y = 0; y < m_in.height; ++y)
                copy(work.centred.data() + s * m_image + first + y * m_line, line);
    }
    if (m_pairs)
        m_pairs->derive(work.centred.data());
}

int Product::blockLines(int multiple) const
{
    return std::max(1, kBlockRows / (m_out.width * multiple)) * multiple;
}

void Product::multiplyLines(ProductWork& work, int first, int lines) const
{
    const std::int16_t* image = work.centred.data() + std::ptrdiff_t{first} * m_stride * m_line;
    const std::ptrdiff_t lineOfSums = m_out.width * m_packed.rowLength();
    const int every = m_pairs ? 2 : 1; // lines whose windows are listed
    Position* row = work.rows.data();
    for (int y = 0; y < lines; y += every)
        for (int x = 0; x < m_out.width; ++x)
            *row++ = {y * m_stride * m_line + std::ptrdiff_t{x} * m_stride * m_in.channels,
                      y * lineOfSums + x * m_packed.rowLength()};
    if (m_pairs)
        m_pairs->multiply(image, work.rows.data(), (lines + 1) / 2, m_out.width, lineOfSums,
                          work.sums.data());
    else
        m_packed.multiply(image, work.rows.data(), lines * m_out.width, m_steps.data(),
                          m_bias.data(), work.sums.data());
}

void Product::run(ProductWork& work, const std::uint8_t* x, std::uint8_t* y, int samples,
                  Saturation* saturation) const
{
    const auto finish = [&](int rows) {
        m_requantizer.requantize(work.sums.data(), rows, y);
        if (saturation != nullptr)
            m_requantizer.count(work.sums.data(), rows, *saturation);
        y += std::ptrdiff_t{rows} * m_out.channels;
    };
    if (m_out.height == 1 && m_out.width == 1) { // the samples are the rows
        centre(work, x, samples);
        for (int s = 0; s < samples; ++s)
            work.rows[static_cast<std::size_t>(s)] = {s * m_image, s * m_packed.rowLength()};
        m_packed.multiply(work.centred.data(), work.rows.data(), samples, m_steps.data(),
                          m_bias.data(), work.sums.data());
        finish(samples);
        return;
    }
    const int most = blockLines(2);
    for (int s = 0; s < samples; ++s) {
        centre(work, x + std::ptrdiff_t{s} * m_in.numel(), 1);
        for (int first = 0; first < m_out.height; first += most) {
            const int lines = std::min(most, m_out.height - first);
            multiplyLines(work, first, lines);
            finish(lines * m_out.width);
        }
    }
}

void Product::runPooled(ProductWork& work, const std::uint8_t* x, std::uint8_t* y, int samples,
                        int pool) const
{
    const int columns = m_out.width / pool;
    const int pooledLines = m_out.height / pool;
    const int most = blockLines(pool) / pool;
    const std::ptrdiff_t pooledSums = pool * m_out.width * m_packed.rowLength();
    for (int s = 0; s < samples; ++s) {
        centre(work, x + std::ptrdiff_t{s} * m_in.numel(), 1);
        for (int first = 0; first < pooledLines; first += most) {
            const int lines = std::min(most, pooledLines - first);
            multiplyLines(work, first * pool, lines * pool);
            for (int line = 0; line < lines; ++line) {
                m_requantizer.requantizeLargest(work.sums.data() + line * pooledSums, m_out.width,
                                                pool, columns, y);
                y += std::ptrdiff_t{columns} * m_out.channels;
            }
        }
    }
}

std::int64_t Product::exactSum(const std::uint8_t* x, int channel, int row, int column) const
{
    std::int64_t sum = bias(channel);
    forEachTerm(channel, row, column, [&](std::ptrdiff_t at, std::ptrdiff_t weight) {
        if (at >= 0)
            sum += std::int64_t{x[at] - m_zeroPoint} * m_weights[static_cast<std::size_t>(weight)];
    });
    return sum;
}

void Product::runReference(const std::uint8_t* x, std::uint8_t* y, int samples,
                           Saturation* saturation) const
{
    for (int s = 0; s < samples; ++s, x += m_in.numel())
        for (int row = 0; row < m_out.height; ++row)
            for (int column = 0; column < m_out.width; ++column)
                for (int c = 0; c < m_out.channels; ++c) {
                    const auto sum = static_cast<std::int32_t>(exactSum(x, c, row, column));
                    const double level = requantizedLevel(m_mode, multiplier(c), sum);
                    *y++ = m_clamp.byte(level);
                    if (saturation != nullptr)
                        m_clamp.count(level, *saturation);
                }
}

std::int64_t Product::countOverflows(const std::uint8_t* x, int samples) const
{
    std::int64_t count = 0;
    for (int s = 0; s < samples; ++s, x += m_in.numel())
        for (const int c : m_unproven)
            for (int row = 0; row < m_out.height; ++row)
                for (int column = 0; column < m_out.width; ++column) {
                    const std::int64_t sum = exactSum(x, c, row, column);
                    count += sum < kLowest || sum > kHighest ? 1 : 0;
                }
    return count;
}

} // namespace qs::integer
