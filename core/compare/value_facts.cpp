// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compare/value_facts.h"

#include "core/quant/quantizer.h"

#include <algorithm>
#include <cmath>

namespace qs {

Result<void> FactsGatherer::add(const Tensor& values, const QuantParams& params)
{
    const auto quantizer = Quantizer::make(params, values.shape());
    if (!quantizer)
        return quantizer.error();
    const auto x = values.floats();
    const bool counts = info(params.dtype()).family != Family::Ggml && params.codeCount() <= 65536;
    std::vector<float> y(x.size());
    std::vector<float> clip(x.size());
    std::vector<float> unused(2 * x.size()); // kernels write all of the steps
    std::vector<std::int32_t> codes(x.size());
    quantizer->evaluate(
        x, 0, {y.data(), unused.data(), clip.data(), unused.data() + x.size(), codes.data()});
    if (counts && m_used.empty())
        m_used.resize(static_cast<std::size_t>(params.codeCount()));
    std::int64_t inner = 1; // elements of one index of the channels' axis
    for (int a = m_axis + 1; a < values.shape().rank(); ++a)
        inner *= values.shape()[a];
    const std::int64_t channels = values.shape()[m_axis];
    m_channels.resize(static_cast<std::size_t>(channels));
    if (m_facts.count == 0 && !x.empty())
        m_facts.min = m_facts.max = x[0];
    for (std::size_t i = 0; i < x.size(); ++i) {
        const float size = std::abs(x[i]);
        m_facts.min = std::min(m_facts.min, x[i]);
        m_facts.max = std::max(m_facts.max, x[i]);
        m_squares += static_cast<double>(x[i]) * static_cast<double>(x[i]);
        m_clipped += clip[i] != 0 ? 1 : 0;
        m_vanished += x[i] != 0 && y[i] == 0 ? 1 : 0;
        if (m_sizes.size() < kMostKept)
            m_sizes.push_back(size);
        auto& channel =
            m_channels[static_cast<std::size_t>(static_cast<std::int64_t>(i) / inner % channels)];
        channel = std::max(channel, size);
        if (!counts)
            continue;
        m_used[static_cast<std::size_t>(codes[i] - params.firstCode())] = true;
        const bool end = codes[i] == params.firstCode() || codes[i] == params.lastCode();
        m_atEnds += end && y[i] != 0 ? 1 : 0;
    }
    m_facts.count += static_cast<std::int64_t>(x.size());
    m_facts.codesTotal = counts ? params.codeCount() : 0;
    return {};
}

ValueFacts FactsGatherer::facts() const
{
    ValueFacts facts = m_facts;
    if (facts.count == 0)
        return facts;
    const auto count = static_cast<double>(facts.count);
    facts.rms = std::sqrt(m_squares / count);
    facts.clipped = static_cast<double>(m_clipped) / count;
    facts.atEnds = static_cast<double>(m_atEnds) / count;
    facts.vanished = static_cast<double>(m_vanished) / count;
    facts.amax = std::max(std::abs(static_cast<double>(facts.min)),
                          std::abs(static_cast<double>(facts.max)));
    auto sizes = m_sizes;
    const auto at = static_cast<std::ptrdiff_t>(static_cast<double>(sizes.size() - 1) * 0.999);
    std::nth_element(sizes.begin(), sizes.begin() + at, sizes.end());
    facts.amax999 = static_cast<double>(sizes[static_cast<std::size_t>(at)]);
    facts.codesUsed = std::count(m_used.begin(), m_used.end(), true);
    if (m_channels.size() > 1) {
        auto channels = m_channels;
        std::sort(channels.begin(), channels.end());
        const float median = channels[channels.size() / 2];
        if (median > 0)
            facts.channelSpread =
                static_cast<double>(channels.back()) / static_cast<double>(median);
    }
    return facts;
}

} // namespace qs
