// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/file_problem_card.h"

#include "core/base/text.h"
#include "core/io/messages.h"

#include <QClipboard>
#include <QFileInfo>
#include <QFormLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSysInfo>
#include <QVBoxLayout>

namespace qs {
namespace {

/// The file of "FILE: line 3" or "FILE.npz/member.npy": the longest part that is there, else all.
QString pathIn(const QString& where)
{
    if (QFileInfo::exists(where))
        return where;
    for (qsizetype at = where.lastIndexOf(QLatin1String(": ")); at > 0;
         at = where.lastIndexOf(QLatin1String(": "), at - 1)) {
        if (QFileInfo(where.left(at)).isFile())
            return where.left(at);
    }
    const QString folder = where.left(where.lastIndexOf(QLatin1Char('/')));
    return QFileInfo(folder).isFile() ? folder : where;
}

QLabel* valueLabel(const QString& name, const QString& value, QWidget* parent)
{
    auto* label = new QLabel(value, parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setAccessibleName(name);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    return label;
}

} // namespace

FileProblemCard::FileProblemCard(QWidget* parent) : QFrame(parent)
{
    setObjectName(QStringLiteral("bar"));
    setAccessibleName(tr("file that cannot be read"));
    m_title = new QLabel(this);
    m_title->setTextFormat(Qt::PlainText);
    m_title->setWordWrap(true);
    QFont bold = m_title->font();
    bold.setBold(true);
    m_title->setFont(bold);
    auto* copy = new QPushButton(tr("&Copy details"), this);
    copy->setAccessibleName(tr("Copy details"));
    copy->setToolTip(tr("Puts all of this on the clipboard, with the path and the version."));
    connect(copy, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(details()); });
    auto* dismiss = new QPushButton(tr("Dis&miss"), this);
    dismiss->setAccessibleName(tr("Dismiss"));
    dismiss->setToolTip(tr("Takes this card away; the file stays listed."));
    connect(dismiss, &QPushButton::clicked, this, &FileProblemCard::dismissed);
    auto* head = new QHBoxLayout;
    head->addWidget(m_title, 1);
    head->addWidget(copy);
    head->addWidget(dismiss);
    m_form = new QFormLayout;
    m_form->setContentsMargins(0, 0, 0, 0);
    m_form->setVerticalSpacing(1);
    m_form->setHorizontalSpacing(12);
    m_form->setLabelAlignment(Qt::AlignLeft);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 4, 8, 6);
    layout->setSpacing(2);
    layout->addLayout(head);
    layout->addLayout(m_form);
    hide();
}

void FileProblemCard::setProblem(const QString& message)
{
    if (message == m_message)
        return;
    m_message = message;
    while (m_form->rowCount() > 0)
        m_form->removeRow(0);
    setVisible(!message.isEmpty());
    if (message.isEmpty())
        return;
    const auto problem = fileProblem(message.toStdString());
    const QString name =
        problem ? QFileInfo(pathIn(QString::fromStdString(problem->where))).fileName() : QString();
    m_title->setText(QStringLiteral("\u26a0 ") + (name.isEmpty()
                                                      ? tr("A file cannot be read")
                                                      : tr("%1 cannot be read").arg(name)));
    for (const auto& [key, value] : rows())
        m_form->addRow(key, valueLabel(key, value, this));
    setAccessibleDescription(details());
}

std::vector<FileProblemCard::Row> FileProblemCard::rows() const
{
    const auto problem = fileProblem(m_message.toStdString());
    if (!problem)
        return {{tr("Problem"), m_message}};
    std::vector<Row> rows;
    const auto where = QString::fromStdString(problem->where);
    const QString within = where.mid(pathIn(where).size());
    if (within.size() > 1)
        rows.push_back({tr("In"), within.mid(within.startsWith(QLatin1Char('/')) ? 1 : 2)});
    if (problem->offset)
        rows.push_back(
            {tr("At byte"), (problem->decompressed ? tr("%1 (hexadecimal %2), after decompression")
                                                   : tr("%1 (hexadecimal %2)"))
                                .arg(*problem->offset)
                                .arg(*problem->offset, 0, 16)});
    rows.push_back({tr("Expected"), QString::fromStdString(problem->expected)});
    rows.push_back({tr("Found"), QString::fromStdString(problem->found)});
    rows.push_back({tr("What to do"), whatToDo()});
    return rows;
}

QString FileProblemCard::whatToDo() const
{
    const auto problem = fileProblem(m_message.toStdString());
    if (!problem)
        return {};
    const QFileInfo file(pathIn(QString::fromStdString(problem->where)));
    if (!file.exists())
        return tr(
            "See whether it was moved or renamed, or its drive is missing, and open it again.");
    if (file.isDir())
        return tr("This is a folder: open a file in it.");
    if (!file.isReadable())
        return tr("You may not read it: ask its owner, or copy it to a place of your own.");
    const bool ends =
        problem->offset && !problem->decompressed &&
        *problem->offset >= static_cast<std::uint64_t>(std::max<qint64>(file.size(), 1));
    if (ends)
        return tr("It ends too early, as after a copy that was interrupted: copy or download it "
                  "again.");
    if (problem->expected.starts_with("one of "))
        return tr("Save it in one of these formats, or open another file.");
    return tr("It is damaged, or not what its name says: write or download it again, or open "
              "another file.");
}

QString FileProblemCard::details() const
{
    if (m_message.isEmpty())
        return {};
    QStringList lines;
    const auto add = [&](const QString& name, const QString& value) {
        lines << QStringLiteral("%1: %2").arg(name, value);
    };
    if (const auto problem = fileProblem(m_message.toStdString())) {
        const QFileInfo file(pathIn(QString::fromStdString(problem->where)));
        add(tr("File"), file.filePath());
        if (file.isFile())
            add(tr("Size"),
                QString::fromStdString(bytesText(static_cast<std::uint64_t>(file.size()))));
    }
    for (const auto& [name, value] : rows())
        add(name, value);
    add(tr("Message"), m_message);
    add(tr("Program"),
        QStringLiteral("Quantoscope %1, %2")
            .arg(QStringLiteral(QUANTOSCOPE_VERSION), QSysInfo::prettyProductName()));
    return lines.join(QLatin1Char('\n'));
}

} // namespace qs
