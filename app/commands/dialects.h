// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"

namespace qs {

/// `dialects FILE --dtype DTYPE …`: one tensor and one range through the integers of several
/// programs, where they differ and by which rule.
Command dialectsCommand();

} // namespace qs
