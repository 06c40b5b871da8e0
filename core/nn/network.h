// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/nn/fake_quantize.h"
#include "core/nn/model.h"
#include "core/nn/qat_config.h"
#include "core/tensor/tensor.h"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qs {

/// A trainable array, in PyTorch's layout ([out, in] or [out, in, kernel, kernel]; bias [out]).
struct Parameter {
    std::string name; ///< as in a state_dict: "0.weight"; "0.weight_fake_quant.scale"
    Shape shape;
    std::vector<float> value;
    std::vector<float> gradient;
    bool decays =
        true; ///< whether weight_decay applies: of what quantizers learn only to PACT's alpha
    bool learned = false;  ///< whether a quantizer learns it, not a layer
    bool positive = false; ///< whether it must stay above 0, as a scale
    double lrFactor = 1;   ///< its part of the learning rate
};

enum class Loss : std::uint8_t {
    CrossEntropy, ///< -log softmax(outputs)[label]
    Mse,          ///< mean over the outputs of (output - target)²; labels are one-hot targets
};

std::string_view lossName(Loss loss); ///< "cross_entropy", "mse"
std::optional<Loss> lossByName(std::string_view name);

/// What a batch should give: labels in [0, outputs()), or with Mse also real targets.
struct BatchTargets {
    std::span<const int> labels;
    std::span<const float> values; ///< [n, outputs]; used by Mse where it is not empty
    Loss loss = Loss::CrossEntropy;
    std::size_t count(std::size_t outputs) const
    {
        return values.empty() ? labels.size() : values.size() / outputs;
    }
};

/// Sums over the samples of a batch.
struct BatchResult {
    double lossSum = 0;       ///< of each sample's loss
    std::int64_t correct = 0; ///< whose largest output is the label's; 0 without labels
    std::int64_t count = 0;
};

/// What the layers of a network gave for a batch.
struct LayerOutput {
    std::string name; ///< "input", "0", "1", …
    Tensor raw;       ///< [n, …] in PyTorch's layout, before its activation quantizer
    Tensor value;     ///< behind it: what the next layer reads
};

/// A weight as its quantizer sees it.
struct WeightView {
    std::string name; ///< "0.weight"
    Tensor latent;    ///< what is trained; with a folded BatchNorm times gamma / sqrt(var + eps)
    Tensor value;     ///< fake-quantized; latent where it is not
    std::optional<Tensor> mask;        ///< 1 where gradients pass, 0 elsewhere (estimator ste)
    std::optional<QuantParams> params; ///< of the quantizer, in force for value
};

/// A network with its fake-quantize modules. A batch is cut into
/// chunks of 8 samples that are worked on in parallel; each accumulates its own gradients, which
/// are joined in a fixed order, so that results do not depend on the number of threads. One thread
/// at a time.
class Network {
public:
    /// Writes sample i of the batch, channels last.
    using SampleWriter = std::function<void(std::int64_t i, float* out)>;

    /// Initial parameters are PyTorch's defaults: uniform in ±1/sqrt(fan_in) (kaiming_uniform with
    /// a = sqrt(5), and the same bound for the bias), drawn from CounterRng(seed).
    /// BatchNorm starts at gamma 1, beta 0, mean 0, var 1.
    /// Errors (Usage): layers that do not fit each other.
    static Result<Network> make(const ModelSpec& model, std::uint64_t seed);
    Network(Network&&) noexcept;
    Network& operator=(Network&&) noexcept;
    ~Network();

    const ModelSpec& model() const;
    int outputs() const; ///< features of the last layer

    /// Fake-quantizes from the next batch on; nullptr: float. Modules that keep their place and
    /// their observer or learned parameters keep what they know. Weights are not touched.
    /// Errors (Usage): a layer that the model does not have, or that has no quantizer; a spec that
    /// cannot be, by the module's name.
    Result<void> setQuantization(const QatConfig* config);
    /// PyTorch's apply(enable_observer), apply(enable_fake_quant) and their opposites: on top of
    /// the switches of each spec.
    void setObserversEnabled(bool weights, bool activations);
    void setFakeQuantEnabled(bool enabled);
    /// freeze_bn_stats: a training uses and keeps the running statistics.
    void setBatchNormFrozen(bool frozen);

