// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <functional>
#include <vector>

class QWidget;

namespace qs {

class MainWindow;
class PlotView;

/// One row of the table of states that are drawn and checked.
struct State {
    QString name;
    /// Brings a new window there; what it starts may still be under way.
    std::function<void(MainWindow&)> prepare;
    /// The text of a menu's entry that then opens a dialog, which is drawn in the place of the
    /// window. Empty: the window itself.
    QString dialog{};
    /// What of the window is drawn, where it lies over the rest: the palette. Empty: all of it.
    std::function<QWidget*(MainWindow&)> surface{};
    /// Whether what is to be seen is there, while more is under way. Empty: nothing is to be.
    std::function<bool(MainWindow&)> ready{};
};

/// Panels with other choices than a new window has; A|B, what is picked and selected; the palette
/// and other surfaces.
std::vector<State> panelVariants();
std::vector<State> comparisonStates();
std::vector<State> shellStates();
std::vector<State> dialogStates();
/// Work under way, the keyboard's focus, files that cannot be read.
std::vector<State> troubleStates(const QString& folder);
/// Elements that are not finite, and files that cannot be read; `folder` gets them.
std::vector<State> noteStates(const QString& folder);

/// All of them; `folder` gets the files that some of them open. Every panel of the Tensor workspace
/// that is not in front anyway has a state of its name.
std::vector<State> states(const QString& folder);

/// Waits until the window has nothing more to compute, or until a state that is not to end is
/// there.
void settle(MainWindow& window);
void settle(const State& state, MainWindow& window);

/// The plots in sight, from top to bottom, a row from left to right.
std::vector<PlotView*> plotsInSight(const QWidget& window);

/// Calls `look` with what a state shows: the window, or the dialog that it opens.
void show(const State& state, MainWindow& window, const std::function<void(QWidget&)>& look);

} // namespace qs
