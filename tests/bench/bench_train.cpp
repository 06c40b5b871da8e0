// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Training samples per second: seed-cnn, batch 64, Adam, two threads, float and fake-quantized, and
// PyTorch on the same in the same run (tests/bench/train_peer.py).
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/nn/trainer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sys/wait.h>

using namespace qs;

namespace {

constexpr int kBatch = 64;
constexpr int kSteps = 100;
constexpr int kWarmUp = 20;

/// Noise, a class per image: the time does not depend on what is learned, but on how many
/// activations are zero, which real images make more.
std::shared_ptr<const Dataset> noise()
{
    constexpr std::int64_t count = kBatch * (kSteps + kWarmUp);
    const CounterRng rng(1);
    std::vector<std::uint8_t> pixels(count * 28 * 28);
    for (std::size_t i = 0; i < pixels.size(); ++i)
        pixels[i] = static_cast<std::uint8_t>(rng.below(i, 256));
    std::vector<std::uint8_t> labels(count);
    for (std::size_t i = 0; i < labels.size(); ++i)
        labels[i] = static_cast<std::uint8_t>(i % 10);
    auto data = std::make_shared<Dataset>();
    data->name = "noise";
    data->classes = 10;
    data->train = *SampleSet::make(
        Tensor::fromVector("", ElementType::Uint8, *Shape::make({count, 28, 28}),
                           std::move(pixels)),
        Tensor::fromVector("", ElementType::Uint8, *Shape::make({count}), std::move(labels)));
    data->test = data->train;
    return data;
}

/// Of the median step of each: float, then fake-quantized. Steps take turns, so that what else the
/// machine does meets both.
std::array<double, 2> samplesPerSecond(const std::shared_ptr<const Dataset>& data)
{
    std::vector<Trainer> trainers;
    for (const bool qat : {false, true}) {
        TrainRecipe recipe;
        recipe.batch = kBatch;
        recipe.seed = 1;
        if (qat)
            recipe.qat = defaultQatConfig();
        trainers.push_back(std::move(*Trainer::make(recipe, data)));
    }
    std::vector<double> seconds[2];
    while (!trainers[1].finished())
        for (std::size_t t = 0; t < 2; ++t) {
            const auto begin = std::chrono::steady_clock::now();
            if (!trainers[t].step())
                std::exit(1);
            const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
            if (trainers[t].steps() > kWarmUp)
                seconds[t].push_back(taken.count());
        }
    std::array<double, 2> speeds{};
    for (std::size_t t = 0; t < 2; ++t) {
        std::nth_element(seconds[t].begin(), seconds[t].begin() + kSteps / 2, seconds[t].end());
        speeds[t] = kBatch / seconds[t][kSteps / 2];
    }
    return speeds;
}

} // namespace

int main()
{
    const ThreadLimit limit(2);
    const auto data = noise();
    const auto ours = samplesPerSecond(data);
    std::printf("seed-cnn, batch %d, 2 threads, samples/s\n", kBatch);
    double theirs[2] = {0, 0};
    char version[64] = "";
    FILE* peer =
        popen("/usr/bin/python3 " QS_SOURCE_DIR "/tests/bench/train_peer.py 2>/dev/null", "r");
    const bool read =
        peer != nullptr && std::fscanf(peer, "%lf %lf %63s", &theirs[0], &theirs[1], version) == 3;
    const int status = peer != nullptr ? pclose(peer) : -1;
    const char* names[2] = {"float", "qat"};
    for (std::size_t i = 0; i < 2; ++i) {
        std::printf("%-6s quantoscope %8.0f", names[i], ours[i]);
        if (read)
            std::printf("   PyTorch %s %8.0f   ratio %.2f", version, theirs[i],
                        ours[i] / theirs[i]);
        std::printf("\n");
    }
    std::printf("qat costs %.1f %%\n", 100 * (ours[0] / ours[1] - 1));
    if (!read)
        std::printf("PyTorch: skipped, %s\n",
                    WIFEXITED(status) && WEXITSTATUS(status) == 77
                        ? "python3 cannot import torch (sudo apt install python3-torch)"
                        : "tests/bench/train_peer.py failed");
    return 0;
}
