// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/main_window.h"

#include "ui/controls/focus_ring.h"
#include "ui/controls/index_line.h"
#include "ui/main_window/command_palette.h"
#include "ui/main_window/keymap.h"
#include "ui/main_window/recovery_bar.h"
#include "ui/main_window/shortcut_sheet.h"
#include "ui/main_window/tensor_workspace.h"
#include "ui/main_window/train_workspace.h"
#include "ui/main_window/window_style.h"
#include "ui/models/command_list.h"

#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QVBoxLayout>

namespace qs {

MainWindow::MainWindow(QWidget* parent)
    : QMainWindow(parent), m_stack(new QStackedWidget(this)), m_focusRing(new FocusRing(this))
{
    systemTheme();
    setAcceptDrops(true);
    qApp->installEventFilter(this);
    setWindowTitle(tr("Quantoscope"));
    m_tensor = new TensorWorkspace(m_document, m_sources, this);
    m_train = new TrainWorkspace(m_document, this);
    m_stack->addWidget(m_tensor);
    m_stack->addWidget(m_train);
    auto* centre = new QWidget(this);
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_recoveryBar = new RecoveryBar(centre);
    layout->addWidget(m_recoveryBar);
    layout->addWidget(m_stack, 1);
    setCentralWidget(centre);
    m_status = new QLabel(this);
    m_status->setTextInteractionFlags(Qt::TextSelectableByMouse);
    statusBar()->addWidget(m_status, 1);
    statusBar()->addPermanentWidget(new IndexLine(m_tensor->indexJob(), this));
    buildActions();
    m_palette = new CommandPalette(*this);
    m_keymap = new Keymap(*this);
    m_sheet = new ShortcutSheet(*this, *m_keymap);
    const auto sayKeys = [this] {
        m_tensor->setCancelKeys(m_keymap->keysOf(QStringLiteral("tensor.stop")));
        m_train->setPlayKeys(m_keymap->keysOf(QStringLiteral("train.play")));
    };
    connect(m_keymap, &Keymap::changed, this, sayKeys);
    sayKeys();
    connect(&m_document, &Document::changed, this, &MainWindow::follow);
    connect(&m_document, &Document::pathChanged, this, &MainWindow::follow);
    connect(&m_document.undoStack(), &QUndoStack::cleanChanged, this, &MainWindow::follow);
    connect(&m_document, &Document::changed, this, &MainWindow::keepUnsaved);
    connect(&m_document.undoStack(), &QUndoStack::cleanChanged, this, &MainWindow::keepUnsaved);
    const auto status = [this](const QString& text) {
        say(text, false);
    };
    connect(m_tensor, &TensorWorkspace::statusChanged, this, status);
    connect(m_train, &TrainWorkspace::statusChanged, this, status);
    connect(m_tensor, &TensorWorkspace::exportRequested, this, &MainWindow::exportPlots);
    connect(m_train, &TrainWorkspace::exportRequested, this, &MainWindow::exportPlots);
    connect(m_tensor, &TensorWorkspace::copyRequested, this, &MainWindow::copyPlot);
    connect(m_tensor, &TensorWorkspace::tableRequested, this, &MainWindow::showTable);
    connect(&m_train->runner(), &TrainingRunner::snapshot, this,
            [this] { setWindowModified(true); });
    connect(&m_train->runner(), &TrainingRunner::stateChanged, this, &MainWindow::follow);
    connect(m_train, &TrainWorkspace::saveWeightsRequested, this, &MainWindow::saveWeights);
    connect(&m_sources, &SourceStore::loaded, this, &MainWindow::selectLoaded);
    connect(&m_sources, &SourceStore::failed, this,
            [this](const QString& source, const QString& message) {
                if (source == m_pendingSelect)
                    m_pendingSelect.clear();
                m_tensor->showFileProblem(message);
                say(message, true);
            });
    follow();
}

MainWindow::~MainWindow()
{
    // A document that goes says that it is clean: no reason to forget what is kept of it.
    m_document.disconnect(this);
    m_document.undoStack().disconnect(this);
    m_train->runner().disconnect(this);
    delete m_recovery;
}

void MainWindow::showWorkspace(const std::string& id)
{
    m_document.adjustView([&](Session& session) { session.workspace = id; });
    say(id == "train" ? m_train->status() : m_tensor->status(), false);
}

void MainWindow::follow()
{
    const auto& session = m_document.session();
    m_stack->setCurrentWidget(session.workspace == "train" ? static_cast<QWidget*>(m_train)
                                                           : m_tensor);
    for (int i = 0; i < 3; ++i)
        m_columns[i]->setChecked(isColumnShown(i));
    for (auto* action : m_workspaces->actions())
        action->setChecked(action->data().toString().toStdString() == session.workspace);
    const QString name =
        m_document.path().isEmpty() ? tr("untitled") : QFileInfo(m_document.path()).fileName();
    setWindowTitle(tr("%1[*] \u2013 Quantoscope").arg(name));
    setWindowModified(hasUnsavedWork());
    setAvailable(*m_back, m_document.canGoBack(), tr("no view was left yet"));
    setAvailable(*m_forward, m_document.canGoForward(), tr("no view was gone back from"));
    setAvailable(*m_stop, m_train->runner().state() != TrainingRunner::State::Idle,
                 tr("no training is under way"));
    setAvailable(*m_saveWeights,
                 m_train->training() != nullptr && !m_train->training()->quantizedWeights.empty(),
                 tr("there are no weights yet: start the training first"));
}

void MainWindow::say(const QString& text, bool problem)
{
    m_status->setText(problem ? QStringLiteral("\u26a0 ") + text : text);
    m_status->setToolTip(text);
}

bool MainWindow::eventFilter(QObject* object, QEvent* event)
{
    // A field with nothing typed in it has nothing to undo: Ctrl+Z then means the last edit.
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* field = qobject_cast<QLineEdit*>(object);
        const auto* key = static_cast<QKeyEvent*>(event);
        if (field != nullptr && !field->isModified() &&
            (key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo))) {
            event->ignore();
            return true;
        }
    }
    return QMainWindow::eventFilter(object, event);
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    if (!mayDiscard()) {
        event->ignore();
        return;
    }
    if (m_recovery != nullptr)
        m_recovery->forget();
    QSettings().setValue(QStringLiteral("windowGeometry"), saveGeometry());
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasUrls())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    QStringList paths;
    for (const auto& url : event->mimeData()->urls()) {
        if (url.isLocalFile())
            paths << url.toLocalFile();
    }
    event->acceptProposedAction();
    openPaths(paths);
}

} // namespace qs
