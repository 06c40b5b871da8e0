// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Private to core/integer: what an IntegerNetwork is made of.

#include "core/integer/check_integer_spec.h"
#include "core/integer/integer_network.h"
#include "core/integer/op.h"

#include <mutex>

namespace qs {

/// The arrays in which one thread works on one chunk after the other, so that they stay near it.
struct IntegerScratch {
    std::vector<float> input;
    std::vector<integer::Work> work;              ///< by op
    std::vector<std::vector<std::uint8_t>> codes; ///< by op, where its output is codes
    std::vector<std::vector<float>> reals;        ///< by op, where it is real values
};

struct IntegerNetwork::Impl {
    IntegerSpec spec;
    std::vector<integer::OpPlan> plans;
    std::vector<std::unique_ptr<integer::Op>> ops;
    /// The MaxPool2d that alone reads a product's output, by product; -1: none. The two run as one
    /// where nobody wants to see what is between them.
    std::vector<int> pooledBy;
    std::int64_t bytes = 0;

    /// Where the n samples from `first` on are; they may be written to the array.
    using ChunkReader =
        std::function<const float*(std::int64_t first, int n, std::vector<float>& input)>;

    integer::OpInput inputAt(int op) const;
    Result<IntegerRun> run(const ChunkReader& read, std::int64_t count,
                           const IntegerRunOptions& options, const JobContext& context) const;

    std::unique_ptr<IntegerScratch> takeScratch() const;
    void giveBack(std::unique_ptr<IntegerScratch> scratch) const;

    /// Runs n samples of `x` through ops [0, end).
    void runChunk(IntegerScratch& scratch, const float* x, int n, int end,
                  const IntegerRunOptions& options, std::vector<IntegerCounters>& counters) const;

private:
    mutable std::mutex m_mutex;
    mutable std::vector<std::unique_ptr<IntegerScratch>> m_free;
};

} // namespace qs
