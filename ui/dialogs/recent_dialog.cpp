// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/recent_dialog.h"

#include "ui/controls/interface_scale.h"

#include <QDialogButtonBox>
#include <QFileInfo>
#include <QHeaderView>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace qs {
namespace {

constexpr int kKind = Qt::UserRole;
constexpr int kPath = Qt::UserRole + 1;
constexpr int kPinned = Qt::UserRole + 2;

RecentFiles::Kind kindOf(const QTreeWidgetItem& item)
{
    return static_cast<RecentFiles::Kind>(item.data(0, kKind).toInt());
}

QString pathOf(const QTreeWidgetItem& item)
{
    return item.data(0, kPath).toString();
}

} // namespace

RecentDialog::RecentDialog(RecentFiles& files, QWidget* parent)
    : QDialog(parent), m_files(files), m_list(new QTreeWidget(this))
{
    setWindowTitle(tr("Recent files"));
    resize(scaled(QSize(600, 420)));
    m_list->setAccessibleName(tr("Recent files"));
    m_list->setToolTip(tr("Sessions and data files; what is not there any more is grey."));
    m_list->setColumnCount(2);
    m_list->setHeaderLabels({tr("file"), tr("folder")});
    m_list->header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    m_list->setTextElideMode(Qt::ElideMiddle);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    m_open = buttons->addButton(tr("&Open"), QDialogButtonBox::ActionRole);
    m_pin = buttons->addButton(tr("&Pin"), QDialogButtonBox::ActionRole);
    m_remove = buttons->addButton(tr("&Remove"), QDialogButtonBox::ActionRole);
    m_open->setToolTip(tr("Opens the file."));
    m_pin->setToolTip(tr("A pinned file stays on top of its list."));
    m_remove->setToolTip(tr("Takes the file from the list. The file itself stays."));
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_list);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_list, &QTreeWidget::currentItemChanged, this, &RecentDialog::refreshButtons);
    connect(m_list, &QTreeWidget::itemActivated, this, &RecentDialog::openCurrent);
    connect(m_open, &QPushButton::clicked, this, &RecentDialog::openCurrent);
    connect(m_pin, &QPushButton::clicked, this, [this] {
        if (const auto* item = m_list->currentItem())
            m_files.setPinned(kindOf(*item), pathOf(*item), !item->data(0, kPinned).toBool());
    });
    connect(m_remove, &QPushButton::clicked, this, [this] {
        if (const auto* item = m_list->currentItem())
            m_files.remove(kindOf(*item), pathOf(*item));
    });
    connect(&m_files, &RecentFiles::changed, this, &RecentDialog::fill);
    fill();
}

void RecentDialog::fill()
{
    const auto* current = m_list->currentItem();
    const QString before = current != nullptr ? pathOf(*current) : QString();
    m_list->clear();
    for (const auto kind : {RecentFiles::Kind::Session, RecentFiles::Kind::Data}) {
        auto* group = new QTreeWidgetItem(
            m_list, {kind == RecentFiles::Kind::Session ? tr("Sessions") : tr("Data")});
        group->setFirstColumnSpanned(true);
        group->setFlags(Qt::ItemIsEnabled);
        group->setExpanded(true);
        for (const auto& entry : m_files.entries(kind)) {
            const QFileInfo file(entry.path);
            auto* item = new QTreeWidgetItem(group, {file.fileName(), file.path()});
            if (entry.pinned)
                item->setText(0, QStringLiteral("\u2605 ") + file.fileName());
            item->setData(0, kKind, static_cast<int>(kind));
            item->setData(0, kPath, entry.path);
            item->setData(0, kPinned, entry.pinned);
            item->setToolTip(0, file.exists() ? entry.path : tr("%1 is not there").arg(entry.path));
            item->setToolTip(1, item->toolTip(0));
            if (!file.exists()) {
                item->setForeground(0, palette().color(QPalette::Disabled, QPalette::Text));
                item->setForeground(1, palette().color(QPalette::Disabled, QPalette::Text));
            }
            if (entry.path == before)
                m_list->setCurrentItem(item);
        }
    }
    refreshButtons();
}

void RecentDialog::refreshButtons()
{
    const auto* item = m_list->currentItem();
    const bool file = item != nullptr && item->parent() != nullptr;
    m_open->setEnabled(file && QFileInfo::exists(pathOf(*item)));
    m_pin->setEnabled(file);
    m_remove->setEnabled(file);
    m_pin->setText(file && item->data(0, kPinned).toBool() ? tr("Un&pin") : tr("&Pin"));
}

void RecentDialog::openCurrent()
{
    if (!m_open->isEnabled())
        return;
    const QString path = pathOf(*m_list->currentItem());
    accept();
    emit openRequested(path);
}

} // namespace qs
