// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "checks.h"

namespace qs {
namespace {

constexpr Check kChecks[] = {
    {"overlaps", overlaps},
    {"cut", cutTexts},
    {"text size", textSizes},
    {"contrast", contrasts},
    {"numbers", numbers},
    {"axis titles", axisTitles},
    {"legend", legends},
    {"aligned axes", alignedAxes},
    {"zero", zeroInSight},
    {"clipped share", clippedShare},
    {"histogram title", histogramTitle},
    {"range handles", rangeHandles},
    {"empty plot", emptyPlots},
    {"mark contrast", markContrasts},
    {"distinct series", distinctSeries},
    {"staircase", staircase},
    {"legend's place", legendPlaces},
    {"result", results},
    {"refused entry", refusedEntries},
    {"room", room},
    {"sharpness", sharpness},
    {"darkness", darkness},
    {"named", named},
    {"disabled", disabledReasons},
    {"raw error", rawErrors},
    {"busy", busySigns},
    {"focus ring", focusRings},
    {"palette", paletteRows},
    {"large screen", largeScreen},
    {"fonts", fonts},
};

} // namespace

std::span<const Check> checks()
{
    return kChecks;
}

QStringList problemsOf(const Capture& capture)
{
    QStringList all;
    for (const auto& check : checks()) {
        for (const auto& problem : check.problems(capture))
            all << QStringLiteral("%1: %2").arg(QLatin1String(check.name), problem);
    }
    return all;
}

} // namespace qs
