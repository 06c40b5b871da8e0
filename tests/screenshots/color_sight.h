// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>

namespace qs {

/// CIE 1976 L*, 0 (black) … 100 (white): what is left of a colour on a grey copy.
double lightnessOf(const QColor& color);

/// The distance of two colours in CIE L*a*b* (1976, white D65).
double colorDistance(const QColor& a, const QColor& b);

/// A colour as somebody without green cones sees it: the matrix of Machado, Oliveira and Fernandes,
/// "A physiologically-based model for simulation of color vision deficiency" (IEEE Transactions on
/// Visualization and Computer Graphics 15(6), 2009), deuteranomaly of severity 1, on linear RGB.
QColor deuteranopia(const QColor& color);

} // namespace qs
