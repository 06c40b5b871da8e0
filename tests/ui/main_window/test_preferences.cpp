// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session_file.h"
#include "ui/controls/interface_scale.h"
#include "ui/main_window/keymap.h"
#include "ui/main_window/keys_dialog.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/shortcut_sheet.h"
#include "ui/main_window/tensor_workspace.h"
#include "ui/main_window/train_workspace.h"
#include "ui/main_window/window_style.h"
#include "ui/models/command_list.h"
#include "window_driver.h"

#include <QAction>
#include <QPushButton>
#include <QSettings>
#include <QSplitter>
#include <QTemporaryDir>
#include <QTreeWidget>

#include <set>

using namespace qs;

/// What belongs to the machine, keys and sizes, and what of the window belongs to the session.
class TestPreferences : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;

    Keymap& keymap() { return m_window->keymap(); }
    Document& document() { return m_window->document(); }
    QAction* action(const char* id) const
    {
        for (auto* each : m_window->findChildren<QAction*>()) {
            if (commandId(*each) == QLatin1String(id))
                return each;
        }
        qFatal("no command %s", id);
    }
    QString keys(const char* id) const { return keysText(action(id)->shortcuts()); }
    void makeWindow()
    {
        m_window.reset();
        m_window = std::make_unique<MainWindow>();
        m_window->resize(1280, 800);
        m_window->restorePreferences();
        m_window->show();
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    }
    static void store(const char* id, const QStringList& texts)
    {
        QSettings().setValue(QStringLiteral("shortcuts/") + QLatin1String(id), texts);
    }
    ShortcutSheet* openSheet()
    {
        action("help.shortcuts")->trigger();
        return m_window->findChild<ShortcutSheet*>();
    }
    static QTreeWidgetItem* row(ShortcutSheet* sheet, const char* does)
    {
        const auto found = sheet->findChild<QTreeWidget*>()->findItems(
            QLatin1String(does), Qt::MatchExactly | Qt::MatchRecursive);
        if (found.isEmpty())
            qFatal("no row %s", does);
        return found.front();
    }
    static QPushButton* button(QWidget* parent, const char* text)
    {
        for (auto* each : parent->findChildren<QPushButton*>()) {
            if (QString(each->text()).remove(QLatin1Char('&')) == QString::fromUtf8(text))
                return each;
        }
        qFatal("no button %s", text);
    }
    /// Opens the dialog for new keys as a person does: the row, then Change.
    KeysDialog* ask(const char* does)
    {
        auto* sheet = openSheet();
        sheet->findChild<QTreeWidget*>()->setCurrentItem(row(sheet, does));
        button(sheet, "Change\u2026")->click();
        return sheet->findChild<KeysDialog*>();
    }
    static QString note(const KeysDialog* dialog)
    {
        return control<QLabel>(*dialog, "About these keys")->text();
    }
    QList<int> columnSizes() const
    {
        return m_window->tensorWorkspace().findChild<QSplitter*>()->sizes();
    }

