// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"

namespace qs {

/// quantoscope sweep FILE… [--tensor GLOB] [--bits 2-8] [--dtypes LIST] [--qschemes LIST]
/// [--observers LIST] [--csv FILE|--json] [--shard K/N]
Command sweepCommand();

} // namespace qs
