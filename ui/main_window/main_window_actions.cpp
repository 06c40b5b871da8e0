// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// The menus and the toolbar of MainWindow.
#include "ui/dialogs/history_dialog.h"
#include "ui/dialogs/paste_dialog.h"
#include "ui/dialogs/recent_dialog.h"
#include "ui/document/parameters_clipboard.h"
#include "ui/main_window/command_palette.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/recent_menu.h"
#include "ui/main_window/samples.h"
#include "ui/main_window/shortcut_sheet.h"
#include "ui/main_window/tensor_actions.h"
#include "ui/main_window/tensor_workspace.h"
#include "ui/main_window/train_workspace.h"
#include "ui/models/command_list.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QToolBar>

namespace qs {

QAction* MainWindow::addAction(QMenu* menu, const char* id, const QString& text,
                               const QList<QKeySequence>& keys, const QString& tip,
                               const std::function<void()>& slot)
{
    auto* action = withId(menu->addAction(text), QLatin1String(id));
    action->setShortcuts(keys);
    setTip(*action, tip);
    connect(action, &QAction::triggered, this, slot);
    return action;
}

void MainWindow::buildActions()
{
    buildFileMenu(menuBar()->addMenu(tr("&File")));
    buildEditMenu(menuBar()->addMenu(tr("&Edit")));
    buildViewMenu(menuBar()->addMenu(tr("&View")));
    buildTensorMenu(menuBar()->addMenu(tr("Te&nsor")));
    buildTrainMenu(menuBar()->addMenu(tr("&Train")));
    buildHelpMenu(menuBar()->addMenu(tr("&Help")));
}

QToolBar* MainWindow::toolBar()
{
    if (auto* bar = findChild<QToolBar*>(QStringLiteral("mainToolBar")))
        return bar;
    auto* bar = addToolBar(tr("Main"));
    bar->setObjectName(QStringLiteral("mainToolBar"));
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextOnly);
    return bar;
}

void MainWindow::buildFileMenu(QMenu* menu)
{
    auto* open = addAction(menu, "file.open", tr("&Open\u2026"), {QKeySequence::Open},
                           tr("Open tensors or a session"), [this] { openDialog(); });
    auto* recent = new RecentMenu(m_recent, this);
    menu->addMenu(recent);
    connect(recent, &RecentMenu::openRequested, this,
            [this](const QString& path) { openPaths({path}); });
    connect(recent, &RecentMenu::manageRequested, this, [this] {
        RecentDialog dialog(m_recent, this);
        connect(&dialog, &RecentDialog::openRequested, this,
                [this](const QString& path) { openPaths({path}); });
        dialog.exec();
    });
    addAction(menu, "file.example", tr("Open e&xample"), {},
              tr("A real sample tensor in four bits"), [this] { openExample(); });
    addAction(
        menu, "file.fashion_mnist", tr("Open Fashion-&MNIST"), {},
        tr("The training images, as a tensor"), [this] {
            showWorkspace("tensor");
            if (const auto folder = findFashionMnist())
                addSource(QString::fromStdString(*folder) +
                          QStringLiteral("/train-images-idx3-ubyte.gz"));
            else
                m_tensor->showFileProblem(
                    tr("Fashion-MNIST is not installed: sudo apt install dataset-fashion-mnist"));
        });
    menu->addSeparator();
    auto* saveAction =
        addAction(menu, "file.save", tr("&Save session"), {QKeySequence::Save},
                  tr("Save everything that is chosen and shown"), [this] { save(); });
    addAction(menu, "file.save_as", tr("Save session &as\u2026"),
              {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S)}, tr("Save under another name"),
              [this] { saveAs(); });
    menu->addSeparator();
    m_export = addAction(
        menu, "file.export", tr("&Export plots\u2026"),
        {QKeySequence(Qt::CTRL | Qt::Key_E), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E)},
        tr("Plots to PDF, SVG, PNG, CSV or NPY: one, those in sight, or all"),
        [this] { exportPlots(focusedPanel()); });
    menu->addSeparator();
    addAction(menu, "file.quit", tr("&Quit"), {QKeySequence(Qt::CTRL | Qt::Key_Q)},
              tr("Leave Quantoscope"), [this] { close(); });
    toolBar()->addActions({open, saveAction});
    toolBar()->addSeparator();
}

