// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

namespace qs {

/// Two number lines: real values above, codes below, and which code stands for which level. Codes
/// lie under their levels where these are evenly spaced, else evenly under the same stretch.
/// Markers range_min and range_max as in the other pictures; "zero_point", in affine schemes,
/// stands at real 0: dragged to x it asks for the zero_point round(zero_point + x / scale), of the
/// parameters at the beginning of the drag. The picked element's way is drawn from x to its code
/// and back.
Figure mappingFigure(const PanelInput& input);

} // namespace qs
