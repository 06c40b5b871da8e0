// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/gram.h"

#include "core/base/memory.h"
#include "core/base/parallel.h"
#include "core/ptq/ptq_checks.h"

#include <Eigen/Core>

#include <algorithm>
#include <string>

namespace qs {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Rows = Eigen::Map<const Matrix>;

/// Columns and rows of the tables that one task works on.
constexpr std::int64_t kTile = 128;

/// sum += aᵀ b for one tile of the K x K table.
void addTile(const Rows& a, const Rows& b, std::int64_t i, std::int64_t j, double* sum)
{
    const std::int64_t columns = a.cols();
    const std::int64_t height = std::min(kTile, columns - i);
    const std::int64_t width = std::min(kTile, columns - j);
    Eigen::Map<Matrix> table(sum, columns, columns);
    table.block(i, j, height, width).noalias() +=
        a.middleCols(i, height).transpose() * b.middleCols(j, width);
}

/// Only tiles on and above the diagonal were summed.
void mirror(std::vector<double>& table, std::int64_t columns)
{
    const auto k = static_cast<std::size_t>(columns);
    for (std::size_t i = 0; i < k && !table.empty(); ++i) {
        for (std::size_t j = 0; j < i; ++j)
            table[i * k + j] = table[j * k + i];
    }
}

} // namespace

Result<std::vector<double>> squaredErrors(const GramData& data, std::span<const float> weight,
                                          std::span<const float> quantized)
{
    const auto table = static_cast<std::size_t>(data.columns * data.columns);
    const bool drifts = !data.cross.empty();
    if (data.columns < 1 || data.gram.size() != table ||
        data.cross.size() != (drifts ? table : 0) || data.drift.size() != data.cross.size())
        return Error::usage("gram: expected tables of " + std::to_string(data.columns) + " x " +
                            std::to_string(data.columns) + " elements");
    const std::int64_t outputs = static_cast<std::int64_t>(weight.size()) / data.columns;
    for (const auto& array : {weight, quantized}) {
        if (auto ok = checkSizes("weight", array.size(), outputs, data.columns, 1); !ok)
            return ok.error();
    }
    using Floats = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const auto matrix = [&](std::span<const float> array) {
        return Matrix(Eigen::Map<const Floats>(array.data(), outputs, data.columns).cast<double>());
    };
    const auto of = [&](const std::vector<double>& values) {
        return Rows(values.data(), data.columns, data.columns);
    };
    const Matrix w = matrix(weight);
    const Matrix e = w - matrix(quantized);
    Eigen::VectorXd sums = (e * of(data.gram)).cwiseProduct(e).rowwise().sum();
    if (drifts) {
        sums += 2 * (e * of(data.cross)).cwiseProduct(w).rowwise().sum();
        sums += (w * of(data.drift)).cwiseProduct(w).rowwise().sum();
    }
    return std::vector<double>(sums.data(), sums.data() + sums.size());
}

Result<GramAccumulator> GramAccumulator::make(std::int64_t columns)
{
    // Far above what memory holds, and the square still is a number.
    constexpr std::int64_t kMost = 1 << 20;
    if (columns < 1 || columns > kMost)
        return Error::usage("columns: expected 1 to " + std::to_string(kMost) + ", found " +
                            std::to_string(columns));
    const auto k = static_cast<std::size_t>(columns);
    if (auto fits = checkMemory(3 * k * k * sizeof(double),
                                "the Gram matrices of " + std::to_string(columns) + " inputs",
                                "leave the layer out");
        !fits)
        return fits.error();
    GramAccumulator sums;
    sums.m_data.columns = columns;
    sums.m_data.gram.resize(k * k);
    sums.m_input.resize(k * kRowsPerBlock);
    return sums;
}

Result<void> GramAccumulator::add(std::span<const float> rows, std::span<const float> floatRows,
                                  const JobContext& context)
{
    const auto k = static_cast<std::size_t>(m_data.columns);
    if (rows.size() % k != 0)
        return Error::usage("rows: expected whole rows of " + std::to_string(k) +
                            " elements, found " + std::to_string(rows.size()));
    if (!floatRows.empty()) {
        if (auto ok =
                checkCount("float_rows", floatRows.size(), static_cast<std::int64_t>(rows.size()));
            !ok)
            return ok;
    }
    for (const auto& values : {rows, floatRows}) {
        if (auto ok = checkAllFinite("rows", values); !ok)
            return ok;
    }
    if (!floatRows.empty() && m_drift.empty())
        m_drift.resize(m_input.size());
    for (std::size_t at = 0; at < rows.size(); at += k) {
        const std::size_t to = static_cast<std::size_t>(m_waiting) * k;
        for (std::size_t i = 0; i < k; ++i) {
            const auto x = static_cast<double>(rows[at + i]);
            m_input[to + i] = x;
            if (m_drift.empty())
                continue;
            const double d = floatRows.empty() ? 0.0 : static_cast<double>(floatRows[at + i]) - x;
            m_drift[to + i] = d;
            m_drifts |= d != 0;
        }
        ++m_data.rows;
        if (++m_waiting == kRowsPerBlock && !flush(context))
            return Error::cancelled();
    }
    return {};
}

bool GramAccumulator::flush(const JobContext& context)
{
    const std::int64_t columns = m_data.columns;
    if (m_drifts && m_data.cross.empty()) {
        m_data.cross.resize(m_data.gram.size());
        m_data.drift.resize(m_data.gram.size());
    }
    const Rows input(m_input.data(), m_waiting, columns);
    const Rows drift(m_drifts ? m_drift.data() : m_input.data(), m_waiting, columns);
    const std::int64_t tiles = (columns + kTile - 1) / kTile;
    const bool done = forEachIndex(tiles * tiles, context, [&](std::int64_t tile) {
        const std::int64_t i = tile / tiles * kTile;
        const std::int64_t j = tile % tiles * kTile;
        if (i <= j)
            addTile(input, input, i, j, m_data.gram.data());
        if (!m_drifts)
            return;
        addTile(input, drift, i, j, m_data.cross.data());
        if (i <= j)
            addTile(drift, drift, i, j, m_data.drift.data());
    });
    m_waiting = 0;
    m_drifts = false;
    return done;
}

Result<GramData> GramAccumulator::data(const JobContext& context)
{
    if (m_waiting > 0 && !flush(context))
        return Error::cancelled();
    GramData result = m_data;
    mirror(result.gram, m_data.columns);
    mirror(result.drift, m_data.columns);
    return result;
}

} // namespace qs
