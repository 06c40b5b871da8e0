// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QWidget;

namespace qs {

/// Asks where to save. The ending is added before it is asked whether a file may be replaced.
/// Empty: the person thought better of it.
QString askSavePath(QWidget* parent, const QString& title, const QString& name,
                    const QString& filter, const QString& suffix);

} // namespace qs
