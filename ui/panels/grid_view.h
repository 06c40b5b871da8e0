// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

#include <QCoreApplication>

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

/// A shown channel's grid as pictures need it, in double.
struct GridView {
    explicit GridView(const TensorResult& result);

    double scale = 1;
    std::int32_t zeroPoint = 0;
    QuantRange range;
    double lowest = 0;  ///< level(quant_min)
    double highest = 0; ///< level(quant_max)
    double toNext =
        0.5; ///< distance from a level to where the next begins, in steps: 0.5; floor: 1

    double level(std::int32_t code) const { return (code - zeroPoint) * scale; }
    /// Where code becomes code + 1.
    double threshold(std::int32_t code) const { return (code - zeroPoint + toNext) * scale; }
    /// The code of x, clamped.
    std::int32_t codeAt(double x) const;
    /// Where clipping begins on either side.
    double clipLow() const { return threshold(range.quantMin - 1); }
    double clipHigh() const { return threshold(range.quantMax); }
};

/// Axis "value x" over the shared range.
Axis valueAxis(const TensorResult& result);
/// The two range handles, where they are inside the shared range.
void addRangeHandles(Figure& figure, const GridView& grid);
/// The clipped regions with their share, where anything is clipped.
void addClippedRegions(Figure& figure, const TensorResult& result, const GridView& grid);
/// "fc1.weight" or "fc1.weight, channel 3".
QString shownName(const TensorResult& result);
/// dtype, qscheme, scale, zero_point, …: the lines above a CSV.
std::vector<std::pair<QString, QString>> provenance(const TensorResult& result);
/// The picture of a tensor workspace before there is a tensor.
Figure emptyFigure(const QString& title);

} // namespace qs
