// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/analyze.h"
#include "core/calib/observer.h"

#include <memory>
#include <mutex>
#include <optional>

namespace qs {

/// What does not depend on the quantizer: computed once per tensor.
struct TensorFacts {
    Tensor tensor;
    TensorStats stats;
    Histogram values; ///< valueBins(n) bins of the finite elements
};

/// Bins that a histogram of n elements can fill: a power of two near 4 sqrt(n), 32 … 512.
int valueBins(std::int64_t n);

/// One question: this tensor through that quantizer, and which channel to look at.
struct TensorRequest {
    Tensor tensor;
    QuantSpec spec;
    /// Which channel or group is shown on its own, where the scheme has several.
    std::int64_t channel = 0;
};

/// Its answer, immutable and shared. `shown` is what pictures show: the whole tensor, or one
/// channel or group of it with its own scale.
struct TensorResult {
    std::shared_ptr<const TensorFacts> facts;
    std::shared_ptr<const Report> report; ///< the whole tensor
    std::shared_ptr<const TensorFacts> shownFacts;
    std::shared_ptr<const Report> shown;
    std::optional<std::int64_t> channel; ///< which channel or group is shown; none: all
};

/// The one call that turns a specification into results, for the window, the command line and the
/// tests. Keeps the facts of the last tensor and channel, so that a change of parameters costs one
/// pass. Callable from any thread.
class TensorPipeline {
public:
    /// Errors: what calibration and analysis say; a channel or group the axis does not have
    /// (Usage); cancelled.
    Result<std::shared_ptr<const TensorResult>> run(const TensorRequest& request,
                                                    const JobContext& context = {});

private:
    using Facts = std::shared_ptr<const TensorFacts>;
    struct Key {
        const void* data = nullptr;
        std::string name;
        ParamLayout layout = ParamLayout::perTensor(0);
        std::int64_t channel = -1;
        bool operator==(const Key&) const = default;
    };

    Result<Facts> factsOf(const Tensor& tensor, const JobContext& context);

    std::mutex m_mutex;
    Key m_wholeKey;
    Facts m_whole;
    Key m_channelKey;
    Facts m_channel;
};

} // namespace qs
