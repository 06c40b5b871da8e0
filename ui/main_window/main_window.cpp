// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/main_window.h"

#include "core/io/formats.h"
#include "core/session/session_file.h"
#include "ui/controls/index_line.h"
#include "ui/dialogs/export_dialog.h"
#include "ui/dialogs/save_path.h"
#include "ui/main_window/samples.h"
#include "ui/main_window/tensor_actions.h"
#include "ui/main_window/tensor_workspace.h"
#include "ui/main_window/train_workspace.h"
#include "ui/panels/panel_figure.h"

#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolBar>

namespace qs {
namespace {

constexpr auto kSessionFilter =
    QT_TRANSLATE_NOOP("qs::MainWindow", "Quantoscope session (*.qscope)");

QString filterText(const FileFilter& filter)
{
    QStringList patterns;
    for (const auto& pattern : filter.patterns)
        patterns << QString::fromStdString(pattern);
    return QStringLiteral("%1 (%2)").arg(QString::fromStdString(filter.description),
                                         patterns.join(QLatin1Char(' ')));
}

QString openFilter(const QString& all)
{
    QStringList patterns{QStringLiteral("*.qscope")};
    QStringList rows;
    for (const auto& filter : readFilters()) {
        for (const auto& pattern : filter.patterns)
            patterns << QString::fromStdString(pattern);
        rows << filterText(filter);
    }
    rows.prepend(QStringLiteral("%1 (%2)").arg(all, patterns.join(QLatin1Char(' '))));
    rows << QCoreApplication::translate("qs::MainWindow", kSessionFilter);
    return rows.join(QStringLiteral(";;"));
}

} // namespace

MainWindow::MainWindow(QWidget* parent) : QMainWindow(parent), m_stack(new QStackedWidget(this))
{
    setAcceptDrops(true);
    qApp->installEventFilter(this);
    setWindowTitle(tr("Quantoscope"));
    m_tensor = new TensorWorkspace(m_document, m_sources, this);
    m_train = new TrainWorkspace(m_document, this);
    m_stack->addWidget(m_tensor);
    m_stack->addWidget(m_train);
    setCentralWidget(m_stack);
    m_status = new QLabel(this);
    m_status->setTextInteractionFlags(Qt::TextSelectableByMouse);
    statusBar()->addWidget(m_status, 1);
    statusBar()->addPermanentWidget(new IndexLine(m_tensor->indexJob(), this));
    buildActions();
    connect(&m_document, &Document::changed, this, &MainWindow::follow);
    connect(&m_document, &Document::pathChanged, this, &MainWindow::follow);
    connect(&m_document.undoStack(), &QUndoStack::cleanChanged, this, &MainWindow::follow);
    const auto status = [this](const QString& text) {
        say(text, false);
    };
    connect(m_tensor, &TensorWorkspace::statusChanged, this, status);
    connect(m_train, &TrainWorkspace::statusChanged, this, status);
    connect(m_tensor, &TensorWorkspace::exportRequested, this, &MainWindow::exportPlot);
    connect(m_train, &TrainWorkspace::exportRequested, this, &MainWindow::exportPlot);
    connect(&m_train->runner(), &TrainingRunner::snapshot, this,
            [this] { setWindowModified(true); });
    connect(m_train, &TrainWorkspace::saveWeightsRequested, this, &MainWindow::saveWeights);
    connect(&m_sources, &SourceStore::loaded, this, [this](const QString& source) {
        if (source != m_pendingSelect)
            return;
        m_pendingSelect.clear();
        const auto file = m_sources.file(source);
        const auto* entry = SourceStore::mainTensor(*file);
        m_document.edit(tr("open %1").arg(QFileInfo(source).fileName()), {}, [&](Session& session) {
            session.tensor.source = source.toStdString();
            session.tensor.tensor = entry != nullptr ? entry->name : std::string();
            session.tensor.channel = 0;
            session.tensor.view.x.reset();
            if (info(session.tensor.spec.qschemeInUse()).granularity != Granularity::Tensor &&
                session.tensor.spec.isFixed())
                session.tensor.spec.observer = "minmax";
        });
    });
    connect(&m_sources, &SourceStore::failed, this,
            [this](const QString& source, const QString& message) {
                if (source == m_pendingSelect)
                    m_pendingSelect.clear();
                m_tensor->showFileProblem(message);
                say(message, true);
            });
    follow();
}

void MainWindow::buildActions()
{
    auto* file = menuBar()->addMenu(tr("&File"));
    auto* edit = menuBar()->addMenu(tr("&Edit"));
    auto* view = menuBar()->addMenu(tr("&View"));
    auto* tensor = menuBar()->addMenu(tr("Te&nsor"));
    auto* train = menuBar()->addMenu(tr("&Train"));
    auto* help = menuBar()->addMenu(tr("&Help"));
    auto* bar = addToolBar(tr("Main"));
    bar->setObjectName(QStringLiteral("mainToolBar"));
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextOnly);

