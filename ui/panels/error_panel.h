// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

namespace qs {

/// e(x) = dequantized(x) - x in LSB, the distance of the levels around x, against x.
Figure errorFigure(const PanelInput& input);

} // namespace qs
