// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// What the index of sorted values is worth: the full report, its building, its memory, curves, a
// landscape and the proven optimum, for 1 M, 16 M and 100 M float32 elements in 8 bits, on two
// threads, beside PyTorch and numpy on as many elements in the same run (index_peer.py).
#include "core/analysis/analyze.h"
#include "core/analysis/error_curves.h"
#include "core/analysis/error_landscape.h"
#include "core/analysis/indexed_report.h"
#include "core/base/parallel.h"
#include "core/calib/observer.h"
#include "core/io/generators.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <thread>

using namespace qs;

namespace {

double secondsSince(std::chrono::steady_clock::time_point begin)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Of the median run, after one that warms up.
double seconds(const std::function<void()>& run, int runs)
{
    run();
    std::vector<double> taken;
    for (int i = 0; i < runs; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        run();
        taken.push_back(secondsSince(begin));
    }
    std::nth_element(taken.begin(), taken.begin() + runs / 2, taken.end());
    return taken[static_cast<std::size_t>(runs / 2)];
}

/// "name seconds" lines of the peer; empty where PyTorch is not installed.
std::map<std::string, double> peer(std::int64_t n)
{
    std::map<std::string, double> taken;
    const std::string command = "cd " QS_SOURCE_DIR
                                "/tests/bench && /usr/bin/python3 -B index_peer.py " +
                                std::to_string(n);
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr)
        return taken;
    char name[64];
    double value = 0;
    while (std::fscanf(pipe, "%63s %lf", name, &value) == 2)
        taken[name] = value;
    pclose(pipe);
    return taken;
}

/// A line of /proc/self/status in bytes; 0 where there is none.
double memory(const char* field)
{
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word) {
        double kilobytes = 0;
        if (word == field && status >> kilobytes)
            return kilobytes * 1024;
    }
    return 0;
}

void resetPeakMemory()
{
    std::ofstream("/proc/self/clear_refs") << "5";
}

class Table {
public:
    explicit Table(std::map<std::string, double> theirs) : m_theirs(std::move(theirs)) {}
    void row(const char* what, double ours, const char* peerName) const
    {
        const auto it = m_theirs.find(peerName);
        if (it == m_theirs.end())
            std::printf("%-44s %12.3f ms\n", what, ours * 1e3);
        else
            std::printf("%-44s %12.3f ms %12.1f ms %10.1fx\n", what, ours * 1e3, it->second * 1e3,
                        it->second / ours);
    }

private:
    std::map<std::string, double> m_theirs;
};

template <typename T>
T must(Result<T> result)
{
    if (!result) {
        std::printf("%s\n", result.error().message.c_str());
        std::exit(1);
    }
    return std::move(*result);
}

void measure(std::int64_t n)
{
    const Table table(peer(n));
    const auto tensor = must(generate({"normal", *Shape::make({n}), 1}));
    const auto stats = must(computeStats(tensor));
    const double size = 4.0 * static_cast<double>(n);
    const auto layout = ParamLayout::perTensor(n);
    QuantSpec spec;
    spec.observer = "fixed";
    spec.scale = {0.04F};
    spec.zeroPoint = {0};
    const auto params = must(chooseQuantParams(tensor, spec));
    std::printf("\n%lld elements %29s %15s %15s\n", static_cast<long long>(n), "quantoscope",
                "peer", "ratio");

    const double before = memory("VmRSS:");
    resetPeakMemory();
    auto begin = std::chrono::steady_clock::now();
    auto index = must(ValueIndex::build(tensor, layout));
    const double first = secondsSince(begin);
    const double peak = memory("VmHWM:") - before;
    index.reset();
    table.row(
        "building the index (numpy.sort)",
        seconds([&] { index = must(ValueIndex::build(tensor, layout)); }, n > 50'000'000 ? 2 : 5),
        "sort");
    table.row("  the first time, with fresh memory", first, "");
    std::printf("%-44s %12.3f, %.3f while it is built\n", "  memory, times the tensor's own",
                static_cast<double>(index->bytes()) / size, peak / size);

    float scale = 0.04F;
    table.row("full report after a change of parameters",
              seconds(
                  [&] {
                      scale = scale > 0.05F ? 0.03F : scale * 1.01F;
                      QuantSpec other = spec;
                      other.scale = {scale};
                      const auto changed = must(chooseQuantParams(tensor, other));
                      if (!must(analyzeIndexed(index->all(), stats, other, changed)))
                          std::exit(1);
                  },
                  41),
              "report");
    const AnalysisItem item{spec, params};
    table.row("first report: one read, with value histogram",
              seconds(
                  [&] {
                      AnalysisOptions options;
                      options.valueBins = 512;
                      if (!analyzeInOneRead(tensor, stats, {&item, 1}, options))
                          std::exit(1);
                  },
                  n > 50'000'000 ? 3 : 9),
              "report");
    const ErrorSource source{tensor, stats, index};
    table.row(
        "512 points of error against scale",
        seconds(
            [&] { must(errorAgainstScale(source, spec, params, equalRatios(1.0 / 32, 8, 512))); },
            5),
        "");
    std::vector<float> scales;
    for (const double s : equalRatios(0.04 / 16, 0.04 * 4, 256))
        scales.push_back(static_cast<float>(s));
    std::vector<std::int32_t> zeros;
    for (std::int32_t z = -128; z < 128; ++z)
        zeros.push_back(z);
    double coarse = 0;
    begin = std::chrono::steady_clock::now();
    must(errorLandscape(index->set(0), params, spec.rounding, scales, zeros, {},
                        [&](const ErrorLandscape& soFar) {
                            coarse = soFar.stride == 32 ? secondsSince(begin) : coarse;
                        }));
    table.row("256 x 256 error landscape", secondsSince(begin), "");
    table.row("  its first coarse answer", coarse, "");

    QuantSpec mse;
    mse.observer = "mse";
    table.row("MSE-optimal range, proven (HistogramObserver)",
              seconds([&] { must(chooseQuantParams(tensor, mse, {}, &stats, index)); },
                      n > 50'000'000 ? 1 : 3),
              "histogram_observer");
    table.row(
        "  with building the index",
        seconds([&] { must(chooseQuantParams(tensor, mse, {}, &stats)); }, n > 50'000'000 ? 1 : 3),
        "histogram_observer");
}

} // namespace

int main(int argc, char** argv)
{
    const ThreadLimit limit(2);
    if (argc > 1) {
        measure(std::atoll(argv[1]));
        return 0;
    }
    for (const std::int64_t n : {1'000'000, 16'777'216, 100'000'000})
        measure(n);
    return 0;
}
