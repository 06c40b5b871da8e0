// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/calib/search_step.h"
#include "core/index/value_index.h"
#include "core/quant/quant_spec.h"
#include "core/tensor/tensor.h"
#include "core/tensor/tensor_stats.h"

#include <span>
#include <vector>

namespace qs {

/// The exact errors that a search computed for one set, in order.
struct MseTrace {
    std::size_t set = 0;
    std::vector<SearchStep> steps; ///< error: mean squared error over the set's finite elements
};

/// For each set of parameters the range [min, max] whose parameters (paramsFromRanges) quantize the
/// set's finite elements with the smallest mean squared error, as the spec's own Quantizer computes
/// it. For up to 256 tensors or channels of integers (affine to 1,024 codes, symmetric to 4,096)
/// and of float formats and codebooks with a float32 scale the range is proven to be the smallest
/// within 1e-6 (optimalRanges). Elsewhere - groups and blocks, more codes or sets, scales that are
/// powers of two, dialects with rules of their own, other roundings than half_even - all sets are
/// searched side by side, each on its own:
///
/// 1. a grid over the whole plane of ranges - fractions of either end of the observed range, from
///    2^-14 of it to 9/8; along one line where the scheme is symmetric, the dtype no integer, or
///    one end is 0 - on a histogram with count, Σx and Σx² in each bin, then refined there;
/// 2. the grid's best, the observed range and (up to 256 sets) what PyTorch's histogram search
///    chooses on all elements, exactly;
/// 3. the best of these moved in ever smaller steps, exactly.
///
/// So the result is never worse than minmax, nor, up to 256 sets, than histogram. That search is
/// not proven: the error has many local minima, closer together than step 3's first steps. With
/// more than 4096 sets step 1 is a coarser grid on all elements. For MX and NVFP4 the range's
/// larger end decides, as in paramsFromRanges. For NVFP4's two levels sets depend on each other
/// through the global scale; the outcome is kept only if it beats minmax.
///
/// `observed`: the extremes of each set over all batches; all batches have that many sets. `index`:
/// the sorted values of the only batch by the spec's layout, where the caller has them. Errors: no
/// finite element; ggml's dtypes, which find their own scales (Usage); cancelled.
Result<std::vector<ChannelRange>> mseRanges(std::span<const Tensor> batches, const QuantSpec& spec,
                                            std::span<const ChannelRange> observed,
                                            const JobContext& context = {},
                                            MseTrace* trace = nullptr,
                                            const ValueIndex* index = nullptr);

} // namespace qs
