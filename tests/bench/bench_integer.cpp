// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Images per second of seed-cnn on integers, from float input to float logits: batch 256, two
// threads, and PyTorch on the same in the same run (tests/bench/integer_peer.py).
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/integer/integer_network.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sys/wait.h>

using namespace qs;

namespace {

constexpr int kBatch = 256;
constexpr int kRepeats = 101;

/// Codes of all values: the time does not depend on them.
IntegerOp product(IntegerOpKind kind, int in, int out, int kernel, IntegerActivation activation)
{
    IntegerOp op;
    op.kind = kind;
    op.out = out;
    op.kernel = kind == IntegerOpKind::Conv2d ? kernel : 0;
    op.activation = activation;
    op.output = IntegerQuant{0.02F, activation == IntegerActivation::ReLU ? 0 : 120, 0, 255};
    const CounterRng rng(static_cast<std::uint64_t>(in));
    const auto count =
        static_cast<std::size_t>(in) * static_cast<std::size_t>(out * kernel * kernel);
    for (std::size_t i = 0; i < count; ++i)
        op.weights.codes.push_back(static_cast<std::int32_t>(rng.below(i, 256)) - 128);
    op.weights.scale = {0.002F};
    op.weights.bias.assign(static_cast<std::size_t>(out), 0.1F);
    return op;
}

IntegerSpec seedCnn(RequantizeMode mode)
{
    IntegerOp quantize;
    quantize.output = IntegerQuant{1 / 255.0F, 0, 0, 255};
    IntegerOp pool;
    pool.kind = IntegerOpKind::MaxPool2d;
    pool.kernel = 2;
    pool.stride = 2;
    IntegerOp flatten;
    flatten.kind = IntegerOpKind::Flatten;
    return {{1, 32, 32},
            mode,
            {quantize, product(IntegerOpKind::Conv2d, 1, 20, 5, IntegerActivation::ReLU), pool,
             product(IntegerOpKind::Conv2d, 20, 64, 5, IntegerActivation::ReLU), pool, flatten,
             product(IntegerOpKind::Linear, 1600, 10, 1, IntegerActivation::None)}};
}

/// Of the median batch.
double imagesPerSecond(RequantizeMode mode, bool count)
{
    const auto network = IntegerNetwork::make(seedCnn(mode));
    if (!network) {
        std::fprintf(stderr, "%s\n", network.error().message.c_str());
        std::exit(1);
    }
    const CounterRng rng(1);
    std::vector<float> images(std::size_t{kBatch} * 32 * 32);
    for (std::size_t i = 0; i < images.size(); ++i)
        images[i] = static_cast<float>(rng.uniform(i));
    IntegerRunOptions options;
    options.countSaturation = count;
    std::vector<double> seconds;
    for (int i = 0; i < kRepeats; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        if (!network->run(images.data(), kBatch, options))
            std::exit(1);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
        seconds.push_back(taken.count());
    }
    std::nth_element(seconds.begin(), seconds.begin() + kRepeats / 2, seconds.end());
    return kBatch / seconds[kRepeats / 2];
}

} // namespace

int main()
{
    const ThreadLimit limit(2);
    std::printf("seed-cnn, batch %d, 2 threads, images/s\n", kBatch);
    const double ours = imagesPerSecond(RequantizeMode::Float, false);
    std::printf("integer, float multiplier      quantoscope %8.0f\n", ours);
    std::printf("integer, fixed point           quantoscope %8.0f\n",
                imagesPerSecond(RequantizeMode::FixedPoint, false));
    std::printf("integer, saturation counted    quantoscope %8.0f\n",
                imagesPerSecond(RequantizeMode::Float, true));
    double theirs[2] = {0, 0};
    char version[64] = "";
    FILE* peer =
        popen("/usr/bin/python3 " QS_SOURCE_DIR "/tests/bench/integer_peer.py 2>/dev/null", "r");
    const bool read =
        peer != nullptr && std::fscanf(peer, "%lf %lf %63s", &theirs[0], &theirs[1], version) == 3;
    const int status = peer != nullptr ? pclose(peer) : -1;
    const char* names[2] = {"float", "qnnpack, int8"};
    for (int i = 0; i < 2 && read; ++i)
        std::printf("%-30s PyTorch %s %8.0f   ratio %.2f\n", names[i], version, theirs[i],
                    ours / theirs[i]);
    if (!read)
        std::printf("PyTorch: skipped, %s\n",
                    WIFEXITED(status) && WEXITSTATUS(status) == 77
                        ? "python3 cannot import torch (sudo apt install python3-torch)"
                        : "tests/bench/integer_peer.py failed");
    return 0;
}
