// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"

namespace qs {

/// `quantize FILE --dtype DTYPE …`: one tensor through one quantizer, and its report.
Command quantizeCommand();

} // namespace qs
