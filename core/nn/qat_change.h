// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nn/qat_config.h"

#include <string>

namespace qs {

/// What differs, in a few words for a marker in a plot: "weights int4", "0.activation scale
/// 0.01563", several joined by ", ". Quantizers of all layers come first, then those of single
/// ones. Empty where nothing differs.
std::string describeChange(const QatConfig& before, const QatConfig& after);

} // namespace qs
