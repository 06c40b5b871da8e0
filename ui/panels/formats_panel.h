// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

namespace qs {

/// SQNR against bits per weight of every dtype, the front joined, the current quantizer marked.
Figure formatsFigure(const PanelInput& input);

} // namespace qs
