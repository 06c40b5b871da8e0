// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/plot/sample_figure.h"
#include "ui/plot/plot_view.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>
#include <QVBoxLayout>
#include <QWheelEvent>

using namespace qs;

namespace {

/// A shown view of the line figure.
struct Shown {
    PlotView view;

    explicit Shown(const Figure& figure = test::lineFigure())
    {
        view.resize(600, 300);
        view.setFigure(figure);
        view.show();
        [[maybe_unused]] const bool exposed = QTest::qWaitForWindowExposed(&view);
    }

    QPoint at(double x) const
    {
        return {qRound(view.pixelOf(x)), view.axesRect().center().y() + 20};
    }
};

void moveMouse(PlotView& view, QPoint to, Qt::KeyboardModifiers modifiers = {})
{
    QMouseEvent event(QEvent::MouseMove, QPointF(to), QPointF(view.mapToGlobal(to)), Qt::NoButton,
                      Qt::LeftButton, modifiers);
    QApplication::sendEvent(&view, &event);
}

void turnWheel(PlotView& view, QPoint at, int delta)
{
    QWheelEvent event(QPointF(at), QPointF(view.mapToGlobal(at)), {}, {0, delta}, Qt::NoButton, {},
                      Qt::NoScrollPhase, false);
    QApplication::sendEvent(&view, &event);
}

} // namespace

class TestPlotView : public QObject {
    Q_OBJECT

private slots:
    void handle_dragged_tellsWhereItIs()
    {
        Shown shown;
        PlotView& view = shown.view;
        QSignalSpy moved(&view, &PlotView::handleMoved);
        QSignalSpy released(&view, &PlotView::handleReleased);
        QSignalSpy ranges(&view, &PlotView::xRangeChanged);
        QTest::mousePress(&view, Qt::LeftButton, {}, shown.at(8) + QPoint(3, 0));
        QCOMPARE(moved.count(), 0);
        moveMouse(view, shown.at(6) + QPoint(3, 0));
        moveMouse(view, shown.at(5) + QPoint(3, 0));
        QTest::mouseRelease(&view, Qt::LeftButton, {}, shown.at(5) + QPoint(3, 0));
        QCOMPARE(moved.count(), 2);
        QCOMPARE(moved.last().at(0).toString(), QStringLiteral("range_max"));
        const double pixel = view.xAt(101) - view.xAt(100);
        QVERIFY(std::abs(moved.last().at(1).toDouble() - 5) <= 1.1 * pixel);
        QCOMPARE(released.count(), 1);
        QCOMPARE(released.first().at(1).toDouble(), moved.last().at(1).toDouble());
        QCOMPARE(ranges.count(), 0);
    }

    void handle_pastTheEdge_staysInView()
    {
        Shown shown;
        QSignalSpy moved(&shown.view, &PlotView::handleMoved);
        QTest::mousePress(&shown.view, Qt::LeftButton, {}, shown.at(8));
        moveMouse(shown.view, {5000, 100});
        QCOMPARE(moved.last().at(1).toDouble(), 10.0);
    }

    void handle_goneWhileDragged_isLetGo()
    {
        Shown shown;
        QSignalSpy moved(&shown.view, &PlotView::handleMoved);
        QTest::mousePress(&shown.view, Qt::LeftButton, {}, shown.at(8));
        Figure figure = test::lineFigure();
        figure.markers.clear();
        shown.view.setFigure(figure);
        moveMouse(shown.view, shown.at(4));
        QTest::mouseRelease(&shown.view, Qt::LeftButton, {}, shown.at(4));
        QCOMPARE(moved.count(), 0);
    }

    void pointer_overHandle_showsThatItMoves()
    {
        Shown shown;
        QTest::mouseMove(&shown.view, shown.at(8) + QPoint(5, 0));
        QTRY_COMPARE(shown.view.cursor().shape(), Qt::SizeHorCursor);
        QTest::mouseMove(&shown.view, shown.at(5));
        QTRY_COMPARE(shown.view.cursor().shape(), Qt::ArrowCursor);
    }

