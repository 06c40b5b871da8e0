// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

namespace qs {

/// The float tensor's histogram, the elements on each level, the grid, the clipped regions.
Figure histogramFigure(const PanelInput& input);

} // namespace qs
