// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/formats.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/tensor_workspace.h"

#include <QApplication>
#include <QMouseEvent>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <functional>

namespace qs {

/// A test's hand in the Tensor workspace: a window with a tensor of 8 x 20 x 30 elements, whose
/// channels are of different sizes, made anew for every test.
class TensorDriver : public QObject {
protected:
    void makeTensor(const char* application)
    {
        QVERIFY(m_folder.isValid());
        QCoreApplication::setOrganizationName(QStringLiteral("Quantoscope"));
        QCoreApplication::setApplicationName(QLatin1String(application));
        std::vector<float> values(8 * 20 * 30);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = std::sin(static_cast<float>(i) * 1.7F) *
                        std::exp2(static_cast<float>(i / 600 % 8) - 4);
        const auto w = Tensor::fromFloats("w", *Shape::make({8, 20, 30}), std::move(values));
        QVERIFY(writeTensors(m_folder.filePath(QStringLiteral("w.npy")).toStdString(), {&w, 1}));
    }
    void openWindow()
    {
        m_window = std::make_unique<MainWindow>();
        m_window->setTheme(ThemeId::Light);
        m_window->resize(1280, 800);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        m_window->openPaths({m_folder.filePath(QStringLiteral("w.npy"))});
        settle();
    }
    void closeWindow()
    {
        m_window->document().undoStack().setClean();
        m_window.reset();
    }

    TensorWorkspace& workspace() const { return m_window->tensorWorkspace(); }
    const TensorSession& tensor() const { return m_window->document().session().tensor; }
    const Report& report() const { return *workspace().answers().result()->report; }
    int steps() const { return m_window->document().undoStack().count(); }
    void undo() { m_window->document().undoStack().undo(); }
    void edit(const std::function<void(Session&)>& change)
    {
        m_window->document().edit(QStringLiteral("test"), {}, change);
        settle();
    }
    void settle()
    {
        QTRY_VERIFY_WITH_TIMEOUT(workspace().answers().result() != nullptr, 30000);
        for (int quiet = 0; quiet < 3;) {
            QTest::qWait(15);
            quiet = workspace().isIdle() ? quiet + 1 : 0;
        }
    }
    /// The view that shows a panel, in the last place if nowhere else.
    PlotView* show(const char* id)
    {
        auto& grid = workspace().grid();
        for (const auto& place : grid.places()) {
            if (place.panel->id == std::string(id))
                return place.view;
        }
        emit grid.panelChosen(static_cast<int>(grid.places().size()) - 1, QLatin1String(id));
        settle();
        return grid.places().back().view;
    }
    static QPoint at(const PlotView* view, double x)
    {
        return {static_cast<int>(std::lround(view->pixelOf(x))),
                view->axesRect().center().y() + 25};
    }
    static void drag(PlotView* view, const QPoint& from, const QPoint& to,
                     Qt::KeyboardModifiers modifiers = {})
    {
        QTest::mousePress(view, Qt::LeftButton, modifiers, from);
        for (int i = 1; i <= 4; ++i) {
            QMouseEvent move(QEvent::MouseMove, from + (to - from) * i / 4.0,
                             view->mapToGlobal(from + (to - from) * i / 4.0), Qt::NoButton,
                             Qt::LeftButton, modifiers);
            QApplication::sendEvent(view, &move);
        }
        QTest::mouseRelease(view, Qt::LeftButton, modifiers, to);
    }
    const Marker* marker(const PlotView* view, const char* id) const
    {
        for (const auto& each : view->figure().markers) {
            if (each.id == QLatin1String(id))
                return &each;
        }
        return nullptr;
    }

    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
};

} // namespace qs
