// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

namespace qs {

/// Training loss and test accuracy of the float and of the fake-quantized network against the step.
Figure trainingFigure(const PanelInput& input);

/// More events than this are marked by letters: their texts would cover the plot.
inline constexpr std::size_t kMostEventTexts = 3;

/// A, B, … Z, AA, …: how the i-th event is called where its text has no room.
QString eventLetter(std::size_t index);

} // namespace qs
