// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// How fluid a slider drag and a zoom are: the real window with 16,777,216 elements (or as many as
// the argument says), its scale changed, then its view zoomed at every turn of the event loop for
// five seconds; first by reading all elements, then from the index. Prints how long the GUI thread
// was ever held and how many exact results were shown. Run with QT_QPA_PLATFORM=offscreen.
#include "core/base/text.h"
#include "core/io/formats.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/tensor_workspace.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <vector>

#include <unistd.h>

using namespace qs;

namespace {

/// How long each event keeps the next one waiting: what a person feels as a stall.
class TimedApplication : public QApplication {
public:
    using QApplication::QApplication;

    bool notify(QObject* receiver, QEvent* event) override
    {
        if (m_depth > 0)
            return QApplication::notify(receiver, event);
        QElapsedTimer timer;
        timer.start();
        ++m_depth;
        const bool handled = QApplication::notify(receiver, event);
        --m_depth;
        events.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
        return handled;
    }

    std::vector<double> events; ///< ms

private:
    int m_depth = 0;
};

void measure(MainWindow& window, const char* what, const std::function<void(int)>& step)
{
    int shown = 0;
    const auto connection = QObject::connect(&window.tensorWorkspace(),
                                             &TensorWorkspace::resultShown, [&shown] { ++shown; });
    std::vector<double> turns;
    auto& events = static_cast<TimedApplication*>(qApp)->events;
    events.clear();
    QElapsedTimer total;
    QElapsedTimer turn;
    total.start();
    for (int i = 0; total.elapsed() < 5000; ++i) {
        turn.restart();
        step(i); // what an event of the pointer would do
        events.push_back(static_cast<double>(turn.nsecsElapsed()) / 1e6);
        QApplication::processEvents();
        turns.push_back(static_cast<double>(turn.nsecsElapsed()) / 1e6);
        QTest::qSleep(4);
    }
    const double seconds = static_cast<double>(total.elapsed()) / 1e3;
    QObject::disconnect(connection);
    std::sort(turns.begin(), turns.end());
    std::sort(events.begin(), events.end());
    std::printf(
        "%-24s %6.1f exact results shown per second of %6.1f asked for; GUI thread held per "
        "turn: median %.2f ms, 99 %% %.2f ms, longest %.2f ms; one event: 99.9 %% %.2f ms, "
        "longest %.2f ms\n",
        what, shown / seconds, static_cast<double>(turns.size()) / seconds, turns[turns.size() / 2],
        turns[turns.size() * 99 / 100], turns.back(), events[events.size() * 999 / 1000],
        events.back());
    while (!window.tensorWorkspace().isIdle())
        QTest::qWait(5);
}

/// Milliseconds of `timer` when the first result is there and painted.
double untilShown(MainWindow& window, const QElapsedTimer& timer)
{
    bool shown = false;
    const auto connection = QObject::connect(&window.tensorWorkspace(),
                                             &TensorWorkspace::resultShown, [&] { shown = true; });
    while (!shown)
        QApplication::processEvents(QEventLoop::AllEvents, 5);
    QApplication::processEvents();
    window.grab();
    QObject::disconnect(connection);
    return static_cast<double>(timer.nsecsElapsed()) / 1e6;
}

/// Files of 100 MB as they are dropped: read, analysed and drawn, one after the other.
void firstPlotsOfFiles(MainWindow& window)
{
    constexpr int kFiles = 7;
    std::vector<double> times;
    for (int i = 0; i < kFiles; ++i) {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("dropped.npy"));
        {
            const auto source = readTensors("generator:normal?numel=25000000&seed=2");
            if (!source || !writeTensors(path.toStdString(), {&*source->tensors.front().tensor, 1}))
                qFatal("the file could not be written");
        }
        ::sync(); // who drops a file has not written it a moment ago
        QElapsedTimer timer;
        timer.start();
        window.openPaths({path});
        times.push_back(untilShown(window, timer));
        while (!window.tensorWorkspace().isIdle() ||
               window.tensorWorkspace().indexJob().state() == IndexJob::State::Building)
            QTest::qWait(5);
    }
    std::sort(times.begin(), times.end());
    std::printf("100 MB .npy opened to its first plot     median %.0f ms, longest %.0f ms of %d\n",
                times[kFiles / 2], times.back(), kFiles);
}

} // namespace

int main(int argc, char** argv)
{
    QElapsedTimer starting;
    starting.start();
    TimedApplication app(argc, argv);
    const long long numel = argc > 1 ? std::atoll(argv[1]) : 16777216;
    MainWindow window;
    window.setTheme(ThemeId::Light);
    window.resize(1280, 800);
    window.show();
    window.openExample();
    std::printf("start to the example's plots             %.0f ms\n", untilShown(window, starting));
    firstPlotsOfFiles(window);
    window.openPaths({QStringLiteral("generator:normal?numel=%1&seed=1").arg(numel)});
    auto& workspace = window.tensorWorkspace();
    const auto drag = [&](int i) {
        window.document().edit(QStringLiteral("scale"), QStringLiteral("scale"), [&](Session& s) {
            s.tensor.spec.observer = "fixed";
            s.tensor.spec.scale = {0.02F + 0.02F * static_cast<float>(std::sin(i * 0.01) + 1)};
            s.tensor.spec.zeroPoint = {0};
        });
    };
    const auto zoom = [&](int i) {
        window.document().adjustView([&](Session& s) {
            const double half = std::exp(std::sin(i * 0.01) - 1);
            s.tensor.view.x = {0.3 - half, 0.3 + half};
        });
    };
    while (!workspace.panelInput().tensor ||
           workspace.panelInput().tensor->facts->tensor.numel() != numel)
        QTest::qWait(1);
    std::printf("%s elements\n", formatCount(numel).c_str());
    QElapsedTimer building;
    building.start();
    bool stopped = false;
    if (workspace.indexJob().state() == IndexJob::State::Building) {
        workspace.indexJob().stop();
        stopped = true;
    }
    window.document().beginGesture();
    measure(window, "drag, reading", drag);
    measure(window, "zoom, reading", zoom);
    window.document().endGesture();
    if (stopped) {
        // Another tensor and this one again: what a person does to have it indexed after all.
        const auto chosen = window.document().session().tensor.source;
        const auto choose = [&](const std::string& source) {
            window.document().edit(QStringLiteral("source"), {}, [&](Session& s) {
                s.tensor.source = source;
                s.tensor.tensor.clear();
                s.tensor.view.x.reset();
            });
            do
                QTest::qWait(5);
            while (!workspace.isIdle() ||
                   window.sources().file(QString::fromStdString(source)) == nullptr);
        };
        choose("generator:normal?numel=64&seed=1");
        building.restart();
        choose(chosen);
    }
    while (workspace.indexJob().state() == IndexJob::State::Building)
        QTest::qWait(5);
    std::printf("facts and index in %.2f s%s\n", static_cast<double>(building.elapsed()) / 1e3,
                workspace.indexJob().state() == IndexJob::State::NoRoom ? ": no memory for it"
                                                                        : "");
    window.document().beginGesture();
    measure(window, "drag, from the index", drag);
    measure(window, "zoom, from the index", zoom);
    measure(window, "both, from the index", [&](int i) {
        drag(i);
        zoom(i);
    });
    window.document().endGesture();
    window.document().undoStack().setClean();
    return 0;
}