    const auto add = [this](QMenu* menu, const QString& text, const QKeySequence& key,
                            const QString& tip, auto slot) {
        auto* action = menu->addAction(text);
        action->setShortcut(key);
        action->setToolTip(key.isEmpty() ? tip
                                         : QStringLiteral("%1 (%2)").arg(
                                               tip, key.toString(QKeySequence::NativeText)));
        action->setStatusTip(tip);
        connect(action, &QAction::triggered, this, slot);
        return action;
    };
    auto* open = add(file, tr("&Open\u2026"), QKeySequence::Open, tr("Open tensors or a session"),
                     [this] { openDialog(); });
    add(file, tr("Open e&xample"), {}, tr("A real sample tensor in four bits"),
        [this] { openExample(); });
    add(file, tr("Open &Fashion-MNIST"), {}, tr("The training images, as a tensor"), [this] {
        showWorkspace("tensor");
        if (const auto folder = findFashionMnist())
            addSource(QString::fromStdString(*folder) +
                      QStringLiteral("/train-images-idx3-ubyte.gz"));
        else
            m_tensor->showFileProblem(
                tr("Fashion-MNIST is not installed: sudo apt install dataset-fashion-mnist"));
    });
    auto* saveAction = add(file, tr("&Save session"), QKeySequence::Save,
                           tr("Save everything that is chosen and shown"), [this] { save(); });
    add(file, tr("Save session &as\u2026"), QKeySequence::SaveAs, tr("Save under another name"),
        [this] { saveAs(); });
    file->addSeparator();
    auto* exportAction =
        add(file, tr("&Export plot\u2026"), QKeySequence(Qt::CTRL | Qt::Key_E),
            tr("Write the plot that has the focus to PNG, SVG, PDF or CSV"), [this] {
                exportPlot(m_document.session().workspace == "train" ? m_train->shownPanel()
                                                                     : m_tensor->focusedPanel());
            });
    file->addSeparator();
    add(file, tr("&Quit"), QKeySequence::Quit, tr("Leave Quantoscope"), [this] { close(); });

