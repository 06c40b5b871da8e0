// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

namespace qs {

/// MSE against the clip range of what is shown: total, rounding, clipping; where each observer
/// stands, and a handle where the quantizer is (its id: "clip_range", its x:
/// TensorStudy::clipOf(scale)).
Figure rangeCurveFigure(const PanelInput& input);

} // namespace qs
