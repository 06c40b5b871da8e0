// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Private to core/nn: what a Network is made of.

#include "core/nn/layer.h"
#include "core/nn/learned_quantizer.h"
#include "core/nn/network.h"

namespace qs {

/// What a pass is for. Observe is PyTorch's eval() of a prepared network: BatchNorm and Dropout as
/// in Test, but observers look.
enum class Pass { Train, Observe, Test };

/// A layer at its place.
struct Node {
    std::unique_ptr<Layer> layer; ///< none for Add
    BatchNorm* batchNorm = nullptr;
    LayerKind kind = LayerKind::ReLU;
    std::string name;
    std::ptrdiff_t weight = -1; ///< its parameter, gamma of a BatchNorm; -1: it has none
    std::ptrdiff_t bias = -1;
    std::size_t from = 0; ///< Add: the point of the other summand
    bool inPlace = false; ///< its output replaces its input
    std::unique_ptr<FakeQuantize> weightQuantizer;
    std::ptrdiff_t learned = -1;   ///< the first learned parameter of the weight's quantizer
    std::ptrdiff_t foldsInto = -1; ///< the node of the BatchNorm that is folded into the weight

    // Of the last forward.
    std::vector<float> scaled;     ///< folded: w * foldScale
    std::vector<float> weightUsed; ///< fake-quantized
    std::vector<float> weightMask;
    std::vector<float> foldScale; ///< gamma / foldStd, by output
    std::vector<float> foldStd;   ///< sqrt(running_var + eps), before this pass moved it
    bool weightQuantized = false;
    bool folded = false;
};

/// A place between layers where activations may be fake-quantized: 0 is the input, i + 1 follows
/// layer i.
struct Point {
    std::unique_ptr<FakeQuantize> module;
    std::ptrdiff_t shares = -1;  ///< the point whose module is used here, too; it does not observe
    std::ptrdiff_t owner = -1;   ///< the layer that the module is named after
    std::ptrdiff_t learned = -1; ///< the module's first learned parameter
    std::ptrdiff_t addedBy = -1; ///< the last Add that looks back to here
    // In force for this batch:
    std::optional<Quantizer> quantizer;
    const LearnedQuantizer* estimator = nullptr;
    bool masks = false; ///< whether gradients are masked (ste)
};

/// The samples of one chunk between the layers.
struct Chunk {
    int count = 0;
    std::vector<Floats> out; ///< by point; empty behind a layer that works in place
    std::vector<Floats> quantized;
    std::vector<Floats> mask;
    std::vector<Floats> added;                ///< by point: gradients that came through an Add
    std::vector<float*> raw;                  ///< by point: what the layer before it wrote
    std::vector<float*> value;                ///< by point: what the layer behind it reads
    std::vector<LayerScratch> scratch;        ///< by layer
    std::vector<std::vector<double>> learned; ///< by point: gradients of learned parameters
    std::vector<std::vector<double>> folded;  ///< by layer: of the folded scale, and of the bias
    Floats gradient[2];
    float* dy = nullptr; ///< the one of these that backward stands at
    float* dx = nullptr;
    float min = 0; ///< extremes at the point that is being observed
    float max = 0;
    double lossSum = 0;
    std::int64_t correct = 0;
    Result<void> failed; ///< of an estimator
};

inline std::int64_t chunkCount(std::int64_t samples)
{
    return (samples + kChunk - 1) / kChunk;
}

/// [channels, height, width] to [height, width, channels].
void toChannelsLast(const float* from, SampleShape shape, float* to);

struct Network::Impl {
    ModelSpec model;
    std::uint64_t seed = 0;
    std::vector<SampleShape> shapes; ///< by point
    std::vector<Node> nodes;
    std::vector<Point> points;
    std::vector<Parameter> parameters; ///< of layers, then learned ones of quantizers
    std::size_t layerParameters = 0;   ///< how many are of layers
    std::vector<Chunk> chunks;
    std::size_t firstTrained = 0; ///< the first layer with parameters
    int forwardCount = 0;
    Pass lastPass = Pass::Test;
    std::uint64_t passes = 0; ///< trainings so far: draws other numbers in each
    bool weightObservers = true;
    bool activationObservers = true;
    bool fakeQuant = true;
    bool batchNormFrozen = false;

