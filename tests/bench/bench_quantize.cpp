// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Throughput of fake-quantize in every row of the dtype table, by scheme, and of the whole report,
// on 16,777,216 float32 elements, two threads, beside a plain copy and PyTorch on the same in the
// same run (tests/bench/quantize_peer.py).
#include "core/analysis/analyze.h"
#include "core/base/parallel.h"
#include "core/calib/observer.h"
#include "core/io/generators.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <sys/wait.h>

using namespace qs;

namespace {

constexpr std::int64_t kChannels = 4096;
constexpr std::int64_t kNumel = kChannels * kChannels;
constexpr int kRuns = 9;

/// Of the median run, after one that warms up.
double millionsPerSecond(const std::function<void()>& run)
{
    run();
    std::vector<double> seconds;
    for (int i = 0; i < kRuns; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        run();
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
        seconds.push_back(taken.count());
    }
    std::nth_element(seconds.begin(), seconds.begin() + kRuns / 2, seconds.end());
    return static_cast<double>(kNumel) / seconds[kRuns / 2] / 1e6;
}

/// "name value" lines of the peer; empty where PyTorch is not installed.
std::map<std::string, double> peer()
{
    std::map<std::string, double> rates;
    FILE* pipe = popen("/usr/bin/python3 -B " QS_SOURCE_DIR "/tests/bench/quantize_peer.py", "r");
    if (pipe == nullptr)
        return rates;
    char name[64];
    double rate = 0;
    while (std::fscanf(pipe, "%63s %lf", name, &rate) == 2)
        rates[name] = rate;
    pclose(pipe);
    return rates;
}

} // namespace

int main()
{
    const ThreadLimit limit(2);
    const auto made = generate({"normal", *Shape::make({kChannels, kChannels}), 1});
    if (!made)
        return 1;
    const Tensor& tensor = *made;
    const auto x = tensor.floats();
    std::vector<float> y(x.size());
    const auto inBlocks = [&](const std::function<void(std::int64_t, std::int64_t)>& body) {
        forEachBlock(kNumel, {},
                     [&](std::int64_t, std::int64_t begin, std::int64_t end) { body(begin, end); });
    };
    const auto rateOf = [&](const QuantSpec& spec) {
        const auto params = chooseQuantParams(tensor, spec);
        if (!params)
            std::exit(1);
        const auto quantizer = *Quantizer::make(*params, tensor.shape(), spec.rounding, spec.seed);
        return millionsPerSecond([&] {
            inBlocks([&](std::int64_t begin, std::int64_t end) {
                quantizer.fakeQuantize(x.subspan(static_cast<std::size_t>(begin),
                                                 static_cast<std::size_t>(end - begin)),
                                       begin, y.data() + begin);
            });
        });
    };
    std::vector<std::pair<std::string, double>> ours;
    const double copy = millionsPerSecond([&] {
        inBlocks([&](std::int64_t begin, std::int64_t end) {
            std::memcpy(y.data() + begin, x.data() + begin,
                        static_cast<std::size_t>(end - begin) * sizeof(float));
        });
    });
    ours.emplace_back("copy", copy);
    QuantSpec spec;
    ours.emplace_back("per_tensor", rateOf(spec));
    spec.qscheme = QScheme::PerChannelAffine;
    ours.emplace_back("per_channel_axis_0", rateOf(spec));
    spec.axis = 1;
    ours.emplace_back("per_channel_axis_1", rateOf(spec));
    spec.qscheme = QScheme::PerGroupAffine;
    spec.axis = -1;
    for (const int size : {32, 128}) {
        spec.groupSize = size;
        ours.emplace_back("per_group_" + std::to_string(size), rateOf(spec));
    }
    const auto stats = *computeStats(tensor);
    const auto params = *chooseQuantParams(tensor, {});
    ours.emplace_back("report", millionsPerSecond([&] {
                          if (!analyze(tensor, stats, {}, params))
                              std::exit(1);
                      }));
    for (const auto& row : dtypes()) {
        QuantSpec each;
        each.dtype = row.id;
        each.axis = defaultAxis(each);
        if (row.id == DType::Codebook)
            each.codebook.assign(nf4Values().begin(), nf4Values().end());
        ours.emplace_back(row.name, rateOf(each));
    }

    const auto theirs = peer();
    if (theirs.empty())
        std::printf("PyTorch is not installed (python3-torch): no peer\n");
    std::printf("%lld float32 elements, 2 threads: million elements per second\n",
                static_cast<long long>(kNumel));
    std::printf("%-20s %12s %12s %8s %10s\n", "", "quantoscope", "PyTorch", "ratio", "of a copy");
    for (const auto& [name, rate] : ours) {
        const auto it = theirs.find(name);
        std::printf("%-20s %12.0f", name.c_str(), rate);
        if (it != theirs.end())
            std::printf(" %12.1f %8.2f", it->second, rate / it->second);
        else
            std::printf(" %12s %8s", "-", "-");
        std::printf(" %9.0f%%\n", 100 * rate / copy);
    }
    return 0;
}
