// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

namespace qs {

/// torch.sum of contiguous float32 on a CPU, to the bit: cascade summation over 8 lanes, 4 vectors
/// side by side, 4 levels (aten/src/ATen/native/cpu/SumKernel.cpp, in the AVX2 build that PyTorch
/// also runs on AVX-512 machines). Searches that stop where an error grows by one unit in the last
/// place depend on it. For up to 32,768 elements, beyond which PyTorch splits the work by threads.
float torchSum(std::span<const float> x);

/// numpy.sum of contiguous float32, to the bit: pairwise, with 8 partial sums in blocks of up to
/// 128 (numpy/core/src/umath/loops_utils.h, pairwise_sum).
float numpySum(std::span<const float> x);

} // namespace qs
