// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"

namespace qs {

/// `inspect FILE [--stats] [--json]`: what is in a file.
Command inspectCommand();

} // namespace qs
