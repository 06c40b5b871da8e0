// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/document/document.h"
#include "ui/panels/panel.h"

class QMenu;

namespace qs {

/// Adds what can be chosen about how a panel looks: the numbers a histogram counts, its counts'
/// axis and bins, the unit of errors, the order of channels, what of a slice is shown and where it
/// lies, the colours of maps. Every choice is an edit of the document.
void addPanelChoices(QMenu& menu, const PanelInfo& panel, Document& document,
                     const TensorResult* result);

/// The next of linear, logarithmic and density; the other unit of errors.
void stepCounts(Document& document);
void stepErrorUnit(Document& document);

} // namespace qs
