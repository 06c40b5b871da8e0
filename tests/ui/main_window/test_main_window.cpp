// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/formats.h"
#include "core/session/session_file.h"
#include "tests/ui/main_window/window_driver.h"
#include "ui/controls/number_field.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/tensor_workspace.h"
#include "ui/main_window/train_workspace.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTabBar>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

using namespace qs;

/// The real window, driven as a person does.
class TestMainWindow : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;

    QString path(const char* name) const { return m_folder.filePath(QLatin1String(name)); }
    const Session& session() const { return m_window->document().session(); }
    std::shared_ptr<const TensorResult> result() const
    {
        return m_window->tensorWorkspace().panelInput().tensor;
    }
    void writeTensor(const char* name, std::vector<float> values, std::vector<std::int64_t> shape)
    {
        const auto tensor =
            Tensor::fromFloats("w", *Shape::make(std::move(shape)), std::move(values));
        QVERIFY(writeTensors(path(name).toStdString(), {&tensor, 1}));
    }
    void waitForResult()
    {
        QTRY_VERIFY_WITH_TIMEOUT(result() != nullptr, 30000);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->tensorWorkspace().isIdle(), 30000);
        QTest::qWait(20);
        QTRY_VERIFY(m_window->tensorWorkspace().isIdle());
    }
    QLineEdit* field(const char* name) const { return control<QLineEdit>(*m_window, name); }

