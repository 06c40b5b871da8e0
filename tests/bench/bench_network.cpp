// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// seed-cnn on Fashion-MNIST, two threads: evaluations per second of the float and of the integer
// network, beside PyTorch's in the same run (tests/bench/integer_peer.py), and how often the
// integer network's class differs from its fake-quantized twin's on the 10,000 test images.
//
//     bench_network                          after one epoch of QAT
//     bench_network accuracy EPOCHS SEEDS    test accuracies of float, 8-bit QAT and int4 LSQ
#include "core/base/parallel.h"
#include "core/convert/convert.h"
#include "core/nn/trainer.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <sys/wait.h>

using namespace qs;

namespace {

constexpr int kBatch = 256;

template <typename T>
T orExit(Result<T> result)
{
    if (!result) {
        std::fprintf(stderr, "%s\n", result.error().message.c_str());
        std::exit(1);
    }
    return std::move(*result);
}

TrainRecipe recipeOf(const char* qat, int epochs, std::uint64_t seed)
{
    TrainRecipe recipe;
    recipe.epochs = epochs;
    recipe.seed = seed;
    if (qat != nullptr)
        recipe.qat = orExit(qatConfigByName(qat, orExit(modelByName("seed-cnn"))));
    return recipe;
}

Network::SampleWriter testImages(const Trainer& trainer, std::int64_t first)
{
    return [&trainer, first](std::int64_t i, float* out) {
        trainer.data().test.copyChannelsLast(first + i, trainer.padding(), out);
    };
}

int classOf(const float* outputs, std::size_t count)
{
    return static_cast<int>(std::max_element(outputs, outputs + count) - outputs);
}

/// Images per second of the median batch, of each body: in turns, so that what else the machine
/// does meets all of them.
std::vector<double> imagesPerSecond(const std::vector<std::function<void()>>& bodies)
{
    constexpr int rounds = 100;
    std::vector<std::vector<double>> seconds(bodies.size());
    for (int i = 0; i < rounds; ++i)
        for (std::size_t b = 0; b < bodies.size(); ++b) {
            const auto begin = std::chrono::steady_clock::now();
            bodies[b]();
            seconds[b].push_back(
                std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
        }
    std::vector<double> speeds;
    for (auto& times : seconds) {
        std::nth_element(times.begin(), times.begin() + rounds / 2, times.end());
        speeds.push_back(kBatch / times[rounds / 2]);
    }
    return speeds;
}

struct Match {
    std::int64_t mismatches = 0;
    std::int64_t correct = 0;
};

Match compare(Trainer& trainer, const IntegerNetwork& integer)
{
    Match match;
    const std::int64_t count = trainer.data().test.count();
    const auto outputs = static_cast<std::size_t>(trainer.network().outputs());
    for (std::int64_t first = 0; first < count; first += kBatch) {
        const std::int64_t n = std::min<std::int64_t>(kBatch, count - first);
        const auto images = testImages(trainer, first);
        const auto twin = orExit(trainer.network().outputsOf(images, n));
        const auto run = orExit(integer.run(images, n));
        for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
            const int own = classOf(run.output.data() + i * outputs, outputs);
            match.mismatches += own != classOf(twin.data() + i * outputs, outputs) ? 1 : 0;
            match.correct +=
                own == trainer.data().test.label(first + static_cast<std::int64_t>(i)) ? 1 : 0;
        }
    }
    return match;
}

void trainAll(Trainer& trainer)
{
    while (!trainer.finished())
        orExit(trainer.step());
}

void accuracies(int epochs, int seeds)
{
    const auto data = orExit(readDataset("fashion-mnist"));
    for (const char* qat : {static_cast<const char*>(nullptr), "default", "lsq"})
        for (int seed = 1; seed <= seeds; ++seed) {
            auto trainer = orExit(
                Trainer::make(recipeOf(qat, epochs, static_cast<std::uint64_t>(seed)), data));
            std::printf("%-8s %d", qat != nullptr ? qat : "float", seed);
            while (!trainer.finished())
                if (orExit(trainer.step()).endsEpoch)
                    std::printf(" %.4f", orExit(trainer.evaluate()).accuracy);
            std::printf("\n");
            std::fflush(stdout);
        }
}

} // namespace

