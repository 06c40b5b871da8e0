// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/calibrate.h"

#include <algorithm>

namespace qs {

Result<Network> floatCopy(const Network& network)
{
    auto copy = Network::make(network.model(), 0);
    if (!copy)
        return copy;
    if (auto loaded = copy->loadStateDict(network.stateDict()); !loaded)
        return loaded.error();
    return copy;
}

Result<void> calibrate(Network& network, const NetworkSamples* samples, std::int64_t batch,
                       const JobContext& context)
{
    network.setFakeQuantEnabled(false);
    network.setObserversEnabled(true, true);
    Result<void> seen;
    if (samples == nullptr) {
        const auto zeros = static_cast<std::size_t>(network.shapes().front().numel());
        seen = network.observeBatch(
            [zeros](std::int64_t, float* out) { std::fill_n(out, zeros, 0.0F); }, 1, context);
    } else {
        seen = forEachBatch(*samples, batch, context, [&](std::int64_t begin, std::int64_t count) {
            context.report("Observing ranges",
                           static_cast<double>(begin) / static_cast<double>(samples->count()));
            auto done = network.observeBatch(samples->writer(begin), count, context);
            network.setObserversEnabled(false, true); // the weights stay the same
            return done;
        });
    }
    network.setFakeQuantEnabled(true);
    network.setObserversEnabled(false, false);
    return seen;
}

} // namespace qs
