// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/samples.h"

#include <QCoreApplication>
#include <QDir>

namespace qs {

QString samplePath()
{
    return QDir::cleanPath(QCoreApplication::applicationDirPath() +
                           QStringLiteral("/../share/quantoscope/samples/seed_cnn.safetensors"));
}

} // namespace qs
