// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

namespace qs {

/// The search of the observer in force, step by step: what it minimises and, on the right axis, the
/// ends of the range it looked at.
Figure calibrationSearchFigure(const PanelInput& input);

} // namespace qs
