// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/quant_spec.h"

namespace qs {

QScheme QuantSpec::qschemeInUse() const
{
    return info(dtype).isBlock() ? QScheme::PerGroupSymmetric : qscheme;
}

std::int64_t QuantSpec::groupSizeInUse() const
{
    constexpr std::int64_t kUsual = 32;
    if (groupSize != 0)
        return groupSize;
    return info(dtype).isBlock() ? info(dtype).blockSize : kUsual;
}

Result<ParamLayout> QuantSpec::layout(const Shape& shape) const
{
    // ggml's blocks lie along rows, whatever the axis says.
    const bool rows = info(dtype).family == Family::Ggml;
    return layoutOf(info(qschemeInUse()).granularity, rows ? -1 : axis,
                    rows ? info(dtype).blockSize : groupSizeInUse(), shape);
}

int defaultAxis(const QuantSpec& spec)
{
    return info(spec.qschemeInUse()).perGroup() ? -1 : 0;
}

} // namespace qs