int main(int argc, char** argv)
{
    const ThreadLimit limit(2);
    if (argc == 4 && std::strcmp(argv[1], "accuracy") == 0) {
        accuracies(std::atoi(argv[2]), std::atoi(argv[3]));
        return 0;
    }
    const auto data = orExit(readDataset("fashion-mnist"));
    auto trainer = orExit(Trainer::make(recipeOf("default", 1, 1), data));
    trainAll(trainer);

    auto floating = orExit(Trainer::make(recipeOf(nullptr, 1, 1), data));
    if (auto ok = floating.network().loadStateDict(trainer.network().stateDict()); !ok)
        return 1;
    const std::vector<int> labels(kBatch, 0);
    if (auto ok = useIntegerBias(trainer.network()); !ok) {
        std::fprintf(stderr, "%s\n", ok.error().message.c_str());
        return 1;
    }
    std::vector<float> batch(static_cast<std::size_t>(kBatch) * 32 * 32);
    for (int i = 0; i < kBatch; ++i)
        testImages(trainer, 0)(i, batch.data() + i * 32 * 32);
    const auto first = orExit(convert(trainer.network(), RequantizeMode::Float));
    const auto second = orExit(convert(trainer.network(), RequantizeMode::FixedPoint));
    const auto speeds = imagesPerSecond(
        {[&] { orExit(floating.network().testBatch(testImages(floating, 0), labels)); },
         [&] { orExit(first.network.run(batch.data(), kBatch)); },
         [&] {
             orExit(second.network.run(batch.data(), kBatch));
         }});
    const Match matches[2] = {compare(trainer, first.network), compare(trainer, second.network)};
    const auto twin = orExit(trainer.evaluate());
    std::printf("seed-cnn, batch %d, 2 threads, images/s\n", kBatch);
    double theirs[2] = {0, 0};
    char version[64] = "";
    FILE* peer =
        popen("/usr/bin/python3 " QS_SOURCE_DIR "/tests/bench/integer_peer.py 2>/dev/null", "r");
    const bool read =
        peer != nullptr && std::fscanf(peer, "%lf %lf %63s", &theirs[0], &theirs[1], version) == 3;
    const int status = peer != nullptr ? pclose(peer) : -1;
    const auto print = [&](const char* name, double own, double peerSpeed) {
        std::printf("%-28s quantoscope %8.0f", name, own);
        if (read)
            std::printf("   PyTorch %s %8.0f   ratio %.2f", version, peerSpeed, own / peerSpeed);
        std::printf("\n");
    };
    print("float", speeds[0], theirs[0]);
    print("integer, float multiplier", speeds[1], theirs[1]);
    print("integer, fixed point", speeds[2], theirs[1]);
    if (!read)
        std::printf("PyTorch: skipped, %s\n",
                    WIFEXITED(status) && WEXITSTATUS(status) == 77
                        ? "python3 cannot import torch (sudo apt install python3-torch)"
                        : "tests/bench/integer_peer.py failed");
    std::printf("integer / float              %.2f, fixed point %.2f\n", speeds[1] / speeds[0],
                speeds[2] / speeds[0]);
    std::printf("accuracy: fake-quantized %.4f, integer %.4f, fixed point %.4f\n", twin.accuracy,
                static_cast<double>(matches[0].correct) / 10000,
                static_cast<double>(matches[1].correct) / 10000);
    std::printf(
        "classes other than the fake-quantized network's: %lld, fixed point %lld of 10000\n",
        static_cast<long long>(matches[0].mismatches),
        static_cast<long long>(matches[1].mismatches));
    return 0;
}
