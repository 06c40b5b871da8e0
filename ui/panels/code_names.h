// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/grid_view.h"

#include <vector>

namespace qs {

/// The codes of a grid's levels, from the lowest to the highest. Of +0 and -0, which are one level,
/// the code of +0; of codes whose levels float32 makes equal, the lowest.
class CodeNames {
public:
    /// `params`: of the grid.
    CodeNames(const GridView& grid, const QuantParams& params);
    std::int32_t code(std::int64_t level) const;
    QString text(std::int64_t level) const { return codeText(m_dtype, code(level)); }

private:
    DType m_dtype;
    std::int32_t m_firstCode;
    std::vector<std::int32_t> m_codes; ///< empty: level i is code firstCode + i
};

} // namespace qs
