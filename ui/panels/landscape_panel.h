// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

namespace qs {

/// SQNR over scale and zero_point as colours, the current quantizer and the best place marked.
Figure landscapeFigure(const PanelInput& input);

} // namespace qs
