// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Private to core/nn: what a Network is made of.

#include "core/nn/layer.h"
#include "core/nn/network.h"

namespace qs {

enum class Pass { Train, Test };

/// A layer at its place.
struct Node {
    std::unique_ptr<Layer> layer;
    std::string name;
    int parameter = -1; ///< of its weight; its bias is the next one; -1: it has none
    std::unique_ptr<FakeQuantize> weightQuantizer;
    std::vector<float> weight; ///< fake-quantized
    std::vector<float> weightMask;
    bool weightQuantized = false; ///< in the last forward
};

/// A place between layers where activations may be fake-quantized: 0 is the input, i + 1 follows
/// layer i.
struct Point {
    std::unique_ptr<FakeQuantize> module;
    std::optional<Quantizer> quantizer; ///< in force for this batch
};

/// The samples of one chunk between the layers.
struct Chunk {
    int count = 0;
    std::vector<Floats> out; ///< by point; empty behind a layer that works in place
    std::vector<Floats> quantized;
    std::vector<Floats> mask;
    std::vector<float*> raw;           ///< by point: what the layer before it wrote
    std::vector<float*> value;         ///< by point: what the layer behind it reads
    std::vector<LayerScratch> scratch; ///< by layer
    Floats gradient[2];
    const float* inputGradient = nullptr;
    float min = 0; ///< extremes at the point that is being observed
    float max = 0;
    double lossSum = 0;
    std::int64_t correct = 0;
};

inline std::int64_t chunkCount(int samples)
{
    return (samples + kChunk - 1) / kChunk;
}

/// [channels, height, width] to [height, width, channels].
void toChannelsLast(const float* from, SampleShape shape, float* to);

struct Network::Impl {
    ModelSpec model;
    std::vector<SampleShape> shapes; ///< by point
    std::vector<Node> nodes;
    std::vector<Point> points;
    std::vector<Parameter> parameters;
    std::vector<Chunk> chunks;
    int firstWeighted = -1;
    int forwardCount = 0;
    bool weightObservers = true;
    bool activationObservers = true;
    bool fakeQuant = true;

    /// Runs the batch through all layers and calls last(chunk, its first sample) for each chunk
    /// right behind them, on the thread that worked on it. Whole batches meet only where an
    /// observer has to see all of them before the next layer may go on.
    Result<void> forward(const SampleWriter& samples, int count, Pass pass,
                         const JobContext& context,
                         const std::function<void(Chunk&, int first)>& last);
    /// From chunk.gradient[0], the gradient of the output, to the layers' gradients.
    void backward(Chunk& chunk, bool wantInput);
    /// The sums of loss and hits; with `train` the gradient of the mean loss of `batch` samples.
    void crossEntropy(Chunk& chunk, std::span<const int> labels, int batch, bool train);
    BatchResult sum(int count) const;
    Result<void> joinGradients(int count, const JobContext& context);
    /// Where a loss that is not finite began.
    std::string blameForward(int count) const;
    Tensor gather(int count, SampleShape shape,
                  const std::function<const float*(const Chunk&)>& from) const;

    Result<void> setQuantization(const QatConfig* config);
    /// The point of the activation quantizer of a layer with weights.
    std::size_t activationPoint(std::size_t node) const;

private:
    void ensureChunks(int count);
    Result<void> prepareWeights(Pass pass, const JobContext& context);
    Result<void> prepareQuantizer(std::size_t point);
    bool observes(std::size_t point, Pass pass) const;
    Result<void> observe(std::size_t point, int count, const JobContext& context);
    void findExtremes(Chunk& chunk, std::size_t point) const;
    void quantize(Chunk& chunk, std::size_t point, Pass pass) const;
    void runLayer(Chunk& chunk, std::size_t node) const;
};

} // namespace qs
