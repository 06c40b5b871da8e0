// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/quantizer_kernel.h"

namespace qs {
namespace {

/// Runs of fewer elements than this are gathered into rows, and rows repeated to about this many.
constexpr std::int64_t kShortRun = 64;
constexpr std::int64_t kRow = 4096;

} // namespace

KernelRuns::KernelRuns(const ParamLayout& layout, std::vector<float> scale,
                       std::vector<float> factor, std::vector<float> zero)
    : m_layout(layout),
      m_scale(std::move(scale)),
      m_factor(std::move(factor)),
      m_zero(std::move(zero))
{
    if (layout.groupSize() > 0 || layout.channels() <= 1 || layout.inner() >= kShortRun ||
        layout.inner() == 0)
        return;
    const std::int64_t row = layout.channels() * layout.inner();
    const std::int64_t repeats = std::max<std::int64_t>(kRow / row, 1);
    m_row = row * repeats;
    const auto expand = [&](std::vector<float>& values) {
        std::vector<float> all;
        all.reserve(static_cast<std::size_t>(m_row));
        for (std::int64_t r = 0; r < repeats; ++r) {
            for (const float v : values)
                all.insert(all.end(), static_cast<std::size_t>(layout.inner()), v);
        }
        values = std::move(all);
    };
    expand(m_scale);
    expand(m_factor);
    expand(m_zero);
}

} // namespace qs
