// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Private to core/integer: how the ops of an IntegerNetwork compute.

#include "core/integer/product.h"

#include <memory>

namespace qs::integer {

/// Samples that are worked on together, by one thread.
inline constexpr int kChunk = 8;

/// What an op needs besides its input and output while it works on one chunk.
struct Work {
    ProductWork product;
    std::vector<float> from;
    std::vector<float> to;
};

/// One chunk at one op. What an op reads and writes is codes as bytes, or real values, both
/// channels last and with kSlack bytes behind their end.
struct Run {
    const std::uint8_t* x = nullptr;
    const std::uint8_t* other = nullptr; ///< Add
    const float* realX = nullptr;        ///< where the input is real
    std::uint8_t* y = nullptr;
    float* realY = nullptr; ///< where the output is real
    int samples = 0;
    Saturation* saturation = nullptr; ///< null: not counted
    bool reference = false;           ///< by the formulas, without kernels
};

class Op {
public:
    virtual ~Op() = default;
    virtual void prepare(Work&) const {}
    virtual void run(Work& work, const Run& run) const = 0;
    virtual const Product* product() const { return nullptr; }
};

/// What an op reads.
struct OpInput {
    SampleShape shape;
    std::optional<IntegerQuant> quant; ///< none: real values
};

/// The op and its inputs fit each other (checkIntegerSpec); `out` is its output's shape.
std::unique_ptr<Op> makeOp(const IntegerOp& op, RequantizeMode mode, const OpInput& in,
                           const OpInput& other, SampleShape out);
std::unique_ptr<Op> makePool(const IntegerOp& op, const OpInput& in, SampleShape out);
std::unique_ptr<Op> makeAdd(const IntegerOp& op, RequantizeMode mode, const OpInput& in,
                            const OpInput& other);
/// ReLU, ReLU6, Table and Quantize of codes.
std::unique_ptr<Op> makeTable(const IntegerOp& op, RequantizeMode mode, const OpInput& in);
/// Quantize of real values, Softmax and Float.
std::unique_ptr<Op> makeFloatOp(const IntegerOp& op, const OpInput& in, SampleShape out);

} // namespace qs::integer
