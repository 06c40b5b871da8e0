// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/command_palette.h"

#include "ui/controls/interface_scale.h"

#include <QAction>
#include <QApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMainWindow>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace qs {
namespace {

constexpr int kWidth = 680;
constexpr int kRows = 12; ///< in sight
constexpr int kIndex = Qt::UserRole;

} // namespace

CommandPalette::CommandPalette(QMainWindow& window)
    : QFrame(&window),
      m_window(window),
      m_field(new QLineEdit(this)),
      m_list(new QTreeWidget(this)),
      m_note(new QLabel(this))
{
    setObjectName(QStringLiteral("commandPalette"));
    setAccessibleName(tr("Commands"));
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    m_field->setPlaceholderText(tr("Type some letters of a command"));
    m_field->setAccessibleName(tr("Find a command"));
    m_field->setToolTip(tr("Up and Down choose, Enter runs, Esc closes."));
    m_field->setClearButtonEnabled(true);
    m_list->setAccessibleName(tr("Commands found"));
    m_list->setToolTip(tr("What the window can do, with its shortcuts."));
    m_list->setColumnCount(3);
    m_list->setHeaderHidden(true);
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setAllColumnsShowFocus(true);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_list->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    m_list->header()->setSectionResizeMode(2, QHeaderView::ResizeToContents);
    m_note->setObjectName(QStringLiteral("secondary"));
    m_note->setAccessibleName(tr("About the chosen command"));
    m_note->setWordWrap(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->addWidget(m_field);
    layout->addWidget(m_list);
    layout->addWidget(m_note);
    m_field->installEventFilter(this);
    m_window.installEventFilter(this);
    connect(m_field, &QLineEdit::textChanged, this, &CommandPalette::list);
    connect(m_list, &QTreeWidget::currentItemChanged, this, &CommandPalette::describe);
    connect(m_list, &QTreeWidget::itemClicked, this, &CommandPalette::run);
    hide();
}

void CommandPalette::open()
{
    if (!isVisible())
        m_before = QApplication::focusWidget();
    m_commands = commandsOf(m_window);
    m_field->clear();
    list();
    place();
    show();
    raise();
    m_field->setFocus(Qt::ShortcutFocusReason);
}

void CommandPalette::place()
{
    const int found = m_list->sizeHintForRow(0);
    const int row = found > 0 ? found : fontMetrics().height() + 4;
    const int top = m_window.menuWidget() != nullptr ? m_window.menuWidget()->height() : 0;
    m_list->setFixedHeight(std::clamp(m_window.height() - top - scaled(120), 3 * row,
                                      kRows * row + 2 * m_list->frameWidth()));
    const int width = std::min(scaled(kWidth), m_window.width() - 32);
    resize(width, layout()->totalHeightForWidth(width));
    QWidget::move((m_window.width() - width) / 2, top + 8);
}

void CommandPalette::list()
{
    struct Found {
        int fit;
        int index;
    };
    std::vector<Found> found;
    for (std::size_t i = 0; i < m_commands.size(); ++i) {
        if (const auto fits = fit(m_field->text(), m_commands[i]))
            found.push_back({*fits, static_cast<int>(i)});
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Found& a, const Found& b) { return a.fit > b.fit; });
    const QSignalBlocker quiet(m_list);
    m_list->clear();
    const QColor dim = palette().color(QPalette::PlaceholderText);
    for (const auto& one : found) {
        const auto& command = m_commands[static_cast<std::size_t>(one.index)];
        if (command.action == nullptr)
            continue;
        auto* item = new QTreeWidgetItem(m_list);
        const QString why = whyDisabled(*command.action);
        item->setText(0, command.action->isCheckable() && command.action->isChecked()
                             ? QStringLiteral("\u2713 ") + command.text
                             : command.text);
        if (!command.action->isEnabled())
            item->setText(1, why.isEmpty() ? tr("not now") : tr("not now: %1").arg(why));
        else
            item->setText(1, command.group);
        item->setForeground(1, dim);
        if (!command.action->isEnabled()) {
            item->setForeground(0, dim);
            item->setForeground(2, dim);
        }
        item->setText(2, command.shortcut);
        item->setTextAlignment(2, Qt::AlignRight | Qt::AlignVCenter);
        item->setData(0, kIndex, one.index);
        item->setData(0, Qt::AccessibleTextRole,
                      QStringLiteral("%1, %2 %3").arg(command.text, item->text(1), item->text(2)));
    }
    if (m_list->topLevelItemCount() > 0) {
        m_list->setCurrentItem(m_list->topLevelItem(0));
        m_list->scrollToTop();
    }
    describe();
}

void CommandPalette::describe()
{
    const auto* item = m_list->currentItem();
    if (item == nullptr) {
        m_note->setText(tr("No command has these letters."));
        m_field->setAccessibleDescription(m_note->text());
        return;
    }
    const auto& command = m_commands[static_cast<std::size_t>(item->data(0, kIndex).toInt())];
    const QString why = command.action != nullptr ? whyDisabled(*command.action) : QString();
    m_note->setText(!why.isEmpty()              ? tr("Not now: %1.").arg(why)
                    : command.action != nullptr ? command.action->statusTip()
                                                : QString());
    // The field keeps the focus: what is chosen is said in its description.
    m_field->setAccessibleDescription(item->data(0, Qt::AccessibleTextRole).toString());
}

void CommandPalette::move(int rows)
{
    const int count = m_list->topLevelItemCount();
    if (count == 0)
        return;
    const int now = m_list->indexOfTopLevelItem(m_list->currentItem());
    const bool single = rows == 1 || rows == -1;
    const int next = single ? (now + rows + count) % count : std::clamp(now + rows, 0, count - 1);
    m_list->setCurrentItem(m_list->topLevelItem(next));
}

void CommandPalette::run()
{
    const auto* item = m_list->currentItem();
    if (item == nullptr)
        return;
    const QPointer<QAction> action =
        m_commands[static_cast<std::size_t>(item->data(0, kIndex).toInt())].action;
    if (action == nullptr || !action->isEnabled())
        return; // the note says why
    dismiss();
    action->trigger();
}

void CommandPalette::dismiss()
{
    hide();
    if (m_before != nullptr)
        m_before->setFocus(Qt::OtherFocusReason);
}

bool CommandPalette::eventFilter(QObject* object, QEvent* event)
{
    if (!isVisible())
        return QFrame::eventFilter(object, event);
    if (object == &m_window && event->type() == QEvent::Resize)
        place();
    if (object != m_field)
        return QFrame::eventFilter(object, event);
    if (event->type() == QEvent::FocusOut &&
        static_cast<QFocusEvent*>(event)->reason() != Qt::ActiveWindowFocusReason &&
        static_cast<QFocusEvent*>(event)->reason() != Qt::PopupFocusReason)
        hide();
    if (event->type() == QEvent::ShortcutOverride &&
        static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        event->accept();
        return true;
    }
    if (event->type() != QEvent::KeyPress)
        return QFrame::eventFilter(object, event);
    switch (static_cast<QKeyEvent*>(event)->key()) {
    case Qt::Key_Up:
        move(-1);
        return true;
    case Qt::Key_Down:
        move(1);
        return true;
    case Qt::Key_PageUp:
        move(-kRows + 1);
        return true;
    case Qt::Key_PageDown:
        move(kRows - 1);
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        run();
        return true;
    case Qt::Key_Escape:
        dismiss();
        return true;
    default:
        return QFrame::eventFilter(object, event);
    }
}

void CommandPalette::changeEvent(QEvent* event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && isVisible())
        list();
}

} // namespace qs
