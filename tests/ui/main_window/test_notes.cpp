// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// What the Tensor workspace says above its plots: elements that are not finite and where they are,
// files that cannot be read.
#include "window_driver.h"

#include "core/io/formats.h"
#include "ui/controls/file_problem_card.h"
#include "ui/controls/value_card.h"
#include "ui/dialogs/non_finite_dialog.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/tensor_workspace.h"

#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QPushButton>
#include <QTableView>
#include <QTemporaryDir>

#include <cmath>
#include <limits>

using namespace qs;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

} // namespace

class TestNotes : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;

    QString path(const char* name) const { return m_folder.filePath(QLatin1String(name)); }
    TensorWorkspace& workspace() const { return m_window->tensorWorkspace(); }
    void settle() const
    {
        for (int quiet = 0; quiet < 3;) {
            QTest::qWait(15);
            quiet = workspace().isIdle() ? quiet + 1 : 0;
        }
    }
    void open(const char* name, std::vector<float> values, std::vector<std::int64_t> sizes) const
    {
        const auto tensor = Tensor::fromFloats("w", *qs::Shape::make(std::move(sizes)), values);
        QVERIFY(writeTensors(path(name).toStdString(), {&tensor, 1}));
        m_window->openPaths({path(name)});
        QTRY_VERIFY(workspace().answers().result() &&
                    workspace().answers().result()->facts->tensor.numel() == tensor.numel());
        settle();
    }
    NonFiniteDialog* showPositions() const
    {
        QTest::mouseClick(control<QPushButton>(workspace(), "Show positions"), Qt::LeftButton);
        auto* dialog = workspace().findChild<NonFiniteDialog*>();
        for (int i = 0; dialog != nullptr && i < 400; ++i) {
            if (dialog->findChild<QTableView*>()->model()->rowCount() > 0)
                break;
            QTest::qWait(10);
        }
        return dialog;
    }
    static QString words(const QWidget& dialog) { return dialog.findChild<QLabel*>()->text(); }
    FileProblemCard& card() const { return *workspace().findChild<FileProblemCard*>(); }

