// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "capture.h"

#include <QStringList>

#include <span>

class QMainWindow;

namespace qs {

/// One rule of what a person must be able to read and trust on every screenshot.
struct Check {
    const char* name; ///< "overlaps": begins each of its problems
    QStringList (*problems)(const Capture& capture);
};

/// All rules. Each holds for any state: what it is about may be missing.
std::span<const Check> checks();

/// What all of them find, each as "name: problem".
QStringList problemsOf(const Capture& capture);

// Of texts (text_checks.cpp).
/// No two texts touch.
QStringList overlaps(const Capture& capture);
/// Nothing is cut at an edge, and "…" stands for letters only where a tooltip has them.
QStringList cutTexts(const Capture& capture);
/// At least 12 pixels, in plots 11.
QStringList textSizes(const Capture& capture);
/// At least 4.5:1; what cannot be used is exempt.
QStringList contrasts(const Capture& capture);
/// No "nan", "-0" or "1e+00", and ticks with at most four significant digits.
QStringList numbers(const Capture& capture);

// Of plots (plot_checks.cpp).
/// Every axis has a title with a unit in brackets, and it is painted.
QStringList axisTitles(const Capture& capture);
/// Two named series or more: all names are painted.
QStringList legends(const Capture& capture);
/// Plots above each other with the same x axis have the same edges and the same range.
QStringList alignedAxes(const Capture& capture);
/// The transfer of values on both sides of 0 shows 0 while it is not zoomed.
QStringList zeroInSight(const Capture& capture);
/// A share that is clipped is painted in the transfer, and nothing is where none is.
QStringList clippedShare(const Capture& capture);
/// A histogram names its tensor, its bins and its y scale.
QStringList histogramTitle(const Capture& capture);
/// scale * (quant_max - zero_point) is the right handle.
QStringList rightHandle(const Capture& capture);
/// A plot without data has no axes and says what to do.
QStringList emptyPlots(const Capture& capture);

// Of the window (window_checks.cpp).
/// The Tensor workspace with a result shows SQNR, RMSE / scale with its 0.289, and "exact".
QStringList results(const Capture& capture);
/// A refused entry has a red border and its reason beside it; the plots stay.
QStringList refusedEntries(const Capture& capture);
/// Three plots of at least 180 pixels (or all there are), no horizontal scroll bar, bars and menus
/// at most a quarter of the height.
QStringList room(const Capture& capture);
/// At two device pixels a pixel, letters have edges finer than a pixel.
QStringList sharpness(const Capture& capture);
/// In the dark theme at most 1 % is white.
QStringList darkness(const Capture& capture);
/// Every control has a name for screen readers, and a tooltip or a label.
QStringList named(const Capture& capture);

/// Letters that two entries of one menu share. Not of a picture: of the window itself.
QStringList mnemonics(const QMainWindow& window);

} // namespace qs
