// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"

namespace qs {

/// `render SESSION --output DIR|FILE …`: the window's figures from a session, without a display.
Command renderCommand();

} // namespace qs
