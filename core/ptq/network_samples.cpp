// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/network_samples.h"

#include <algorithm>
#include <numeric>

namespace qs {

Network::SampleWriter NetworkSamples::writer(std::int64_t begin) const
{
    return [this, begin](std::int64_t i, float* out) {
        set.copyChannelsLast(begin + i, padding, out);
    };
}

NetworkSamples NetworkSamples::first(std::int64_t n) const
{
    if (n <= 0 || n >= count())
        return *this;
    std::vector<std::int64_t> rows(static_cast<std::size_t>(n));
    std::iota(rows.begin(), rows.end(), 0);
    return {set.select(rows), padding};
}

Result<NetworkSamples> samplesFor(const ModelSpec& model, const SampleSet& set,
                                  const std::string& name)
{
    const auto& input = model.input;
    const SampleShape found{set.channels(), set.height(), set.width()};
    if (set.count() < 1)
        return Error::usage(name + ": expected samples, found none");
    const bool flat = input.height == 1 && input.width == 1 && found.channels == 1 &&
                      input.channels == found.numel();
    if (flat)
        return NetworkSamples{set, 0};
    const int extra = input.height - found.height;
    if (input.channels != found.channels || extra < 0 || extra % 2 != 0 ||
        input.width - found.width != extra)
        return Error::usage("model " + model.name + " expects inputs of " + input.toString() +
                            ", " + name + " has " + found.toString());
    return NetworkSamples{set, extra / 2};
}

Result<void>
forEachBatch(const NetworkSamples& samples, std::int64_t batch, const JobContext& context,
             const std::function<Result<void>(std::int64_t begin, std::int64_t count)>& body)
{
    for (std::int64_t begin = 0; begin < samples.count(); begin += batch) {
        if (context.stopRequested())
            return Error::cancelled();
        if (auto done = body(begin, std::min(batch, samples.count() - begin)); !done)
            return done;
    }
    return {};
}

} // namespace qs
