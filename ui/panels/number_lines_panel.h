// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

namespace qs {

/// One lane for each scalar dtype of few codes, with its values at scale 1 over log |x|; the
/// quantizer in use on top, with its own scale. Lane i lies at y = -i.
Figure numberLinesFigure(const PanelInput& input);

} // namespace qs
