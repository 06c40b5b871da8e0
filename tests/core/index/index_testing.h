// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"
#include "core/index/value_index.h"
#include "core/tensor/tensor.h"

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace qs::test {

inline Tensor tensorOf(std::vector<float> values, std::vector<std::int64_t> shape = {})
{
    if (shape.empty())
        shape = {static_cast<std::int64_t>(values.size())};
    return Tensor::fromFloats("x", *Shape::make(shape), std::move(values));
}

inline std::vector<float> normal(std::size_t n, double mean = 0, double sigma = 1,
                                 std::uint64_t seed = 5)
{
    const CounterRng rng(seed);
    std::vector<float> x(n);
    for (std::size_t i = 0; i < n; ++i)
        x[i] = static_cast<float>(mean + sigma * inverseNormal(rng.uniform(i)));
    return x;
}

/// Quotients of normal numbers: no mean, no variance.
inline std::vector<float> cauchy(std::size_t n)
{
    const CounterRng rng(6);
    std::vector<float> x(n);
    for (std::size_t i = 0; i < n; ++i)
        x[i] = static_cast<float>(std::tan(3.14159265358979 * (rng.uniform(i) - 0.5)));
    return x;
}

/// Values that a sort, a sum or a search could trip over, each under a name.
inline std::vector<std::pair<std::string, std::vector<float>>> awkwardValues(std::size_t n)
{
    constexpr float kInf = std::numeric_limits<float>::infinity();
    std::vector<std::pair<std::string, std::vector<float>>> all;
    all.emplace_back("normal", normal(n));
    all.emplace_back("a mean a million times the deviation", normal(n, 1e6, 1));
    all.emplace_back("the same below 0", normal(n, -1e6, 1));
    all.emplace_back("heavy tails", cauchy(n));
    auto outliers = normal(n);
    outliers[n / 2] = -1e30F;
    outliers[n / 3] = 3e38F;
    all.emplace_back("outliers at both ends", outliers);
    for (const float sign : {-1.0F, 1.0F}) {
        // Fewer than share an entry of sums on the far side of 0, and huge.
        std::vector<float> lone;
        for (const float v : normal(n))
            lone.push_back(-sign * std::fabs(v));
        lone[1] = sign * 1e20F;
        lone[2] = sign * 1.37e19F;
        lone[3] = sign * 7.3e18F;
        all.emplace_back(sign < 0 ? "few huge below 0" : "few huge above 0", lone);
    }
    auto tiny = normal(n, 0, 1e-38);
    tiny[0] = 1e-45F;
    tiny[1] = -1e-45F;
    all.emplace_back("denormals", tiny);
    auto few = normal(n);
    for (float& v : few)
        v = std::round(v * 2) / 2; // -0 and +0 among them
    all.emplace_back("few different values", few);
    all.emplace_back("constant", std::vector<float>(n, 0.3F));
    all.emplace_back("zeros of both signs", std::vector<float>(n, 0.0F));
    for (std::size_t i = 0; i < n; i += 2)
        all.back().second[i] = -0.0F;
    auto holes = normal(n);
    for (std::size_t i = 0; i < n; i += 7)
        holes[i] = i % 3 == 0 ? std::numeric_limits<float>::quiet_NaN() : i % 3 == 1 ? kInf : -kInf;
    all.emplace_back("NaN and infinities", holes);
    all.emplace_back("one element", std::vector<float>{-2.5F});
    all.emplace_back("nothing finite", std::vector<float>{kInf, -kInf, std::nanf("")});
    all.emplace_back("empty", std::vector<float>{});
    return all;
}

inline std::shared_ptr<const ValueIndex> indexOf(const Tensor& tensor)
{
    return *ValueIndex::build(tensor, ParamLayout::perTensor(tensor.numel()));
}

/// a and b agree to 1e-12 of the larger of them and `scale`.
inline bool agree(double a, long double b, long double scale = 0)
{
    const long double size =
        std::max({std::fabs(static_cast<long double>(a)), std::fabs(b), scale});
    return std::fabs(static_cast<long double>(a) - b) <= 1e-12L * size;
}

} // namespace qs::test
