// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

namespace qs {

/// What elements are selected by along the x axis of a panel's picture; none where it shows none.
std::optional<SelectedBy> selectsBy(const PanelInfo& panel, const Figure& figure);

/// The rule that a stretch of a panel's x axis stands for. A stretch of codes is those whose places
/// lie in it, or the nearest one. None where the axis shows no elements.
std::optional<Selection> selectionOf(const PanelInfo& panel, const Figure& figure, double from,
                                     double to);

/// Marks the selected elements wherever they have a place: as a stretch of the axis that they were
/// selected along, as a part of the other histograms.
void addSelection(Figure& figure, const PanelInfo& panel, const PanelInput& input);

/// Marks the picked element wherever it has a place.
void markPicked(Figure& figure, const PanelInfo& panel, const PanelInput& input);

} // namespace qs
