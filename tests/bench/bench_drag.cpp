// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// How fluid a slider drag is: the real window with 16,777,216 elements, its scale changed at every
// turn of the event loop for five seconds. Prints how long the GUI thread was ever held and how
// many exact results were shown. Run with QT_QPA_PLATFORM=offscreen.
#include "ui/main_window/main_window.h"
#include "ui/main_window/tensor_workspace.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

using namespace qs;

int main(int argc, char** argv)
{
    QApplication app(argc, argv);
    MainWindow window;
    window.setTheme(ThemeId::Light);
    window.resize(1280, 800);
    window.show();
    window.openPaths({QStringLiteral("generator:normal?numel=16777216&seed=1")});
    while (!window.tensorWorkspace().panelInput().tensor)
        QTest::qWait(10);
    int shown = 0;
    QObject::connect(&window.tensorWorkspace(), &TensorWorkspace::resultShown, [&] { ++shown; });
    std::vector<double> turns;
    QElapsedTimer total;
    QElapsedTimer turn;
    total.start();
    window.document().beginGesture();
    for (int i = 0; total.elapsed() < 5000; ++i) {
        turn.restart();
        window.document().edit(QStringLiteral("scale"), QStringLiteral("scale"), [&](Session& s) {
            s.tensor.spec.observer = "fixed";
            s.tensor.spec.scale = {0.02F + 0.02F * static_cast<float>(std::sin(i * 0.01) + 1)};
            s.tensor.spec.zeroPoint = {0};
        });
        QApplication::processEvents();
        turns.push_back(static_cast<double>(turn.nsecsElapsed()) / 1e6);
        QTest::qSleep(4);
    }
    window.document().endGesture();
    const double seconds = static_cast<double>(total.elapsed()) / 1e3;
    std::sort(turns.begin(), turns.end());
    std::printf("16,777,216 elements, %zu edits in %.1f s: %.1f exact results shown per second\n",
                turns.size(), seconds, shown / seconds);
    std::printf("GUI thread held per turn: median %.2f ms, 99 %% %.2f ms, longest %.2f ms\n",
                turns[turns.size() / 2], turns[turns.size() * 99 / 100], turns.back());
    window.document().undoStack().setClean();
    return 0;
}
