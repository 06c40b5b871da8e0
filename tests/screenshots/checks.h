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
/// scale * (quant_min - zero_point) is the left handle, scale * (quant_max - zero_point) the right.
QStringList rangeHandles(const Capture& capture);
/// A plot without data has no axes and says what to do.
QStringList emptyPlots(const Capture& capture);

// Of what is drawn in plots (mark_checks.cpp).
/// Series, markers and axes have at least 3:1 with what they are drawn on, and so have the shapes
/// of controls that show no text: arrows, boxes, handles of sliders.
QStringList markContrasts(const Capture& capture);
/// Two named series of a plot differ in dash, marker, hatch or kind, or else in grey and, as seen
/// without green cones, in colour.
QStringList distinctSeries(const Capture& capture);
/// The transfer's staircase goes across and up, never slanting; with more steps than pixels a note
/// says so.
QStringList staircase(const Capture& capture);
/// A name in the legend has a sample beside it and lies on no data.
QStringList legendPlaces(const Capture& capture);

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

// Of what the window says about itself (shell_checks.cpp).
/// Whatever cannot be used says why under the pointer.
QStringList disabledReasons(const Capture& capture);
/// No text is an exception's; the card of a file names it, what was expected and found, and what to
/// do.
QStringList rawErrors(const Capture& capture);
/// Work under way says what it does and how far it is, can be cancelled, and leaves the old plots.
QStringList busySigns(const Capture& capture);
/// The ring around what has the focus is at least 2 pixels wide, with 3:1 to what it is on.
QStringList focusRings(const Capture& capture);
/// The palette has a query and at least eight commands, shortcuts aligned to the right, and
/// explains what cannot be done.
QStringList paletteRows(const Capture& capture);
/// A window 3840 pixels wide has nine plots in three rows, texts of at least 12 pixels, and no
/// empty rectangle above 15 %.
QStringList largeScreen(const Capture& capture);
/// One family of fonts; in each plot, and in all the rest, at most three sizes.
QStringList fonts(const Capture& capture);

/// Letters that two entries of one menu share. Not of a picture: of the window itself.
QStringList mnemonics(const QMainWindow& window);

} // namespace qs