void MainWindow::buildEditMenu(QMenu* menu)
{
    auto& steps = m_document.undoStack();
    auto* undo = steps.createUndoAction(this, tr("&Undo"));
    withId(undo, QStringLiteral("edit.undo"))->setShortcut(QKeySequence::Undo);
    auto* redo = steps.createRedoAction(this, tr("&Redo"));
    withId(redo, QStringLiteral("edit.redo"))
        ->setShortcuts(
            {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z), QKeySequence(Qt::CTRL | Qt::Key_Y)});
    // In the toolbar the plain words: what would be undone is in the menu and the tooltip.
    const auto follow = [](QAction* action, const QString& plain, const QString& tip) {
        const auto refresh = [action, plain, tip] {
            QString text = action->text();
            text.remove(QLatin1Char('&'));
            action->setIconText(plain);
            text = QStringLiteral("%1 (%2)").arg(
                text, action->shortcut().toString(QKeySequence::NativeText));
            const QString why = whyDisabled(*action);
            action->setToolTip(why.isEmpty() ? text : tr("%1: %2").arg(text, why));
            action->setStatusTip(tip);
        };
        connect(action, &QAction::changed, action, refresh);
        refresh();
    };
    // The stack enables them: only the reason is ours.
    setAvailable(*undo, steps.canUndo(), tr("nothing was changed yet"));
    setAvailable(*redo, steps.canRedo(), tr("nothing was undone"));
    follow(undo, tr("Undo"), tr("Take the last step back; zooms stay"));
    follow(redo, tr("Redo"), tr("Do again what was undone"));
    menu->addActions({undo, redo});
    addAction(menu, "edit.history", tr("&History\u2026"), {QKeySequence(Qt::CTRL | Qt::Key_H)},
              tr("Every step by name; choose one to go there"), [this] {
                  if (m_history == nullptr)
                      m_history = new HistoryDialog(m_document.undoStack(), this);
                  m_history->show();
                  m_history->raise();
                  m_history->activateWindow();
              });
    menu->addSeparator();
    addAction(menu, "edit.copy_picture", tr("&Copy the plot's picture"),
              {QKeySequence(Qt::CTRL | Qt::Key_C)},
              tr("The plot that has the focus, as PNG and SVG, to the clipboard"),
              [this] { copyPlot(focusedPanel(), false); });
    addAction(menu, "edit.copy_data", tr("Copy the plot's &data"),
              {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C)},
              tr("The numbers of the plot that has the focus, as CSV, to the clipboard"),
              [this] { copyPlot(focusedPanel(), true); });
    addAction(menu, "edit.table", tr("&View the plot as a table"),
              {QKeySequence(Qt::CTRL | Qt::Key_T)},
              tr("The numbers of the plot that has the focus, in a window"),
              [this] { showTable(focusedPanel()); });
    menu->addSeparator();
    buildParametersMenu(menu);
    toolBar()->addActions({undo, redo});
    toolBar()->addSeparator();
}

void MainWindow::buildParametersMenu(QMenu* menu)
{
    addAction(
        menu, "edit.paste", tr("&Paste parameters\u2026"), {QKeySequence::Paste},
        tr("Scale and zero_point from PyTorch, AIMET or TensorFlow Lite text, JSON or a link"),
        [this] {
            showWorkspace("tensor");
            if (runPasteDialog(m_document, this))
                say(tr("Pasted parameters"), false);
        });
    const auto copy = [&](const char* id, const QString& text, const QString& tip, CopyForm form) {
        addAction(menu, id, text, {}, tip, [this, form] {
            const auto& result = m_tensor->answers().result();
            if (!result)
                return say(tr("There are no parameters yet: choose a tensor first."), true);
            QGuiApplication::clipboard()->setMimeData(
                parametersMimeData(form, result->report->spec, result->report->params).release());
            say(tr("Copied the parameters"), false);
        });
    };
    copy("edit.copy_torch", tr("Copy parameters as P&yTorch code"),
         tr("Python that quantizes as this quantizer does"), CopyForm::TorchCode);
    copy("edit.copy_json", tr("Copy parameters as &JSON"),
         tr("The quantizer as this program writes it"), CopyForm::Json);
    copy("edit.copy_link", tr("Copy parameters as a text &link"),
         tr("One line for a chat: quantoscope:v1?\u2026"), CopyForm::TextLink);
}

void MainWindow::buildTensorMenu(QMenu* menu)
{
    menu->addActions(tensorActions(*m_tensor));
    addTensorCommands(*m_tensor);
}

void MainWindow::buildTrainMenu(QMenu* menu)
{
    addAction(menu, "train.play", tr("&Start, pause, resume"),
              {QKeySequence(Qt::CTRL | Qt::Key_Space)}, tr("Start the training, pause it, go on"),
              [this] {
                  showWorkspace("train");
                  m_train->togglePlay();
              });
    m_stop = addAction(menu, "train.stop", tr("S&top"), {QKeySequence(Qt::CTRL | Qt::Key_Period)},
                       tr("End the training"), [this] { m_train->stop(); });
    m_saveWeights =
        addAction(menu, "train.save_weights", tr("Save &weights\u2026"), {},
                  tr("Both networks' weights to a .safetensors file"), [this] { saveWeights(); });
}

void MainWindow::buildHelpMenu(QMenu* menu)
{
    addAction(menu, "help.commands", tr("&Commands\u2026"),
              {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P), QKeySequence(Qt::CTRL | Qt::Key_K)},
              tr("Find everything the window can do by its name"), [this] { m_palette->open(); });
    addAction(menu, "help.shortcuts", tr("&Shortcuts and gestures\u2026"),
              {QKeySequence(Qt::Key_Question)}, tr("Every key and what the mouse does in plots"),
              [this] { m_sheet->open(); });
    menu->addSeparator();
    addAction(menu, "help.about", tr("&About Quantoscope"), {}, tr("Version and licence"), [this] {
        QMessageBox::about(
            this, tr("About Quantoscope"),
            tr("<b>Quantoscope %1</b><p>Exact numbers and honest pictures of quantization.<p>"
               "Free software under the GNU General Public License, version 3 or later. Pictures "
               "by QCustomPlot, linear algebra by Eigen.")
                .arg(QStringLiteral(QUANTOSCOPE_VERSION)));
    });
}

} // namespace qs
