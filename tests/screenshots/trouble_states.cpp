// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// States in which the window is busy, is worked by the keyboard, or has to say what is wrong.
#include "states.h"

#include "ui/main_window/command_palette.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/tensor_workspace.h"
#include "ui/main_window/train_workspace.h"

#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QLineEdit>
#include <QProgressBar>
#include <QTest>

namespace qs {
namespace {

void edit(MainWindow& window, const std::function<void(Session&)>& change)
{
    window.document().edit(QStringLiteral("state"), {}, change);
}

/// The old plots, and an answer that takes longer than anybody looks: thousands of groups, each
/// with a proof of its own.
void makeBusy(MainWindow& window)
{
    edit(window, [](Session& session) {
        session.tensor.source = "generator:normal?numel=32000000&seed=1";
        session.tensor.tensor.clear();
        session.tensor.spec = {};
        session.tensor.spec.dtype = DType::Int8;
        session.tensor.spec.qscheme = QScheme::PerGroupAffine;
        session.tensor.spec.axis = -1;
        session.tensor.spec.groupSize = 32;
    });
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < 60000 && !window.tensorWorkspace().answers().result())
        QTest::qWait(20);
    settle(window);
    edit(window, [](Session& session) { session.tensor.spec.observer = "mse"; });
}

/// Asks again once it is answered.
bool saysBusy(MainWindow& window)
{
    if (window.tensorWorkspace().isIdle())
        edit(window, [](Session& session) {
            auto& dtype = session.tensor.spec.dtype;
            dtype = dtype == DType::Int8 ? DType::Int4 : DType::Int8;
        });
    for (const auto* bar : window.findChildren<QProgressBar*>()) {
        if (bar->accessibleName() == QLatin1String("computation progress") && bar->isVisible())
            return true;
    }
    return false;
}

void pressTab(MainWindow& window, int times)
{
    QApplication::setActiveWindow(&window);
    for (int i = 0; i < times; ++i) {
        auto* focused = window.focusWidget();
        QTest::keyClick(focused != nullptr ? focused : &window, Qt::Key_Tab);
    }
}

/// A file of the format's name that ends in the middle of its data.
QString cutFile(const QString& folder)
{
    const QString path = QDir(folder).filePath(QStringLiteral("cut_short.npy"));
    QByteArray header("\x93NUMPY\x01\x00", 8);
    QByteArray about("{'descr': '<f4', 'fortran_order': False, 'shape': (64, 32), }");
    about = about.leftJustified(117, ' ') + '\n';
    header += static_cast<char>(about.size());
    header += '\0';
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(header + about + QByteArray(100, '\0')) < 0)
        qFatal("%s could not be written", qPrintable(path));
    return path;
}

/// Trains for a moment and pauses: the recipe cannot be changed meanwhile.
void pauseTraining(MainWindow& window)
{
    window.document().adjustView([](Session& session) { session.workspace = "train"; });
    auto& workspace = window.trainWorkspace();
    workspace.togglePlay();
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < 120000 && !(workspace.training() && workspace.training()->step >= 50))
        QTest::qWait(20);
    workspace.togglePlay();
    while (timer.elapsed() < 120000 && workspace.runner().state() != TrainingRunner::State::Paused)
        QTest::qWait(20);
}

void openedAfterExample(MainWindow& window, const QString& path)
{
    window.openExample();
    settle(window);
    window.openPaths({path});
}

} // namespace

std::vector<State> troubleStates(const QString& folder)
{
    const QString cut = cutFile(folder);
    return {
        {QStringLiteral("busy"), makeBusy, {}, {}, saysBusy},
        {QStringLiteral("focus_ring"),
         [](MainWindow& w) {
             w.openExample();
             settle(w);
             pressTab(w, 5);
         }},
        {QStringLiteral("cut_file"),
         [cut](MainWindow& w) {
             openedAfterExample(w, cut);
         }},
        {QStringLiteral("train_paused"), pauseTraining},
    };
}

} // namespace qs
