// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui_application.h"

#include "ui/main_window/window_style.h"

#include <QApplication>

namespace qs {
namespace {

std::unique_ptr<QApplication> application(int& argc, char** argv)
{
    auto app = std::make_unique<QApplication>(argc, argv);
    QApplication::setOrganizationName(QStringLiteral("Quantoscope"));
    QApplication::setApplicationName(QStringLiteral("quantoscope"));
    QApplication::setApplicationVersion(QStringLiteral(QUANTOSCOPE_VERSION));
    QApplication::setStyle(makeWindowStyle());
    return app;
}

} // namespace

std::unique_ptr<QApplication> offscreenApplication()
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    // QApplication keeps references to both for its whole life.
    static int argc = 1;
    static char name[] = "quantoscope";
    static char* argv[] = {name, nullptr};
    return application(argc, argv);
}

std::unique_ptr<QApplication> windowApplication(int& argc, char** argv)
{
    return application(argc, argv);
}

} // namespace qs
