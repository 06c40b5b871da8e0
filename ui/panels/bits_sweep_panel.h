// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

namespace qs {

/// SQNR against bits, with the observer in use and with mse; the current quantizer as a point.
Figure bitsSweepFigure(const PanelInput& input);

} // namespace qs
