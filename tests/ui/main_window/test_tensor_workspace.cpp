// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// What a hand does in the Tensor workspace, and what follows: with real widgets, clicks and drops.
#include "core/session/session_file.h"
#include "ui/controls/compare_bar.h"
#include "ui/controls/file_problem_card.h"
#include "ui/main_window/plot_gestures.h"
#include "ui/plot/figure_export.h"

#include "tensor_driver.h"
#include "window_driver.h"

#include <QApplication>
#include <QClipboard>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFile>
#include <QGuiApplication>
#include <QLabel>
#include <QMimeData>
#include <QMouseEvent>
#include <QTemporaryDir>
#include <QTest>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

using namespace qs;

class TestTensorWorkspace : public TensorDriver {
    Q_OBJECT

private slots:
    void initTestCase() { makeTensor("test_tensor_workspace"); }
    void init() { openWindow(); }
    void cleanup() { closeWindow(); }

    // Places.

    void places_growWithTheWindow_data()
    {
        QTest::addColumn<QSize>("size");
        QTest::addColumn<int>("places");
        QTest::newRow("1280 x 800") << QSize(1280, 800) << 3;
        QTest::newRow("1920 x 1080") << QSize(1920, 1080) << 6;
        QTest::newRow("3840 x 2160") << QSize(3840, 2160) << 9;
    }
    void places_growWithTheWindow()
    {
        QFETCH(QSize, size);
        QFETCH(int, places);
        m_window->resize(size);
        settle();
        const auto& all = workspace().grid().places();
        QCOMPARE(static_cast<int>(all.size()), places);
        std::set<const PanelInfo*> panelsShown;
        for (const auto& place : all) {
            QVERIFY(place.view->width() >= 300 && place.view->height() >= 180);
            QVERIFY(workspace().grid().rect().contains(place.view->geometry()));
            panelsShown.insert(place.panel);
            for (const auto& other : all)
                QVERIFY(&place == &other ||
                        !place.view->geometry().intersects(other.view->geometry()));
        }
        QCOMPARE(panelsShown.size(), all.size());
        // Back to the small window: the first three are the same.
        m_window->resize(1280, 800);
        settle();
        QCOMPARE(all.size(), std::size_t{3});
        QCOMPARE(std::string(all[0].panel->id), std::string("transfer"));
    }

    void schemeOfFloats_isTheSameInTheStatusBarAndTheControl()
    {
        for (const char* dtype : {"float8_e4m3fn", "float8_e5m2", "bfloat16", "nf4"}) {
            edit([&](Session& s) {
                s.tensor.spec = {};
                s.tensor.spec.dtype = *dtypeByName(dtype);
            });
            settle();
            const auto scheme = control<QComboBox>(workspace(), "scheme")->currentText();
            QCOMPARE(scheme, QStringLiteral("symmetric"));
            QVERIFY2(workspace().status().contains(QLatin1Char('_') + scheme),
                     qPrintable(workspace().status()));
            QVERIFY2(!workspace().status().contains(QStringLiteral("affine")),
                     qPrintable(workspace().status()));
        }
        edit([](Session& s) { s.tensor.spec.dtype = DType::Int4; });
        settle();
        QVERIFY2(workspace().status().contains(QStringLiteral("per_tensor_affine")),
                 qPrintable(workspace().status()));
    }

    void hiddenColumns_leaveRoomForTwoColumnsOfPlots()
    {
        m_window->document().adjustView([](Session& session) {
            for (const auto column : kTensorColumns)
                session.window.setHidden(column, true);
        });
        settle();
        QCOMPARE(workspace().grid().places().size(), std::size_t{6});
    }

    void shownElsewhere_panelsChangePlaces()
    {
        emit workspace().grid().panelChosen(0, QStringLiteral("histogram"));
        settle();
        QCOMPARE(std::string(workspace().grid().places()[0].panel->id), std::string("histogram"));
        QCOMPARE(std::string(workspace().grid().places()[1].panel->id), std::string("transfer"));
        undo();
        settle();
        QCOMPARE(std::string(workspace().grid().places()[0].panel->id), std::string("transfer"));
    }

    // Hands on the grid.

    void zeroHandle_makesTheCodeUnderItTheZeroPoint()
    {
        edit([](Session& s) { s.tensor.spec.dtype = *dtypeByName("int4"); });
        auto* view = show("transfer");
        const auto before = report().params.zeroPointAt(0);
        const auto scale = static_cast<double>(report().params.scaleAt(0));
        const int count = steps();
        drag(view, at(view, 0), at(view, 2 * scale));
        settle();
        QCOMPARE(report().params.zeroPointAt(0), before + 2);
        QCOMPARE(report().params.scaleAt(0), static_cast<float>(scale));
        QCOMPARE(steps(), count + 1);
        undo();
        settle();
        QCOMPARE(report().params.zeroPointAt(0), before);
    }

