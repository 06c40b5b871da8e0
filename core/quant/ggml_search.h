// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstdint>

/// How the k-quants look for the scale of a sub-block. The rules are ggml's (make_qkx2_quants,
/// make_qx_quants, make_q3_quants of ggml-quants.c) to the bit; the shape is ours: sums must keep
/// their order over the elements, so candidates (or sub-blocks) are what runs in vector lanes.
namespace qs::ggml {

/// Round half to even for |value| < 2^22; any float, NaN included, gives some integer of 23 bits
/// (ggml's nearest_int): infinities -2^22, NaN 0.
inline std::int32_t nearestInt(float value)
{
    const auto bits = std::bit_cast<std::uint32_t>(value + 12582912.0F);
    return static_cast<std::int32_t>(bits & 0x7fffffU) - 0x400000;
}

/// Of 256 / N sub-blocks of N elements each x ~ scale * code - min with min >= 0 and codes 0 …
/// NMax. Starts from the range, widened to contain 0 from below: scale (max + min) / NMax. Then for
/// the steps -Half/10, …, (Steps-1-Half)/10: codes round((x + min) * (NMax + step) / (max + min))
/// with the best min so far, and their weighted least squares; taken if the weighted sum of |error|
/// (Mad) or error^2 is smaller than the best so far. A constant sub-block: scale 0, codes 0.
template <int N, int NMax, int Half, int Steps, bool Mad>
void searchScalesAndMins(const float* x, const float* weights, float* scales, float* mins,
                         std::uint8_t* codes);

/// Of 16 elements x ~ scale * (code - 32), codes 0 … 63: scale = sum w x q / sum w q^2 with w = x^2
/// and q = round(-x * (32 + step) / extreme), over the steps -0.9, -0.8, …, 0.9 the one of the
/// largest (sum w x q)^2 / sum w q^2, 0 first. All |x| < 1e-15: scale 0, codes 0.
float searchScale(const float* x, std::uint8_t* codes);

/// Of 16 sub-blocks of 16 elements each x ~ scale * (code - 4), codes 0 … 7: from q = round(-4 x /
/// extreme), five rounds in which each q moves to its best place given all others, if that is
/// better. All |x| < 1e-15 in a sub-block: scale 0, codes 0.
void searchScalesByDescent(const float* x, float* scales, std::uint8_t* codes);

} // namespace qs::ggml
