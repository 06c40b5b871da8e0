// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/network_impl.h"

#include <array>
#include <cmath>

namespace qs {
namespace {

constexpr std::array<std::string_view, 2> kNames = {"cross_entropy", "mse"};

int largest(const float* outputs, int count)
{
    int best = 0;
    for (int c = 1; c < count; ++c)
        best = outputs[c] > outputs[best] ? c : best;
    return best;
}

/// -log softmax(outputs)[label], and with `gradient` its gradient / batch.
double crossEntropy(const float* outputs, int count, int label, std::size_t batch, float* gradient)
{
    const double top = outputs[largest(outputs, count)];
    double sum = 0;
    for (int c = 0; c < count; ++c)
        sum += std::exp(static_cast<double>(outputs[c]) - top);
    for (int c = 0; gradient != nullptr && c < count; ++c) {
        const double p = std::exp(static_cast<double>(outputs[c]) - top) / sum;
        gradient[c] = static_cast<float>((p - (c == label ? 1 : 0)) / static_cast<double>(batch));
    }
    return std::log(sum) + top - static_cast<double>(outputs[label]);
}

/// Mean of (output - target)², and with `gradient` its gradient / batch.
template <typename Target>
double meanSquares(const float* outputs, int count, Target target, std::size_t batch,
                   float* gradient)
{
    double sum = 0;
    for (int c = 0; c < count; ++c) {
        const double e = static_cast<double>(outputs[c]) - static_cast<double>(target(c));
        sum += e * e;
        if (gradient != nullptr)
            gradient[c] = static_cast<float>(2 * e / (static_cast<double>(batch) * count));
    }
    return sum / count;
}

} // namespace

std::string_view lossName(Loss loss)
{
    return kNames[static_cast<std::size_t>(loss)];
}

std::optional<Loss> lossByName(std::string_view name)
{
    for (std::size_t i = 0; i < kNames.size(); ++i)
        if (kNames[i] == name)
            return static_cast<Loss>(i);
    return std::nullopt;
}

void Network::Impl::lossOf(Chunk& chunk, const BatchTargets& targets, int first, bool train) const
{
    const int count = shapes.back().numel();
    const std::size_t batch = targets.count(static_cast<std::size_t>(count));
    chunk.lossSum = 0;
    chunk.correct = 0;
    for (int i = 0; i < chunk.count; ++i) {
        const float* outputs = chunk.value.back() + std::ptrdiff_t{i} * count;
        float* gradient = train ? chunk.gradient[0].data() + std::ptrdiff_t{i} * count : nullptr;
        const auto at = static_cast<std::size_t>(first + i);
        const int label = targets.labels.empty() ? -1 : targets.labels[at];
        if (targets.loss == Loss::CrossEntropy)
            chunk.lossSum += crossEntropy(outputs, count, label, batch, gradient);
        else if (!targets.values.empty())
            chunk.lossSum += meanSquares(
                outputs, count,
                [&](int c) {
                    return targets
                        .values[at * static_cast<std::size_t>(count) + static_cast<std::size_t>(c)];
                },
                batch, gradient);
        else
            chunk.lossSum += meanSquares(
                outputs, count, [&](int c) { return c == label ? 1.0F : 0.0F; }, batch, gradient);
        chunk.correct += largest(outputs, count) == label ? 1 : 0;
    }
}

} // namespace qs
