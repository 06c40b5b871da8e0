// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/analyze.h"
#include "core/analysis/error_curves.h"
#include "core/calib/observer.h"
#include "core/pipeline/index_store.h"

#include <array>
#include <memory>
#include <mutex>
#include <optional>

namespace qs {

/// What does not depend on the quantizer: computed once per tensor, the values while the first
/// report reads it.
struct TensorFacts {
    Tensor tensor;
    TensorStats stats;
    Histogram values; ///< of the finite elements, in as many bins as the request wants
};

/// Bins that a histogram of n elements can fill: a power of two near 4 sqrt(n), 32 … 512.
int valueBins(std::int64_t n);

/// One question: this tensor through that quantizer, and which channel to look at.
struct TensorRequest {
    Tensor tensor;
    QuantSpec spec;
    /// Which channel or group is shown on its own, where the scheme has several.
    std::int64_t channel = 0;
    /// The stretch of values that is looked at: its histogram is counted anew. lo < hi.
    std::optional<std::array<double, 2>> valueView = std::nullopt;
    int bins = 0; ///< of the histograms, 1 … kMostBins; 0: valueBins(n)
    /// Bins for a tensor, or a channel of it, of n finite elements.
    int binsFor(std::int64_t n) const { return bins > 0 ? bins : valueBins(n); }
};

/// How a report was made.
enum class AnalysisPlan {
    Read,  ///< one pass over all elements
    Index, ///< from the sorted values (or, for 8 and 16 bits, the count table)
};

/// Its answer, immutable and shared. `shown` is what pictures show: the whole tensor, or one
/// channel or group of it with its own scale.
struct TensorResult {
    std::shared_ptr<const TensorFacts> facts;
    std::shared_ptr<const Report> report; ///< the whole tensor
    std::shared_ptr<const TensorFacts> shownFacts;
    std::shared_ptr<const Report> shown;
    std::optional<std::int64_t> channel; ///< which channel or group is shown; none: all
    /// Of what is shown, over the request's valueView in as many bins as shownFacts->values.
    std::optional<Histogram> viewValues;
    AnalysisPlan plan = AnalysisPlan::Read; ///< of `report`

    /// The histogram to draw: of the view, or of all values.
    const Histogram& values() const { return viewValues ? *viewValues : shownFacts->values; }
};

/// The one call that turns a specification into results, for the window, the command line and the
/// tests. Keeps the facts of the last tensor and channel, so that a change of parameters costs one
/// pass, or, once prepareIndex() has built an index, hardly anything. Both plans give the same
/// counts, and sums that agree to 1e-12. Callable from any thread.
class TensorPipeline {
public:
    TensorPipeline();
    /// `available`: what IndexStore asks.
    explicit TensorPipeline(std::function<std::uint64_t()> available);

    /// Errors: what calibration and analysis say; a channel or group the axis does not have
    /// (Usage); memory that is not there (Data); cancelled.
    Result<std::shared_ptr<const TensorResult>> run(const TensorRequest& request,
                                                    const JobContext& context = {});

    /// Whether an index would make later answers to such requests quicker, and is not there yet.
    bool wantsIndex(const TensorRequest& request);
    /// Builds it: for the whole tensor, or per channel where the scheme has channels. run() answers
    /// meanwhile. False where memory has no room for it. Errors: cancelled.
    Result<bool> prepareIndex(const TensorRequest& request, const JobContext& context = {});

    /// The tensor with what is known of it, for curves (core/analysis/error_curves.h). Errors:
    /// cancelled.
    Result<ErrorSource> source(const TensorRequest& request, const JobContext& context = {});

    /// Gives indices back while memory is scarce (IndexStore::relieve): run() does so, too; for
    /// calling now and then while nothing is asked. Answers then come from reading.
    void relieveMemory() { m_indices.relieve(); }
    const IndexStore& indices() const { return m_indices; }

private:
    using Facts = std::shared_ptr<const TensorFacts>;
    struct Key {
        TensorKey tensor;
        ParamLayout layout = ParamLayout::perTensor(0);
        std::int64_t channel = -1;
        bool operator==(const Key&) const = default;
    };
    struct Reported {
        Key key;
        QuantSpec spec;
        std::shared_ptr<const Report> report;
        AnalysisPlan plan = AnalysisPlan::Read;
    };

    Result<Facts> factsOf(const Tensor& tensor, const TensorRequest& request,
                          const JobContext& context);
    Result<Facts> wholeFacts(const Tensor& tensor, const JobContext& context);
    Result<void> countValues(Facts& facts, int bins, const SortedValues* sorted,
                             const JobContext& context);
    Result<std::shared_ptr<const TensorResult>> answer(const TensorRequest& request,
                                                       const JobContext& context);
    Result<void> addShown(const TensorRequest& request, const ParamLayout& layout,
                          const QuantParams& params, const ValueIndex* index, TensorResult& result,
                          const JobContext& context);

    std::mutex m_mutex;
    Key m_wholeKey;
    Facts m_whole;
    Key m_channelKey;
    Facts m_channel;
    std::optional<Reported> m_last;      ///< of the whole tensor
    std::optional<Reported> m_lastShown; ///< of a channel or group, made of m_last's parameters
    IndexStore m_indices;
};

} // namespace qs
