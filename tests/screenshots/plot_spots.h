// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "record.h"

namespace qs {

/// Where the points of a series are on the screenshot: those in view.
std::vector<QPointF> allSpotsOf(const PlotRecord& plot, const Series& series);

/// At most five places where something of a series has to be seen; none of a band, whose tint
/// stands behind other things.
std::vector<QPointF> spotsOf(const PlotRecord& plot, const Series& series);
std::vector<QPointF> spotsOf(const PlotRecord& plot, const Marker& marker);

} // namespace qs
