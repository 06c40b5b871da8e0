// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

namespace qs {

/// A panel's picture as it is shown, exported and rendered: what its row builds, and what all
/// panels of a tensor have in common. Where there is another side of A|B, both sides get the same
/// axes, so that going from one to the other moves nothing but what differs; with view.overlay the
/// other side is drawn over this one, dashed. The picked element and the selected values are marked
/// wherever they have a place.
Figure figureOf(const PanelInfo& panel, const PanelInput& input);

} // namespace qs
