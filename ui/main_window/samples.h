// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace qs {

/// The sample that ships: weights of the article's CNN. Looked for in share/quantoscope beside the
/// program's own folder, as installed and as built.
QString samplePath();

} // namespace qs
