// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/index/squared_errors.h"

#include "core/index/staircase.h"

namespace qs {

std::optional<SquaredErrors> squaredErrors(const SortedValues& values, const QuantParams& params,
                                           std::size_t channel, Rounding rounding)
{
    SquaredErrors errors;
    const std::int64_t places = values.places();
    if (places == 0)
        return errors;
    const auto stairs = Staircase::make(params, channel, rounding, values.keys());
    if (!stairs)
        return std::nullopt;
    const auto steps = stairs->steps();
    std::vector<std::int32_t> keys;
    keys.reserve(steps.size());
    for (const auto& step : steps)
        keys.push_back(step.firstKey);
    std::vector<std::int64_t> begins(steps.size() + 1, places);
    values.placesOf(keys, 0, places, begins.data());
    const auto start = values.momentsAt(0);
    auto before = start;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (begins[i + 1] == begins[i])
            continue;
        const auto after = values.momentsAt(begins[i + 1]);
        const auto part = after - before;
        const auto& step = steps[i];
        (step.clip == 0 ? errors.rounding : errors.clipping) +=
            part.squaredErrors(static_cast<double>(step.level));
        errors.clippedLow += step.clip < 0 ? part.count : 0;
        errors.clippedHigh += step.clip > 0 ? part.count : 0;
        before = after;
    }
    const auto all = before - start;
    errors.count = all.count;
    errors.signal = all.squares.value();
    return errors;
}

std::optional<SquaredErrors> squaredErrors(const ValueIndex& index, const QuantParams& params,
                                           Rounding rounding)
{
    if (index.sets() != params.channels())
        return std::nullopt;
    SquaredErrors sum;
    for (std::size_t i = 0; i < index.sets(); ++i) {
        const auto part = squaredErrors(index.set(i), params, i, rounding);
        if (!part)
            return std::nullopt;
        sum += *part;
    }
    return sum;
}

} // namespace qs
