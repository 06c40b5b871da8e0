// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

namespace qs {

/// One element taken apart: its bits, its scales', its code's, the way back and the levels beside.
/// The picked element, or, of up to 65,536, the shown one with the largest error, or the first.
Figure bitInspectorFigure(const PanelInput& input);

} // namespace qs
