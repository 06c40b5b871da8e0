// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/figure.h"

#include <QByteArray>
#include <QString>

#include <algorithm>
#include <vector>

namespace qs {

/// Numbers or texts under one title: what every way to write or list a figure's data starts from.
struct FigureColumn {
    QString title; ///< with its unit, once in a figure: "count", "value x [-]"
    std::vector<double> values;
    std::vector<QString> texts = {}; ///< instead of values
    std::size_t size() const { return std::max(values.size(), texts.size()); }
};

/// The data of `figure`. Series with the same x share its column; a histogram has two, its bars'
/// ends; bands and bars have two, from and to; names of points are texts; side bins come last. A
/// figure that is a table gives its columns; those whose every cell is a number or empty hold
/// numbers (empty: NaN). Columns may differ in length.
std::vector<FigureColumn> figureColumns(const Figure& figure);

/// The same as texts to be read: the figure's own table, or its data with nine significant digits.
FigureTable figureTable(const Figure& figure);

/// "key: value" lines that say what made the picture, its title first; each one line.
std::vector<QString> figureComments(const Figure& figure);

/// The shortest text that reads back as the same double, with a point whatever the locale is.
QByteArray exactNumber(double value);

} // namespace qs
