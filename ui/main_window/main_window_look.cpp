// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// The View menu of MainWindow: workspaces, columns, the interface's size and the themes.
#include "ui/controls/focus_ring.h"
#include "ui/controls/interface_scale.h"
#include "ui/main_window/keymap.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/tensor_workspace.h"
#include "ui/main_window/train_workspace.h"
#include "ui/main_window/window_style.h"
#include "ui/models/command_list.h"

#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QLabel>
#include <QMenu>
#include <QScreen>
#include <QSettings>
#include <QStackedWidget>
#include <QToolBar>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

const auto kAutomatic = QLatin1String("auto");

} // namespace

void MainWindow::buildViewMenu(QMenu* menu)
{
    m_workspaces = new QActionGroup(this);
    const auto workspace = [&](const QString& text, const char* id, Qt::Key key,
                               const QString& tip) {
        auto* action =
            addAction(menu, QByteArray("workspace.").append(id), text,
                      {QKeySequence(Qt::CTRL | key)}, tip, [this, id] { showWorkspace(id); });
        action->setCheckable(true);
        action->setData(QLatin1String(id));
        m_workspaces->addAction(action);
        toolBar()->addAction(action);
    };
    workspace(tr("&1 Tensor"), "tensor", Qt::Key_1, tr("Look at one tensor through one quantizer"));
    workspace(tr("&2 Train"), "train", Qt::Key_2, tr("Train a network under fake quantization"));
    menu->addSeparator();
    m_back = addAction(menu, "view.back", tr("&Back"), {QKeySequence(Qt::ALT | Qt::Key_Left)},
                       tr("The view before: zoom, plots and workspace"),
                       [this] { m_document.goBack(); });
    m_forward =
        addAction(menu, "view.forward", tr("&Forward"), {QKeySequence(Qt::ALT | Qt::Key_Right)},
                  tr("The view that was gone back from"), [this] { m_document.goForward(); });
    addAction(menu, "view.all", tr("Show &all"), {QKeySequence(Qt::CTRL | Qt::Key_0)},
              tr("Undo every zoom"), [this] {
                  if (m_document.session().workspace == "train")
                      m_train->resetView();
                  else
                      m_tensor->resetViews();
              });
    menu->addSeparator();
    buildColumns(menu);
    auto* full = addAction(menu, "view.full_screen", tr("F&ull screen"),
                           {QKeySequence(Qt::Key_F11)}, tr("The window without its frame"),
                           [this] { setWindowState(windowState() ^ Qt::WindowFullScreen); });
    full->setCheckable(true);
    connect(menu, &QMenu::aboutToShow, full, [this, full] { full->setChecked(isFullScreen()); });
    buildSizeMenu(menu->addMenu(tr("&Interface size")));
    buildThemeMenu(menu->addMenu(tr("&Theme")));
}

void MainWindow::buildColumns(QMenu* menu)
{
    const auto column = [&](int which, const char* id, const QString& text,
                            const QList<QKeySequence>& keys, const QString& tip) {
        auto* action = addAction(menu, id, text, keys, tip,
                                 [this, which] { showColumn(which, !isColumnShown(which)); });
        action->setCheckable(true);
        m_columns[which] = action;
    };
    column(0, "view.columns", tr("Side &columns"), {QKeySequence(Qt::Key_F9)},
           tr("Both columns beside the plots"));
    column(1, "view.left_column", tr("&Left column"), {}, tr("The column left of the plots"));
    column(2, "view.right_column", tr("&Right column"), {}, tr("The column right of the plots"));
    menu->addSeparator();
}

void MainWindow::buildSizeMenu(QMenu* menu)
{
    m_sizes = new QActionGroup(this);
    const auto size = [&](int percent, const QString& text) {
        const auto id = QByteArray("view.size_") + QByteArray::number(percent);
        auto* action =
            addAction(menu, id, text, {}, tr("Letters, plots and controls at %1 %").arg(percent),
                      [this, percent] { chooseInterfaceSize(percent); });
        action->setCheckable(true);
        action->setData(percent);
        setCommandText(*action, tr("Interface size %1 %").arg(percent));
        action->setChecked(percent == std::lround(interfaceScale() * 100));
        m_sizes->addAction(action);
    };
    size(100, tr("100 %, &usual"));
    size(125, tr("&125 %"));
    size(150, tr("1&50 %"));
    size(175, tr("1&75 %"));
    size(200, tr("20&0 %"));
    size(250, tr("&250 %"));
    menu->addSeparator();
    const auto step = [this](int by) {
        const int now = static_cast<int>(std::lround(interfaceScale() * 100));
        const auto at = std::find(interfaceSizes.begin(), interfaceSizes.end(), now);
        const auto next = at - interfaceSizes.begin() + by;
        if (next >= 0 && next < static_cast<std::ptrdiff_t>(interfaceSizes.size()))
            chooseInterfaceSize(interfaceSizes.at(static_cast<std::size_t>(next)));
    };
    addAction(menu, "view.larger", tr("&Larger"),
              {QKeySequence(Qt::CTRL | Qt::Key_Plus), QKeySequence(Qt::CTRL | Qt::Key_Equal)},
              tr("The next larger size of the interface"), [step] { step(1); });
    addAction(menu, "view.smaller", tr("&Smaller"), {QKeySequence(Qt::CTRL | Qt::Key_Minus)},
              tr("The next smaller size of the interface"), [step] { step(-1); });
    menu->menuAction()->setToolTip(tr("How large letters, plots and controls are"));
    menu->menuAction()->setStatusTip(menu->menuAction()->toolTip());
}

