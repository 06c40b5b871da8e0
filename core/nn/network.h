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
#include <span>
#include <string>
#include <vector>

namespace qs {

/// A trainable array, in PyTorch's layout ([out, in] or [out, in, kernel, kernel]; bias [out]).
struct Parameter {
    std::string name; ///< as in a state_dict: "0.weight"
    Shape shape;
    std::vector<float> value;
    std::vector<float> gradient;
    bool decays = true; ///< whether weight_decay applies
};

/// Sums over the samples of a batch.
struct BatchResult {
    double lossSum = 0; ///< cross-entropy: Σ -log softmax(logits)[label]
    std::int64_t correct = 0;
    std::int64_t count = 0;
};

/// A sequential network with its fake-quantize modules. A batch is cut into chunks of 8 samples
/// that are worked on in parallel; each accumulates its own gradients, which are joined in a fixed
/// order, so that results do not depend on the number of threads. One thread at a time.
class Network {
public:
    /// Writes sample i of the batch, channels last.
    using SampleWriter = std::function<void(std::int64_t i, float* out)>;

    /// Initial parameters are PyTorch's defaults: uniform in ±1/sqrt(fan_in) (kaiming_uniform with
    /// a = sqrt(5), and the same bound for the bias), drawn from CounterRng(seed).
    /// Errors (Usage): layers that do not fit each other.
    static Result<Network> make(const ModelSpec& model, std::uint64_t seed);
    Network(Network&&) noexcept;
    Network& operator=(Network&&) noexcept;
    ~Network();

    const ModelSpec& model() const;
    int outputs() const; ///< features of the last layer

    /// Fake-quantizes from the next batch on; nullptr: float. Modules that keep their place and
    /// their observer keep what they observed. Weights are not touched.
    /// Errors (Usage): a layer that the model does not have, or that has no weights; a spec that
    /// cannot be, by the module's name.
    Result<void> setQuantization(const QatConfig* config);
    /// PyTorch's apply(enable_observer), apply(enable_fake_quant) and their opposites.
    void setObserversEnabled(bool weights, bool activations);
    void setFakeQuantEnabled(bool enabled);

    /// Forward, mean cross-entropy, backward: fills the parameters' gradients. labels in
    /// [0, outputs()). Errors: Data: a loss or gradient that is not finite, with the layer where it
    /// began; cancelled. Gradients are unspecified after an error.
    Result<BatchResult> trainBatch(const SampleWriter& samples, std::span<const int> labels,
                                   const JobContext& context = {});
    /// Forward only; nothing is observed. Errors: cancelled.
    Result<BatchResult> testBatch(const SampleWriter& samples, std::span<const int> labels,
                                  const JobContext& context = {});

    /// The network as a function of [n, c, h, w] (or [n, features]), as in training: observes where
    /// observers are enabled, and keeps what backward needs. Errors: another shape; cancelled.
    Result<Tensor> forward(const Tensor& x, const JobContext& context = {});
    /// The gradient of Σ dy * forward(x) with respect to x; fills the parameters' gradients. After
    /// forward, dy of its result's shape. Errors: another shape; cancelled.
    Result<Tensor> backward(const Tensor& dy, const JobContext& context = {});

    std::vector<Parameter>& parameters();
    const std::vector<Parameter>& parameters() const;
    /// The parameters as named tensors (copies), as PyTorch's state_dict().
    std::vector<Tensor> stateDict() const;
    /// Errors (Data): a parameter that is missing, has another shape or no finite elements; a
    /// tensor that is no parameter. Nothing is loaded then.
    Result<void> loadStateDict(std::span<const Tensor> tensors);
    std::vector<FakeQuantizeState> quantizers() const;

private:
    struct Impl;
    explicit Network(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace qs