    auto* undo = m_document.undoStack().createUndoAction(this, tr("&Undo"));
    undo->setShortcut(QKeySequence::Undo);
    auto* redo = m_document.undoStack().createRedoAction(this, tr("&Redo"));
    redo->setShortcuts(
        {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z), QKeySequence(Qt::CTRL | Qt::Key_Y)});
    // In the toolbar the plain words: what would be undone is in the menu and the tooltip.
    undo->setIconText(tr("Undo"));
    redo->setIconText(tr("Redo"));
    connect(undo, &QAction::changed, undo, [undo] { undo->setIconText(tr("Undo")); });
    connect(redo, &QAction::changed, redo, [redo] { redo->setIconText(tr("Redo")); });
    edit->addActions({undo, redo});

    m_workspaces = new QActionGroup(this);
    const auto workspace = [&](const QString& text, const char* id, Qt::Key key,
                               const QString& tip) {
        auto* action =
            add(view, text, QKeySequence(Qt::CTRL | key), tip, [this, id] { showWorkspace(id); });
        action->setCheckable(true);
        action->setData(QLatin1String(id));
        m_workspaces->addAction(action);
        return action;
    };
    auto* tensorAction = workspace(tr("&1 Tensor"), "tensor", Qt::Key_1,
                                   tr("Look at one tensor through one quantizer"));
    auto* trainAction = workspace(tr("&2 Train"), "train", Qt::Key_2,
                                  tr("Train a network under fake quantization"));
    view->addSeparator();
    add(view, tr("Show &all"), QKeySequence(Qt::CTRL | Qt::Key_0), tr("Undo every zoom"), [this] {
        if (m_document.session().workspace == "train")
            m_train->resetView();
        else
            m_tensor->resetViews();
    });
    view->addSeparator();
    auto* dark = add(view, tr("&Dark theme"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_D),
                     tr("Light text on dark"), [this] {
                         setTheme(m_theme == ThemeId::Dark ? ThemeId::Light : ThemeId::Dark);
                         QSettings().setValue(QStringLiteral("theme"), themeName(m_theme));
                     });
    dark->setCheckable(true);
    dark->setObjectName(QStringLiteral("darkTheme"));

    tensor->addActions(tensorActions(*m_tensor));

    add(train, tr("&Start, pause, resume"), QKeySequence(Qt::CTRL | Qt::Key_Space),
        tr("Start the training, pause it, go on"), [this] {
            showWorkspace("train");
            m_train->togglePlay();
        });
    add(train, tr("S&top"), QKeySequence(Qt::CTRL | Qt::Key_Period), tr("End the training"),
        [this] { m_train->stop(); });
    add(train, tr("Save &weights\u2026"), {}, tr("Both networks' weights to a .safetensors file"),
        [this] { saveWeights(); });

    add(help, tr("&About Quantoscope"), {}, tr("Version and licence"), [this] {
        QMessageBox::about(
            this, tr("About Quantoscope"),
            tr("<b>Quantoscope %1</b><p>Exact numbers and honest pictures of quantization.<p>"
               "Free software under the GNU General Public License, version 3 or later. Pictures "
               "by "
               "QCustomPlot, linear algebra by Eigen.")
                .arg(QStringLiteral(QUANTOSCOPE_VERSION)));
    });

    bar->addActions({open, saveAction});
    bar->addSeparator();
    bar->addActions({undo, redo});
    bar->addSeparator();
    bar->addActions({tensorAction, trainAction});
    bar->addSeparator();
    bar->addActions({exportAction, dark});
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
    for (auto* action : m_workspaces->actions())
        action->setChecked(action->data().toString().toStdString() == session.workspace);
    const QString name =
        m_document.path().isEmpty() ? tr("untitled") : QFileInfo(m_document.path()).fileName();
    setWindowTitle(tr("%1[*] \u2013 Quantoscope").arg(name));
    setWindowModified(m_document.isModified() || m_train->hasUnsavedTraining());
}

void MainWindow::say(const QString& text, bool problem)
{
    m_status->setText(problem ? QStringLiteral("\u26a0 ") + text : text);
    m_status->setToolTip(text);
}

void MainWindow::setTheme(ThemeId theme)
{
    m_theme = theme;
    QApplication::setPalette(applicationPalette(theme));
    const auto& colors = plotTheme(theme);
    const bool dark = theme == ThemeId::Dark;
    qApp->setStyleSheet(
        QStringLiteral(
            "QLabel#secondary { color: %1; }"
            "QLabel#banner { background: %2; color: %3; border-radius: 4px; padding: 6px 8px; }"
            "QLabel#fieldMessage, QLabel#problem { color: %4; }"
            "QToolTip { color: %3; background: %2; border: 1px solid %1; padding: 3px; }"
            "QToolBar { spacing: 4px; padding: 3px; }"
            "QToolButton { padding: 4px 8px; }"
            "QGroupBox { font-weight: 600; border: 1px solid %5; border-radius: 4px;"
            " margin-top: 18px; padding-top: 4px; }"
            "QGroupBox::title { subcontrol-origin: margin; subcontrol-position: top left;"
            " left: 2px; top: 0px; }"
            "QTableView { background: transparent; }"
            "QHeaderView { background: transparent; }"
            "QTableCornerButton::section { background: transparent; border: none; }"
            "QHeaderView::section { background: transparent; border: none; padding: 1px 4px; }")
            .arg(colors.secondaryText.name(),
                 dark ? QStringLiteral("#3A3420") : QStringLiteral("#FFF4D6"), colors.text.name(),
                 dark ? QStringLiteral("#FF8A80") : QStringLiteral("#B71C1C"), colors.grid.name()));
    m_tensor->setTheme(theme);
    m_train->setTheme(theme);
    if (auto* action = findChild<QAction*>(QStringLiteral("darkTheme")))
        action->setChecked(dark);
}

void MainWindow::openExample()
{
    if (!mayDiscard())
        return;
    m_document.replace(exampleSession(samplePath().toStdString()), {});
    m_train->setTraining(nullptr);
}

