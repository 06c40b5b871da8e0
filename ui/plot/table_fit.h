// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace qs {

/// What of a figure's table has no room in its picture.
struct TableFit {
    std::size_t rowsLeftOut = 0; ///< counted in the last line
    bool textsCut = false;
};

} // namespace qs
