// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

namespace qs {

/// A 2-D slice of the tensor as colours: float, code, dequantized or error; a study of
/// StudyKind::Cells.
Figure cellsFigure(const PanelInput& input);

} // namespace qs
