// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/figure.h"

#include <QColor>

namespace qs {

/// The colour at 0 … 1 of a palette, between a few colours of it:
/// viridis (Smith and van der Walt 2015, CC0) and cividis (Nuñez, Anderton, Renslow 2018,
/// "Optimizing colormaps with consideration for color vision deficiency", PLoS ONE 13) are as light
/// as they are far, for colour-blind readers and on grey paper, too. Diverging goes from dark blue
/// over near white at 0.5 to dark orange; both arms get darker evenly (CIE L* 96 to 36), so that
/// errors of either sign weigh the same.
QColor paletteColor(Palette palette, double share);

/// Where a value stands between the ends of a scale, as paletteColor wants it. A diverging palette
/// has its middle at 0 wherever the ends are, if 0 is between them.
double paletteShare(Palette palette, double value, double from, double to);

/// Black or white, whichever can be read on a colour (WCAG relative luminance).
QColor textColorOn(const QColor& ground);

} // namespace qs
