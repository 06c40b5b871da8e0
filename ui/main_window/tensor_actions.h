// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>

class QAction;

namespace qs {

class TensorWorkspace;

/// Everything that the Tensor workspace can be told by a key, as actions for a menu and for the
/// command palette. They belong to `workspace`.
QList<QAction*> tensorActions(TensorWorkspace& workspace);

/// What has too many rows for a menu, for the command palette: every panel, dtype and observer.
void addTensorCommands(TensorWorkspace& workspace);

} // namespace qs