    void draggedGrid_stretchesAboutZero_andMovesNearIt()
    {
        edit([](Session& s) {
            s.tensor.spec.dtype = *dtypeByName("int4");
            s.tensor.spec.qscheme = QScheme::PerTensorSymmetric;
        });
        auto* view = show("histogram");
        const auto scale = static_cast<double>(report().params.scaleAt(0));
        drag(view, at(view, 4 * scale), at(view, 3 * scale), Qt::AltModifier);
        settle();
        const auto after = static_cast<double>(report().params.scaleAt(0));
        QVERIFY2(std::fabs(after / scale - 0.75) < 0.02,
                 qPrintable(QString::number(after / scale)));

        edit([](Session& s) {
            s.tensor.spec = {};
            s.tensor.spec.dtype = *dtypeByName("int4");
        });
        const auto zero = report().params.zeroPointAt(0);
        const auto step = static_cast<double>(report().params.scaleAt(0));
        drag(view, at(view, 0) + QPoint(0, 20), at(view, step) + QPoint(0, 20), Qt::AltModifier);
        settle();
        QCOMPARE(report().params.zeroPointAt(0), zero - 1); // the levels went along to the right
    }

    void pointOfTheLandscape_isDraggedAlongBothAxes()
    {
        edit([](Session& s) { s.tensor.spec.dtype = *dtypeByName("quint8"); });
        auto* view = show("landscape");
        QCOMPARE(view->figure().points.size(), std::size_t{1});
        const auto handle = view->figure().points.front();
        const double scale = handle.x;
        const auto zero = report().params.zeroPointAt(0);
        const QRect axes = view->axesRect();
        const double share =
            (handle.y - view->figure().y.min) / (view->figure().y.max - view->figure().y.min);
        const QPoint from(static_cast<int>(view->pixelOf(handle.x)),
                          static_cast<int>(axes.bottom() - share * axes.height()));
        const int count = steps();
        drag(view, from, from + QPoint(-60, 20));
        settle();
        QCOMPARE(steps(), count + 1);
        QVERIFY(tensor().spec.isFixed());
        QVERIFY(static_cast<double>(tensor().spec.scale[0]) < scale * 0.95);
        QVERIFY(tensor().spec.zeroPoint[0] < zero);
        undo();
        settle();
        QVERIFY(!tensor().spec.isFixed());
    }
    void wheel_turnsScaleAndBits()
    {
        auto* view = show("histogram");
        const auto scale = static_cast<double>(report().params.scaleAt(0));
        const QPoint middle = view->axesRect().center();
        const auto wheel = [&](int notches, Qt::KeyboardModifiers modifiers) {
            QWheelEvent event(middle, view->mapToGlobal(middle), {}, QPoint(0, 120 * notches),
                              Qt::NoButton, modifiers, Qt::NoScrollPhase, false);
            QApplication::sendEvent(view, &event);
            settle();
        };
        const double width = view->xMax() - view->xMin();
        wheel(12, Qt::ControlModifier);
        QVERIFY(std::fabs(static_cast<double>(report().params.scaleAt(0)) / scale - 2) < 1e-5);
        QCOMPARE(view->xMax() - view->xMin() >= width, true); // no zoom
        QCOMPARE(info(report().params.dtype()).bits, 8);
        wheel(-1, Qt::AltModifier);
        QVERIFY(info(report().params.dtype()).bits < 8);
        wheel(1, Qt::AltModifier);
        QCOMPARE(info(report().params.dtype()).bits, 8);
    }

