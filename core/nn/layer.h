// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Private to core/nn: how the layers of a Network compute.

#include "core/nn/lanes.h"
#include "core/nn/model.h"
#include "core/tensor/shape.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace qs {

/// Samples that are worked on together, by one thread. Fixed: it shapes the sums of gradients.
inline constexpr int kChunk = 8;

/// What one chunk keeps of a layer between forward and backward, and the layer's gradients of this
/// chunk's samples.
struct LayerScratch {
    bool training = false;        ///< whether this pass is one of training
    std::uint64_t randomKey = 0;  ///< of this pass and layer
    std::int64_t firstSample = 0; ///< of the chunk, in the batch

    Floats weightGradient; ///< in the layer's own arrangement
    Floats biasGradient;
    Floats padded;                     ///< Conv2d: inputs with zeros around them
    Floats paddedGradient;             ///< likewise of their gradients
    std::vector<std::int32_t> starts;  ///< Conv2d: the entries of each position
    std::vector<std::int32_t> channel; ///< Conv2d: non-zero output gradients
    std::vector<float> value;
    std::vector<float> mask;  ///< Dropout
    std::vector<double> sums; ///< BatchNorm: of each channel; of a folded scale
    int samples = 0;          ///< that the sums are of
};

/// What a layer keeps beside its parameters, as PyTorch's buffers: saved with them, not trained.
struct Buffer {
    std::string name; ///< "running_mean"
    std::vector<float> value;
};

/// A layer, forward beside backward. Samples are channels last ([height, width, channels]), one
/// after the other; arrays have room for one vector behind their end, and what is there has no
/// meaning. The object is shared by all chunks: what changes is in the scratch.
class Layer {
public:
    Layer(SampleShape in, SampleShape out) : m_in(in), m_out(out) {}
    virtual ~Layer() = default;
    Layer(const Layer&) = delete;
    Layer& operator=(const Layer&) = delete;

    SampleShape in() const { return m_in; }
    SampleShape out() const { return m_out; }
    /// Whether y may be x, and is then all that backward needs.
    virtual bool inPlace() const { return false; }

    virtual void prepareScratch(LayerScratch&) const {}
    /// Takes the weights and the bias in PyTorch's layout, before forward; no bias: an empty one.
    virtual void setWeights(std::span<const float>, std::span<const float>) {}

    /// y = f(x) for n <= kChunk samples.
    virtual void forward(LayerScratch& s, const float* x, float* y, int n) const = 0;
    /// dx = the gradient with respect to x, where dx is wanted (not null), from the one with
    /// respect to y; x and y as in forward. Adds nothing up: overwrites the scratch's gradients.
    virtual void backward(LayerScratch& s, const float* x, const float* y, const float* dy,
                          float* dx, int n) const = 0;

    /// The chunk's gradients joined in the order given, in PyTorch's layout; an empty bias is not
    /// wanted.
    virtual void joinGradients(std::span<const LayerScratch* const>, std::span<float>,
                               std::span<float>) const
    {
    }

    using Scratches = std::span<const LayerScratch* const>;

    /// Layers that look at a whole batch: forward then waits until every chunk was collected and
    /// the chunks were joined, and so does backward.
    virtual bool looksAtBatch(bool /*training*/) const { return false; }
    virtual void collect(LayerScratch&, const float* /*x*/, int /*n*/) const {}
    virtual void join(Scratches) {}
    virtual void collectBackward(LayerScratch&, const float* /*x*/, const float* /*dy*/,
                                 int /*n*/) const
    {
    }
    virtual void joinBackward(Scratches) {}

    virtual std::span<Buffer> buffers() { return {}; }

private:
    SampleShape m_in;
    SampleShape m_out;
};

/// BatchNorm1d and BatchNorm2d over rows of channels (torch/nn/modules/batchnorm.py):
///
///     y = (x - mean) / sqrt(var + eps) * gamma + beta
///
/// In training mean and var are the batch's (var over n), and move the running ones:
/// running = (1 - momentum) running + momentum * batch's (var over n - 1). Otherwise, and when
/// frozen, they are the running ones.
class BatchNorm : public Layer {
public:
    using Layer::Layer;
    virtual void setFrozen(bool frozen) = 0;
    virtual std::span<const float> runningVar() const = 0;
    /// Batches that moved the running statistics: PyTorch's num_batches_tracked.
    virtual std::int64_t batchesTracked() const = 0;
    virtual void setBatchesTracked(std::int64_t batches) = 0;
};

/// in and out fit the spec (shapeAfter). Not for Add, which the network itself does.
std::unique_ptr<Layer> makeLayer(const LayerSpec& spec, SampleShape in, SampleShape out);

std::unique_ptr<Layer> makeLinear(SampleShape in, SampleShape out);
std::unique_ptr<Layer> makeConv2d(const LayerSpec& spec, SampleShape in, SampleShape out);
std::unique_ptr<BatchNorm> makeBatchNorm(const LayerSpec& spec, SampleShape shape);
std::unique_ptr<Layer> makeElementwise(LayerKind kind, SampleShape shape);
std::unique_ptr<Layer> makeSoftmax(SampleShape shape);
std::unique_ptr<Layer> makePool(const LayerSpec& spec, SampleShape in, SampleShape out);

} // namespace qs
