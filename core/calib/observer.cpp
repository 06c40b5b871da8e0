// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/observer.h"

#include "core/calib/fixed_observers.h"
#include "core/calib/histogram_observers.h"
#include "core/calib/range_observer.h"
#include "core/calib/recorded_observers.h"

#include <algorithm>

namespace qs {
namespace {

constexpr std::string_view kTorch = "torch/ao/quantization/observer.py";
constexpr std::string_view kOrt = "onnxruntime/python/tools/quantization/calibrate.py";

constexpr ObserverInfo kObservers[] = {
    {"minmax", "MinMaxObserver", kTorch, "from the smallest to the largest element seen", true,
     false, makeMinMaxObserver},
    {"moving_average_minmax", "MovingAverageMinMaxObserver", kTorch,
     "a moving average of each batch's smallest and largest element", false, false,
     makeMovingAverageObserver},
    {"histogram", "HistogramObserver", "torchao/quantization/pt2e/observer.py",
     "narrowed greedily while the error over a histogram of 2048 bins shrinks", false, false,
     makeHistogramObserver},
    {"histogram_1_13", "HistogramObserver", "torch/ao/quantization/observer.py of PyTorch 1.13",
     "as PyTorch 1.13 did, which cut the histogram's limits to whole numbers", false, false,
     makeHistogram113Observer},
    {"percentile", "", kOrt, "the given percentage of the elements, by a histogram of 2048 bins",
     true, true, makePercentileObserver},
    {"entropy", "", kOrt,
     "the range whose quantized histogram has the smallest Kullback-Leibler divergence", true, true,
     makeEntropyObserver},
    {"mse", "", "", "the smallest mean squared error over all elements; keeps every batch", true,
     true, makeMseObserver},
    {"recording", "RecordingObserver", kTorch, "keeps every batch and chooses nothing", true, true,
     makeRecordingObserver},
    {"noop", "NoopObserver", kTorch, "looks at nothing: a plain cast to a float dtype", true, false,
     makeNoopObserver},
    {"fixed", "FixedQParamsObserver", kTorch, "scale and zero_point as given", true, false,
     makeFixedObserver},
};

constexpr FixedQParamsPreset kPresets[] = {
    {"sigmoid", "default_fixed_qparams_range_0to1_fake_quant", 1.0F / 256.0F, 0, DType::Quint8,
     QScheme::PerTensorAffine},
    {"tanh", "default_fixed_qparams_range_neg1to1_fake_quant", 2.0F / 256.0F, 128, DType::Quint8,
     QScheme::PerTensorSymmetric},
};

} // namespace

Result<void> Observer::restore(std::span<const Tensor> state)
{
    if (!state.empty())
        return Error::data("observer " + spec().observer + ": has no state, found " +
                           state.front().name());
    return {};
}

std::span<const ObserverInfo> observers()
{
    return kObservers;
}

const ObserverInfo* observerByName(std::string_view name)
{
    const auto* row = std::find_if(std::begin(kObservers), std::end(kObservers),
                                   [&](const ObserverInfo& o) { return o.name == name; });
    return row == std::end(kObservers) ? nullptr : row;
}

std::optional<std::int64_t> choiceBasis(const QuantSpec& spec)
{
    const auto& name = spec.observer;
    if (name == "minmax" || name == "moving_average_minmax")
        return 0;
    if (name == "histogram" || name == "histogram_1_13")
        return histogramDstBins(spec.dtype);
    if (name == "percentile")
        return isSymmetricChoice(spec) ? 1 : 0;
    if (name == "entropy")
        return entropyLevels(spec);
    return std::nullopt;
}

Result<QuantParams> chooseQuantParams(const Tensor& tensor, const QuantSpec& spec,
                                      const JobContext& context, const TensorStats* known,
                                      std::shared_ptr<const ValueIndex> index)
{
    const auto* row = observerByName(spec.observer);
    if (row == nullptr)
        return Error::usage("observer '" + spec.observer + "' does not exist");
    auto observer = row->make(spec);
    if (!observer)
        return observer.error();
    if (auto seen = (*observer)->observe(tensor, context, known); !seen)
        return seen.error();
    if (index)
        (*observer)->useIndex(std::move(index));
    return (*observer)->calculateQParams(context);
}

std::span<const FixedQParamsPreset> fixedQParamsPresets()
{
    return kPresets;
}

const FixedQParamsPreset* fixedQParamsPreset(std::string_view name)
{
    const auto* row = std::find_if(std::begin(kPresets), std::end(kPresets),
                                   [&](const FixedQParamsPreset& p) { return p.name == name; });
    return row == std::end(kPresets) ? nullptr : row;
}

} // namespace qs
