// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/formats.h"
#include "core/session/session_file.h"
#include "ui/controls/focus_ring.h"
#include "ui/main_window/command_palette.h"
#include "ui/main_window/gesture_table.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/recovery_bar.h"
#include "ui/main_window/shortcut_sheet.h"
#include "ui/main_window/tensor_workspace.h"
#include "ui/main_window/train_workspace.h"
#include "ui/main_window/window_style.h"
#include "ui/models/command_list.h"

#include <QAction>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeWidget>
#include <QUndoView>

#include <functional>
#include <set>

using namespace qs;

namespace {

/// Every menu with its name, submenus after the menu they are in.
void eachMenu(const QList<QAction*>& actions, const QString& name,
              const std::function<void(const QString&, const QList<QAction*>&)>& visit)
{
    visit(name, actions);
    for (const auto* action : actions) {
        if (action->menu() != nullptr)
            eachMenu(action->menu()->actions(), name + QLatin1Char('/') + action->text(), visit);
    }
}

QChar mnemonicOf(const QString& text)
{
    for (qsizetype i = 0; i + 1 < text.size(); ++i) {
        if (text.at(i) == QLatin1Char('&')) {
            if (text.at(i + 1) != QLatin1Char('&'))
                return text.at(i + 1).toLower();
            ++i;
        }
    }
    return {};
}

} // namespace

