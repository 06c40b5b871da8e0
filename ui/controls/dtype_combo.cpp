// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/dtype_combo.h"

#include "core/base/text.h"
#include "ui/controls/forms.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QKeyEvent>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QStandardItemModel>
#include <QToolTip>

namespace qs {
namespace {

enum class Heading { Integers, Floats, Microscaling, Codebooks, Ggml };

Heading headingOf(const DTypeInfo& row)
{
    if (row.family == Family::Integer)
        return Heading::Integers;
    if (row.family == Family::Ggml)
        return Heading::Ggml;
    if (row.family == Family::Codebook)
        return Heading::Codebooks;
    return row.isBlock() ? Heading::Microscaling : Heading::Floats;
}

QString titleOf(Heading heading)
{
    switch (heading) {
    case Heading::Integers:
        return DTypeCombo::tr("Integers");
    case Heading::Floats:
        return DTypeCombo::tr("Floats");
    case Heading::Microscaling:
        return DTypeCombo::tr("Microscaling (blocks)");
    case Heading::Codebooks:
        return DTypeCombo::tr("Codebooks");
    case Heading::Ggml:
        break;
    }
    return DTypeCombo::tr("ggml blocks");
}

constexpr auto kAnyFloat = "eXmY \u2026";
constexpr auto kAnyFloatExample = "e3m4";
/// The row's DType, or kAskRow for the one that asks for an eXmY.
constexpr int kDTypeRole = Qt::UserRole;
constexpr int kAskRow = -1;

QString number(double v)
{
    return QString::fromStdString(formatShort(v));
}

} // namespace

QString dtypeSummary(const DTypeInfo& row)
{
    QString text = DTypeCombo::tr("%1 bit").arg(row.bits);
    switch (row.family) {
    case Family::Integer:
        text += DTypeCombo::tr(", codes %1 to %2").arg(row.quantMin).arg(row.quantMax);
        break;
    case Family::Float:
        text += DTypeCombo::tr(", %1 exponent and %2 mantissa bits, up to \u00b1%3 \u00b7 scale")
                    .arg(row.format.exponentBits)
                    .arg(row.format.mantissaBits)
                    .arg(number(static_cast<double>(row.format.max())));
        break;
    case Family::Exponent:
        text += DTypeCombo::tr(", powers of two, no sign and no 0");
        break;
    case Family::Codebook:
        text = row.id == DType::Nf4 ? DTypeCombo::tr("4 bit, 16 quantiles of the normal curve")
                                    : DTypeCombo::tr("any 2 to 256 values of yours");
        break;
    case Family::Ggml:
        text += DTypeCombo::tr(", rows are encoded in blocks with their own scales");
        break;
    }
    if (row.isBlock())
        text += DTypeCombo::tr("; blocks of %1 elements").arg(row.blockSize);
    return text;
}

DTypeCombo::DTypeCombo(const QString& accessibleName, QWidget* parent, const Offer& offer)
    : QComboBox(parent), m_offer(offer)
{
    setAccessibleName(accessibleName);
    setEditable(true);
    setInsertPolicy(QComboBox::NoInsert);
    constexpr int kVisible = 28;
    setMaxVisibleItems(kVisible);
    lineEdit()->setAccessibleName(tr("%1 by name").arg(accessibleName));
    lineEdit()->installEventFilter(this);

    auto* rows = new QStandardItemModel(this);
    QStringList names;
    const auto addAnyFloat = [&] {
        auto* item = new QStandardItem(QString::fromUtf8(kAnyFloat));
        item->setData(kAskRow, kDTypeRole);
        item->setToolTip(tr("A float format of X exponent and Y mantissa bits: type its name, as "
                            "e3m4. X from 1 to 8, at most 16 bits."));
        rows->appendRow(item);
    };
    for (const auto heading : {Heading::Integers, Heading::Floats, Heading::Microscaling,
                               Heading::Codebooks, Heading::Ggml}) {
        bool any = false;
        for (const auto& row : dtypes()) {
            if (headingOf(row) != heading || (m_offer && !m_offer(row)))
                continue;
            if (!any) {
                auto* title = new QStandardItem(titleOf(heading));
                title->setFlags(Qt::NoItemFlags);
                auto font = title->font();
                font.setBold(true);
                title->setFont(font);
                rows->appendRow(title);
            }
            any = true;
            auto* item = new QStandardItem(text(row.name));
            item->setData(static_cast<int>(row.id), kDTypeRole);
            item->setToolTip(dtypeSummary(row));
            rows->appendRow(item);
            names << item->text();
        }
        if (heading == Heading::Floats && any)
            addAnyFloat();
    }
    setModel(rows);
    auto* completer = new QCompleter(names, this);
    completer->setFilterMode(Qt::MatchContains);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    completer->setCompletionMode(QCompleter::PopupCompletion);
    setCompleter(completer);
    connect(this, &QComboBox::activated, this, &DTypeCombo::takeRow);
    connect(lineEdit(), &QLineEdit::editingFinished, this, &DTypeCombo::takeText);
    connect(completer, QOverload<const QString&>::of(&QCompleter::activated), this,
            [this](const QString& name) {
                setEditText(name);
                lineEdit()->setModified(true);
                takeText();
            });
    showDType(m_shown);
}

void DTypeCombo::showDType(DType dtype)
{
    const bool same = dtype == m_shown;
    m_shown = dtype;
    // Does not disturb what is being typed.
    if (same && lineEdit()->hasFocus() && lineEdit()->isModified())
        return;
    const QSignalBlocker block(this);
    setCurrentIndex(findData(static_cast<int>(dtype), kDTypeRole));
    setEditText(text(info(dtype).name));
    lineEdit()->setModified(false);
    lineEdit()->setCursorPosition(0);
}

void DTypeCombo::takeRow(int row)
{
    const QVariant chosenRow = itemData(row, kDTypeRole);
    if (chosenRow.isNull())
        return showDType(m_shown);
    if (chosenRow.toInt() != kAskRow) {
        lineEdit()->setModified(false);
        emit chosen(static_cast<DType>(chosenRow.toInt()));
        return;
    }
    // Ready to be typed over, or taken with Enter.
    setEditText(QString::fromLatin1(kAnyFloatExample));
    lineEdit()->setModified(true);
    lineEdit()->setFocus();
    lineEdit()->selectAll();
}

void DTypeCombo::takeText()
{
    if (!lineEdit()->isModified())
        return;
    const QString name = lineEdit()->text().trimmed().toLower();
    if (name == text(info(m_shown).name)) {
        lineEdit()->setModified(false);
        return showDType(m_shown);
    }
    const auto dtype = dtypeByName(name.toStdString());
    if (!dtype || (m_offer && !m_offer(info(*dtype))))
        return refuse(name);
    lineEdit()->setModified(false);
    emit chosen(*dtype);
}

/// Says what was not a dtype; the one in force stays.
void DTypeCombo::refuse(const QString& name)
{
    lineEdit()->setModified(false);
    showDType(m_shown);
    QToolTip::showText(mapToGlobal(QPoint(0, height())),
                       tr("'%1' is not a dtype here; floats of your own are eXmY: e3m4, with 1 to "
                          "8 exponent bits and at most 16 bits in all.")
                           .arg(name),
                       this);
}

bool DTypeCombo::eventFilter(QObject* object, QEvent* event)
{
    if (object == lineEdit() && event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape && lineEdit()->isModified()) {
        lineEdit()->setModified(false);
        showDType(m_shown);
        return true;
    }
    // Coming here begins a new name: what is there need not be deleted first.
    const bool arrives =
        event->type() == QEvent::FocusIn || event->type() == QEvent::MouseButtonRelease;
    if (object == lineEdit() && arrives && !lineEdit()->isModified() &&
        !lineEdit()->hasSelectedText())
        QMetaObject::invokeMethod(lineEdit(), &QLineEdit::selectAll, Qt::QueuedConnection);
    return QComboBox::eventFilter(object, event);
}

} // namespace qs