private slots:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        std::vector<float> values(4 * 300);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = std::sin(static_cast<float>(i)) * static_cast<float>(1 + i / 300);
        writeTensor("w.npy", values, {4, 300});
    }
    void init()
    {
        m_window = std::make_unique<MainWindow>();
        m_window->setTheme(ThemeId::Light);
        m_window->resize(1280, 800);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    void cleanup()
    {
        m_window->document().undoStack().setClean();
        m_window.reset();
    }

    void emptyWindow_saysWhatToDo()
    {
        QVERIFY(!m_window->tensorWorkspace().focusedFigure().emptyText.isEmpty());
    }

    void openedFile_isShown_withExactNumbers()
    {
        m_window->openPaths({path("w.npy")});
        waitForResult();
        QCOMPARE(result()->report->stats.count, 1200);
        QVERIFY(m_window->tensorWorkspace().focusedFigure().emptyText.isEmpty());
    }

    void droppedFile_isOpened()
    {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(path("w.npy"))});
        QDragEnterEvent enter(QPoint(600, 400), Qt::CopyAction, &data, Qt::LeftButton,
                              Qt::NoModifier);
        QApplication::sendEvent(m_window.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(600, 400), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(m_window.get(), &drop);
        waitForResult();
        QCOMPARE(session().tensor.tensor, std::string("w"));
    }

    void typedScale_fixesTheParameters_andUndoReturns()
    {
        m_window->openPaths({path("w.npy")});
        waitForResult();
        const auto before = session();
        type(field("scale"), "1/256");
        QVERIFY(session().tensor.spec.isFixed());
        QCOMPARE(session().tensor.spec.scale, std::vector<float>{1.0F / 256});
        waitForResult();
        QCOMPARE(result()->report->params.scaleAt(0), 1.0F / 256);
        QVERIFY(result()->report->clippedHigh > 0);
        m_window->document().undoStack().undo();
        QVERIFY(session() == before);
        waitForResult();
        QVERIFY(result()->report->params.scaleAt(0) != 1.0F / 256);
    }

    void wrongScale_isRefused_andTheLastGoodStateStays_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char* text : {"0", "-1", "nan", "1e-50", "abc", "1e99"})
            QTest::newRow(text) << QByteArray(text);
    }
    void wrongScale_isRefused_andTheLastGoodStateStays()
    {
        QFETCH(QByteArray, text);
        m_window->openPaths({path("w.npy")});
        waitForResult();
        const auto before = session();
        const auto shown = result();
        type(field("scale"), text.constData());
        QVERIFY(session() == before);
        QCOMPARE(result().get(), shown.get());
        QVERIFY(!field("scale")->accessibleDescription().isEmpty());
    }

    void wrongZeroPointAndRange_areRefused()
    {
        m_window->openPaths({path("w.npy")});
        waitForResult();
        const auto before = session();
        type(field("zero_point"), "300");
        type(field("zero_point"), "1.5");
        type(field("quant_min"), "127");
        type(field("quant_max"), "-128");
        type(field("quant_max"), "128");
        QVERIFY(session() == before);
        QVERIFY(field("quant_max")->accessibleDescription().contains(QStringLiteral("127")));
    }

    void everyCombo_reachesTheReport()
    {
        m_window->openPaths({path("w.npy")});
        waitForResult();
        choose(control<QComboBox>(*m_window, "dtype"), "uint4");
        choose(control<QComboBox>(*m_window, "granularity"), "per channel");
        choose(control<QComboBox>(*m_window, "scheme"), "symmetric");
        choose(control<QComboBox>(*m_window, "rounding"), "floor");
        choose(control<QComboBox>(*m_window, "dialect"), "onnx");
        waitForResult();
        const auto& report = *result()->report;
        QVERIFY(report.params.dtype() == DType::Uint4);
        QVERIFY(report.params.qscheme() == QScheme::PerChannelSymmetric);
        QCOMPARE(report.params.channels(), std::size_t{4});
        QVERIFY(report.spec.rounding == Rounding::Floor);
        QVERIFY(report.spec.dialect == Dialect::Onnx);
        QCOMPARE(*result()->channel, 0);
    }

    void preset_isPyTorchsFixedQParams()
    {
        m_window->openPaths({path("w.npy")});
        waitForResult();
        choose(control<QComboBox>(*m_window, "FixedQParams preset"), "tanh");
        waitForResult();
        QCOMPARE(result()->report->params.scaleAt(0), 2.0F / 256);
        QCOMPARE(result()->report->params.zeroPointAt(0), 128);
    }

    void draggedHandle_movesTheRange_asOneUndoStep()
    {
        m_window->openPaths({path("w.npy")});
        waitForResult();
        const int steps = m_window->document().undoStack().count();
        auto* view = m_window->tensorWorkspace().findChildren<PlotView*>().at(1);
        QTRY_VERIFY(view->axesRect().width() > 100);
        const double high = view->figure().markers[1].x;
        const int y = view->axesRect().center().y();
        const auto at = [&](double x) {
            return QPoint(static_cast<int>(view->pixelOf(x)), y);
        };
        QTest::mousePress(view, Qt::LeftButton, {}, at(high));
        for (const double part : {0.9, 0.8, 0.7, 0.5})
            QTest::mouseMove(view, at(high * part));
        QTest::mouseRelease(view, Qt::LeftButton, {}, at(high * 0.5));
        waitForResult();
        QCOMPARE(m_window->document().undoStack().count(), steps + 1);
        const double moved = (*result()->report->params.coveredRange())[1];
        QVERIFY2(std::fabs(moved - high * 0.5) < high * 0.03, qPrintable(QString::number(moved)));
        QVERIFY(result()->report->clippedHigh > 0);
    }

    void draggedMin_leavesMaxWhereItIs_howeverManyMovesItTakes()
    {
        m_window->openPaths({path("w.npy")});
        waitForResult();
        choose(control<QComboBox>(*m_window, "dtype"), "int4");
        waitForResult();
        auto* view = m_window->tensorWorkspace().findChildren<PlotView*>().at(1);
        const auto before = *result()->report->params.coveredRange();
        const int y = view->axesRect().center().y();
        const auto at = [&](double x) {
            return QPoint(static_cast<int>(view->pixelOf(x)), y);
        };
        QTest::mousePress(view, Qt::LeftButton, {}, at(static_cast<double>(before[0])));
        for (int i = 1; i <= 30; ++i) {
            QTest::mouseMove(view, at(static_cast<double>(before[0]) * (1 - 0.01 * i)));
            waitForResult();
        }
        QTest::mouseRelease(view, Qt::LeftButton, {}, at(static_cast<double>(before[0]) * 0.7));
        waitForResult();
        const auto after = *result()->report->params.coveredRange();
        const float step = result()->report->params.scaleAt(0);
        QVERIFY(after[0] > before[0] + 2 * step);
        QVERIFY(std::fabs(after[1] - before[1]) <= 0.51F * step);
    }

    void everyPanel_showsSomething_andItsTabIsReadable()
    {
        m_window->openPaths({path("w.npy")});
        waitForResult();
        auto& grid = m_window->tensorWorkspace().grid();
        QCOMPARE(grid.places().size(), std::size_t{3});
        auto* view = grid.places().back().view;
        std::set<QString> titles;
        std::size_t count = 0;
        for (const auto& panel : panels()) {
            if (panel.workspace != WorkspaceId::Tensor || panel.id == std::string("transfer") ||
                panel.id == std::string("histogram"))
                continue;
            ++count;
            QToolButton* tab = nullptr;
            for (auto* button : grid.findChildren<QToolButton*>(QStringLiteral("panelTab"))) {
                if (button->text() == panelTitle(panel))
                    tab = button;
            }
            QVERIFY2(tab != nullptr, panel.id);
            QVERIFY(!tab->toolTip().isEmpty());
            // Whole words, in sight.
            QVERIFY(tab->parentWidget()->rect().contains(tab->geometry()));
            QVERIFY(tab->fontMetrics().horizontalAdvance(tab->text()) < tab->width());
            tab->click();
            waitForResult();
            QCOMPARE(grid.places().back().panel, &panel);
            QVERIFY(tab->isChecked());
            // A tensor of one axis has no channels; that is said.
            const QString& empty = view->figure().emptyText;
            QVERIFY2(empty.isEmpty() || empty.contains(u"no channels") ||
                         empty.contains(u"does not search"),
                     qPrintable(empty));
            titles.insert(view->figure().title);
        }
        QCOMPARE(titles.size(), count);
    }

    void clipRangeHandle_dragsTheScale_alongACurveThatStays()
    {
        m_window->openPaths({path("w.npy")});
        waitForResult();
        m_window->document().edit(QStringLiteral("plot"), {}, [](Session& session) {
            session.tensor.view.panels[2] = "range_curve";
            session.tensor.spec.qscheme = QScheme::PerTensorSymmetric;
        });
        waitForResult();
        const int steps = m_window->document().undoStack().count();
        const auto study = m_window->tensorWorkspace().panelInput().study;
        QVERIFY(study);
        const float scale = result()->report->params.scaleAt(0);
        auto* view = m_window->tensorWorkspace().findChildren<PlotView*>().at(2);
        QCOMPARE(view->figure().markers.size(), std::size_t{1});
        const double now = view->figure().markers[0].x;
        const int y = view->axesRect().center().y();
        const auto at = [&](double x) {
            return QPoint(static_cast<int>(view->pixelOf(x)), y);
        };
        QTest::mousePress(view, Qt::LeftButton, {}, at(now));
        for (const double part : {0.9, 0.7, 0.5}) {
            QTest::mouseMove(view, at(now * part));
            waitForResult();
        }
        QTest::mouseRelease(view, Qt::LeftButton, {}, at(now * 0.5));
        waitForResult();
        QCOMPARE(m_window->document().undoStack().count(), steps + 1);
        const float moved = result()->report->params.scaleAt(0);
        QVERIFY(std::fabs(moved / scale - 0.5F) < 0.02F);
        QCOMPARE(m_window->tensorWorkspace().panelInput().study, study);
        QVERIFY(std::fabs(view->figure().markers[0].x / now - 0.5) < 0.02);
    }

    void studies_followTheDType_andAreNotMadeUnseen()
    {
        m_window->openPaths({path("w.npy")});
        waitForResult();
        QVERIFY(!m_window->tensorWorkspace().panelInput().study);
        m_window->document().edit(QStringLiteral("plot"), {}, [](Session& session) {
            session.tensor.view.panels[2] = "landscape";
        });
        waitForResult();
        choose(control<QComboBox>(*m_window, "dtype"), "uint4");
        waitForResult();
        auto* view = m_window->tensorWorkspace().findChildren<PlotView*>().at(2);
        QVERIFY(view->figure().map);
        QCOMPARE(view->figure().map->y.size(), std::size_t{16});
        choose(control<QComboBox>(*m_window, "dtype"), "bfloat16");
        waitForResult();
        QVERIFY(view->figure().emptyText.contains(QStringLiteral("bfloat16")));
    }

    void twoHundredQuickEdits_giveTheReportOfTheLast()
    {
        m_window->openPaths({path("w.npy")});
        waitForResult();
        QSignalSpy shown(&m_window->tensorWorkspace(), &TensorWorkspace::resultShown);
        for (int i = 1; i <= 200; ++i)
            m_window->document().edit(
                QStringLiteral("scale"), QStringLiteral("scale"), [i](Session& session) {
                    session.tensor.spec.observer = "fixed";
                    session.tensor.spec.scale = {0.001F * static_cast<float>(i)};
                    session.tensor.spec.zeroPoint = {0};
                });
        waitForResult();
        QCOMPARE(result()->report->params.scaleAt(0), 0.2F);
        QVERIFY(shown.count() >= 1 && shown.count() < 200);
    }

    void damagedFile_isNamed_andTheLastGoodStateStays()
    {
        m_window->openPaths({path("w.npy")});
        waitForResult();
        const auto shown = result();
        QFile good(path("w.npy"));
        QVERIFY(good.open(QIODevice::ReadOnly));
        QFile bad(path("bad.npy"));
        QVERIFY(bad.open(QIODevice::WriteOnly));
        bad.write(good.readAll().left(1000));
        bad.close();
        const auto before = session();
        m_window->openPaths({path("bad.npy")});
        QTRY_VERIFY(
            m_window->sources().problem(path("bad.npy")).contains(QStringLiteral("bad.npy")));
        QVERIFY(session().tensor == before.tensor);
        QCOMPARE(result().get(), shown.get());
        // It stays in sight: above the plots, and in the tree.
        QVERIFY(fileProblemShown(m_window->tensorWorkspace()).contains(QStringLiteral("bad.npy")));
        type(field("scale"), "0.125");
        waitForResult();
        QVERIFY(fileProblemShown(m_window->tensorWorkspace()).contains(QStringLiteral("bad.npy")));
        m_window->openPaths({path("w.npy")});
        QTRY_VERIFY(fileProblemShown(m_window->tensorWorkspace()).isEmpty());
    }

    void controlZ_inAFieldWithNothingTyped_undoesTheLastEdit()
    {
        m_window->openPaths({path("w.npy")});
        waitForResult();
        const auto before = session();
        type(field("scale"), "1/256");
        QVERIFY(session().tensor.spec.isFixed());
        QVERIFY(field("scale")->hasFocus());
        QTest::keyClick(field("scale"), Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(session() == before);
    }

    void nonFiniteElements_areSaid()
    {
        writeTensor("nan.npy", {1, 2, std::nanf(""), INFINITY, -INFINITY}, {5});
        m_window->openPaths({path("nan.npy")});
        waitForResult();
        QVERIFY(banner(m_window->tensorWorkspace()).contains(QStringLiteral("1 NaN, 1 +Inf")));
    }

    void tensorWithoutFiniteElements_isSaid_notDrawn()
    {
        writeTensor("allnan.npy", {std::nanf(""), std::nanf("")}, {2});
        m_window->openPaths({path("allnan.npy")});
        QTRY_VERIFY(
            banner(m_window->tensorWorkspace()).contains(QStringLiteral("no finite element")));
    }

    void session_reopensToTheSamePicture()
    {
        m_window->openPaths({path("w.npy")});
        waitForResult();
        choose(control<QComboBox>(*m_window, "dtype"), "int4");
        type(field("scale"), "0.25");
        m_window->document().adjustView([](Session& session) {
            session.tensor.view.x = {-1.0, 1.5};
        });
        waitForResult();
        const auto before = session();
        const auto file = path("s.qscope").toStdString();
        QVERIFY(writeSession(file, {before, nullptr}));
        const auto picture = m_window->tensorWorkspace().grab().toImage();

        m_window->document().undoStack().setClean();
        m_window = std::make_unique<MainWindow>();
        m_window->setTheme(ThemeId::Light);
        m_window->resize(1280, 800);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        m_window->openPaths({QString::fromStdString(file)});
        waitForResult();
        QVERIFY(session() == before);
        QCOMPARE(result()->report->params.scaleAt(0), 0.25F);
        Figure first = m_window->tensorWorkspace().focusedFigure();
        QCOMPARE(first.title, QStringLiteral("Transfer of w"));
        QTRY_COMPARE(m_window->tensorWorkspace().findChildren<PlotView*>().at(0)->xMin(), -1.0);
        QCOMPARE(picture.size(), m_window->tensorWorkspace().grab().toImage().size());
    }

    void session_ofEveryDType_reopens()
    {
        std::vector<float> values(4 * 512);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = std::sin(static_cast<float>(i));
        writeTensor("blocks.npy", values, {4, 512});
        m_window->openPaths({path("blocks.npy")});
        waitForResult();
        auto* combo = control<QComboBox>(m_window->tensorWorkspace(), "dtype");
        auto* name = control<QLineEdit>(m_window->tensorWorkspace(), "dtype by name");
        const auto file = path("dtypes.qscope");
        const auto reopen = [&] {
            waitForResult();
            QVERIFY2(banner(m_window->tensorWorkspace()).isEmpty(),
                     qPrintable(banner(m_window->tensorWorkspace())));
            const auto before = session();
            QVERIFY(writeSession(file.toStdString(), {before, nullptr}));
            m_window->document().undoStack().setClean();
            m_window->openPaths({file});
            waitForResult();
            QVERIFY(session() == before);
            QVERIFY(result()->report->params.dtype() == before.tensor.spec.dtype);
            QCOMPARE(combo->currentText().toStdString(),
                     std::string(info(before.tensor.spec.dtype).name));
            QVERIFY(banner(m_window->tensorWorkspace()).isEmpty());
        };
        for (const auto& row : dtypes()) {
            choose(combo, std::string(row.name).c_str());
            QVERIFY(session().tensor.spec.dtype == row.id);
            reopen();
        }
        type(name, "e3m4");
        QVERIFY(session().tensor.spec.dtype == *dtypeByName("e3m4"));
        reopen();
    }

    void quantizersControls_fitTheirColumn()
    {
        m_window->openPaths({path("w.npy")});
        waitForResult();
        auto* controls = control<QComboBox>(m_window->tensorWorkspace(), "scheme")->parentWidget();
        auto* area = controls->parentWidget()->parentWidget();
        for (auto* widget : controls->parentWidget()->findChildren<QWidget*>()) {
            if (widget->isVisible() && !widget->isWindow() && widget->window() == m_window.get())
                QVERIFY2(widget->mapTo(area, QPoint(widget->width(), 0)).x() <= area->width() + 1,
                         qPrintable(widget->accessibleName() + widget->metaObject()->className()));
        }
    }
};

QTEST_MAIN(TestMainWindow)
#include "test_main_window.moc"