    void keys_moveTheChosenHandle()
    {
        Shown shown;
        QSignalSpy moved(&shown.view, &PlotView::handleMoved);
        QSignalSpy released(&shown.view, &PlotView::handleReleased);
        QTest::keyClick(&shown.view, Qt::Key_Down);
        QTest::keyClick(&shown.view, Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(moved.count(), 1);
        QCOMPARE(moved.first().at(0).toString(), QStringLiteral("range_min"));
        const double pixel = shown.view.xAt(101) - shown.view.xAt(100);
        QVERIFY(std::abs(moved.first().at(1).toDouble() - (2 + 10 * pixel)) < pixel / 100);
        QCOMPARE(released.count(), 1);
        QTest::keyClick(&shown.view, Qt::Key_Escape);
        QSignalSpy ranges(&shown.view, &PlotView::xRangeChanged);
        QTest::keyClick(&shown.view, Qt::Key_Right);
        QCOMPARE(ranges.count(), 1);
        QCOMPARE(moved.count(), 1);
    }

    void wheel_zoomsAtThePointer()
    {
        Shown shown;
        PlotView& view = shown.view;
        QSignalSpy ranges(&view, &PlotView::xRangeChanged);
        const QPoint position = shown.at(4);
        const double before = view.xAt(position.x());
        turnWheel(view, position, 120);
        QCOMPARE(ranges.count(), 1);
        QCOMPARE(view.xMax() - view.xMin(), 8.0);
        QVERIFY(std::abs(view.xAt(position.x()) - before) < 1e-9);
        QVERIFY(view.isZoomed());
        turnWheel(view, {10, view.axesRect().center().y()}, 120);
        QCOMPARE(ranges.count(), 1);
        QTest::keyClick(&view, Qt::Key_Home);
        QVERIFY(!view.isZoomed());
        QCOMPARE(ranges.count(), 2);
    }

    void wheel_turnedForever_keepsAUsableRange()
    {
        Shown shown;
        for (int delta : {120, -120}) {
            for (int i = 0; i < 400; ++i)
                turnWheel(shown.view, shown.at(5), delta);
            QVERIFY(std::isfinite(shown.view.xMin()) && shown.view.xMin() < shown.view.xMax());
        }
    }

    void drag_pans_and_doubleClickResets()
    {
        Shown shown;
        PlotView& view = shown.view;
        QSignalSpy picked(&view, &PlotView::picked);
        const double width = view.xAt(100) - view.xAt(50);
        QTest::mousePress(&view, Qt::LeftButton, {}, shown.at(5));
        moveMouse(view, shown.at(5) + QPoint(50, 0));
        QTest::mouseRelease(&view, Qt::LeftButton, {}, shown.at(5) + QPoint(50, 0));
        QVERIFY(std::abs(view.xMin() + width) < 1e-9);
        QCOMPARE(picked.count(), 0);
        QTest::mouseDClick(&view, Qt::LeftButton, {}, shown.at(5));
        QCOMPARE(view.xMin(), 0.0);
        QCOMPARE(view.xMax(), 10.0);
    }

    void shiftDrag_zoomsIntoTheBox()
    {
        Shown shown;
        PlotView& view = shown.view;
        const QRect axes = view.axesRect();
        const QPoint from = axes.topLeft() + QPoint(axes.width() / 4, 10);
        const QPoint to = axes.topLeft() + QPoint(axes.width() / 2, axes.height() / 2);
        const double low = view.xAt(from.x());
        const double high = view.xAt(to.x());
        QTest::mousePress(&view, Qt::LeftButton, Qt::ShiftModifier, from);
        moveMouse(view, to, Qt::ShiftModifier);
        QTest::mouseRelease(&view, Qt::LeftButton, Qt::ShiftModifier, to);
        QVERIFY(std::abs(view.xMin() - low) < 1e-9);
        QVERIFY(std::abs(view.xMax() - high) < 1e-9);
    }

    void click_picks()
    {
        Shown shown;
        QSignalSpy picked(&shown.view, &PlotView::picked);
        QTest::mouseClick(&shown.view, Qt::LeftButton, {}, shown.at(4));
        QCOMPARE(picked.count(), 1);
        QVERIFY(std::abs(picked.first().at(0).toDouble() - 4) < 0.05);
    }

    void hover_isToldInside_andWhenItEnds()
    {
        Shown shown;
        QSignalSpy hovered(&shown.view, &PlotView::hovered);
        QSignalSpy left(&shown.view, &PlotView::hoverLeft);
        QTest::mouseMove(&shown.view, shown.at(4));
        QTRY_VERIFY(hovered.count() >= 1);
        QVERIFY(std::abs(hovered.last().at(0).toDouble() - 4) < 0.05);
        QTest::mouseMove(&shown.view, QPoint(2, 2));
        QTRY_COMPARE(left.count(), 1);
    }

    void zoom_survivesNewNumbers_butNotANewRange()
    {
        Shown shown;
        shown.view.setXRange(3, 4);
        Figure figure = test::lineFigure();
        figure.series[0].y[1] = 7;
        shown.view.setFigure(figure);
        QCOMPARE(shown.view.xMin(), 3.0);
        figure.x.max = 20;
        shown.view.setFigure(figure);
        QCOMPARE(shown.view.xMin(), 0.0);
        QCOMPARE(shown.view.xMax(), 20.0);
    }

    void setXRange_isSilent_andMended()
    {
        Shown shown;
        QSignalSpy ranges(&shown.view, &PlotView::xRangeChanged);
        shown.view.setXRange(2, 2);
        QVERIFY(shown.view.xMin() < 2 && shown.view.xMax() > 2);
        shown.view.setXRange(std::nan(""), 1);
        QVERIFY(std::isfinite(shown.view.xMin()) && std::isfinite(shown.view.xMax()));
        QCOMPARE(ranges.count(), 0);
    }

    void stackedViews_lineUpToThePixel()
    {
        QWidget window;
        auto* layout = new QVBoxLayout(&window);
        std::vector<PlotView*> views;
        for (double largest : {1.0, 25000.0, 0.0002}) {
            auto* view = new PlotView;
            Figure figure = test::lineFigure();
            figure.y.max = largest;
            if (largest == 1.0)
                figure.y2 = Axis{QStringLiteral("right"), QStringLiteral("%"), 0, 100};
            view->setFigure(figure);
            layout->addWidget(view);
            views.push_back(view);
        }
        window.resize(700, 800);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QVERIFY(views[0]->neededLeftMargin() != views[1]->neededLeftMargin());
        alignAxes(views);
        QTest::qWait(30);
        for (const PlotView* view : views) {
            QCOMPARE(view->axesRect().left(), views[0]->axesRect().left());
            QCOMPARE(view->axesRect().right(), views[0]->axesRect().right());
            QCOMPARE(view->pixelOf(5), views[0]->pixelOf(5));
        }
        // What is needed does not grow with what was given.
        const int needed = views[1]->neededLeftMargin();
        views[1]->setLeftMargin(200);
        QCOMPARE(views[1]->neededLeftMargin(), needed);
        QCOMPARE(views[1]->axesRect().left(), 200);
    }

    void everyKind_everyScale_isPainted()
    {
        Shown shown;
        for (bool log : {false, true}) {
            for (ThemeId theme : themeIds) {
                shown.view.setTheme(theme);
                shown.view.setFigure(test::everyKind(log));
                const QImage image = shown.view.grab().toImage();
                QCOMPARE(image.pixelColor(image.width() - 1, image.height() - 1),
                         plotTheme(theme).background);
            }
        }
    }

    void oddFigures_arePainted()
    {
        Shown shown;
        const double nan = std::nan("");
        for (auto [min, max] :
             {std::pair{nan, nan}, {0.0, 0.0}, {5.0, -5.0}, {1e308, -1e308}, {1e-320, 2e-320}}) {
            for (bool log : {false, true}) {
                Figure figure = test::lineFigure();
                figure.x.min = figure.y.min = min;
                figure.x.max = figure.y.max = max;
                figure.x.log = figure.y.log = log;
                figure.markers[0].x = nan;
                shown.view.setFigure(figure);
                QVERIFY(!shown.view.grab().isNull());
            }
        }
        Figure empty;
        empty.emptyText = QStringLiteral("Open a tensor");
        shown.view.setFigure(empty);
        QVERIFY(!shown.view.grab().isNull());
        turnWheel(shown.view, {300, 150}, 120);
        QTest::mouseClick(&shown.view, Qt::LeftButton, {}, {300, 150});
    }

    void aMillionPoints_arePaintedSoon()
    {
        Shown shown;
        for (SeriesKind kind :
             {SeriesKind::Line, SeriesKind::Steps, SeriesKind::Histogram, SeriesKind::Impulses,
              SeriesKind::Rug, SeriesKind::Points, SeriesKind::Band}) {
            Figure figure = test::lineFigure();
            Series many = test::series(kind, {}, {});
            for (int i = 0; i < 1000000; ++i) {
                many.x.push_back(i * 1e-5);
                many.y.push_back(5 + 4 * std::sin(i * 12.9898) * std::cos(i * 78.233));
            }
            if (kind == SeriesKind::Band)
                many.y2 = std::vector<double>(many.y.size(), 0.5);
            figure.series = {many};
            QElapsedTimer timer;
            timer.start();
            shown.view.setFigure(figure);
            QVERIFY(!shown.view.grab().isNull());
            QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
        }
    }

    void busy_isShownOnlyAfterAWhile()
    {
        Shown shown;
        const QImage idle = shown.view.grab().toImage();
        shown.view.setBusy(true);
        shown.view.setBusy(false);
        QTest::qWait(200);
        QCOMPARE(shown.view.grab().toImage(), idle);
        shown.view.setBusy(true);
        QTest::qWait(250);
        const QImage bar = shown.view.grab().toImage();
        QVERIFY(bar.copy(0, 0, 600, 3) != idle.copy(0, 0, 600, 3));
        QCOMPARE(bar.copy(0, 4, 600, 296), idle.copy(0, 4, 600, 296));
        QTest::qWait(900);
        QVERIFY(shown.view.grab().toImage().copy(0, 4, 600, 296) != idle.copy(0, 4, 600, 296));
        shown.view.setBusy(false);
        QCOMPARE(shown.view.grab().toImage(), idle);
    }

    void cursorAndFocusRing_comeAndGo()
    {
        Shown shown;
        const QImage plain = shown.view.grab().toImage();
        shown.view.setCursorX(5);
        QVERIFY(shown.view.grab().toImage() != plain);
        shown.view.setCursorX(std::nullopt);
        QCOMPARE(shown.view.grab().toImage(), plain);
        QFocusEvent in(QEvent::FocusIn, Qt::TabFocusReason);
        QApplication::sendEvent(&shown.view, &in);
        QCOMPARE(shown.view.grab().toImage().pixelColor(300, 0), plotTheme(ThemeId::Light).handle);
        QFocusEvent out(QEvent::FocusOut);
        QApplication::sendEvent(&shown.view, &out);
        QCOMPARE(shown.view.grab().toImage(), plain);
    }

    void screenReaders_areToldThePicture()
    {
        Shown shown;
        QCOMPARE(shown.view.accessibleName(), QStringLiteral("A line"));
        QCOMPARE(shown.view.accessibleDescription(), QStringLiteral("A line from 0 to 10"));
    }
};

QTEST_MAIN(TestPlotView)
#include "test_plot_view.moc"