    /// Forward, mean loss, backward: fills the parameters' gradients. Errors: Data: a loss or
    /// gradient that is not finite, with the layer where it began; cancelled. Gradients are
    /// unspecified after an error.
    Result<BatchResult> trainBatch(const SampleWriter& samples, const BatchTargets& targets,
                                   const JobContext& context = {});
    Result<BatchResult> trainBatch(const SampleWriter& samples, std::span<const int> labels,
                                   const JobContext& context = {})
    {
        return trainBatch(samples, BatchTargets{labels, {}, Loss::CrossEntropy}, context);
    }
    /// Forward only; nothing is observed. Errors: cancelled.
    Result<BatchResult> testBatch(const SampleWriter& samples, const BatchTargets& targets,
                                  const JobContext& context = {});
    Result<BatchResult> testBatch(const SampleWriter& samples, std::span<const int> labels,
                                  const JobContext& context = {})
    {
        return testBatch(samples, BatchTargets{labels, {}, Loss::CrossEntropy}, context);
    }
    /// Forward only, as PyTorch's prepared model in eval() mode: observers look, BatchNorm and
    /// Dropout do not train. Errors: an observer's; cancelled.
    Result<void> observeBatch(const SampleWriter& samples, std::int64_t count,
                              const JobContext& context = {});
    /// A testing forward's outputs, [n, outputs] one after the other; `labels` need no more than
    /// the largest of each. Errors: cancelled.
    Result<std::vector<float>> outputsOf(const SampleWriter& samples, std::int64_t count,
                                         const JobContext& context = {});
    /// A testing forward's values at every point: the input's, then each layer's.
    /// Errors: cancelled.
    Result<std::vector<LayerOutput>> layerOutputs(const SampleWriter& samples, std::int64_t count,
                                                  const JobContext& context = {});

    /// The network as a function of [n, c, h, w] (or [n, features]), as in training: observes where
    /// observers are enabled, and keeps what backward needs. Errors: another shape; cancelled.
    Result<Tensor> forward(const Tensor& x, const JobContext& context = {});
    /// The same as in a test (PyTorch's eval()): nothing is observed. Not before backward.
    Result<Tensor> evaluate(const Tensor& x, const JobContext& context = {});
    /// The gradient of Σ dy * forward(x) with respect to x; fills the parameters' gradients. After
    /// forward, dy of its result's shape. Errors: another shape; cancelled.
    Result<Tensor> backward(const Tensor& dy, const JobContext& context = {});

    /// Those of the layers, then what quantizers learn.
    std::vector<Parameter>& parameters();
    const std::vector<Parameter>& parameters() const;
    /// After a step of an optimizer: scales that must stay above 0 are lifted to PyTorch's eps,
    /// 2^-23.
    void constrainLearned();
    /// The parameters and BatchNorm's running statistics as named tensors (copies), as PyTorch's
    /// state_dict().
    std::vector<Tensor> stateDict() const;
    /// What quantizers learn may be missing, and is skipped where there is no such quantizer; so
    /// may num_batches_tracked. Errors (Data): a parameter or statistic that is missing, has
    /// another shape or no finite elements; a tensor that is none. Nothing is loaded then.
    Result<void> loadStateDict(std::span<const Tensor> tensors);
    std::vector<FakeQuantizeState> quantizers() const;

    /// What a checkpoint keeps beside the state_dict: observers, and the count that random numbers
    /// of later trainings follow from. Names begin with "network.".
    std::vector<Tensor> trainingState() const;
    /// Of a network with the same model and quantization; other names are skipped. Errors (Data): a
    /// state that does not fit.
    Result<void> loadTrainingState(std::span<const Tensor> tensors);

    /// Weights as they were used in the last forward, and their masks.
    std::vector<WeightView> weightViews() const;
    /// Which BatchNorm is folded into which layer's weight: layer index, or none. Of layers with
    /// weights, while these are quantized.
    std::optional<std::size_t> foldedBatchNorm(std::size_t layer) const;
    /// The weight and the bias that a test uses, with the BatchNorm behind the layer folded into
    /// both where it is: y = W x + b. Layer with weights only. Errors: the quantizer's.
    struct EffectiveWeights {
        Tensor latent;                     ///< before the quantizer
        Tensor weight;                     ///< fake-quantized
        std::vector<float> bias;           ///< zeros where the layer has none
        std::optional<QuantParams> params; ///< of the weight
    };
    Result<EffectiveWeights> effectiveWeights(std::size_t layer);
    /// The quantizer in force at a point (0 is the input, i + 1 follows layer i), shared ones too;
    /// none: float, or unchanged since the point before.
    std::optional<QuantParams> activationParams(std::size_t point) const;
    /// How gradients pass through that quantizer; it says what params cannot: lsq_plus has an
    /// offset that is no zero_point.
    std::optional<Estimator> activationEstimator(std::size_t point) const;
    const std::vector<SampleShape>& shapes() const; ///< by point

    /// y = f(x) of samples, channels last, one after the other; callable from any thread, and as
    /// long as it lives, whatever becomes of the network.
    using SampleFunction = std::function<void(const float* x, float* y, int samples)>;
    /// What a layer other than Add does in a test, with its effective weights; a BatchNorm that is
    /// folded into the layer before it does nothing. Errors: the weight quantizer's.
    Result<SampleFunction> layerFunction(std::size_t layer);
    /// The fake quantization in force at a point; none where there is none. Errors: its own.
    Result<std::optional<SampleFunction>> quantizerFunction(std::size_t point) const;

private:
    struct Impl;
    explicit Network(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace qs