private slots:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_folder.path());
        QCoreApplication::setOrganizationName(QStringLiteral("Quantoscope"));
        QApplication::setStyle(makeWindowStyle());
    }
    void init()
    {
        QSettings().clear();
        makeWindow();
        m_window->setInterfaceSize(100);
    }
    void cleanup()
    {
        document().undoStack().setClean();
        m_window->setInterfaceSize(100);
        m_window.reset();
    }

    // Keys.

    void everyMenusCommand_hasAnIdOfItsOwn_andKeysOfItsOwn()
    {
        std::set<QString> ids;
        std::set<QString> all;
        for (const auto& command : commandsOf(*m_window)) {
            const QString id = commandId(*command.action);
            if (command.group.contains(QStringLiteral("recent"), Qt::CaseInsensitive))
                continue; // its entries come and go
            QVERIFY2(!id.isEmpty() && ids.insert(id).second, qPrintable(command.text));
            for (const auto& each : command.action->shortcuts()) {
                QVERIFY2(all.insert(each.toString()).second, qPrintable(each.toString()));
                const bool plot = !keymap().fixedFor(each).isEmpty();
                QVERIFY2(!plot || each == QKeySequence(Qt::Key_Escape),
                         qPrintable(each.toString()));
            }
        }
        QVERIFY(ids.size() > 60);
    }

    void newKeys_areTyped_work_andAreThereAtTheNextStart()
    {
        auto* dialog = ask("Back");
        auto* field = dialog->findChild<KeyField*>();
        QTest::keyClick(field, Qt::Key_J, Qt::ControlModifier);
        QTest::keyClick(field, Qt::Key_J, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY2(note(dialog).contains(QStringLiteral("free")), qPrintable(note(dialog)));
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(keys("view.back"), QStringLiteral("Ctrl+Shift+J"));
        QVERIFY(action("view.back")->toolTip().contains(QStringLiteral("Ctrl+Shift+J")));
        auto* sheet = m_window->findChild<ShortcutSheet*>();
        QCOMPARE(row(sheet, "Back")->text(1), QStringLiteral("Ctrl+Shift+J"));
        sheet->close();
        QApplication::setActiveWindow(m_window.get());
        document().adjustView([](Session& session) { session.workspace = "train"; });
        QTest::keyClick(m_window.get(), Qt::Key_Left, Qt::AltModifier);
        QCOMPARE(document().session().workspace, std::string("train"));
        QTest::keyClick(m_window.get(), Qt::Key_J, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(document().session().workspace, std::string("tensor"));
        makeWindow();
        QCOMPARE(keys("view.back"), QStringLiteral("Ctrl+Shift+J"));
        for (const auto& command : commandsOf(*m_window)) {
            if (command.action == action("view.back"))
                QCOMPARE(command.shortcut, QStringLiteral("Ctrl+Shift+J")); // as the palette says
        }
    }

    void conflict_isSaidByName_andTakenOver()
    {
        auto* dialog = ask("Back");
        auto* field = dialog->findChild<KeyField*>();
        QTest::keyClick(field, Qt::Key_H, Qt::ControlModifier);
        QVERIFY2(note(dialog).contains(QStringLiteral("History")), qPrintable(note(dialog)));
        QCOMPARE(keys("edit.history"), QStringLiteral("Ctrl+H"));
        button(dialog, "Take over")->click();
        QCOMPARE(keys("view.back"), QStringLiteral("Ctrl+H"));
        QVERIFY(action("edit.history")->shortcuts().isEmpty());
        QVERIFY(!action("edit.history")->toolTip().contains(QStringLiteral("Ctrl+H")));
        makeWindow();
        QCOMPARE(keys("view.back"), QStringLiteral("Ctrl+H"));
        QVERIFY(action("edit.history")->shortcuts().isEmpty());
        // One of two keys: the other one stays.
        keymap().set(*action("view.forward"), {QKeySequence(QStringLiteral("Ctrl+E"))});
        QCOMPARE(keys("file.export"), QStringLiteral("Ctrl+Shift+E"));
    }

    void fixedKeys_areListed_andCannotBeGiven()
    {
        auto* dialog = ask("Back");
        auto* field = dialog->findChild<KeyField*>();
        for (const auto key : {Qt::Key_Left, Qt::Key_Home, Qt::Key_Plus, Qt::Key_Space}) {
            QTest::keyClick(field, key);
            QVERIFY2(note(dialog).contains(QStringLiteral("fixed")), qPrintable(note(dialog)));
            QVERIFY(!button(dialog, "Use these keys")->isEnabled());
        }
        QTest::keyClick(field, Qt::Key_F, Qt::AltModifier); // opens the File menu
        QVERIFY2(note(dialog).contains(QStringLiteral("File")), qPrintable(note(dialog)));
        QTest::keyClick(field, Qt::Key_Escape);
        QTRY_VERIFY(m_window->findChild<KeysDialog*>() == nullptr);
        QCOMPARE(keys("view.back"), QStringLiteral("Alt+Left"));
        auto* sheet = m_window->findChild<ShortcutSheet*>();
        sheet->findChild<QTreeWidget*>()->setCurrentItem(row(sheet, "Move along x"));
        QVERIFY(!button(sheet, "Change\u2026")->isEnabled());
        QVERIFY(control<QLabel>(*sheet, "About the chosen row")
                    ->text()
                    .startsWith(QStringLiteral("Fixed")));
    }

    void noKeys_oneReset_andAllReset()
    {
        button(ask("History"), "No keys")->click();
        QVERIFY(action("edit.history")->shortcuts().isEmpty());
        keymap().set(*action("view.back"), {QKeySequence(QStringLiteral("Ctrl+Z"))});
        makeWindow();
        QVERIFY(action("edit.history")->shortcuts().isEmpty());
        QVERIFY(action("edit.undo")->shortcuts().isEmpty());
        auto* sheet = openSheet();
        sheet->findChild<QTreeWidget*>()->setCurrentItem(row(sheet, "Undo"));
        button(sheet, "Reset")->click(); // takes back what Back has
        QCOMPARE(keys("edit.undo"), QStringLiteral("Ctrl+Z"));
        QVERIFY(action("view.back")->shortcuts().isEmpty());
        QVERIFY(action("edit.undo")->toolTip().contains(QStringLiteral("Ctrl+Z")));
        button(sheet, "Reset all")->click();
        QCOMPARE(keys("edit.history"), QStringLiteral("Ctrl+H"));
        QCOMPARE(keys("view.back"), QStringLiteral("Alt+Left"));
        QVERIFY(!button(sheet, "Reset all")->isEnabled());
        makeWindow();
        QCOMPARE(keys("edit.history"), QStringLiteral("Ctrl+H"));
    }

    void commandsOfNoMenu_canHaveKeys()
    {
        auto* dialog = ask("int4");
        QTest::keyClick(dialog->findChild<KeyField*>(), Qt::Key_4, Qt::AltModifier);
        dialog->accept();
        m_window->findChild<ShortcutSheet*>()->close();
        QApplication::setActiveWindow(m_window.get());
        QTest::keyClick(m_window.get(), Qt::Key_4, Qt::AltModifier);
        QVERIFY(document().session().tensor.spec.dtype == DType::Int4);
    }

    void damagedSettings_areLeftOut()
    {
        store("view.back", {QStringLiteral("no such key")});
        store("view.forward", {QStringLiteral("Left")});         // fixed
        store("edit.history", {QStringLiteral("Ctrl+O")});       // another command's
        store("edit.table", {QStringLiteral("Ctrl+J, Ctrl+L")}); // two strokes
        store("file.save_as", {QStringLiteral("Ctrl+M"), QStringLiteral("Ctrl+M")});
        store("no.such_command", {QStringLiteral("Ctrl+U")});
        store("tensor.ab", {});
        store("tensor.stop", {QStringLiteral("Ctrl+I"), QStringLiteral("Esc")}); // its own
        // Two that want the same keys: one of them.
        store("view.all", {QStringLiteral("Ctrl+R")});
        store("tensor.all", {QStringLiteral("Ctrl+R")});
        makeWindow();
        QCOMPARE(keys("view.back"), QStringLiteral("Alt+Left"));
        QCOMPARE(keys("view.forward"), QStringLiteral("Alt+Right"));
        QCOMPARE(keys("edit.history"), QStringLiteral("Ctrl+H"));
        QCOMPARE(keys("edit.table"), QStringLiteral("Ctrl+T"));
        QCOMPARE(keys("file.save_as"), QStringLiteral("Ctrl+Shift+S"));
        QCOMPARE(keys("tensor.ab"), QStringLiteral("\\"));
        QCOMPARE(keys("tensor.stop"), QStringLiteral("Ctrl+I, Esc"));
        QVERIFY((keys("view.all") == QStringLiteral("Ctrl+R")) !=
                (keys("tensor.all") == QStringLiteral("Ctrl+R")));
    }

    // The interface's size.

    void usualSize_isLargerOnADenseScreen_thatIsNotScaled()
    {
        QCOMPARE(usualInterfaceSize(96, 1), 100);
        QCOMPARE(usualInterfaceSize(140, 1), 100);
        QCOMPARE(usualInterfaceSize(163, 1), 150);
        QCOMPARE(usualInterfaceSize(163, 2), 100);
        QVERIFY(parseInterfaceSize(QStringLiteral("175")) == 175);
        for (const char* text : {"", "130", "1e9", "-100", "large"})
            QVERIFY2(!parseInterfaceSize(QLatin1String(text)), text);
    }

    void size_growsLettersPlotsAndColumns_atOnce_andIsRemembered()
    {
        m_window->resize(1920, 1200);
        m_window->openExample();
        const auto& place = m_window->tensorWorkspace().grid().places().front();
        const double before = QFontInfo(m_window->font()).pixelSize();
        const auto columns = columnSizes();
        QTRY_VERIFY(place.view->axesRect().isValid());
        const int margin = place.view->neededLeftMargin();
        QTest::keyClick(m_window.get(), Qt::Key_Plus, Qt::ControlModifier);
        QTest::keyClick(m_window.get(), Qt::Key_Equal, Qt::ControlModifier);
        QCOMPARE(interfaceScale(), 1.5);
        QVERIFY(std::abs(QFontInfo(m_window->font()).pixelSize() - 1.5 * before) <= 1);
        QVERIFY(action("view.size_150")->isChecked() && !action("view.size_100")->isChecked());
        QVERIFY(std::abs(place.view->neededLeftMargin() - 1.5 * margin) <= 0.2 * margin);
        QCOMPARE(place.view->minimumSizeHint(), QSize(450, 270));
        QTRY_COMPARE(columnSizes()[0], qRound(1.5 * columns[0]));
        QCOMPARE(columnSizes()[2], qRound(1.5 * columns[2]));
        for (const auto& each : m_window->tensorWorkspace().grid().places())
            QVERIFY(each.view->width() >= 450 && each.view->height() >= 270);
        QTest::keyClick(m_window.get(), Qt::Key_Minus, Qt::ControlModifier);
        QCOMPARE(QSettings().value(QStringLiteral("interfaceSize")).toInt(), 125);
        document().undoStack().setClean();
        makeWindow();
        QCOMPARE(interfaceScale(), 1.25);
        QSettings().setValue(QStringLiteral("interfaceSize"), QStringLiteral("huge"));
        makeWindow();
        QCOMPARE(interfaceScale(), 1.0);
    }

    void largerPlot_hasItsValuesWhereThePointerIs()
    {
        m_window->setInterfaceSize(200);
        m_window->resize(1920, 1600);
        m_window->openExample();
        auto* view = m_window->tensorWorkspace().grid().places().front().view;
        QTRY_VERIFY(view->isVisible() && view->figure().emptyText.isEmpty());
        QTRY_VERIFY(m_window->tensorWorkspace().isIdle());
        const QRect axes = view->axesRect();
        QVERIFY(view->rect().contains(axes));
        for (const double part : {0.25, 0.5, 0.9}) {
            const double pixel = axes.left() + part * axes.width();
            QVERIFY(std::abs(view->pixelOf(view->xAt(pixel)) - pixel) < 1);
        }
        // The wheel keeps the value under the pointer in its place.
        const QPoint at(axes.left() + axes.width() / 4, axes.center().y());
        const double x = view->xAt(at.x());
        QWheelEvent turn(at, view->mapToGlobal(at), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                         Qt::NoScrollPhase, false);
        QApplication::sendEvent(view, &turn);
        QVERIFY(view->isZoomed());
        QVERIFY(std::abs(view->pixelOf(x) - at.x()) < 1.5);
    }

    // What of the window is the session's.

    void columns_areHiddenEachOrBoth_inTheWorkspaceInFront()
    {
        auto* splitter = m_window->tensorWorkspace().findChild<QSplitter*>();
        QTest::keyClick(m_window.get(), Qt::Key_F9);
        QVERIFY(!splitter->widget(0)->isVisible() && !splitter->widget(2)->isVisible());
        QVERIFY(!action("view.columns")->isChecked());
        action("view.right_column")->trigger();
        QVERIFY(!splitter->widget(0)->isVisible() && splitter->widget(2)->isVisible());
        QVERIFY(document().session().window.hidden == std::vector<std::string>{"sources"});
        QTest::keyClick(m_window.get(), Qt::Key_2, Qt::ControlModifier);
        QVERIFY(action("view.columns")->isChecked() && action("view.left_column")->isChecked());
        action("view.left_column")->trigger();
        QVERIFY(
            (document().session().window.hidden == std::vector<std::string>{"sources", "recipe"}));
        QVERIFY(!document().isModified()); // a view, no step
        QCOMPARE(document().undoStack().count(), 0);
    }

    void session_bringsColumnsAndTheirWidthsBack_andUndoLeavesThemAlone()
    {
        auto* splitter = m_window->tensorWorkspace().findChild<QSplitter*>();
        QTest::mousePress(splitter->handle(2), Qt::LeftButton, {}, {2, 100});
        QTest::mouseMove(splitter->handle(2), {-98, 100});
        QTest::mouseRelease(splitter->handle(2), Qt::LeftButton, {}, {-98, 100});
        const int width = columnSizes()[2];
        QVERIFY2(width >= 350, qPrintable(QString::number(width)));
        action("view.left_column")->trigger();
        document().edit(QStringLiteral("step"), {},
                        [](Session& session) { session.tensor.channel = 1; });
        document().undoStack().undo();
        QVERIFY(document().session().window.isHidden("sources"));
        const auto path = m_folder.filePath(QStringLiteral("layout.qscope"));
        QVERIFY(writeSession(path.toStdString(), {document().session(), nullptr}));
        document().undoStack().setClean();
        makeWindow();
        QVERIFY(m_window->tensorWorkspace().findChild<QSplitter*>()->widget(0)->isVisible());
        m_window->openPaths({path});
        splitter = m_window->tensorWorkspace().findChild<QSplitter*>();
        QVERIFY(!splitter->widget(0)->isVisible());
        QTRY_VERIFY(std::abs(columnSizes()[2] - width) <= 2);
        m_window->resize(1920, 1000); // a share, not pixels
        QTRY_VERIFY(std::abs(columnSizes()[2] - width * 1.5) <= 3);
    }
};

QTEST_MAIN(TestPreferences)
#include "test_preferences.moc"