    using Last = std::function<void(Chunk&, int first)>;
    /// Runs the batch through all layers and calls last(chunk, its first sample) for each chunk
    /// right behind them, on the thread that worked on it. Whole batches meet only where an
    /// observer or a BatchNorm has to see all of them before the next layer may go on.
    Result<void> forward(const SampleWriter& samples, int count, Pass pass,
                         const JobContext& context, const Last& last);
    /// The outputs for a batch in PyTorch's layout. Errors: another shape; forward's.
    Result<Tensor> pass(const Tensor& x, Pass pass, const JobContext& context);
    /// From chunk.gradient[0], the gradient of the output, to the layers' gradients: all chunks.
    Result<void> backward(int count, bool wantInput, const JobContext& context);
    /// The part of it behind the last place where chunks have to meet, for one chunk.
    void backwardAlone(Chunk& chunk, bool wantInput);
    /// Whether no BatchNorm looks at a training's batch, so that backwardAlone does all of it.
    bool chunksAreAlone() const;
    void lossOf(Chunk& chunk, const BatchTargets& targets, int first, bool train) const;
    BatchResult sum(int count) const;
    Result<void> joinGradients(int count, const JobContext& context);
    /// Where a loss that is not finite began.
    std::string blameForward(int count) const;
    Tensor gather(int count, SampleShape shape,
                  const std::function<const float*(const Chunk&)>& from) const;

    Result<void> setQuantization(const QatConfig* config);
    /// The point of the activation quantizer of a layer.
    std::size_t activationPoint(std::size_t node, const FakeQuantizeSpec* spec) const;
    /// Whether the layer's BatchNorm is folded once its weight is quantized.
    bool canFold(std::size_t node) const;
    /// What the config says of the layer's output; none: float.
    std::optional<FakeQuantizeSpec> activationSpec(const QatConfig& config, std::size_t node) const;
    /// AvgPool2d quantizes as the quantized value it averages.
    void shareQuantizers();
    void applySwitches();
    /// Puts learned parameters behind the layers' own.
    void listLearned();
    /// Calls body(module, its first learned parameter) for each module, in order.
    void forEachModule(
        const std::function<void(FakeQuantize& module, std::ptrdiff_t learned)>& body) const;
    void readLearned(FakeQuantize& module, std::ptrdiff_t first) const;
    void writeLearned(const FakeQuantize& module, std::ptrdiff_t first);

    Result<void> prepareWeights(Pass pass, const JobContext& context);
    Result<void> prepareWeight(Node& node, Pass pass, const JobContext& context);
    void fold(Node& node) const;
    void joinFold(Node& node, int count);

private:
    friend class Network;
    void ensureChunks(int count);
    Result<void> prepareQuantizer(std::size_t point);
    bool observes(std::size_t point, Pass pass) const;
    bool meetsAt(std::size_t step, Pass pass) const;
    Result<void> meet(std::size_t step, int count, const JobContext& context);
    Result<void> observe(std::size_t point, int count, const JobContext& context);
    void findExtremes(Chunk& chunk, std::size_t point) const;
    void quantize(Chunk& chunk, std::size_t point, Pass pass, std::int64_t first) const;
    void unquantize(Chunk& chunk, std::size_t point) const;
    void runLayer(Chunk& chunk, std::size_t node) const;
    void backLayer(Chunk& chunk, std::size_t node, bool wantDx) const;
    std::size_t lastBackward(bool wantInput) const { return wantInput ? 0 : firstTrained; }
    std::vector<const LayerScratch*> scratchOf(std::size_t node, int count) const;
};

} // namespace qs
