// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Private to core/integer: what Linear and Conv2d are.

#include "core/base/large_array.h"
#include "core/integer/line_pairs.h"
#include "core/integer/packed_weights.h"
#include "core/integer/requantize_rows.h"

#include <cstdint>
#include <vector>

namespace qs::integer {

/// What a product needs while it works on one chunk.
struct ProductWork {
    LargeArray<std::int16_t> centred; ///< inputs, with zeros around them
    LargeArray<std::int32_t> sums;    ///< of one block of positions
    std::vector<Position> rows;       ///< of the block
};

/// A convolution of codes; a Linear is one of kernel 1 on an image of one pixel. Samples are
/// channels last, one after the other; every array has kSlack bytes behind its end.
///
///     acc = Σ (q_x - z_x) * (q_w - z_w[c]) + bias_code[c]            int32, modulo 2^32
///     q_y = clamp(requantizedLevel(acc * M[c]) + z_y)
class Product {
public:
    /// The op, its input and its output fit each other (checkIntegerSpec).
    Product(const IntegerOp& op, RequantizeMode mode, SampleShape in, SampleShape out,
            const IntegerQuant& inQuant);

    void prepare(ProductWork& work, int samples) const;
    /// y has room for the samples and kSlack bytes.
    void run(ProductWork& work, const std::uint8_t* x, std::uint8_t* y, int samples,
             Saturation* saturation) const;
    /// The same and a MaxPool2d(pool) behind it, of which y is the output.
    void runPooled(ProductWork& work, const std::uint8_t* x, std::uint8_t* y, int samples,
                   int pool) const;
    /// The same as run by the formulas alone: the measure of all kernels.
    void runReference(const std::uint8_t* x, std::uint8_t* y, int samples,
                      Saturation* saturation) const;

    /// The accumulator of one output before it wraps around, from one sample.
    std::int64_t exactSum(const std::uint8_t* x, int channel, int row, int column) const;
    /// Calls body(offset in x or -1 for padding, offset in weights()) for each product of a sum.
    template <typename Body>
    void forEachTerm(int channel, int row, int column, Body body) const
    {
        for (int ky = 0; ky < m_kernel; ++ky)
            for (int kx = 0; kx < m_kernel; ++kx) {
                const int y = row * m_stride + ky - m_padding;
                const int x = column * m_stride + kx - m_padding;
                const bool inside = y >= 0 && y < m_in.height && x >= 0 && x < m_in.width;
                for (int i = 0; i < m_in.channels; ++i)
                    body(inside ? (std::ptrdiff_t{y} * m_in.width + x) * m_in.channels + i : -1,
                         ((std::ptrdiff_t{channel} * m_kernel + ky) * m_kernel + kx) *
                                 m_in.channels +
                             i);
            }
    }
    /// Sums beyond int32, where the bound of the codes does not rule them out.
    std::int64_t countOverflows(const std::uint8_t* x, int samples) const;
    bool overflowPossible() const { return !m_unproven.empty(); }

    const std::vector<std::int16_t>& weights() const { return m_weights; }
    std::int32_t weightZeroPoint(int channel) const
    {
        return m_weightZeroPoint[static_cast<std::size_t>(channel)];
    }
    std::int32_t bias(int channel) const { return m_bias[static_cast<std::size_t>(channel)]; }
    const Multiplier& multiplier(int channel) const
    {
        return m_multipliers[static_cast<std::size_t>(channel)];
    }
    int biasSaturations() const { return m_biasSaturations; }
    const CodeClamp& clamp() const { return m_clamp; }
    RequantizeMode mode() const { return m_mode; }

private:
    void centre(ProductWork& work, const std::uint8_t* x, int samples) const;
    void findUnproven(const IntegerQuant& inBytes);
    /// The sums of a sample's output lines from `first` on.
    void multiplyLines(ProductWork& work, int first, int lines) const;
    /// Output lines of a block, a multiple of `multiple`.
    int blockLines(int multiple) const;

    RequantizeMode m_mode;
    SampleShape m_in;
    SampleShape m_out;
    int m_kernel;
    int m_stride;
    int m_padding;
    std::ptrdiff_t m_line;               ///< elements of a line of the centred image
    std::ptrdiff_t m_image;              ///< of the whole
    int m_zeroPoint;                     ///< of x, as a byte
    std::vector<std::int16_t> m_weights; ///< centred, [out][ky][kx][in]
    std::vector<std::int32_t> m_weightZeroPoint;
    std::vector<std::int32_t> m_bias; ///< filled up to whole rows of sums
    std::vector<Multiplier> m_multipliers;
    int m_biasSaturations = 0;
    std::vector<int> m_unproven; ///< channels whose sums may leave int32
    CodeClamp m_clamp;
    PackedWeights m_packed;
    std::vector<std::ptrdiff_t> m_steps; ///< between the window's lines
    std::optional<LinePairs> m_pairs;    ///< where they save products
    RowRequantizer m_requantizer;
};

} // namespace qs::integer
