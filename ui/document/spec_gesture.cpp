// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/spec_gesture.h"

#include "core/calib/edit_spec.h"
#include "core/quant/dtype.h"

#include <algorithm>
#include <cmath>

namespace qs {

void SpecGesture::begin(const QuantParams& params, std::size_t channel)
{
    if (m_start)
        return;
    m_document.beginGesture();
    m_start = {m_document.session().tensor.spec, params, channel};
}

void SpecGesture::end()
{
    if (!m_start)
        return;
    m_start.reset();
    m_document.endGesture();
}

void SpecGesture::edit(const QString& what, const QuantSpec& spec)
{
    m_document.edit(what, QStringLiteral("gesture"),
                    [&](Session& session) { session.tensor.spec = spec; });
}

double SpecGesture::step() const
{
    return static_cast<double>(m_start->params.stepAt(m_start->channel));
}

void SpecGesture::moveRangeEnd(bool maximum, double x)
{
    if (m_start)
        edit(tr("range"), withRangeEnd(m_start->spec, m_start->params, m_start->channel,
                                       maximum ? RangeEnd::Max : RangeEnd::Min, x));
}

void SpecGesture::moveScale(double scale)
{
    if (!m_start)
        return;
    if (const auto checked = checkScale(scale))
        edit(tr("scale"), withScale(m_start->spec, m_start->params, m_start->channel, *checked));
}

void SpecGesture::moveZero(double distance)
{
    if (!m_start)
        return;
    const auto& scheme = info(m_start->params.qscheme());
    if (!info(m_start->params.dtype()).isInteger() || scheme.symmetric || scheme.floatZeroPoint)
        return;
    const double steps = std::round(distance / step());
    const auto range = m_start->params.range();
    const double next =
        std::clamp(static_cast<double>(m_start->params.zeroPointAt(m_start->channel)) - steps,
                   static_cast<double>(range.quantMin), static_cast<double>(range.quantMax));
    if (std::isfinite(next))
        edit(tr("zero_point"), withZeroPoint(m_start->spec, m_start->params, m_start->channel,
                                             static_cast<std::int32_t>(next)));
}

void SpecGesture::moveGrid(double from, double to)
{
    if (!m_start)
        return;
    // Closer to 0 than to the next level there is nothing to stretch by.
    if (std::fabs(from) < step() / 2)
        moveZero(to - from);
    else if (to / from > 0)
        moveScale(static_cast<double>(m_start->params.scaleAt(m_start->channel)) * (to / from));
}

void SpecGesture::moveScaleAndZeroPoint(double scale, double zeroPoint)
{
    const auto checked = checkScale(scale);
    if (!m_start || !checked || !std::isfinite(zeroPoint))
        return;
    auto spec = withScale(m_start->spec, m_start->params, m_start->channel, *checked);
    const auto& scheme = info(m_start->params.qscheme());
    if (!scheme.symmetric && !scheme.floatZeroPoint && m_start->channel < spec.zeroPoint.size()) {
        const auto range = m_start->params.range();
        spec.zeroPoint[m_start->channel] = static_cast<std::int32_t>(
            std::clamp(std::round(zeroPoint), static_cast<double>(range.quantMin),
                       static_cast<double>(range.quantMax)));
    }
    edit(tr("scale and zero_point"), spec);
}

} // namespace qs
