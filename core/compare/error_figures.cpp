// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compare/error_figures.h"

#include <cmath>

namespace qs {

void ErrorFigures::add(std::span<const float> exact, std::span<const float> found)
{
    for (std::size_t i = 0; i < exact.size(); ++i) {
        const auto x = static_cast<double>(exact[i]);
        const auto y = static_cast<double>(found[i]);
        m_signal += x * x;
        m_found += y * y;
        m_product += x * y;
        m_error += (y - x) * (y - x);
        m_difference += y - x;
    }
    m_count += static_cast<std::int64_t>(exact.size());
}

double ErrorFigures::mse() const
{
    return m_count > 0 ? m_error / static_cast<double>(m_count) : 0;
}

double ErrorFigures::meanError() const
{
    return m_count > 0 ? m_difference / static_cast<double>(m_count) : 0;
}

double ErrorFigures::rms() const
{
    return m_count > 0 ? std::sqrt(m_signal / static_cast<double>(m_count)) : 0;
}

std::optional<double> ErrorFigures::sqnrDb() const
{
    if (!(m_error > 0) || !(m_signal > 0))
        return std::nullopt;
    return 10 * std::log10(m_signal / m_error);
}

std::optional<double> ErrorFigures::cosine() const
{
    const double norm = std::sqrt(m_signal) * std::sqrt(m_found);
    if (!(norm > 0))
        return std::nullopt;
    return m_product / norm;
}

} // namespace qs
