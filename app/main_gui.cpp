// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/command.h"
#include "app/commands/demo.h"
#include "app/commands/render.h"
#include "app/gui_application.h"
#include "ui/controls/interface_scale.h"
#include "ui/main_window/main_window.h"

#include <QApplication>
#include <QScreen>
#include <QSettings>

#include <iostream>

namespace {

int openWindow(int argc, char** argv, const std::vector<std::string>& files)
{
    if (qEnvironmentVariableIsEmpty("DISPLAY") && qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY") &&
        qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) {
        std::cerr << "quantoscope: there is no display to open a window on; "
                     "'quantoscope demo --output DIR' draws to files\n";
        return 1;
    }
    const auto app = qs::windowApplication(argc, argv);
    qs::MainWindow window;
    window.restorePreferences();
    if (files.empty()) {
        window.openExample();
    } else {
        QStringList paths;
        for (const auto& file : files)
            paths << QString::fromStdString(file);
        window.openPaths(paths);
    }
    window.startRecovery(qs::Recovery::defaultFolder(), {});
    window.makeRoom();
    if (window.restoreGeometry(QSettings().value(QStringLiteral("windowGeometry")).toByteArray())) {
        window.show();
        return QApplication::exec();
    }
    // As large as the screen allows: a status bar below its edge is no use.
    const QSize room = window.screen()->availableSize();
    const QSize wanted = qs::scaled(QSize(1280, 800));
    window.resize(wanted.boundedTo(room));
    if (room.width() <= wanted.width() || room.height() <= wanted.height() + 40)
        window.showMaximized();
    else
        window.show();
    return QApplication::exec();
}

} // namespace

int main(int argc, char** argv)
{
    auto commands = qs::coreCommands();
    commands.push_back(qs::renderCommand());
    commands.push_back(qs::demoCommand());
    return qs::runCommands(argc, argv, commands, [&](const std::vector<std::string>& files) {
        return openWindow(argc, argv, files);
    });
}
