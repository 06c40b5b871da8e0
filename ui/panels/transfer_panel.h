// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

namespace qs {

/// The staircase x -> dequantized(x) of the shown channel, with the identity and the range's
/// handles.
Figure transferFigure(const PanelInput& input);

} // namespace qs
