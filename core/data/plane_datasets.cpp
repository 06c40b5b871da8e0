// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/data/dataset_name.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace qs {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr std::int64_t kMostPoints = 1000000;

struct Point {
    double x = 0;
    double y = 0;
    int label = 0;
};
using Points = std::vector<Point>;

/// Numbers of a purpose: each has a stream of its own.
enum class Purpose : std::uint64_t { Noise, Order, Position, Count };
CounterRng streamOf(std::uint64_t seed, bool test, Purpose purpose)
{
    const auto stream = static_cast<std::uint64_t>(purpose);
    return CounterRng(
        CounterRng(seed).bits(stream + (test ? static_cast<std::uint64_t>(Purpose::Count) : 0)));
}

/// numpy.linspace(0, 1, n)[i], or with endpoint=False.
double evenly(std::int64_t i, std::int64_t n, bool endpoint)
{
    const std::int64_t steps = endpoint ? std::max<std::int64_t>(n - 1, 1) : n;
    return static_cast<double>(i) / static_cast<double>(steps);
}

Result<SampleSet> sampleSet(Points points, double noise, std::uint64_t seed, bool test)
{
    const auto noises = streamOf(seed, test, Purpose::Noise);
    const auto order = streamOf(seed, test, Purpose::Order);
    for (std::size_t i = 0; i < points.size() && noise > 0; ++i) {
        points[i].x += noise * inverseNormal(noises.uniform(2 * i));
        points[i].y += noise * inverseNormal(noises.uniform(2 * i + 1));
    }
    for (std::size_t i = points.size(); i > 1; --i)
        std::swap(points[i - 1], points[order.below(i, i)]);
    const auto n = static_cast<std::int64_t>(points.size());
    std::vector<float> values;
    std::vector<std::int32_t> labels;
    for (const auto& point : points) {
        values.push_back(static_cast<float>(point.x));
        values.push_back(static_cast<float>(point.y));
        labels.push_back(point.label);
    }
    return SampleSet::make(
        Tensor::fromFloats("points", *Shape::make({n, 2}), std::move(values)),
        Tensor::fromVector("labels", ElementType::Int32, *Shape::make({n}), std::move(labels)));
}

/// draw(n, test) gives n points without noise, at least one of each class where n >= classes.
template <typename Draw>
Result<Dataset> planeSet(const DatasetName& name, std::int64_t classes, Draw draw)
{
    const auto n = name.whole("n", classes, kMostPoints);
    if (!n)
        return n.error();
    const auto noise = name.number("noise", 0, 100);
    if (!noise)
        return noise.error();
    const auto seed = name.seed();
    if (!seed)
        return seed.error();
    Dataset dataset;
    for (const bool test : {false, true}) {
        const std::int64_t count = test ? std::max<std::int64_t>(*n / 4, 1) : *n;
        auto set = sampleSet(draw(count, *seed, test), *noise, *seed, test);
        if (!set)
            return set.error();
        (test ? dataset.test : dataset.train) = std::move(*set);
    }
    return dataset;
}

} // namespace

Result<Dataset> makeMoons(const DatasetName& name, const JobContext&)
{
    return planeSet(name, 2, [](std::int64_t n, std::uint64_t, bool) {
        Points points;
        for (std::int64_t i = 0; i < n / 2; ++i) {
            const double t = kPi * evenly(i, n / 2, true);
            points.push_back({std::cos(t), std::sin(t), 0});
        }
        for (std::int64_t i = 0; i < n - n / 2; ++i) {
            const double t = kPi * evenly(i, n - n / 2, true);
            points.push_back({1 - std::cos(t), 1 - std::sin(t) - 0.5, 1});
        }
        return points;
    });
}

Result<Dataset> makeCircles(const DatasetName& name, const JobContext&)
{
    const auto factor = name.number("factor", 0, 1);
    if (!factor)
        return factor.error();
    return planeSet(name, 2, [&](std::int64_t n, std::uint64_t, bool) {
        Points points;
        for (std::int64_t i = 0; i < n / 2; ++i) {
            const double t = 2 * kPi * evenly(i, n / 2, false);
            points.push_back({std::cos(t), std::sin(t), 0});
        }
        for (std::int64_t i = 0; i < n - n / 2; ++i) {
            const double t = 2 * kPi * evenly(i, n - n / 2, false);
            points.push_back({*factor * std::cos(t), *factor * std::sin(t), 1});
        }
        return points;
    });
}

Result<Dataset> makeSpiral(const DatasetName& name, const JobContext&)
{
    const auto arms = name.whole("arms", 2, 16);
    if (!arms)
        return arms.error();
    return planeSet(name, *arms, [&](std::int64_t n, std::uint64_t, bool) {
        Points points;
        for (std::int64_t i = 0; i < n; ++i) {
            const std::int64_t arm = i % *arms;
            const std::int64_t m = (n - arm + *arms - 1) / *arms;
            const double r = static_cast<double>(i / *arms + 1) / static_cast<double>(m);
            const double t =
                2 * kPi * static_cast<double>(arm) / static_cast<double>(*arms) + 4 * r;
            points.push_back({r * std::sin(t), r * std::cos(t), static_cast<int>(arm)});
        }
        return points;
    });
}

Result<Dataset> makeXor(const DatasetName& name, const JobContext&)
{
    return planeSet(name, 2, [](std::int64_t n, std::uint64_t seed, bool test) {
        const auto positions = streamOf(seed, test, Purpose::Position);
        Points points;
        for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(n); ++i) {
            // Quadrants by their numbers in geometry: I, II, III, IV.
            const auto quadrant = i % 4;
            const double x = positions.uniform(2 * i) * (quadrant == 0 || quadrant == 3 ? 1 : -1);
            const double y = positions.uniform(2 * i + 1) * (quadrant < 2 ? 1 : -1);
            points.push_back({x, y, static_cast<int>(quadrant % 2)});
        }
        return points;
    });
}

Result<Dataset> makeGaussians(const DatasetName& name, const JobContext&)
{
    const auto classes = name.whole("classes", 2, 64);
    if (!classes)
        return classes.error();
    return planeSet(name, *classes, [&](std::int64_t n, std::uint64_t, bool) {
        Points points;
        for (std::int64_t i = 0; i < n; ++i) {
            const std::int64_t k = i % *classes;
            const double t = 2 * kPi * static_cast<double>(k) / static_cast<double>(*classes);
            points.push_back({std::cos(t), std::sin(t), static_cast<int>(k)});
        }
        return points;
    });
}

} // namespace qs
