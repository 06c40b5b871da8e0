// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/dynamic_params.h"

#include "core/base/text.h"
#include "core/calib/dialect_params.h"

#include <cmath>

namespace qs {

Result<QuantParams> dynamicActivationParams(float min, float max, DType dtype, bool reduceRange)
{
    const auto& row = info(dtype);
    if (!row.isInteger() || row.bits > 8)
        return Error::usage("dtype: expected an integer of at most 8 bits, found " +
                            std::string(row.name));
    if (!std::isfinite(min) || !std::isfinite(max) || min > max)
        return Error::usage("min, max: expected finite numbers, min <= max, found " +
                            formatExact(min) + ", " + formatExact(max));
    const QuantRange all{row.quantMin, row.quantMax};
    // ChooseQuantizationParams halves as C does, towards 0; observers halve downwards. For the ends
    // of these dtypes both are the same.
    const QuantRange range = reduceRange ? QuantRange{all.quantMin / 2, all.quantMax / 2} : all;
    const auto chosen = fusedQParams(min, max, range, false);
    QuantParts parts;
    parts.dtype = dtype;
    parts.qscheme = QScheme::PerTensorAffine;
    parts.range = all;
    parts.scale = {chosen.scale};
    parts.zeroPoint = {chosen.zeroPoint};
    parts.dialect = Dialect::TorchFused;
    return QuantParams::make(std::move(parts));
}

} // namespace qs