private slots:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        QCoreApplication::setOrganizationName(QStringLiteral("Quantoscope"));
        QCoreApplication::setApplicationName(QStringLiteral("test_notes"));
    }
    void init()
    {
        m_window = std::make_unique<MainWindow>();
        m_window->resize(1280, 800);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    void cleanup()
    {
        m_window->document().undoStack().setClean();
        m_window.reset();
    }

    void positions_areListed_picked_andCopied()
    {
        open("few.npy", {1, kNaN, 2, kInf, -kInf, 0.5F}, {2, 3});
        auto* dialog = showPositions();
        QVERIFY(dialog != nullptr);
        auto* view = dialog->findChild<QTableView*>();
        QVERIFY(words(*dialog).startsWith(QStringLiteral("All 3 elements")));
        QVERIFY(
            words(*dialog).contains(QStringLiteral("1\u00a0NaN, 1\u00a0+Inf, 1\u00a0\u2212Inf")));
        QCOMPARE(view->model()->rowCount(), 3);
        // By the keyboard alone.
        view->setFocus();
        QTest::keyClick(view, Qt::Key_Down);
        QTest::keyClick(view, Qt::Key_Return);
        QCOMPARE(m_window->document().session().tensor.view.picked.value_or(-1), std::int64_t{3});
        QTest::keyClick(view, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClick(view, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(),
                 QStringLiteral("1\t[0, 1]\tNaN\n3\t[1, 0]\t+Inf\n4\t[1, 1]\t-Inf"));
        // By the mouse.
        QTest::mouseClick(view->viewport(), Qt::LeftButton, {},
                          view->visualRect(view->model()->index(0, 1)).center());
        QCOMPARE(m_window->document().session().tensor.view.picked.value_or(-1), std::int64_t{1});
        QTest::keyClick(dialog, Qt::Key_Escape);
        QVERIFY(!dialog->isVisible());
    }

    /// x, the code and what comes of it; no error, and no formula with numbers that are none.
    void aPickedNaNOrInf_isSaidHonestly()
    {
        open("few.npy", {1, kNaN, 2, kInf, -kInf, 0.5F}, {6});
        m_window->document().edit(QStringLiteral("test"), {}, [](Session& session) {
            session.tensor.spec.dtype = DType::Int4;
            session.tensor.spec.qscheme = QScheme::PerTensorSymmetric;
        });
        settle();
        const auto card = [&](std::int64_t index) {
            m_window->document().adjustView(
                [&](Session& session) { session.tensor.view.picked = index; });
            settle();
            return workspace().findChild<ValueCard*>()->text();
        };
        const QString nan = card(1);
        QVERIFY2(nan.contains(QStringLiteral("NaN</td>")) &&
                     nan.contains(QStringLiteral("No code means NaN: 0 is stored")) &&
                     nan.contains(QStringLiteral("undefined")),
                 qPrintable(nan));
        QVERIFY(!nan.contains(QStringLiteral("clamp")));
        const QString inf = card(3);
        QVERIFY2(inf.contains(QStringLiteral("+Inf</td>")) &&
                     inf.contains(QStringLiteral("saturates at code 7")),
                 qPrintable(inf));
        QVERIFY2(card(4).contains(QStringLiteral("saturates at code -8")), qPrintable(card(4)));
        QVERIFY(card(0).contains(QStringLiteral("clamp")));
    }

    void theFirstTenThousand_areListed_ofAnotherTensorNone()
    {
        std::vector<float> values(40000, kNaN);
        values.front() = 1;
        open("many.npy", values, {200, 200});
        auto* dialog = showPositions();
        QVERIFY(dialog != nullptr);
        QVERIFY2(words(*dialog).startsWith(QStringLiteral("The first 10,000 of 39,999 elements")),
                 qPrintable(words(*dialog)));
        const auto* model = dialog->findChild<QTableView*>()->model();
        QCOMPARE(model->rowCount(), 10000);
        QCOMPARE(model->index(9999, 1).data().toString(), QStringLiteral("[50, 0]"));
        open("finite.npy", {1, 2, 3}, {3});
        QTRY_VERIFY(workspace().findChild<NonFiniteDialog*>() == nullptr);
        QVERIFY(control<QPushButton>(workspace(), "Show positions")->isHidden());
    }

    void aFileThatCannotBeRead_isTold_andCopied()
    {
        open("w.npy", std::vector<float>(300, 1.5F), {300});
        QFile good(path("w.npy"));
        QVERIFY(good.open(QIODevice::ReadOnly));
        QFile bad(path("bad.npy"));
        QVERIFY(bad.open(QIODevice::WriteOnly));
        bad.write(good.readAll().left(1000));
        bad.close();
        QVERIFY(card().isHidden());
        m_window->openPaths({path("bad.npy")});
        QTRY_VERIFY(card().isVisible());
        const auto value = [&](const char* name) {
            return control<QLabel>(card(), name)->text();
        };
        QVERIFY(
            card().findChild<QLabel*>()->text().contains(QStringLiteral("bad.npy cannot be read")));
        QCOMPARE(value("At byte"), QStringLiteral("1000 (hexadecimal 3e8)"));
        QCOMPARE(value("Expected"),
                 QStringLiteral("1,200 bytes of data for shape [300] of float32"));
        QCOMPARE(value("Found"), QStringLiteral("872 bytes"));
        QVERIFY(value("What to do").contains(QStringLiteral("ends too early")));
        QTest::mouseClick(control<QPushButton>(card(), "Copy details"), Qt::LeftButton);
        const auto copied = QGuiApplication::clipboard()->text();
        for (const QString& part :
             {QStringLiteral("File: ") + path("bad.npy"), QStringLiteral("Size: 1,000 bytes"),
              QStringLiteral("At byte: 1000"), QStringLiteral("Expected: 1,200 bytes"),
              QStringLiteral("Found: 872 bytes"),
              QStringLiteral("Quantoscope " QUANTOSCOPE_VERSION)})
            QVERIFY2(copied.contains(part), qPrintable(copied));
        // The rest stays usable, and the card goes when it was read.
        QVERIFY(workspace().answers().result() != nullptr);
        QTest::mouseClick(control<QPushButton>(card(), "Dismiss"), Qt::LeftButton);
        QVERIFY(card().isHidden());
        m_window->openPaths({path("missing.npy")});
        QTRY_VERIFY(card().isVisible());
        QVERIFY(value("What to do").contains(QStringLiteral("moved or renamed")));
    }
};

QTEST_MAIN(TestNotes)
#include "test_notes.moc"