void MainWindow::openPaths(const QStringList& paths)
{
    for (const auto& path : paths) {
        if (path.endsWith(QLatin1String(".qscope"), Qt::CaseInsensitive))
            openSession(path);
        else
            addSource(path);
    }
}

void MainWindow::addSource(const QString& path)
{
    const QString source =
        path.startsWith(QLatin1String("generator:")) ? path : QFileInfo(path).absoluteFilePath();
    m_pendingSelect = source;
    m_tensor->showFileProblem({});
    // Listed at once, so that a large file is seen to be on its way.
    m_document.adjustView([&](Session& session) {
        session.workspace = "tensor";
        const auto name = source.toStdString();
        if (std::find(session.sources.begin(), session.sources.end(), name) ==
                session.sources.end() &&
            !source.startsWith(QLatin1String("generator:")))
            session.sources.push_back(name);
    });
    m_sources.reload(source);
}

bool MainWindow::openSession(const QString& path)
{
    if (!mayDiscard())
        return false;
    auto file = readSession(path.toStdString());
    if (!file) {
        const auto message = QString::fromStdString(file.error().message);
        m_tensor->showFileProblem(message);
        say(message, true);
        return false;
    }
    for (const auto& source : file->session.sources)
        m_sources.request(QString::fromStdString(source));
    m_document.replace(std::move(file->session), QFileInfo(path).absoluteFilePath());
    m_train->setTraining(file->training);
    say(tr("Opened %1").arg(path), false);
    return true;
}

void MainWindow::openDialog()
{
    openPaths(QFileDialog::getOpenFileNames(this, tr("Open"), QString(),
                                            openFilter(tr("All that can be opened"))));
}

bool MainWindow::save()
{
    return m_document.path().isEmpty() ? saveAs() : saveTo(m_document.path());
}

bool MainWindow::saveAs()
{
    const QString path = askSavePath(this, tr("Save session"), tr("session"), tr(kSessionFilter),
                                     QStringLiteral("qscope"));
    return !path.isEmpty() && saveTo(path);
}

bool MainWindow::saveTo(const QString& path)
{
    const auto saved =
        writeSession(path.toStdString(), {m_document.session(), m_train->training()});
    if (!saved) {
        const auto message = QString::fromStdString(saved.error().message);
        say(message, true);
        QMessageBox::warning(this, tr("The session was not saved"), message);
        return false;
    }
    m_document.setSaved(path);
    m_train->setTrainingSaved();
    say(tr("Saved %1").arg(path), false);
    return true;
}

bool MainWindow::mayDiscard()
{
    if (!m_document.isModified() && !m_train->hasUnsavedTraining())
        return true;
    const auto answer = QMessageBox::question(
        this, tr("Unsaved changes"), tr("Save the changes of this session first?"),
        QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, QMessageBox::Save);
    if (answer == QMessageBox::Save)
        return save();
    return answer == QMessageBox::Discard;
}

void MainWindow::exportPlot(const QString& panelId)
{
    const auto* panel = panelById(panelId);
    if (panel == nullptr)
        return;
    auto input = m_tensor->panelInput(*panel);
    input.training = m_train->training();
    input.weightLayer = m_train->weightLayer();
    const auto written = runExportDialog(this, *panel, figureOf(*panel, input), input.view.x);
    if (!written.message.isEmpty())
        say(written.message, written.problem);
}

void MainWindow::saveWeights()
{
    const auto training = m_train->training();
    if (!training || training->quantizedWeights.empty()) {
        say(tr("There are no weights yet: start the training first."), true);
        return;
    }
    const QString path =
        askSavePath(this, tr("Save weights"), tr("weights"), tr("safetensors (*.safetensors)"),
                    QStringLiteral("safetensors"));
    if (path.isEmpty())
        return;
    std::vector<Tensor> tensors;
    for (const auto& t : training->floatWeights)
        tensors.push_back(t.renamed("float." + t.name()));
    for (const auto& t : training->quantizedWeights)
        tensors.push_back(t.renamed("qat." + t.name()));
    if (const auto written = writeTensors(path.toStdString(), tensors); !written) {
        say(QString::fromStdString(written.error().message), true);
        return;
    }
    addSource(path);
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
    if (mayDiscard())
        event->accept();
    else
        event->ignore();
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
