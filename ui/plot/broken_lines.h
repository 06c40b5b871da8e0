// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>
#include <QString>
#include <QStringList>

namespace qs {

/// `paragraph` in lines of at most `width` pixels, broken between words, and inside of those that
/// are longer. At least one line.
QStringList brokenLines(const QString& paragraph, const QFont& font, double width);

} // namespace qs
