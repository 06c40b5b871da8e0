// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/calib/calculate_qparams.h"
#include "core/calib/search_step.h"
#include "core/index/value_index.h"
#include "core/quant/quant_spec.h"
#include "core/tensor/tensor.h"
#include "core/tensor/tensor_stats.h"

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace qs {

/// Equal bins over [min, max], as an observer counted them; PyTorch's rescaling makes fractions.
struct EvidenceHistogram {
    float min = 0;
    float max = 0;
    std::vector<double> counts;
};

/// What an observer's choice rests on.
struct ObserverEvidence {
    std::int64_t batches = 0;
    std::int64_t samples = 0;                   ///< elements in them
    std::int64_t nonfinite = 0;                 ///< of these NaN, +Inf and -Inf, which are left out
    std::vector<ChannelRange> observed;         ///< what was seen, for each set of parameters
    std::vector<ChannelRange> chosen;           ///< what the parameters are made of, likewise
    std::size_t set = 0;                        ///< the set that the following are of
    std::optional<EvidenceHistogram> histogram; ///< where the observer counts one
    std::vector<SearchStep> steps;              ///< where it searches: what it looked at, in order
};

/// Watches tensors and finds the parameters to quantize them with. Fed in batches, one thread at a
/// time; the same bits for any number of threads. Elements that share parameters (a tensor, a
/// channel, a group: QuantSpec::layout) are a set; each set is looked at on its own. Never silently
/// defaults: parameters of an observer that saw nothing are an error.
class Observer {
public:
    virtual ~Observer() = default;
    Observer() = default;
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;

    virtual const QuantSpec& spec() const = 0;
    /// One more batch. Non-finite elements are left out. `known` are the batch's own stats, and
    /// `extremes` computeRanges of spec().layout(batch.shape()), where the caller has them already.
    /// After an error nothing has changed. Errors: an axis the tensor
    /// does not have; another number of sets than before; cancelled; what the observer's own
    /// bookkeeping cannot hold.
    virtual Result<void> observe(const Tensor& batch, const JobContext& context,
                                 const TensorStats* known = nullptr,
                                 const std::vector<ChannelRange>* extremes = nullptr) = 0;
    /// The sorted values of the one batch that was observed, by the spec's layout, where the caller
    /// has them already: saves the observers that sort (mse) the time, and changes nothing else.
    virtual void useIndex(std::shared_ptr<const ValueIndex>) {}
    /// What `other` saw, after what this one saw: for every observer but two the same as if its
    /// batches had been fed to this one. histogram and histogram_1_13 add the two histograms, which
    /// is the same only where their ranges are (TorchHistogram::merge). Errors (Usage): an observer
    /// of another spec; moving_average_minmax, whose result depends on each batch. Errors (Data):
    /// another number of sets.
    virtual Result<void> merge(const Observer& other) = 0;
    /// Everything it knows, to go on from later, and back: named tensors, none where it keeps
    /// batches, which only its row says. Errors of restore (Data): a state of another kind or size;
    /// an observer that has none.
    virtual std::vector<Tensor> state() const { return {}; }
    virtual Result<void> restore(std::span<const Tensor> state);
    /// Errors: nothing finite was observed; a range float32 cannot hold; cancelled.
    virtual Result<QuantParams> calculateQParams(const JobContext& context = {}) const = 0;
    virtual std::int64_t batchesSeen() const = 0;
    virtual std::int64_t samplesSeen() const = 0;
    /// What was seen: one per set (empty for fixed and noop, and before the first batch).
    virtual std::span<const ChannelRange> ranges() const = 0;
    /// All of it, with the search in one set of parameters step by step. Before anything finite was
    /// observed `chosen` is empty. Errors: a set that does not exist; cancelled.
    virtual Result<ObserverEvidence> evidence(std::size_t set = 0,
                                              const JobContext& context = {}) const = 0;
};

/// One row of THE observer table.
struct ObserverInfo {
    std::string_view name;        ///< "minmax"
    std::string_view torchName;   ///< "MinMaxObserver"; empty where PyTorch has none
    std::string_view source;      ///< where the rule is written down
    std::string_view description; ///< one line for people
    bool mergeable;               ///< merge equals feeding, for any split into batches
    bool keepsBatches;            ///< keeps every batch, so has no state of bounded size
    Result<std::unique_ptr<Observer>> (*make)(const QuantSpec& spec);
};

std::span<const ObserverInfo> observers();
const ObserverInfo* observerByName(std::string_view name);

/// What of a spec the ranges that its observer chooses for a tensor (ObserverEvidence::chosen, from
/// which paramsFromRanges makes the parameters) depend on beside observer, layout, percentile and
/// averagingConstant: a number that is equal where they are. None where it is everything, or where
/// the observer chooses no ranges.
std::optional<std::int64_t> choiceBasis(const QuantSpec& spec);

/// The parameters that a spec gives a tensor: its observer fed with the tensor once. `known` are
/// the tensor's own stats, `index` its sorted values by the spec's layout, where the caller has
/// them already.
Result<QuantParams> chooseQuantParams(const Tensor& tensor, const QuantSpec& spec,
                                      const JobContext& context = {},
                                      const TensorStats* known = nullptr,
                                      std::shared_ptr<const ValueIndex> index = nullptr);

/// One row of the FixedQParams table: what PyTorch gives operators whose range is known
/// (torch/ao/quantization/qconfig_mapping.py, _FIXED_QPARAMS_OP_TO_OBSERVER).
struct FixedQParamsPreset {
    std::string_view name;      ///< "sigmoid"
    std::string_view torchName; ///< "default_fixed_qparams_range_0to1_fake_quant"
    float scale;
    std::int32_t zeroPoint;
    DType dtype;
    QScheme qscheme;
};

std::span<const FixedQParamsPreset> fixedQParamsPresets();
const FixedQParamsPreset* fixedQParamsPreset(std::string_view name);

} // namespace qs
