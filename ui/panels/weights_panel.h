// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

namespace qs {

/// The latent weights of one layer of the fake-quantized network (PanelInput::weightLayer) as a
/// histogram, with the levels they are rounded to, the weights whose gradient mask is 0, and, where
/// they are tracked, the weights that oscillate. With a scale for each channel x is in code units,
/// weight / scale + zero_point, where all channels have one grid.
Figure weightsFigure(const PanelInput& input);

} // namespace qs
