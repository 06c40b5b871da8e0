// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/base/result.h"
#include "core/integer/integer_trace.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace qs {

/// What happened to an op's outputs over a batch. Outputs that an activation cuts off, or that a
/// table has, are not saturated; an output is compared before it is clamped.
struct IntegerCounters {
    std::int64_t outputs = 0;
    std::int64_t saturatedLow = 0;  ///< clamped at quant_min
    std::int64_t saturatedHigh = 0; ///< clamped at quant_max
    /// Accumulators (with bias) beyond int32. They wrap around, as they do on an integer machine.
    /// Partial sums that come back are none.
    std::int64_t overflows = 0;
};

struct IntegerRunOptions {
    /// Fill saturatedLow and saturatedHigh. Several times slower; overflows are counted always.
    bool countSaturation = false;
    std::vector<int> keep;  ///< ops whose codes are wanted
    bool reference = false; ///< by the formulas, without kernels: very slow, and the same bits
};

struct IntegerRun {
    std::vector<float> output;             ///< [sample][features], dequantized; channels last
    std::vector<IntegerCounters> counters; ///< by op
    /// By op: [sample][height][width][channels]; empty where not kept.
    std::vector<std::vector<std::int16_t>> codes;

    /// The codes of a kept op for the whole batch.
    std::span<const std::int16_t> codesAt(int op) const
    {
        return codes[static_cast<std::size_t>(op)];
    }
};

/// A network that computes on integers: activations are 8-bit codes, accumulators int32. Only Float
/// ops, Softmax, and the quantization of the input know real numbers. Immutable; may be run from
/// several threads at once; the same bits for any number of threads, on every machine.
class IntegerNetwork {
public:
    /// Writes sample i of the batch, channels last.
    using SampleWriter = std::function<void(std::int64_t i, float* out)>;

    /// Errors (Usage), by the op's number, kind and name: an input that is no op before it, or has
    /// real values where codes are needed; shapes that do not fit; a missing or superfluous field;
    /// a scale that is not a normal number above 0; a zero_point outside [quant_min, quant_max]; a
    /// range outside int8 and uint8; weights, scales, zero_points, biases or tables of another
    /// number or out of range; s_x * s_w / s_y that is not a normal float32.
    static Result<IntegerNetwork> make(IntegerSpec spec);
    IntegerNetwork(IntegerNetwork&&) noexcept;
    IntegerNetwork& operator=(IntegerNetwork&&) noexcept;
    ~IntegerNetwork();

    const IntegerSpec& spec() const;
    int opCount() const;
    std::string title(int op) const; ///< "op 3 (Conv2d, conv2)"
    SampleShape shapeAfter(int op) const;
    /// Of the op's output; none: real values.
    std::optional<IntegerQuant> quantAfter(int op) const;
    /// Bytes of the parameters: weights' codes packed at their bit width, int32 biases, a float32
    /// and an int32 for each scale and zero_point, one byte for each entry of a table.
    std::int64_t bytes() const;
    /// bias_code = nearbyint(b / (s_x * s_w)), half to even, in double; that left int32 and were
    /// clamped.
    int biasSaturations(int op) const;
    /// Whether some input codes could take an accumulator beyond int32. Where not, that costs
    /// nothing; where so, each of these channels' sums is made again in int64 to count.
    bool overflowPossible(int op) const;

    /// x: count samples, channels last. Errors (Usage): count below 0, an op to keep that does not
    /// exist or has real values; cancelled.
    Result<IntegerRun> run(const float* x, std::int64_t count,
                           const IntegerRunOptions& options = {},
                           const JobContext& context = {}) const;
    Result<IntegerRun> run(const SampleWriter& samples, std::int64_t count,
                           const IntegerRunOptions& options = {},
                           const JobContext& context = {}) const;

    /// How one output of a Linear or Conv2d came about, for one sample (channels last). Errors
    /// (Usage): another op; an output that does not exist.
    Result<IntegerTrace> trace(const float* x, int op, int channel, int row = 0,
                               int column = 0) const;

private:
    struct Impl;
    explicit IntegerNetwork(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace qs
