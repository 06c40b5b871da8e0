// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/data/dataset_name.h"

#include <algorithm>
#include <numeric>

namespace qs {
namespace {

/// How many of each class, so that they are n in all and each class keeps one: the whole part of
/// its share, then one more each by largest remainder, the smaller class number first.
/// n <= the sum of (size - 1) over the classes that are not empty, so that shares are below sizes.
std::vector<std::int64_t> sharesOf(const std::vector<std::int64_t>& sizes, std::int64_t n)
{
    const auto all = std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
    std::vector<std::int64_t> shares(sizes.size());
    std::vector<std::int64_t> remainders(sizes.size());
    std::vector<std::size_t> order(sizes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t k = 0; k < sizes.size(); ++k) {
        const std::int64_t parts = n * sizes[k];
        shares[k] = parts / std::max<std::int64_t>(all, 1);
        remainders[k] = parts % std::max<std::int64_t>(all, 1);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
    auto left = n - std::accumulate(shares.begin(), shares.end(), std::int64_t{0});
    while (left > 0)
        for (const std::size_t k : order)
            if (left > 0 && shares[k] + 1 < sizes[k]) {
                ++shares[k];
                --left;
            }
    return shares;
}

} // namespace

Result<std::vector<std::int64_t>> chooseShare(const SampleSet& set, std::int64_t n,
                                              std::uint64_t seed)
{
    std::vector<std::vector<std::int64_t>> members(
        static_cast<std::size_t>(std::max(set.largestLabel() + 1, 1)));
    for (std::int64_t i = 0; i < set.count(); ++i)
        members[static_cast<std::size_t>(std::max(set.label(i), 0))].push_back(i);
    std::vector<std::int64_t> sizes;
    std::int64_t most = 0;
    for (const auto& group : members) {
        sizes.push_back(static_cast<std::int64_t>(group.size()));
        most += std::max<std::int64_t>(sizes.back() - 1, 0);
    }
    if (n < 0 || n > most)
        return Error::usage("expected 0 to " + std::to_string(most) +
                            ", so that a training sample of each class is left, found " +
                            std::to_string(n));
    const auto shares = sharesOf(sizes, n);
    const CounterRng rng(seed);
    const auto key = [&](std::int64_t i) {
        return std::pair(rng.bits(static_cast<std::uint64_t>(i)), i);
    };
    std::vector<std::int64_t> chosen;
    for (std::size_t k = 0; k < members.size(); ++k) {
        auto& group = members[k];
        const auto end = group.begin() + shares[k];
        std::partial_sort(group.begin(), end, group.end(),
                          [&](std::int64_t a, std::int64_t b) { return key(a) < key(b); });
        chosen.insert(chosen.end(), group.begin(), end);
    }
    std::sort(chosen.begin(), chosen.end());
    return chosen;
}

std::vector<std::int64_t> othersThan(const std::vector<std::int64_t>& chosen, std::int64_t count)
{
    std::vector<std::int64_t> others;
    others.reserve(static_cast<std::size_t>(count) - chosen.size());
    auto next = chosen.begin();
    for (std::int64_t i = 0; i < count; ++i)
        if (next != chosen.end() && *next == i)
            ++next;
        else
            others.push_back(i);
    return others;
}

Result<Dataset> holdOut(const Dataset& dataset, std::int64_t n, std::uint64_t seed)
{
    const auto chosen = chooseShare(dataset.train, n, seed);
    if (!chosen)
        return Error::usage(dataset.name + ": calibration samples: " + chosen.error().message);
    Dataset held = dataset;
    held.calibration = dataset.train.select(*chosen);
    held.train = dataset.train.select(othersThan(*chosen, dataset.train.count()));
    return held;
}

} // namespace qs
