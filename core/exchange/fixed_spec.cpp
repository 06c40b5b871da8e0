// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/fixed_spec.h"

#include "core/base/text.h"
#include "core/calib/observer.h"

namespace qs {

std::optional<QuantSpec> fixedSpec(const QuantSpec& spec, const QuantParams& params)
{
    if (info(params.dtype()).family == Family::Ggml)
        return std::nullopt;
    const auto& row = info(params.dtype());
    const auto& scheme = info(params.qscheme());
    QuantSpec fixed;
    fixed.dtype = params.dtype();
    fixed.qscheme = params.qscheme();
    fixed.axis = scheme.granularity == Granularity::Tensor ? 0 : params.axis();
    fixed.groupSize = scheme.perGroup() ? params.groupSize() : 0;
    fixed.observer = "fixed";
    fixed.scale = params.scale();
    if (scheme.floatZeroPoint)
        fixed.floatZeroPoint = params.parts().floatZeroPoint;
    else
        fixed.zeroPoint = params.zeroPoint();
    if (row.isInteger() && params.range().quantMin != row.quantMin)
        fixed.quantMin = params.range().quantMin;
    if (row.isInteger() && params.range().quantMax != row.quantMax)
        fixed.quantMax = params.range().quantMax;
    fixed.codebook = params.parts().codebook;
    fixed.rounding = spec.rounding;
    fixed.seed = spec.seed;
    fixed.dialect = params.dialect();
    const auto again = fixedParams(fixed);
    if (!again)
        return std::nullopt;
    // The axis of a scheme that has none means nothing.
    QuantParts parts = params.parts();
    parts.axis = fixed.axis;
    parts.groupSize = fixed.groupSize;
    if (!(again->parts() == parts))
        return std::nullopt;
    return fixed;
}

Result<QuantParams> fixedParams(const QuantSpec& spec)
{
    if (!spec.isFixed())
        return Error::usage("observer: expected fixed, found " + spec.observer);
    const auto observer = observerByName(spec.observer)->make(spec);
    if (!observer)
        return observer.error();
    return (*observer)->calculateQParams();
}

Result<void> checkSpec(const QuantSpec& spec)
{
    const auto* row = observerByName(spec.observer);
    if (row == nullptr) {
        std::vector<std::string> names;
        for (const auto& observer : observers())
            names.emplace_back(observer.name);
        return Error::usage("observer: expected one of " + join(names) + ", found '" +
                            spec.observer.substr(0, 40) + "'");
    }
    if (spec.axis < -32 || spec.axis > 31)
        return Error::usage("axis: expected -32 to 31, found " + std::to_string(spec.axis));
    if (const auto made = row->make(spec); !made)
        return made.error();
    return {};
}

} // namespace qs
