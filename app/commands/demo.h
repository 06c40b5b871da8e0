// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"

namespace qs {

/// `demo --output DIR`: the main job without a display. Draws the built-in example: a real sample
/// tensor in four bits, and a short training of the article's CNN whose weights go to four bits
/// half way, where Fashion-MNIST is installed.
Command demoCommand();

} // namespace qs