    void clickedPoints_chooseWhatTheyAre_data()
    {
        QTest::addColumn<QString>("panel");
        QTest::addColumn<QString>("choice");
        QTest::newRow("observer") << "range_curve"
                                  << "observer:mse";
        QTest::newRow("bits") << "bits_sweep"
                              << "bits:4";
        QTest::newRow("dtype") << "formats"
                               << "dtype:float8_e4m3fn";
        QTest::newRow("channel") << "channels"
                                 << "channel:3";
    }
    void clickedPoints_chooseWhatTheyAre()
    {
        QFETCH(QString, panel);
        QFETCH(QString, choice);
        if (panel == QStringLiteral("channels"))
            edit([](Session& s) { s.tensor.spec.qscheme = QScheme::PerChannelSymmetric; });
        if (panel == QStringLiteral("range_curve"))
            edit([](Session& s) { s.tensor.spec.dtype = *dtypeByName("int4"); });
        auto* view = show(panel.toUtf8().constData());
        bool found = false;
        for (const auto& series : view->figure().series) {
            const auto it = std::find(series.choices.begin(), series.choices.end(), choice);
            if (it == series.choices.end())
                continue;
            const auto i = static_cast<std::size_t>(it - series.choices.begin());
            const auto& y = series.rightAxis ? *view->figure().y2 : view->figure().y;
            const auto part = [&](double v) {
                return y.log ? std::log(v / y.min) / std::log(y.max / y.min)
                             : (v - y.min) / (y.max - y.min);
            };
            const QRect axes = view->axesRect();
            const bool bar = series.kind == SeriesKind::Bars;
            const double height = bar ? (series.y[i] + series.y2[i]) / 2 : series.y[i];
            QTest::mouseClick(
                view, Qt::LeftButton, {},
                {static_cast<int>(std::lround(view->pixelOf(series.x[i]))),
                 static_cast<int>(std::lround(axes.bottom() - part(height) * axes.height()))});
            found = true;
            break;
        }
        QVERIFY(found);
        settle();
        const auto value = choice.section(QLatin1Char(':'), 1);
        if (panel == QStringLiteral("range_curve"))
            QVERIFY(tensor().spec.observer != "minmax"); // or one at the same place
        else if (panel == QStringLiteral("bits_sweep"))
            QCOMPARE(info(tensor().spec.dtype).bits, 4);
        else if (panel == QStringLiteral("formats"))
            QVERIFY(tensor().spec.dtype != DType::Qint8); // or one at the same place
        else
            QCOMPARE(tensor().channel, std::int64_t{3});
    }

    // Picking and selecting.

    // What stays, and what goes.

    void fileProblem_goesWithTheNextTensor()
    {
        m_window->openPaths({m_folder.filePath(QStringLiteral("none.safetensors"))});
        auto* card = workspace().findChild<FileProblemCard*>();
        QTRY_VERIFY(!card->isHidden());
        edit([](Session& s) {
            s.tensor.source = "generator:normal?numel=4096&seed=1";
            s.tensor.tensor.clear();
        });
        QVERIFY(card->isHidden());
    }

    void tensorOfNothingFinite_saysSoInThePlots()
    {
        const auto nan =
            Tensor::fromFloats("n", *qs::Shape::make({3}), std::vector<float>(3, std::nanf("")));
        const auto path = m_folder.filePath(QStringLiteral("nan.npy"));
        QVERIFY(writeTensors(path.toStdString(), {&nan, 1}));
        m_window->document().replace(Session(), {});
        m_window->openPaths({path});
        QTRY_VERIFY(!workspace().answers().problem().isEmpty());
        const auto* view = workspace().grid().places().front().view;
        QCOMPARE(view->figure().emptyText, workspace().answers().problem());
    }

    void panelsInARow_areOneStep()
    {
        const int count = steps();
        for (const char* id : {"code_usage", "bits_sweep", "landscape", "cells"})
            show(id);
        QCOMPARE(steps(), count + 1);
        undo();
        settle();
        QCOMPARE(std::string(workspace().grid().places().back().panel->id), std::string("error"));
    }

    // A|B.

    void sides_changePlaces_onTheSameAxes()
    {
        edit([](Session& s) { s.tensor.spec.dtype = *dtypeByName("int4"); });
        QTest::keyClick(m_window.get(), Qt::Key_Backslash);
        settle();
        QVERIFY(tensor().showsB && tensor().other);
        edit([](Session& s) {
            s.tensor.spec.observer = "fixed";
            s.tensor.spec.scale = {3.0F};
            s.tensor.spec.zeroPoint = {0};
        });
        auto* view = show("histogram");
        const auto x = std::pair(view->xMin(), view->xMax());
        const auto y = view->figure().y.max;
        const auto resultOfB = workspace().answers().result();
        QTest::keyClick(m_window.get(), Qt::Key_Backslash);
        settle();
        QVERIFY(!tensor().showsB);
        QVERIFY(report().params.scaleAt(0) != 3.0F);
        QCOMPARE(std::pair(view->xMin(), view->xMax()), x);
        QCOMPARE(view->figure().y.max, y);
        // Both answers are kept: going back computes nothing.
        toggleAB(m_window->document());
        QVERIFY(workspace().answers().result() == resultOfB);
        QVERIFY(workspace().answers().isIdle());
    }

    void otherSideThatCannotBe_isSaid()
    {
        edit([](Session& s) {
            s.tensor.other = s.tensor.spec;
            s.tensor.other->qscheme = QScheme::PerChannelSymmetric;
            s.tensor.other->axis = 7;
            s.tensor.view.overlay = true;
        });
        const auto* banner = workspace().findChild<QLabel*>(QStringLiteral("banner"));
        QVERIFY2(!banner->isHidden() && banner->text().contains(QStringLiteral("A|B")),
                 qPrintable(banner->text()));
        edit([](Session& s) { s.tensor.other.reset(); });
        QVERIFY(banner->isHidden());
    }

