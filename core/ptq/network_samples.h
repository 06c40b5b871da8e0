// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/sample_set.h"
#include "core/nn/network.h"

#include <functional>

namespace qs {

/// Samples as a network reads them.
struct NetworkSamples {
    SampleSet set;
    int padding = 0; ///< zeros around each image

    std::int64_t count() const { return set.count(); }
    /// Writes sample begin + i; valid as long as this.
    Network::SampleWriter writer(std::int64_t begin) const;
    /// The first n; all where n <= 0 or more than there are.
    NetworkSamples first(std::int64_t n) const;
};

/// Errors (Usage): samples that do not fit the model's input, even with zeros around them; no
/// sample. `name` is theirs, for the message.
Result<NetworkSamples> samplesFor(const ModelSpec& model, const SampleSet& set,
                                  const std::string& name);

/// Calls body(begin, count) for each batch, in order, until one fails. batch >= 1. Errors: body's;
/// cancelled.
Result<void>
forEachBatch(const NetworkSamples& samples, std::int64_t batch, const JobContext& context,
             const std::function<Result<void>(std::int64_t begin, std::int64_t count)>& body);

} // namespace qs
