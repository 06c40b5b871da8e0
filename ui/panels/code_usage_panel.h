// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

namespace qs {

/// Elements per code, on a log axis.
Figure codeUsageFigure(const PanelInput& input);

} // namespace qs