    void overlay_drawsTheOtherSideDashed()
    {
        edit([](Session& s) {
            s.tensor.other = s.tensor.spec;
            s.tensor.other->dtype = *dtypeByName("int4");
            s.tensor.view.overlay = true;
        });
        const auto* view = show("transfer");
        int others = 0;
        int own = 0;
        for (const auto& series : view->figure().series) {
            others += series.color == ColorRole::Other && series.style == LineStyle::Dashed ? 1 : 0;
            own += series.name.startsWith(QLatin1String("A: ")) ? 1 : 0;
        }
        QCOMPARE(others, 1);
        QCOMPARE(own, 1);
    }

    void snapshots_areUsedAndComparedWith()
    {
        QTest::keyClick(m_window.get(), Qt::Key_B, Qt::ControlModifier);
        QCOMPARE(tensor().snapshots.size(), std::size_t{1});
        QCOMPARE(tensor().snapshots[0].name, std::string("qint8 per_tensor_affine, minmax"));
        undo();
        QVERIFY(tensor().snapshots.empty());
    }

    // Sessions, exports, the clipboard.

    void session_reopensAllThatIsVisible()
    {
        edit([](Session& s) {
            s.tensor.spec.qscheme = QScheme::PerChannelAffine;
            s.tensor.channel = 5;
            s.tensor.other = QuantSpec{};
            s.tensor.showsB = true;
            s.tensor.snapshots = {{"mine", {}}};
            s.tensor.view.panels = {"histogram", "channels", "cells"};
            s.tensor.view.histogramOf = HistogramOf::Dequantized;
            s.tensor.view.counts = CountScale::Density;
            s.tensor.view.bins = 64;
            s.tensor.view.channelOrder = ChannelOrder::Sqnr;
            s.tensor.view.sliceOf = SliceOf::Error;
            s.tensor.view.sliceAt = {3};
            s.tensor.view.overlay = true;
        });
        m_window->document().adjustView([](Session& s) {
            s.tensor.view.x = {-1.0, 0.5};
            s.tensor.view.picked = 77;
            s.tensor.view.brush = Selection{SelectedBy::Value, 0.1, 0.2};
        });
        settle();
        const auto before = tensor();
        std::vector<QString> titles;
        for (const auto& place : workspace().grid().places())
            titles.push_back(place.view->figure().title);
        const auto path = m_folder.filePath(QStringLiteral("all.qscope"));
        QVERIFY(writeSession(path.toStdString(), {m_window->document().session(), nullptr}));
        m_window->document().undoStack().setClean();
        m_window = std::make_unique<MainWindow>();
        m_window->resize(1280, 800);
        m_window->show();
        m_window->openPaths({path});
        settle();
        QVERIFY(tensor() == before);
        for (std::size_t i = 0; i < titles.size(); ++i)
            QCOMPARE(workspace().grid().places()[i].view->figure().title, titles[i]);
    }

    void droppedPicture_restoresItsSession()
    {
        edit([](Session& s) {
            s.tensor.spec.dtype = *dtypeByName("int4");
            s.tensor.spec.observer = "percentile";
            s.tensor.spec.percentile = 99;
        });
        const auto spec = tensor().spec;
        const double mse = report().mse;
        const auto path = m_folder.filePath(QStringLiteral("figure.png"));
        ExportOptions options;
        options.session = sessionText({m_window->document().session(), nullptr},
                                      std::filesystem::path(m_folder.path().toStdString()));
        QVERIFY(exportFigure(show("transfer")->figure(), ThemeId::Print, options, path));
        edit([](Session& s) { s.tensor.spec = {}; });
        QVERIFY(report().mse != mse);
        m_window->document().undoStack().setClean();
        QMimeData mime;
        mime.setUrls({QUrl::fromLocalFile(path)});
        QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, &mime, Qt::LeftButton, {});
        QApplication::sendEvent(m_window.get(), &enter);
        QDropEvent drop(QPointF(300, 300), Qt::CopyAction, &mime, Qt::LeftButton, {});
        QApplication::sendEvent(m_window.get(), &drop);
        settle();
        QVERIFY(tensor().spec == spec);
        QCOMPARE(report().mse, mse);
        // Saving must not write over the picture.
        QVERIFY(m_window->document().path().isEmpty());
    }

    void copies_holdPictureDataAndParameters()
    {
        auto* view = show("histogram");
        view->setFocus();
        QTest::keyClick(m_window.get(), Qt::Key_C, Qt::ControlModifier);
        const auto* clipboard = QGuiApplication::clipboard();
        QVERIFY(clipboard->mimeData()->hasImage());
        QTest::keyClick(m_window.get(), Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY2(clipboard->text().contains(QStringLiteral("count per level")),
                 qPrintable(clipboard->text().left(300)));
    }
};

QTEST_MAIN(TestTensorWorkspace)
#include "test_tensor_workspace.moc"
