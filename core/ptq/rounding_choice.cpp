// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/rounding_choice.h"

#include "core/ptq/ptq_checks.h"
#include "core/quant/quantizer.h"

namespace qs {

Result<RoundingChoices> roundingChoices(std::span<const float> weight, std::int64_t outputs,
                                        std::int64_t columns, const QuantParams& params)
{
    if (auto ok = checkSizes("weight", weight.size(), outputs, columns, 1); !ok)
        return ok.error();
    if (!info(params.dtype()).isInteger())
        return Error::usage("dtype: expected an integer, found " +
                            std::string(info(params.dtype()).name));
    if (auto ok = checkAllFinite("weight", weight); !ok)
        return ok.error();
    const auto quantizer = Quantizer::make(params, *Shape::make({outputs, columns}));
    if (!quantizer)
        return quantizer.error();
    RoundingChoices choices;
    choices.nearest.resize(weight.size());
    choices.lowLevel.resize(weight.size());
    choices.highLevel.resize(weight.size());
    quantizer->quantize(weight, 0, choices.nearest.data());
    choices.low = choices.nearest;
    for (std::size_t i = 0; i < weight.size(); ++i) {
        const auto set =
            static_cast<std::size_t>(quantizer->layout().indexOf(static_cast<std::int64_t>(i)));
        const std::int32_t code = choices.nearest[i];
        const float level = params.level(code, set);
        choices.lowLevel[i] = level;
        choices.highLevel[i] = level;
        if (weight[i] < level && code > params.firstCode()) {
            choices.low[i] = code - 1;
            choices.lowLevel[i] = params.level(code - 1, set);
        } else if (weight[i] >= level && code < params.lastCode()) {
            choices.highLevel[i] = params.level(code + 1, set);
        }
    }
    if (auto ok = checkAllFinite("levels", choices.lowLevel); !ok)
        return ok.error();
    if (auto ok = checkAllFinite("levels", choices.highLevel); !ok)
        return ok.error();
    return choices;
}

} // namespace qs
