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
#include <QActionGroup>
#include <QClipboard>
#include <QGuiApplication>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QToolBar>
#include <QToolButton>

#include <algorithm>

namespace qs {

QAction* MainWindow::addAction(QMenu* menu, const QString& text, const QList<QKeySequence>& keys,
                               const QString& tip, const std::function<void()>& slot)
{
    auto* action = menu->addAction(text);
    action->setShortcuts(keys);
    action->setToolTip(keys.isEmpty() ? tip
                                      : QStringLiteral("%1 (%2)").arg(
                                            tip, keys.first().toString(QKeySequence::NativeText)));
    action->setStatusTip(tip);
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
    auto* open = addAction(menu, tr("&Open\u2026"), {QKeySequence::Open},
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
    addAction(menu, tr("Open e&xample"), {}, tr("A real sample tensor in four bits"),
              [this] { openExample(); });
    addAction(menu, tr("Open Fashion-&MNIST"), {}, tr("The training images, as a tensor"), [this] {
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
        addAction(menu, tr("&Save session"), {QKeySequence::Save},
                  tr("Save everything that is chosen and shown"), [this] { save(); });
    addAction(menu, tr("Save session &as\u2026"), {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S)},
              tr("Save under another name"), [this] { saveAs(); });
    menu->addSeparator();
    m_export = addAction(
        menu, tr("&Export plots\u2026"),
        {QKeySequence(Qt::CTRL | Qt::Key_E), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E)},
        tr("Plots to PDF, SVG, PNG, CSV or NPY: one, those in sight, or all"),
        [this] { exportPlots(focusedPanel()); });
    menu->addSeparator();
    addAction(menu, tr("&Quit"), {QKeySequence(Qt::CTRL | Qt::Key_Q)}, tr("Leave Quantoscope"),
              [this] { close(); });
    toolBar()->addActions({open, saveAction});
    toolBar()->addSeparator();
}

void MainWindow::buildEditMenu(QMenu* menu)
{
    auto& steps = m_document.undoStack();
    auto* undo = steps.createUndoAction(this, tr("&Undo"));
    undo->setShortcut(QKeySequence::Undo);
    auto* redo = steps.createRedoAction(this, tr("&Redo"));
    redo->setShortcuts(
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
    addAction(menu, tr("&History\u2026"), {QKeySequence(Qt::CTRL | Qt::Key_H)},
              tr("Every step by name; choose one to go there"), [this] {
                  if (m_history == nullptr)
                      m_history = new HistoryDialog(m_document.undoStack(), this);
                  m_history->show();
                  m_history->raise();
                  m_history->activateWindow();
              });
    menu->addSeparator();
    addAction(menu, tr("&Copy the plot's picture"), {QKeySequence(Qt::CTRL | Qt::Key_C)},
              tr("The plot that has the focus, as PNG and SVG, to the clipboard"),
              [this] { copyPlot(focusedPanel(), false); });
    addAction(menu, tr("Copy the plot's &data"), {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C)},
              tr("The numbers of the plot that has the focus, as CSV, to the clipboard"),
              [this] { copyPlot(focusedPanel(), true); });
    addAction(menu, tr("&View the plot as a table"), {QKeySequence(Qt::CTRL | Qt::Key_T)},
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
        menu, tr("&Paste parameters\u2026"), {QKeySequence::Paste},
        tr("Scale and zero_point from PyTorch, AIMET or TensorFlow Lite text, JSON or a link"),
        [this] {
            showWorkspace("tensor");
            if (runPasteDialog(m_document, this))
                say(tr("Pasted parameters"), false);
        });
    const auto copy = [&](const QString& text, const QString& tip, CopyForm form) {
        addAction(menu, text, {}, tip, [this, form] {
            const auto& result = m_tensor->answers().result();
            if (!result)
                return say(tr("There are no parameters yet: choose a tensor first."), true);
            QGuiApplication::clipboard()->setMimeData(
                parametersMimeData(form, result->report->spec, result->report->params).release());
            say(tr("Copied the parameters"), false);
        });
    };
    copy(tr("Copy parameters as P&yTorch code"), tr("Python that quantizes as this quantizer does"),
         CopyForm::TorchCode);
    copy(tr("Copy parameters as &JSON"), tr("The quantizer as this program writes it"),
         CopyForm::Json);
    copy(tr("Copy parameters as a text &link"), tr("One line for a chat: quantoscope:v1?\u2026"),
         CopyForm::TextLink);
}

void MainWindow::buildViewMenu(QMenu* menu)
{
    m_workspaces = new QActionGroup(this);
    const auto workspace = [&](const QString& text, const char* id, Qt::Key key,
                               const QString& tip) {
        auto* action = addAction(menu, text, {QKeySequence(Qt::CTRL | key)}, tip,
                                 [this, id] { showWorkspace(id); });
        action->setCheckable(true);
        action->setData(QLatin1String(id));
        m_workspaces->addAction(action);
        toolBar()->addAction(action);
    };
    workspace(tr("&1 Tensor"), "tensor", Qt::Key_1, tr("Look at one tensor through one quantizer"));
    workspace(tr("&2 Train"), "train", Qt::Key_2, tr("Train a network under fake quantization"));
    menu->addSeparator();
    m_back = addAction(menu, tr("&Back"), {QKeySequence(Qt::ALT | Qt::Key_Left)},
                       tr("The view before: zoom, plots and workspace"),
                       [this] { m_document.goBack(); });
    m_forward =
        addAction(menu, tr("&Forward"), {QKeySequence(Qt::ALT | Qt::Key_Right)},
                  tr("The view that was gone back from"), [this] { m_document.goForward(); });
    addAction(menu, tr("Show &all"), {QKeySequence(Qt::CTRL | Qt::Key_0)}, tr("Undo every zoom"),
              [this] {
                  if (m_document.session().workspace == "train")
                      m_train->resetView();
                  else
                      m_tensor->resetViews();
              });
    menu->addSeparator();
    auto* columns = addAction(menu, tr("Side &columns"), {QKeySequence(Qt::Key_F9)},
                              tr("The columns beside the plots"), [] {});
    columns->setCheckable(true);
    columns->setChecked(true);
    connect(columns, &QAction::toggled, m_tensor, &TensorWorkspace::setColumnsVisible);
    auto* full = addAction(menu, tr("F&ull screen"), {QKeySequence(Qt::Key_F11)},
                           tr("The window without its frame"),
                           [this] { setWindowState(windowState() ^ Qt::WindowFullScreen); });
    full->setCheckable(true);
    connect(menu, &QMenu::aboutToShow, full, [this, full] { full->setChecked(isFullScreen()); });
    buildThemeMenu(menu->addMenu(tr("&Theme")));
}

void MainWindow::buildThemeMenu(QMenu* menu)
{
    m_themes = new QActionGroup(this);
    const auto theme = [&](const QString& text, const QString& name, const QString& tip) {
        auto* action = addAction(menu, text, {}, tip, [this, name] { chooseTheme(name); });
        action->setCheckable(true);
        action->setData(name);
        m_themes->addAction(action);
    };
    theme(tr("&Automatic"), QStringLiteral("auto"), tr("As the system's windows are"));
    theme(tr("&Light"), themeName(ThemeId::Light), tr("Dark text on white"));
    theme(tr("&Dark"), themeName(ThemeId::Dark), tr("Light text on dark"));
    theme(tr("&High contrast"), themeName(ThemeId::HighContrast), tr("White text on black"));
    menu->addSeparator();
    addAction(menu, tr("&Next theme"), {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_D)},
              tr("Light, dark, high contrast, in turn"), [this] {
                  const auto now = std::find(windowThemes.begin(), windowThemes.end(), m_theme);
                  const auto next = static_cast<std::size_t>(now - windowThemes.begin() + 1) %
                                    windowThemes.size();
                  chooseTheme(themeName(windowThemes.at(next)));
              });
    toolBar()->addSeparator();
    toolBar()->addAction(m_export);
    menu->menuAction()->setToolTip(tr("Light, dark or high contrast"));
    menu->menuAction()->setStatusTip(menu->menuAction()->toolTip());
    toolBar()->addAction(menu->menuAction());
    if (auto* button = qobject_cast<QToolButton*>(toolBar()->widgetForAction(menu->menuAction())))
        button->setPopupMode(QToolButton::InstantPopup);
}

void MainWindow::buildTensorMenu(QMenu* menu)
{
    menu->addActions(tensorActions(*m_tensor));
    addTensorCommands(*m_tensor);
}

void MainWindow::buildTrainMenu(QMenu* menu)
{
    addAction(menu, tr("&Start, pause, resume"), {QKeySequence(Qt::CTRL | Qt::Key_Space)},
              tr("Start the training, pause it, go on"), [this] {
                  showWorkspace("train");
                  m_train->togglePlay();
              });
    m_stop = addAction(menu, tr("S&top"), {QKeySequence(Qt::CTRL | Qt::Key_Period)},
                       tr("End the training"), [this] { m_train->stop(); });
    m_saveWeights =
        addAction(menu, tr("Save &weights\u2026"), {},
                  tr("Both networks' weights to a .safetensors file"), [this] { saveWeights(); });
}

void MainWindow::buildHelpMenu(QMenu* menu)
{
    addAction(menu, tr("&Commands\u2026"),
              {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P), QKeySequence(Qt::CTRL | Qt::Key_K)},
              tr("Find everything the window can do by its name"), [this] { m_palette->open(); });
    addAction(menu, tr("&Shortcuts and gestures\u2026"), {QKeySequence(Qt::Key_Question)},
              tr("Every key and what the mouse does in plots"), [this] { m_sheet->open(); });
    menu->addSeparator();
    addAction(menu, tr("&About Quantoscope"), {}, tr("Version and licence"), [this] {
        QMessageBox::about(
            this, tr("About Quantoscope"),
            tr("<b>Quantoscope %1</b><p>Exact numbers and honest pictures of quantization.<p>"
               "Free software under the GNU General Public License, version 3 or later. Pictures "
               "by QCustomPlot, linear algebra by Eigen.")
                .arg(QStringLiteral(QUANTOSCOPE_VERSION)));
    });
}

} // namespace qs
