// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

namespace qs {

/// The density of e in LSB over all elements: rounding and clipping apart, uniform reference.
Figure errorHistogramFigure(const PanelInput& input);

} // namespace qs
