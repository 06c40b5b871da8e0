// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quantizer.h"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace qs {

/// One channel, group or block of a tensor through a quantizer: n finite elements x, dequantized y,
/// e = y - x. As in Report, a y beyond float32 counts as its largest number.
struct ChannelErrors {
    std::int64_t n = 0; ///< finite elements; without any, everything below is 0
    float min = 0;
    float max = 0;
    double signal = 0;  ///< Σx²
    double squares = 0; ///< Σe²
    std::int64_t clipped = 0;
    /// Different codes that occur; none where there is no room to keep account of them.
    std::optional<std::int64_t> codesUsed;
    /// 25 % and 75 %, between the two nearest elements in proportion (numpy's "linear"); none where
    /// they were not asked for.
    std::optional<std::array<double, 2>> quartiles;

    double mse() const { return n > 0 ? squares / static_cast<double>(n) : 0; }
    /// 10 log10(Σx² / Σe²) in dB; none where the error is 0 or there is no signal.
    std::optional<double> sqnrDb() const;
    /// max(|min|, |max|).
    double reach() const;
};

struct ChannelErrorOptions {
    /// Codes in use are kept account of in at most so many bytes for all channels together, and for
    /// dtypes of at most 65,536 codes.
    std::uint64_t codeBytes = std::uint64_t{256} << 20;
    bool quartiles = false; ///< gathers every channel once more
};

/// One for each of the sets of `channels` (channels.numel() == tensor.numel()), which need not be
/// those that the quantizer has parameters for: channels of a tensor with one scale. One read of
/// the tensor, on all cores; the same bits whatever their number. Errors: cancelled.
Result<std::vector<ChannelErrors>> channelErrors(const Tensor& tensor, const Quantizer& quantizer,
                                                 const ParamLayout& channels,
                                                 const ChannelErrorOptions& options = {},
                                                 const JobContext& context = {});

} // namespace qs
