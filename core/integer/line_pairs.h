// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Private to core/integer: convolutions of stride 1 with fewer products.

#include "core/integer/packed_weights.h"

#include <optional>

namespace qs::integer {

/// Two lines of a convolution's output at once. What three or two neighbouring kernel lines
/// contribute to both takes four instead of six products, or three instead of four: the minimal
/// filtering algorithms F(2, 3) and F(2, 2) (Winograd, Arithmetic Complexity of Computations,
/// 1980), along the height, in whole numbers. With d the lines of the image from the upper output
/// line's first on, and g the kernel's,
///
///     F(2, 3):  a = (d1 + d2) * (g0 + g1 + g2)    upper = (a + b) / 2 + (d0 - d2) * g0
///               b = (d2 - d1) * (g0 - g1 + g2)    lower = (a - b) / 2 - (d1 - d3) * g2
///     F(2, 2):  a = d1 * 2 * (g0 + g1)            upper = a / 2 + (d0 - d1) * g0
///                                                 lower = a / 2 - (d1 - d2) * g1
///
/// a and b are summed up over all kernel lines and channels before they are halved, which is exact
/// unless one of them may leave int32: make() proves from the weights that none does. So the sums
/// are those of the plain convolution, modulo 2^32.
class LinePairs {
public:
    /// weights: [outputs][kernel][length], centred; bias: [outputs]; zeroPoint: of the image's
    /// bytes. None where fewer products would not save time, or the halves may overflow.
    static std::optional<LinePairs> make(const std::vector<std::int16_t>& weights,
                                         const std::vector<std::int32_t>& bias, int kernel,
                                         int length, int zeroPoint);

    /// Says where lines are: `line` elements each, `lines` of them in the padded image. Behind
    /// them there is one line more, which a lower output line that does not exist would need.
    void setImage(std::ptrdiff_t line, std::ptrdiff_t lines);
    /// Elements of an image with the sums and differences of its lines.
    std::ptrdiff_t imageSize() const { return kPlanes * m_plane; }
    /// Makes the sums and differences of the lines of an image, which are behind it.
    void derive(std::int16_t* image) const;

    /// The sums of `pairs` pairs of lines, of `width` positions each: the windows at[i].from of the
    /// upper lines, whose sums go to at[i].to, those of the lower lines lowerLine behind.
    void multiply(const std::int16_t* image, const Position* at, int pairs, int width,
                  std::ptrdiff_t lowerLine, std::int32_t* sums) const;

private:
    enum Plane { Image, Sum, Difference, WideDifference, kPlanes };
    /// Kernel lines times lines of one plane each.
    struct Part {
        struct Segment {
            Plane plane;
            int line; ///< of the image, from the upper output line's first on
        };
        std::vector<Segment> segments;
        std::vector<std::int16_t> weights; ///< [outputs][segments][length]
        PackedWeights packed;
        std::ptrdiff_t first = 0; ///< where the first segment is
        std::vector<std::ptrdiff_t> steps;
    };
    /// Σ_k |w| of an output's segment times the largest number of its plane.
    static std::int64_t bound(const Part& part, int output, int length, int zeroPoint);

    std::ptrdiff_t m_plane = 0; ///< elements
    std::ptrdiff_t m_line = 0;
    Part m_a;
    Part m_b;
    Part m_upper;
    Part m_lower;
    std::vector<std::int32_t> m_startA; ///< twice the bias
    std::vector<std::int32_t> m_startB; ///< 0
};

} // namespace qs::integer
