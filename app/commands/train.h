// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"

namespace qs {

/// `train --model MODEL --data DATA …`: trains a network, float or under fake quantization.
Command trainCommand();

} // namespace qs
