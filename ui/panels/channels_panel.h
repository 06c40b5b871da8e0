// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

namespace qs {

/// Ranges and errors of each channel, group or block, in the order that the view says; a study of
/// StudyKind::Channels.
Figure channelsFigure(const PanelInput& input);

} // namespace qs
