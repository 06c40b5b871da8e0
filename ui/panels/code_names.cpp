// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/code_names.h"

namespace qs {

CodeNames::CodeNames(const GridView& grid, const QuantParams& params)
    : m_dtype(params.dtype()), m_firstCode(params.firstCode())
{
    const auto* table = grid.table();
    if (table == nullptr)
        return;
    m_codes.resize(table->levels().size(), m_firstCode);
    for (std::int64_t code = params.lastCode(); code >= m_firstCode; --code) {
        const auto place = table->placeOf(static_cast<std::int32_t>(code));
        if (place >= 0)
            m_codes[static_cast<std::size_t>(place)] = static_cast<std::int32_t>(code);
    }
}

std::int32_t CodeNames::code(std::int64_t level) const
{
    if (m_codes.empty())
        return static_cast<std::int32_t>(m_firstCode + level);
    return m_codes[static_cast<std::size_t>(level)];
}

} // namespace qs