/// What surrounds the workspaces, driven as a person does.
class TestShell : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;

    QString path(const char* name) const { return m_folder.filePath(QLatin1String(name)); }
    QString recoveryFolder() const { return m_folder.filePath(QStringLiteral("recovery")); }
    Document& document() { return m_window->document(); }

    QAction* action(const char* text) const
    {
        for (const auto& command : commandsOf(*m_window)) {
            if (command.text == QLatin1String(text))
                return command.action;
        }
        qFatal("no command called %s", text);
    }
    CommandPalette* palette() const { return m_window->findChild<CommandPalette*>(); }
    QTreeWidget* found() const { return palette()->findChild<QTreeWidget*>(); }
    QLineEdit* openPalette(const char* words)
    {
        QTest::keyClick(m_window.get(), Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        auto* field = palette()->findChild<QLineEdit*>();
        QTest::keyClicks(field, QLatin1String(words));
        return field;
    }
    void setChannel(std::int64_t channel)
    {
        document().edit(QStringLiteral("channel %1").arg(channel), {},
                        [channel](Session& session) { session.tensor.channel = channel; });
    }
    void zoom(double min, double max)
    {
        document().adjustView([&](Session& session) { session.tensor.view.x = {min, max}; });
    }
    void makeWindow()
    {
        m_window = std::make_unique<MainWindow>();
        m_window->setTheme(ThemeId::Light);
        m_window->resize(1280, 800);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    }
    /// The file as it is while the program runs, as if the program had ended there.
    void leaveBehind(const QString& name, std::int64_t channel, const QString& origin)
    {
        QVERIFY(QDir().mkpath(recoveryFolder()));
        Session session;
        session.tensor.channel = channel;
        const QString file = recoveryFolder() + QLatin1Char('/') + name;
        QVERIFY(writeSession(file.toStdString(), {session, nullptr}));
        // The lock of a program that runs no more: no process has such an id.
        QFile lock(file + QStringLiteral(".lock"));
        QVERIFY(lock.open(QIODevice::WriteOnly));
        lock.write("2147483646\nquantoscope\n" + QSysInfo::machineHostName().toUtf8() + "\n");
        if (origin.isEmpty())
            return;
        QFile text(file + QStringLiteral(".origin"));
        QVERIFY(text.open(QIODevice::WriteOnly));
        text.write(origin.toUtf8());
    }
    QStringList keptFiles() const
    {
        return QDir(recoveryFolder()).entryList({QStringLiteral("*.qscope")}, QDir::Files);
    }
    QString offer() const
    {
        const auto* bar = m_window->findChild<RecoveryBar*>();
        return bar->isVisible() ? bar->findChild<QLabel*>()->text() : QString();
    }
    void pressInBar(const char* name)
    {
        for (auto* button : m_window->findChild<RecoveryBar*>()->findChildren<QPushButton*>()) {
            if (button->accessibleName() == QLatin1String(name)) {
                button->click();
                return;
            }
        }
        QFAIL(name);
    }

private slots:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_folder.path());
        QCoreApplication::setOrganizationName(QStringLiteral("Quantoscope"));
        QApplication::setStyle(makeWindowStyle());
        const auto tensor = Tensor::fromFloats("w", *Shape::make({2, 3}), {1, -2, 3, -4, 5, 6});
        QVERIFY(writeTensors(path("w.npy").toStdString(), {&tensor, 1}));
    }
    void init()
    {
        QSettings().clear();
        QDir(recoveryFolder()).removeRecursively();
        makeWindow();
    }
    void cleanup()
    {
        if (m_window != nullptr)
            document().undoStack().setClean();
        m_window.reset();
    }

    // Menus.

    void mnemonics_areUniqueInEveryMenu()
    {
        m_window->recentFiles().add(RecentFiles::Kind::Data, path("w.npy"));
        int menus = 0;
        eachMenu(m_window->menuBar()->actions(), QStringLiteral("menu bar"),
                 [&](const QString& name, const QList<QAction*>& actions) {
                     ++menus;
                     std::set<QChar> seen;
                     for (const auto* action : actions) {
                         if (action->isSeparator())
                             continue;
                         const QChar letter = mnemonicOf(action->text());
                         QVERIFY2(!letter.isNull(), qPrintable(name + action->text()));
                         QVERIFY2(seen.insert(letter).second, qPrintable(name + action->text()));
                     }
                 });
        QVERIFY(menus >= 8);
    }

    void everyEntry_saysWhatItDoes_andItsShortcut()
    {
        std::set<QString> keys;
        for (const auto& command : commandsOf(*m_window)) {
            QVERIFY2(!command.action->statusTip().isEmpty() || !command.action->isEnabled(),
                     qPrintable(command.text));
            for (const auto& key : command.action->shortcuts())
                QVERIFY2(keys.insert(key.toString()).second, qPrintable(key.toString()));
            if (!command.shortcut.isEmpty())
                QVERIFY2(command.action->toolTip().contains(command.shortcut),
                         qPrintable(command.action->toolTip()));
        }
        for (const char* key : {"Ctrl+O", "Ctrl+S", "Ctrl+Shift+S", "Ctrl+Z", "Ctrl+Shift+Z",
                                "Ctrl+E", "Ctrl+H", "Ctrl+Shift+P", "Ctrl+K", "Ctrl+1", "Ctrl+2",
                                "Ctrl+0", "Alt+Left", "Alt+Right", "F11", "?", "L", "Ctrl+Q"})
            QVERIFY2(keys.contains(QLatin1String(key)), key);
    }

    void fullScreen_comesAndGoes()
    {
        action("Full screen")->trigger();
        QVERIFY(m_window->isFullScreen());
        action("Full screen")->trigger();
        QVERIFY(!m_window->isFullScreen());
    }

    // The palette.

    void palette_listsEverything_andTellsShortcuts()
    {
        openPalette("");
        QVERIFY(palette()->isVisible());
        QCOMPARE(found()->topLevelItemCount(), static_cast<int>(commandsOf(*m_window).size()));
        QVERIFY(found()->topLevelItemCount() >= 8);
        // At least eight are in sight.
        QVERIFY(found()->viewport()->height() >= 8 * found()->sizeHintForRow(0));
        const auto rows = found()->findItems(QStringLiteral("Export plots"), Qt::MatchExactly);
        QCOMPARE(rows.size(), 1);
        QCOMPARE(rows[0]->text(2), QStringLiteral("Ctrl+E"));
        QVERIFY(rows[0]->textAlignment(2) & Qt::AlignRight);
    }

    void palette_findsByLetters_theBestFirst_data()
    {
        QTest::addColumn<QString>("words");
        QTest::addColumn<QString>("first");
        QTest::newRow("word") << "export"
                              << "Export plots";
        QTest::newRow("two words, any order") << "plot exp"
                                              << "Export plots";
        QTest::newRow("letters with others between") << "shctges"
                                                     << "Shortcuts and gestures";
        QTest::newRow("group and word") << "theme dark"
                                        << "Dark";
    }
    void palette_findsByLetters_theBestFirst()
    {
        QFETCH(QString, words);
        QFETCH(QString, first);
        openPalette(qPrintable(words));
        QVERIFY(found()->topLevelItemCount() >= 1);
        QCOMPARE(found()->topLevelItem(0)->text(0), first);
        QCOMPARE(found()->currentItem(), found()->topLevelItem(0));
    }

    void palette_enterRuns_escClosesAndGivesTheFocusBack()
    {
        auto* field = openPalette("2 train");
        QTest::keyClick(field, Qt::Key_Return);
        QVERIFY(!palette()->isVisible());
        QCOMPARE(document().session().workspace, std::string("train"));
        auto* before = QApplication::focusWidget();
        field = openPalette("");
        QCOMPARE(QApplication::focusWidget(), field);
        QTest::keyClick(field, Qt::Key_Down);
        QCOMPARE(found()->indexOfTopLevelItem(found()->currentItem()), 1);
        QTest::keyClick(field, Qt::Key_Up);
        QTest::keyClick(field, Qt::Key_Up);
        QCOMPARE(found()->indexOfTopLevelItem(found()->currentItem()),
                 found()->topLevelItemCount() - 1);
        QTest::keyClick(field, Qt::Key_Escape);
        QVERIFY(!palette()->isVisible());
        QCOMPARE(QApplication::focusWidget(), before);
    }

    void palette_saysWhyACommandCannotBeDone_andDoesNotDoIt()
    {
        auto* field = openPalette("redo");
        QVERIFY(found()->topLevelItem(0)->text(1).contains(QStringLiteral("nothing was undone")));
        QVERIFY(field->accessibleDescription().contains(QStringLiteral("nothing was undone")));
        QTest::keyClick(field, Qt::Key_Return);
        QVERIFY(palette()->isVisible());
    }

    void everyDisabledCommand_saysWhy()
    {
        for (const auto& command : commandsOf(*m_window)) {
            if (!command.action->isEnabled())
                QVERIFY2(!whyDisabled(*command.action).isEmpty(), qPrintable(command.text));
        }
    }

    void palette_listsActionsOfNoMenu_thatAreMadeCommands()
    {
        auto* added = asCommand(new QAction(QStringLiteral("qint77"), &m_window->tensorWorkspace()),
                                QStringLiteral("dtype"));
        QSignalSpy triggered(added, &QAction::triggered);
        auto* field = openPalette("dtype qint77");
        QCOMPARE(found()->topLevelItem(0)->text(0), QStringLiteral("qint77"));
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(triggered.count(), 1);
    }

    // The sheet.

    void sheet_listsEveryShortcutAndGesture_andFinds()
    {
        QTest::keyClick(m_window.get(), '?');
        auto* sheet = m_window->findChild<ShortcutSheet*>();
        QTRY_VERIFY(sheet->isVisible());
        auto* list = sheet->findChild<QTreeWidget*>();
        std::set<QString> shown;
        for (int i = 0; i < list->topLevelItemCount(); ++i) {
            for (int j = 0; j < list->topLevelItem(i)->childCount(); ++j) {
                const auto* row = list->topLevelItem(i)->child(j);
                shown.insert(row->text(0) + QLatin1Char('|') + row->text(1));
            }
        }
        std::size_t expected = gestures().size();
        for (const auto& command : commandsOf(*m_window)) {
            if (command.shortcut.isEmpty() && commandId(*command.action).isEmpty())
                continue; // files that were opened
            ++expected;
            QStringList keys;
            for (const auto& key : command.action->shortcuts())
                keys << key.toString();
            QVERIFY2(
                shown.contains(command.text + QLatin1Char('|') + keys.join(QStringLiteral(", "))),
                qPrintable(command.text));
        }
        QVERIFY(expected >= 30);
        QCOMPARE(shown.size(), expected);
        QTest::keyClicks(sheet->findChild<QLineEdit*>(), QStringLiteral("wheel y axis"));
        int visible = 0;
        for (int i = 0; i < list->topLevelItemCount(); ++i) {
            for (int j = 0; j < list->topLevelItem(i)->childCount(); ++j)
                visible += list->topLevelItem(i)->child(j)->isHidden() ? 0 : 1;
        }
        QCOMPARE(visible, 1);
        // The offscreen platform activates no dialogs by itself.
        QApplication::setActiveWindow(sheet);
        QTest::keyClick(sheet, Qt::Key_Escape);
        QTRY_VERIFY(!sheet->isVisible());
    }

    // Themes.

    void theme_changesPaletteAndPlots_andIsRemembered()
    {
        for (const auto theme : windowThemes) {
            m_window->chooseTheme(themeName(theme));
            QCOMPARE(QApplication::palette().color(QPalette::Window),
                     applicationPalette(theme).color(QPalette::Window));
            for (const auto* view : m_window->findChildren<PlotView*>())
                QVERIFY(view->theme() == theme);
            QCOMPARE(QSettings().value(QStringLiteral("theme")).toString(), themeName(theme));
            QVERIFY(qApp->styleSheet() == windowStyleSheet(theme));
        }
        QVERIFY(action("High contrast")->isChecked());
        action("Next theme")->trigger();
        QVERIFY(m_window->theme() == ThemeId::Light);
        QVERIFY(action("Light")->isChecked() && !action("High contrast")->isChecked());
        action("Automatic")->trigger();
        QVERIFY(action("Automatic")->isChecked());
        QVERIFY(m_window->theme() == ThemeId::Light); // the offscreen platform's
        QCOMPARE(QSettings().value(QStringLiteral("theme")).toString(), QStringLiteral("auto"));
        m_window->chooseTheme(QStringLiteral("no such theme"));
        QVERIFY(action("Automatic")->isChecked());
    }

    void focusRing_isAroundWhatTabReaches_inTheThemesColour()
    {
        auto* ring = m_window->findChild<FocusRing*>();
        for (const auto theme : windowThemes) {
            m_window->setTheme(theme);
            m_window->setFocus();
            int rings = 0;
            for (int i = 0; i < 25; ++i) {
                QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
                QTest::qWait(1);
                const auto* focus = QApplication::focusWidget();
                if (qobject_cast<const PlotView*>(focus) != nullptr)
                    continue; // draws its own
                const QRect at = ring->shownAt();
                QVERIFY2(!at.isEmpty(), focus->metaObject()->className());
                const QImage picture = m_window->grab().toImage();
                const QColor color = picture.pixelColor(at.left() + at.width() / 2, at.bottom());
                QCOMPARE(color, plotTheme(theme).handle);
                QCOMPARE(picture.pixelColor(at.left() + at.width() / 2, at.bottom() - 1), color);
                ++rings;
            }
            QVERIFY(rings >= 5);
        }
        QTest::mouseClick(m_window->findChild<QTreeWidget*>()->viewport(), Qt::LeftButton);
        QVERIFY(ring->shownAt().isEmpty());
    }

    // Undo and views.

    void history_listsStepsByName_andGoesThere()
    {
        for (int i = 1; i <= 3; ++i)
            setChannel(i);
        action("History")->trigger();
        auto* view = m_window->findChild<QUndoView*>();
        QVERIFY(view->isVisible());
        QCOMPARE(view->model()->rowCount(), 4);
        QCOMPARE(view->model()->index(2, 0).data().toString(), QStringLiteral("channel 2"));
        view->setCurrentIndex(view->model()->index(1, 0));
        QCOMPARE(document().session().tensor.channel, 1);
        view->setCurrentIndex(view->model()->index(0, 0));
        QCOMPARE(document().session().tensor.channel, 0);
    }

    void viewHistory_goesBackAndForward_andUndoLeavesItAlone()
    {
        QVERIFY(!action("Back")->isEnabled() && !action("Forward")->isEnabled());
        zoom(0, 1);
        setChannel(1); // an edit is no view
        QTest::qWait(600);
        zoom(0, 0.5);
        document().adjustView([](Session& session) { session.workspace = "train"; });
        QTest::keyClick(m_window.get(), Qt::Key_Left, Qt::AltModifier);
        QCOMPARE(document().session().workspace, std::string("tensor"));
        QTest::keyClick(m_window.get(), Qt::Key_Left, Qt::AltModifier);
        QCOMPARE((*document().session().tensor.view.x)[1], 1.0);
        document().undoStack().undo();
        QCOMPARE(document().session().tensor.channel, 0);
        QCOMPARE((*document().session().tensor.view.x)[1], 1.0);
        QTest::keyClick(m_window.get(), Qt::Key_Left, Qt::AltModifier);
        QVERIFY(!document().session().tensor.view.x);
        QVERIFY(!action("Back")->isEnabled());
        for (int i = 0; i < 3; ++i)
            QTest::keyClick(m_window.get(), Qt::Key_Right, Qt::AltModifier);
        QCOMPARE(document().session().workspace, std::string("train"));
        QVERIFY(!action("Forward")->isEnabled());
    }

    // Recent files.

    void openedAndSavedFiles_areRecent_andOpenAgain()
    {
        m_window->openPaths({path("w.npy")});
        QTRY_COMPARE(m_window->recentFiles().entries(RecentFiles::Kind::Data).size(),
                     std::size_t{1});
        const auto file = path("s.qscope");
        QVERIFY(writeSession(file.toStdString(), {document().session(), nullptr}));
        document().undoStack().setClean();
        m_window->openPaths({file});
        QCOMPARE(m_window->recentFiles().entries(RecentFiles::Kind::Session)[0].path, file);
        document().replace(Session(), {});
        action("s.qscope")->trigger();
        QTRY_COMPARE(document().path(), file);
        // Read anew by the next window, and grey where the file is not there.
        QVERIFY(QFile::remove(file));
        m_window.reset();
        makeWindow();
        QVERIFY(action("w.npy")->isEnabled());
        QVERIFY(!action("s.qscope")->isEnabled());
        QVERIFY(whyDisabled(*action("s.qscope")).contains(file));
        action("Clear sessions")->trigger();
        QTRY_VERIFY(m_window->recentFiles().entries(RecentFiles::Kind::Session).empty());
    }

    // Recovery.

    void unsavedWork_isKept_untilItIsSaved()
    {
        m_window->startRecovery(recoveryFolder(), {.pause = 20, .apart = 50, .regular = 100000});
        auto* recovery = m_window->findChild<Recovery*>();
        QSignalSpy kept(recovery, &Recovery::kept);
        QTest::qWait(80);
        QVERIFY(keptFiles().isEmpty()); // nothing was edited
        setChannel(1);
        QTRY_COMPARE(kept.count(), 1);
        setChannel(2);
        QTRY_COMPARE(kept.count(), 2);
        QCOMPARE(keptFiles().size(), 1);
        const auto file = readSession(recovery->file().toStdString());
        QVERIFY(file);
        QVERIFY(file->session == document().session());
        // The work of a program that runs is not offered to another.
        Recovery other(recoveryFolder(), [] { return std::nullopt; }, {});
        QVERIFY(other.leftovers().empty());
        document().setSaved(path("saved.qscope"));
        QTRY_VERIFY(keptFiles().isEmpty());
        setChannel(3);
        QTRY_COMPARE(kept.count(), 3);
        QCOMPARE(keptFiles().size(), 1);
        document().undoStack().undo(); // as it was saved
        QTRY_VERIFY(keptFiles().isEmpty());
    }

    void edits_areKeptOnlySoOften()
    {
        m_window->startRecovery(recoveryFolder(), {.pause = 10, .apart = 400, .regular = 100000});
        QSignalSpy kept(m_window->findChild<Recovery*>(), &Recovery::kept);
        for (int i = 1; i <= 8; ++i) {
            setChannel(i);
            QTest::qWait(30);
        }
        QCOMPARE(kept.count(), 1);
        QTRY_COMPARE(kept.count(), 2); // and the last of them is not forgotten
    }

    void workOfAProgramThatWasKilled_isOffered_andRestored()
    {
        leaveBehind(QStringLiteral("killed.qscope"), 5, path("mine.qscope"));
        m_window->startRecovery(recoveryFolder(), {.pause = 20, .apart = 20, .regular = 100000});
        QVERIFY2(offer().contains(QStringLiteral("mine.qscope")), qPrintable(offer()));
        QVERIFY(!document().isModified());
        pressInBar("Restore");
        QCOMPARE(document().session().tensor.channel, 5);
        QCOMPARE(document().path(), path("mine.qscope"));
        QVERIFY(document().isModified());
        QVERIFY(offer().isEmpty());
        // Killed once more before it was saved: there again.
        QCOMPARE(keptFiles(), QStringList{QStringLiteral("killed.qscope")});
        setChannel(6);
        auto* recovery = m_window->findChild<Recovery*>();
        QSignalSpy kept(recovery, &Recovery::kept);
        QTRY_VERIFY(kept.count() >= 1);
        QCOMPARE(readSession(recovery->file().toStdString())->session.tensor.channel, 6);
        QCOMPARE(keptFiles().size(), 1);
        m_window.reset(); // not closed by a person: the work stays
        QCOMPARE(keptFiles().size(), 1);
        makeWindow();
        m_window->startRecovery(recoveryFolder(), {});
        QVERIFY(!offer().isEmpty());
    }

    void leftovers_areOfferedOneByOne_andDiscarded()
    {
        leaveBehind(QStringLiteral("a.qscope"), 1, {});
        leaveBehind(QStringLiteral("b.qscope"), 2, {});
        m_window->startRecovery(recoveryFolder(), {});
        QVERIFY(!offer().isEmpty());
        pressInBar("Discard");
        QCOMPARE(keptFiles().size(), 1);
        QVERIFY(!offer().isEmpty());
        pressInBar("Discard");
        QVERIFY(keptFiles().isEmpty());
        QVERIFY(offer().isEmpty());
    }

    void damagedLeftover_isSaid_andStays()
    {
        leaveBehind(QStringLiteral("bad.qscope"), 1, {});
        QFile bad(recoveryFolder() + QStringLiteral("/bad.qscope"));
        QVERIFY(bad.open(QIODevice::WriteOnly));
        bad.write("{ half");
        bad.close();
        m_window->startRecovery(recoveryFolder(), {});
        pressInBar("Restore");
        QVERIFY(offer().isEmpty());
        QCOMPARE(keptFiles().size(), 1);
        QVERIFY(!document().isModified());
    }

    void closedWindow_leavesNothingBehind()
    {
        m_window->startRecovery(recoveryFolder(), {.pause = 10, .apart = 10, .regular = 100000});
        setChannel(1);
        QTRY_COMPARE(keptFiles().size(), 1);
        document().undoStack().setClean(); // so that it does not ask
        QVERIFY(m_window->close());
        QTRY_VERIFY(keptFiles().isEmpty());
        QVERIFY(QDir(recoveryFolder()).isEmpty());
    }
};

QTEST_MAIN(TestShell)
#include "test_shell.moc"
