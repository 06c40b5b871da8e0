// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/base/result.h"

#include <cstdint>
#include <span>
#include <vector>

namespace qs {

/// All that a layer's squared error depends on, for every weight at once. With rows x of what the
/// layer sees in the float network, x̂ in the quantized one, and d = x - x̂, K = columns:
///
///     Σ (w·x - w̃·x̂)² = w D wᵀ + 2 e C wᵀ + e G eᵀ,   e = w - w̃
///
/// Sums over rows, in double. d instead of x, because there is then no difference of large numbers.
struct GramData {
    std::int64_t columns = 0; ///< K
    std::int64_t rows = 0;
    std::vector<double> gram;  ///< G = Σ x̂ᵀ x̂, [K][K], symmetric
    std::vector<double> cross; ///< C = Σ x̂ᵀ d, [K][K]; empty where x = x̂ everywhere
    std::vector<double> drift; ///< D = Σ dᵀ d, [K][K], symmetric; empty likewise
};

/// Σ (w·x - w̃·x̂)² of each output. weight and quantized are [outputs][columns], outputs >= 1.
/// Errors (Usage): other lengths; GramData with tables of other sizes.
Result<std::vector<double>> squaredErrors(const GramData& data, std::span<const float> weight,
                                          std::span<const float> quantized);

/// Sums up GramData from rows that arrive in parts. Rows are multiplied in blocks of kRowsPerBlock,
/// tile by tile on all cores: the bits depend neither on the threads nor on how the rows were cut
/// into parts.
class GramAccumulator {
public:
    static constexpr std::int64_t kRowsPerBlock = 256;

    /// Errors: columns < 1 (Usage); not enough memory for 3 tables of columns² doubles (Data).
    static Result<GramAccumulator> make(std::int64_t columns);

    /// Whole rows of the layer's inputs. floatRows: what the float network has there; empty where
    /// it is the same, then neither C nor D are made (both kinds may be mixed). A convolution's
    /// rows: core/ptq/image_rows.h. Errors: not whole rows, different lengths, numbers that are not
    /// finite (Usage); cancelled, after which the sums are of no use.
    Result<void> add(std::span<const float> rows, std::span<const float> floatRows = {},
                     const JobContext& context = {});
    /// The sums of all rows so far. Errors: as of add.
    Result<GramData> data(const JobContext& context = {});

private:
    GramAccumulator() = default;
    bool flush(const JobContext& context);

    GramData m_data;
    std::vector<double> m_input; ///< rows that wait for their block to be full
    std::vector<double> m_drift;
    bool m_drifts = false; ///< one of them is not 0
    std::int64_t m_waiting = 0;
};

} // namespace qs
