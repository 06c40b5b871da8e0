// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"
#include "core/calib/calculate_qparams.h"
#include "core/ptq/gram.h"

#include <QTest>

#include <algorithm>
#include <cmath>

namespace qs::test {

inline std::vector<float> normals(std::uint64_t seed, std::int64_t count, double deviation = 1)
{
    const CounterRng rng(seed);
    std::vector<float> values(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(deviation * inverseNormal(rng.uniform(i)));
    return values;
}

/// Rows of a layer behind a ReLU, whose columns depend on each other.
inline std::vector<float> activations(std::uint64_t seed, std::int64_t rows, std::int64_t columns)
{
    const auto common = normals(seed, rows);
    auto values = normals(seed + 1, rows * columns);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] =
            std::max(0.0F, values[i] + 0.8F * common[i / static_cast<std::size_t>(columns)]);
    return values;
}

/// Symmetric parameters from each row's range, or from that of all.
inline QuantParams symmetricParams(std::span<const float> weight, std::int64_t outputs, DType dtype,
                                   bool perChannel)
{
    const QuantRange range{info(dtype).quantMin, info(dtype).quantMax};
    const std::size_t sets = perChannel ? static_cast<std::size_t>(outputs) : 1;
    const std::size_t per = weight.size() / sets;
    std::vector<float> scale;
    std::vector<std::int32_t> zero;
    for (std::size_t s = 0; s < sets; ++s) {
        const auto [lo, hi] = std::ranges::minmax(weight.subspan(s * per, per));
        const auto q = calculateQParams(lo, hi, dtype, range, true);
        scale.push_back(q.scale);
        zero.push_back(q.zeroPoint);
    }
    const auto scheme = qscheme(perChannel ? Granularity::Channel : Granularity::Tensor, true);
    return *QuantParams::make(dtype, scheme, range, scale, zero, 0);
}

inline GramData gramOf(std::int64_t columns, std::span<const float> rows,
                       std::span<const float> floatRows = {})
{
    auto sums = GramAccumulator::make(columns);
    if (!sums || !sums->add(rows, floatRows))
        qFatal("no Gram matrices");
    return *sums->data();
}

inline bool isUsage(const auto& result, const std::string& field)
{
    if (!result && result.error().kind == ErrorKind::Usage &&
        result.error().message.rfind(field + ":", 0) == 0)
        return true;
    qWarning("%s: %s", field.c_str(), result ? "no error" : result.error().message.c_str());
    return false;
}

} // namespace qs::test
