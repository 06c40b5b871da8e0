// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QKeySequence>
#include <QList>
#include <QString>

#include <vector>

namespace qs {

/// What the mouse and the keys do that is no action of a menu.
struct Gesture {
    QString group; ///< where it is done: "Plots, with the mouse"
    QString does;
    QString how;
    QList<QKeySequence> keys; ///< that it is fixed to: no command can be given them
};

/// The plots' gestures (ui/plot/plot_interaction.cpp) and the fields', in the reader's language.
std::vector<Gesture> gestures();

} // namespace qs