void MainWindow::buildThemeMenu(QMenu* menu)
{
    m_themes = new QActionGroup(this);
    const auto theme = [&](const QString& text, const QString& name, const QString& tip) {
        auto* action = addAction(menu, (QLatin1String("theme.") + name).toLatin1(), text, {}, tip,
                                 [this, name] { chooseTheme(name); });
        action->setCheckable(true);
        action->setData(name);
        m_themes->addAction(action);
    };
    theme(tr("&Automatic"), QStringLiteral("auto"), tr("As the system's windows are"));
    theme(tr("&Light"), themeName(ThemeId::Light), tr("Dark text on white"));
    theme(tr("&Dark"), themeName(ThemeId::Dark), tr("Light text on dark"));
    theme(tr("&High contrast"), themeName(ThemeId::HighContrast), tr("White text on black"));
    menu->addSeparator();
    addAction(menu, "view.next_theme", tr("&Next theme"),
              {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_D)},
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

void MainWindow::setTheme(ThemeId theme)
{
    m_theme = theme;
    QApplication::setPalette(applicationPalette(theme));
    qApp->setStyleSheet(windowStyleSheet(theme));
    m_focusRing->setColor(plotTheme(theme).handle);
    // A link has the colour that was the palette's when its text was read.
    for (auto* label : findChildren<QLabel*>()) {
        const QString text = label->text();
        if (text.contains(QLatin1String("<a "))) {
            label->clear();
            label->setText(text);
        }
    }
    m_tensor->setTheme(theme);
    m_train->setTheme(theme);
    for (auto* action : m_themes->actions())
        action->setChecked(action->data().toString() == themeName(theme));
}

void MainWindow::chooseTheme(const QString& name)
{
    const auto theme = parseTheme(name);
    setTheme(theme.value_or(systemTheme()));
    const QString chosen = theme ? name : QString(kAutomatic);
    for (auto* action : m_themes->actions())
        action->setChecked(action->data().toString() == chosen);
    QSettings().setValue(QStringLiteral("theme"), chosen);
}

void MainWindow::restorePreferences()
{
    chooseTheme(QSettings().value(QStringLiteral("theme")).toString());
    const auto size =
        parseInterfaceSize(QSettings().value(QStringLiteral("interfaceSize")).toString());
    const auto* at = screen();
    setInterfaceSize(
        size.value_or(usualInterfaceSize(at->physicalDotsPerInch(), at->devicePixelRatio())));
    m_keymap->restore();
}

void MainWindow::setInterfaceSize(int percent)
{
    qs::setInterfaceSize(percent);
    // The sheet has lengths of that size. Reading it anew takes a while.
    const QString sheet = windowStyleSheet(m_theme);
    if (qApp->styleSheet() != sheet)
        qApp->setStyleSheet(sheet);
    m_tensor->rescale();
    m_train->rescale();
    for (auto* action : m_sizes->actions())
        action->setChecked(action->data().toInt() == percent);
}

void MainWindow::chooseInterfaceSize(int percent)
{
    setInterfaceSize(percent);
    QSettings().setValue(QStringLiteral("interfaceSize"), percent);
    say(tr("Interface size %1 %").arg(percent), false);
    makeRoom();
}

/// Hides the columns of a workspace that would be wider than the screen: of both, because the
/// window is as wide as the wider one.
void MainWindow::makeRoom()
{
    const int room = std::max(width(), screen()->availableSize().width());
    std::vector<std::string_view> narrow;
    const auto look = [&](const QWidget* workspace, const auto& columns) {
        if (workspace->minimumSizeHint().width() > room)
            narrow.insert(narrow.end(), std::begin(columns), std::end(columns));
    };
    look(m_tensor, kTensorColumns);
    look(m_train, kTrainColumns);
    if (narrow.empty())
        return;
    m_document.adjustView([&](Session& session) {
        for (const auto column : narrow)
            session.window.setHidden(column, true);
    });
    follow();
    say(tr("The side columns have no room at this size: %1 shows them.")
            .arg(m_keymap->keysOf(QStringLiteral("view.columns"))),
        false);
}

std::array<std::string_view, 2> MainWindow::columnsInFront() const
{
    return m_document.session().workspace == "train" ? std::to_array(kTrainColumns)
                                                     : std::to_array(kTensorColumns);
}

bool MainWindow::isColumnShown(int which) const
{
    const auto& window = m_document.session().window;
    const auto ids = columnsInFront();
    if (which == 0)
        return !window.isHidden(ids[0]) || !window.isHidden(ids[1]);
    return !window.isHidden(ids.at(static_cast<std::size_t>(which - 1)));
}

void MainWindow::showColumn(int which, bool shown)
{
    const auto ids = columnsInFront();
    m_document.adjustView([&](Session& session) {
        for (int i = 1; i <= 2; ++i) {
            if (which == 0 || which == i)
                session.window.setHidden(ids.at(static_cast<std::size_t>(i - 1)), !shown);
        }
    });
    follow();
}

} // namespace qs
