// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/qat/oscillation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace qs {
namespace {

Error otherCount(const char* name, std::size_t expected, std::size_t found)
{
    return Error::usage(std::string(name) + ": expected " + std::to_string(expected) +
                        " elements, found " + std::to_string(found));
}

} // namespace

Result<OscillationTracker> OscillationTracker::make(std::span<const std::int32_t> codes,
                                                    double momentum)
{
    if (codes.empty())
        return Error::usage("codes: expected one for each weight, found none");
    if (!(momentum > 0 && momentum <= 1))
        return Error::usage("momentum: expected above 0, at most 1, found " +
                            std::to_string(momentum));
    OscillationTracker tracker;
    tracker.m_momentum = momentum;
    tracker.m_code.assign(codes.begin(), codes.end());
    tracker.m_mean.assign(codes.begin(), codes.end());
    tracker.m_direction.resize(codes.size());
    tracker.m_frequency.resize(codes.size());
    tracker.m_frozen.resize(codes.size());
    tracker.m_flips.resize(codes.size());
    tracker.m_epochFlips.resize(codes.size());
    return tracker;
}

Result<void> OscillationTracker::step(std::span<const std::int32_t> codes)
{
    if (codes.size() != m_code.size())
        return otherCount("codes", m_code.size(), codes.size());
    ++m_steps;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        if (m_frozen[i] != 0)
            continue;
        const auto direction =
            static_cast<std::int8_t>(int{codes[i] > m_code[i]} - int{codes[i] < m_code[i]});
        const bool oscillated = direction * m_direction[i] < 0;
        m_frequency[i] = m_momentum * (oscillated ? 1 : 0) + (1 - m_momentum) * m_frequency[i];
        m_mean[i] = m_momentum * codes[i] + (1 - m_momentum) * m_mean[i];
        m_code[i] = codes[i];
        if (direction == 0)
            continue;
        m_direction[i] = direction;
        ++m_flips[i];
        ++m_epochFlips[i];
    }
    return {};
}

std::int64_t OscillationTracker::freeze(double threshold)
{
    std::int64_t count = 0;
    for (std::size_t i = 0; i < m_code.size(); ++i) {
        if (m_frozen[i] != 0 || !(m_frequency[i] > threshold))
            continue;
        m_frozen[i] = 1;
        m_code[i] = static_cast<std::int32_t>(std::nearbyint(m_mean[i]));
        ++count;
    }
    return count;
}

Result<void> OscillationTracker::holdFrozen(const QuantParams& params, const Shape& shape,
                                            std::span<float> weight) const
{
    if (weight.size() != m_code.size())
        return otherCount("weight", m_code.size(), weight.size());
    const auto layout = params.layout(shape);
    if (!layout)
        return layout.error();
    if (layout->numel() != size())
        return Error::usage("shape " + shape.toString() + ": expected " + std::to_string(size()) +
                            " elements, found " + std::to_string(layout->numel()));
    if (info(params.dtype()).family == Family::Ggml)
        return Error::usage("dtype " + std::string(info(params.dtype()).name) +
                            ": its codes mean nothing alone");
    for (std::size_t i = 0; i < weight.size(); ++i) {
        if (m_frozen[i] != 0 && (m_code[i] < params.firstCode() || m_code[i] > params.lastCode()))
            return Error::usage("code of weight " + std::to_string(i) + ": expected " +
                                std::to_string(params.firstCode()) + " to " +
                                std::to_string(params.lastCode()) + ", found " +
                                std::to_string(m_code[i]));
    }
    for (std::size_t i = 0; i < weight.size(); ++i) {
        if (m_frozen[i] != 0)
            weight[i] = params.level(
                m_code[i], static_cast<std::size_t>(layout->indexOf(static_cast<std::int64_t>(i))));
    }
    return {};
}

std::int64_t OscillationTracker::endEpoch()
{
    const auto sum = std::accumulate(m_epochFlips.begin(), m_epochFlips.end(), std::int64_t{0});
    std::fill(m_epochFlips.begin(), m_epochFlips.end(), 0U);
    return sum;
}

std::int64_t OscillationTracker::frozenCount() const
{
    return std::count(m_frozen.begin(), m_frozen.end(), std::uint8_t{1});
}

std::int64_t OscillationTracker::oscillating(double threshold) const
{
    return std::count_if(m_frequency.begin(), m_frequency.end(),
                         [&](double f) { return f > threshold; });
}

} // namespace qs
