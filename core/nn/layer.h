// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Private to core/nn: how the layers of a Network compute.

#include "core/nn/lanes.h"
#include "core/nn/model.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace qs {

/// Samples that are worked on together, by one thread. Fixed: it shapes the sums of gradients.
inline constexpr int kChunk = 8;

/// What one chunk keeps of a layer between forward and backward, and the layer's gradients of this
/// chunk's samples.
struct LayerScratch {
    Floats weightGradient; ///< in the layer's own arrangement
    Floats biasGradient;
    Floats padded;                     ///< Conv2d: inputs with zeros around them
    Floats paddedGradient;             ///< likewise of their gradients
    std::vector<std::int32_t> starts;  ///< Conv2d: the entries of each position
    std::vector<std::int32_t> channel; ///< Conv2d: non-zero output gradients
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
    /// Takes the weights and the bias in PyTorch's layout, before forward.
    virtual void setWeights(std::span<const float>, std::span<const float>) {}

    /// y = f(x) for n <= kChunk samples.
    virtual void forward(LayerScratch& s, const float* x, float* y, int n) const = 0;
    /// dx = the gradient with respect to x, where dx is wanted (not null), from the one with
    /// respect to y; x and y as in forward. Adds nothing up: overwrites the scratch's gradients.
    virtual void backward(LayerScratch& s, const float* x, const float* y, const float* dy,
                          float* dx, int n) const = 0;

    /// The chunk's gradients joined in the order given, in PyTorch's layout.
    virtual void joinGradients(std::span<const LayerScratch* const>, std::span<float>,
                               std::span<float>) const
    {
    }

private:
    SampleShape m_in;
    SampleShape m_out;
};

/// in and out fit the spec (shapeAfter).
std::unique_ptr<Layer> makeLayer(const LayerSpec& spec, SampleShape in, SampleShape out);
std::unique_ptr<Layer> makeLinear(SampleShape in, SampleShape out);
std::unique_ptr<Layer> makeConv2d(const LayerSpec& spec, SampleShape in, SampleShape out);

} // namespace qs
