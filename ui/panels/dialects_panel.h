// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

namespace qs {

/// What each dialect makes of the same ranges, against PyTorch's, as a table.
Figure dialectsFigure(const PanelInput& input);

} // namespace qs
