// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/level_table.h"
#include "ui/panels/panel.h"

#include <QCoreApplication>

#include <utility>
#include <vector>

namespace qs {

/// Source of every panel's texts.
struct Panels {
    Q_DECLARE_TR_FUNCTIONS(Panels)
};

/// The x axis that the tensor's plots share: the data's range with room beside it, doubled up to
/// three times until the quantizer's range is in it. It moves in such steps only, so that dragging
/// a handle does not move the axis under the hand.
std::array<double, 2> sharedXRange(const TensorResult& result);

/// A shown channel's or group's grid as pictures need it, in double: the finite levels in ascending
/// order, level 0 … size() - 1. ggml's blocks have none of their own: see BlockElements.
class GridView {
public:
    explicit GridView(const TensorResult& result);

    /// False for ggml's blocks; nothing below may be asked then.
    bool exists() const { return m_exists; }
    /// Levels that are equally far from each other: integers.
    bool isUniform() const { return m_uniform; }
    /// Stochastic rounding: x becomes level indexAt(x) or the next one.
    bool isStochastic() const { return m_rounding == Rounding::Stochastic; }

    std::int64_t size() const { return m_size; }
    double level(std::int64_t i) const;
    /// Where level i becomes level i + 1.
    double threshold(std::int64_t i) const;
    /// The level of x.
    std::int64_t indexAt(double x) const;
    /// The distance of the levels on either side of x: 1 LSB there.
    double stepAt(double x) const;

    double lowest() const { return m_lowest; }   ///< the first level
    double highest() const { return m_highest; } ///< the last level
    /// Where clipping begins on either side; may be infinite.
    double clipLow() const { return m_clipLow; }
    double clipHigh() const { return m_clipHigh; }
    /// Between what an unclipped element's error lies, in LSB.
    double errorFrom() const { return m_rounding == Rounding::Floor || isStochastic() ? -1 : -0.5; }
    double errorTo() const { return m_rounding == Rounding::Floor ? 0 : isStochastic() ? 1 : 0.5; }

    /// Levels first … last whose distances are all below a width.
    struct Run {
        std::int64_t first;
        std::int64_t last;
    };
    /// The runs of at least three levels in [from, to] that are closer to each other than `width`.
    std::vector<Run> denseRuns(double from, double to, double width) const;

    const LevelTable* table() const { return m_table.get(); }

private:
    bool m_exists = true;
    bool m_uniform = true;
    Rounding m_rounding = Rounding::HalfEven;
    std::int64_t m_size = 0;
    double m_lowest = 0;
    double m_highest = 0;
    double m_clipLow = 0;
    double m_clipHigh = 0;
    std::shared_ptr<const LevelTable> m_table;
    /// Of more codes than a table has: the quantizer is asked for each.
    std::optional<Quantizer> m_quantizer;
};

/// The elements of a shown block of a ggml dtype, by value: there the levels are the block's own.
struct BlockElements {
    explicit BlockElements(const TensorResult& result);
    std::vector<double> x; ///< ascending
    std::vector<double> y; ///< dequantized
    std::vector<double> lsb;
};

/// Axis "value x" over the shared range.
Axis valueAxis(const TensorResult& result);
/// "LSB", or "local LSB" where levels are not equally far from each other.
QString errorUnit(const TensorResult& result);
/// The two range handles, where the dtype has a range that a person can move.
void addRangeHandles(Figure& figure, const TensorResult& result, const GridView& grid);
/// The clipped regions with their share, where anything is clipped.
void addClippedRegions(Figure& figure, const TensorResult& result, const GridView& grid);
/// What is shown of the whole tensor: "channel", "group" or "block".
QString partName(const QuantSpec& spec);
/// "fc1.weight" or "fc1.weight, channel 3".
QString shownName(const TensorResult& result);
/// A real number as people read it: "NaN", "+Inf", or four digits.
QString realText(double value);
/// A code as people write it: -12; 0x3c for bit patterns.
QString codeText(DType dtype, std::int32_t code);
/// A code's bits: "1111 0100"; sign, exponent and mantissa of floats: "0 0111 100".
QString codeBits(const QuantParams& params, std::int32_t code);
/// "scale 0.0039, zero_point 3", as far as the dtype has them.
QString parametersText(const TensorResult& result);
/// dtype, qscheme, scale, zero_point, …: the lines above a CSV.
std::vector<std::pair<QString, QString>> provenance(const TensorResult& result);
/// The picture of a tensor workspace before there is a tensor.
Figure emptyFigure(const QString& title);

} // namespace qs
