// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/ggml_search.h"

#include <algorithm>
#include <cmath>

namespace qs::ggml {
namespace {

constexpr float kAllZero = 1e-15F; // GROUP_MAX_EPS: below it a sub-block counts as zeros
constexpr int kWidth = 8;          // lanes come in multiples of it

constexpr int lanesFor(int candidates)
{
    return (candidates + kWidth - 1) / kWidth * kWidth;
}

/// The element of the largest magnitude, with its sign, the first of equals; 0 for zeros.
float extremeOf(const float* x, int count)
{
    float extreme = 0.0F;
    for (int i = 0; i < count; ++i) {
        if (std::fabs(x[i]) > std::fabs(extreme))
            extreme = x[i];
    }
    return extreme;
}

/// body(0) … body(Lanes-1), which the compiler is to vectorize. Left alone, g++ unrolls eight turns
/// before it looks whether they are one vector.
template <int Lanes, typename Body>
void forLanes(Body body)
{
#pragma GCC unroll 1
    for (int s = 0; s < Lanes; ++s)
        body(s);
}

/// std::clamp by value: references would keep the loops from being vectorized.
std::int32_t clamped(std::int32_t value, std::int32_t low, std::int32_t high)
{
    const std::int32_t raised = value < low ? low : value;
    return raised > high ? high : raised;
}

} // namespace

template <int N, int NMax, int Half, int Steps, bool Mad>
void searchScalesAndMins(const float* x, const float* weights, float* scales, float* mins,
                         std::uint8_t* codes)
{
    constexpr int kLanes = 256 / N; // sub-blocks
    constexpr auto kMax = static_cast<float>(NMax);
    using Lane = float[kLanes];

    Lane columns[N];
    Lane weight[N];
    forLanes<kLanes>([&](int s) {
        for (int i = 0; i < N; ++i) {
            columns[i][s] = x[N * s + i];
            weight[i][s] = weights[N * s + i];
        }
    });
    Lane low, high, sumW, sumX;
    forLanes<kLanes>([&](int s) {
        low[s] = high[s] = columns[0][s];
        sumW[s] = weight[0][s];
        sumX[s] = weight[0][s] * columns[0][s];
    });
    for (int i = 1; i < N; ++i) {
        forLanes<kLanes>([&](int s) {
            const float value = columns[i][s];
            low[s] = value < low[s] ? value : low[s];
            high[s] = value > high[s] ? value : high[s];
            sumW[s] += weight[i][s];
            sumX[s] += weight[i][s] * value;
        });
    }
    Lane scale, min, range;
    forLanes<kLanes>([&](int s) {
        low[s] = low[s] > 0.0F ? 0.0F : low[s];
        min[s] = low[s];
        range[s] = high[s] - low[s];
        scale[s] = 1.0F / (kMax / range[s]);
    });

    std::int32_t best[N][kLanes];
    std::int32_t tried[N][kLanes];
    Lane bestError = {};
    for (int i = 0; i < N; ++i) {
        forLanes<kLanes>([&](int s) {
            const float value = columns[i][s];
            const std::int32_t code =
                clamped(nearestInt(kMax / range[s] * (value - min[s])), 0, NMax);
            best[i][s] = code;
            const float diff = scale[s] * static_cast<float>(code) + min[s] - value;
            bestError[s] += weight[i][s] * (Mad ? std::fabs(diff) : diff * diff);
        });
    }
    for (int step = 0; step < Steps; ++step) {
        const float levels =
            -0.1F * static_cast<float>(Half) + 0.1F * static_cast<float>(step) + kMax;
        Lane inverse;
        forLanes<kLanes>([&](int s) { inverse[s] = levels / (high[s] - min[s]); });
        Lane sumL = {};
        Lane sumL2 = {};
        Lane sumXl = {};
        for (int i = 0; i < N; ++i) {
            forLanes<kLanes>([&](int s) {
                const float value = columns[i][s];
                tried[i][s] = clamped(nearestInt(inverse[s] * (value - min[s])), 0, NMax);
                const auto l = static_cast<float>(tried[i][s]);
                const float weighted = weight[i][s] * l;
                sumL[s] += weighted;
                sumL2[s] += weighted * l;
                sumXl[s] += weighted * value;
            });
        }
        Lane determinant, newScale, newMin;
        forLanes<kLanes>([&](int s) {
            const float det = sumW[s] * sumL2[s] - sumL[s] * sumL[s];
            const float fitted = (sumL2[s] * sumX[s] - sumL[s] * sumXl[s]) / det;
            const float slope = (sumW[s] * sumXl[s] - sumX[s] * sumL[s]) / det;
            const float through0 = sumXl[s] / sumL2[s];
            determinant[s] = det;
            newMin[s] = fitted > 0.0F ? 0.0F : fitted;
            newScale[s] = fitted > 0.0F ? through0 : slope;
        });
        Lane error = {};
        for (int i = 0; i < N; ++i) {
            forLanes<kLanes>([&](int s) {
                const auto l = static_cast<float>(tried[i][s]);
                const float diff = newScale[s] * l + newMin[s] - columns[i][s];
                error[s] += weight[i][s] * (Mad ? std::fabs(diff) : diff * diff);
            });
        }
        std::int32_t take[kLanes];
        forLanes<kLanes>([&](int s) {
            take[s] = ((determinant[s] > 0.0F) & (error[s] < bestError[s])) ? -1 : 0;
            bestError[s] = take[s] != 0 ? error[s] : bestError[s];
            scale[s] = take[s] != 0 ? newScale[s] : scale[s];
            min[s] = take[s] != 0 ? newMin[s] : min[s];
        });
        for (int i = 0; i < N; ++i) {
            forLanes<kLanes>(
                [&](int s) { best[i][s] = (tried[i][s] & take[s]) | (best[i][s] & ~take[s]); });
        }
    }
    forLanes<kLanes>([&](int s) {
        const bool constant = high[s] == low[s];
        scales[s] = constant ? 0.0F : scale[s];
        mins[s] = constant ? -low[s] : -min[s];
        for (int i = 0; i < N; ++i)
            codes[N * s + i] = static_cast<std::uint8_t>(constant ? 0 : best[i][s]);
    });
}

template void searchScalesAndMins<16, 3, 5, 16, true>(const float*, const float*, float*, float*,
                                                      std::uint8_t*);
template void searchScalesAndMins<32, 15, 10, 21, false>(const float*, const float*, float*, float*,
                                                         std::uint8_t*);
template void searchScalesAndMins<32, 31, 5, 16, false>(const float*, const float*, float*, float*,
                                                        std::uint8_t*);

float searchScale(const float* x, std::uint8_t* codes)
{
    constexpr int kN = 16;
    constexpr int kMax = 32;
    constexpr int kSteps = 9; // to each side
    constexpr int kCandidates = 2 * kSteps + 1;
    constexpr int kLanes = lanesFor(kCandidates);

    const float extreme = extremeOf(x, kN);
    if (std::fabs(extreme) < kAllZero) {
        std::fill_n(codes, kN, std::uint8_t{0});
        return 0.0F;
    }
    float inverse[kLanes];
    for (int c = 0; c < kLanes; ++c) {
        const float step = 0.1F * static_cast<float>(c - kSteps);
        inverse[c] = -(static_cast<float>(kMax) + step) / extreme;
    }
    float sumLx[kLanes] = {};
    float sumL2[kLanes] = {};
    for (int i = 0; i < kN; ++i) {
        const float weight = x[i] * x[i];
        const float weighted = weight * x[i];
        for (int c = 0; c < kLanes; ++c) {
            const std::int32_t code = nearestInt(inverse[c] * x[i]);
            const auto l = static_cast<float>(clamped(code, -kMax, kMax - 1));
            sumLx[c] += weighted * l;
            sumL2[c] += weight * l * l;
        }
    }
    int chosen = kSteps;
    float scale = sumL2[kSteps] != 0.0F ? sumLx[kSteps] / sumL2[kSteps] : 0.0F;
    float best = scale * sumLx[kSteps];
    for (int c = 0; c < kCandidates; ++c) {
        if (c != kSteps && sumL2[c] > 0.0F && sumLx[c] * sumLx[c] > best * sumL2[c]) {
            scale = sumLx[c] / sumL2[c];
            best = scale * sumLx[c];
            chosen = c;
        }
    }
    for (int i = 0; i < kN; ++i) {
        const std::int32_t code = clamped(nearestInt(inverse[chosen] * x[i]), -kMax, kMax - 1);
        codes[i] = static_cast<std::uint8_t>(code + kMax);
    }
    return scale;
}

void searchScalesByDescent(const float* x, float* scales, std::uint8_t* codes)
{
    constexpr int kN = 16;     // elements of a sub-block
    constexpr int kLanes = 16; // sub-blocks
    constexpr int kMax = 4;

    float columns[kN][kLanes];
    float extreme[kLanes];
    float inverse[kLanes];
    forLanes<kLanes>([&](int s) {
        for (int i = 0; i < kN; ++i)
            columns[i][s] = x[kN * s + i];
        extreme[s] = extremeOf(x + kN * s, kN);
        inverse[s] = static_cast<float>(-kMax) / extreme[s];
    });
    std::int32_t q[kN][kLanes];
    float sumLx[kLanes] = {};
    float sumL2[kLanes] = {};
    for (int i = 0; i < kN; ++i) {
        forLanes<kLanes>([&](int s) {
            const float value = columns[i][s];
            const float weight = value * value;
            q[i][s] = clamped(nearestInt(inverse[s] * value), -kMax, kMax - 1);
            const auto l = static_cast<float>(q[i][s]);
            sumLx[s] += weight * value * l;
            sumL2[s] += weight * l * l;
        });
    }
    // A sub-block in which a round changes nothing stays as it is: further rounds may run over it.
    for (int round = 0; round < 5; ++round) {
        std::int32_t changed[kLanes] = {};
        for (int i = 0; i < kN; ++i) {
            forLanes<kLanes>([&](int s) {
                const float value = columns[i][s];
                const float weight = value * value;
                const float weighted = weight * value;
                const auto l = static_cast<float>(q[i][s]);
                const float otherLx = sumLx[s] - weighted * l;
                const float otherL2 = sumL2[s] - weight * l * l;
                const std::int32_t moved =
                    clamped(nearestInt(value * otherL2 / otherLx), -kMax, kMax - 1);
                const auto m = static_cast<float>(moved);
                const float newLx = otherLx + weighted * m;
                const float newL2 = otherL2 + weight * m * m;
                const float gain = newLx * newLx * sumL2[s];
                const float held = sumLx[s] * sumLx[s] * newL2;
                // One selection after the other: && and & would bring branches into the loop.
                std::int32_t take = moved != q[i][s] ? -1 : 0;
                take = otherLx > 0.0F ? take : 0;
                take = newL2 > 0.0F ? take : 0;
                take = gain > held ? take : 0;
                changed[s] |= take;
                sumLx[s] = take != 0 ? newLx : sumLx[s];
                sumL2[s] = take != 0 ? newL2 : sumL2[s];
                q[i][s] = (moved & take) | (q[i][s] & ~take);
            });
        }
        if (std::none_of(changed, changed + kLanes, [](std::int32_t c) { return c != 0; }))
            break;
    }
    forLanes<kLanes>([&](int s) {
        const bool zero = std::fabs(extreme[s]) < kAllZero;
        scales[s] = !zero && sumL2[s] > 0.0F ? sumLx[s] / sumL2[s] : 0.0F;
        for (int i = 0; i < kN; ++i)
            codes[kN * s + i] = static_cast<std::uint8_t>(zero ? 0 : q[i][s] + kMax);
    });
}

} // namespace qs::ggml
