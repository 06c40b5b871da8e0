// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/paste_dialog.h"

#include "core/base/text.h"
#include "core/exchange/literal.h"
#include "ui/controls/forms.h"

#include <QClipboard>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFontDatabase>
#include <QFormLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>

namespace qs {
namespace {

constexpr qsizetype kReadAtOnce = 65536; ///< characters
constexpr int kPauseMs = 300;

QString number(float value)
{
    return QString::fromStdString(formatExact(value));
}
QString number(std::int32_t value)
{
    return QString::number(value);
}

/// One value, a few, or how many and between which.
template <typename T>
QString summary(const std::vector<T>& values)
{
    constexpr std::size_t kMostShown = 4;
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    if (*low == *high && values.size() > 1)
        return PasteDialog::tr("%1 (all %2)")
            .arg(number(*low),
                 QString::fromStdString(formatCount(static_cast<long long>(values.size()))));
    if (values.size() > kMostShown)
        return PasteDialog::tr("%1 values, %2 \u2026 %3")
            .arg(QString::fromStdString(formatCount(static_cast<long long>(values.size()))),
                 number(*low), number(*high));
    QStringList list;
    for (const T& value : values)
        list << number(value);
    return list.join(QStringLiteral(", "));
}

/// THE table of what can be pasted, a line each.
QString helpText()
{
    QString text = PasteDialog::tr("What can be pasted:") + QStringLiteral("<table>");
    for (const auto& row : pasteKinds())
        text += QStringLiteral("<tr><td style='padding-right: 12px'>%1</td>"
                               "<td><code>%2</code></td></tr>")
                    .arg(qs::text(row.kind).toHtmlEscaped(), qs::text(row.example).toHtmlEscaped());
    return text + QStringLiteral("</table>");
}

QString realRange(const QuantParams& params)
{
    std::optional<std::array<float, 2>> all;
    for (std::size_t i = 0; i < params.channels(); ++i) {
        const auto one = params.coveredRange(i);
        if (!one)
            return QStringLiteral("\u2013");
        if (!all)
            all = one;
        (*all)[0] = std::min((*all)[0], (*one)[0]);
        (*all)[1] = std::max((*all)[1], (*one)[1]);
    }
    return QStringLiteral("%1 \u2026 %2")
        .arg(QString::fromStdString(formatShort(static_cast<double>((*all)[0]))),
             QString::fromStdString(formatShort(static_cast<double>((*all)[1]))));
}

} // namespace

PasteDialog::PasteDialog(const QuantSpec& base, QWidget* parent) : QDialog(parent), m_base(base)
{
    setWindowTitle(tr("Paste parameters"));
    setSizeGripEnabled(true);
    auto* layout = new QVBoxLayout(this);
    auto* title = new QLabel(tr("&Text with the parameters of a quantizer"), this);
    m_text = new QPlainTextEdit(this);
    m_text->setAccessibleName(tr("text to read"));
    m_text->setToolTip(tr("PyTorch's repr of a tensor, module, observer or QConfig, AIMET's "
                          "encodings, TensorFlow Lite's scale and zero_point, a Quantoscope link"));
    m_text->setPlaceholderText(tr("scale=0.0039, zero_point=0, dtype=torch.quint8"));
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_text->setTabChangesFocus(true);
    title->setBuddy(m_text);
    m_problem = new QLabel(this);
    m_problem->setObjectName(QStringLiteral("problem"));
    m_problem->setAccessibleName(tr("problem"));
    m_problem->setWordWrap(true);
    m_problem->setTextFormat(Qt::PlainText);
    m_help = new QLabel(helpText(), this);
    m_help->setAccessibleName(tr("what can be pasted"));
    m_help->setTextFormat(Qt::RichText);
    m_help->setWordWrap(true);
    m_help->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_useAsB = buttons->addButton(tr("Use as &B"), QDialogButtonBox::ActionRole);
    m_useAsB->setToolTip(tr("The other side of A|B becomes this quantizer"));
    m_useIt = buttons->addButton(tr("&Use as the quantizer"), QDialogButtonBox::AcceptRole);
    m_useIt->setToolTip(tr("The tensor is quantized with it at once; undo leads back"));
    m_useIt->setDefault(true);
    layout->addWidget(title);
    layout->addWidget(m_text, 2);
    layout->addWidget(m_problem);
    layout->addWidget(m_help, 3);
    layout->addWidget(buildPreview(), 3);
    layout->addWidget(buttons);
    m_later = new QTimer(this);
    m_later->setSingleShot(true);
    connect(m_later, &QTimer::timeout, this, &PasteDialog::read);
    connect(m_text, &QPlainTextEdit::textChanged, this, &PasteDialog::textChanged);
    connect(m_configurations, &QComboBox::currentIndexChanged, this,
            &PasteDialog::showConfiguration);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_useIt, &QPushButton::clicked, this, [this] { choose(PasteTarget::Quantizer); });
    connect(m_useAsB, &QPushButton::clicked, this, [this] { choose(PasteTarget::SideB); });
    resize(fontMetrics().horizontalAdvance(QLatin1Char('0')) * 80, fontMetrics().height() * 34);
    read();
}

void PasteDialog::addValue(QFormLayout* form, const QString& title, QLabel*& value)
{
    value = new QLabel(m_preview);
    value->setAccessibleName(title);
    value->setToolTip(tr("What the text was read as"));
    value->setTextFormat(Qt::PlainText);
    value->setWordWrap(true);
    value->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    form->addRow(title, value);
}

QWidget* PasteDialog::buildPreview()
{
    m_scroll = new QScrollArea(this);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_preview = new QWidget(m_scroll);
    auto* form = new QFormLayout(m_preview);
    form->setContentsMargins(0, 0, 0, 0);
    form->setLabelAlignment(Qt::AlignLeft | Qt::AlignTop);
    addValue(form, tr("recognized as"), m_kind);
    m_configurations = new QComboBox(m_preview);
    m_configurations->setAccessibleName(tr("quantizer in the text"));
    m_configurations->setToolTip(tr("The text describes several quantizers: which one to use"));
    m_configurations->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_configurations->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    form->addRow(tr("&quantizer"), m_configurations);
    m_choice = form->labelForField(m_configurations);
    addValue(form, tr("dtype"), m_dtype);
    addValue(form, tr("qscheme"), m_qscheme);
    addValue(form, tr("observer"), m_observer);
    addValue(form, tr("scale"), m_scale);
    addValue(form, tr("zero_point"), m_zeroPoint);
    addValue(form, tr("codes"), m_codes);
    addValue(form, tr("range"), m_range);
    addValue(form, tr("arithmetic"), m_arithmetic);
    addValue(form, tr("notes"), m_notes);
    m_scroll->setWidget(m_preview);
    return m_scroll;
}

void PasteDialog::prefill(const QString& text)
{
    // Also what is not understood: then the dialog says why.
    if (static_cast<std::size_t>(text.size()) <= kMostText)
        setText(text);
}

void PasteDialog::setText(const QString& text)
{
    m_text->setPlainText(text);
    m_later->stop();
    read();
}

const PastedConfiguration* PasteDialog::configuration() const
{
    const int row = m_configurations->currentIndex();
    if (!m_pasted || row < 0 || row >= static_cast<int>(m_pasted->configurations.size()))
        return nullptr;
    return &m_pasted->configurations[static_cast<std::size_t>(row)];
}

void PasteDialog::textChanged()
{
    // What the buttons would use must be what the field says.
    allowUse(false);
    if (m_text->document()->characterCount() <= kReadAtOnce)
        read();
    else
        m_later->start(kPauseMs);
}

void PasteDialog::allowUse(bool allowed)
{
    for (auto* button : {m_useIt, m_useAsB})
        allow(button, allowed, tr("No parameters are found in the text yet."));
}

void PasteDialog::read()
{
    const QString text = m_text->toPlainText();
    auto pasted = parseParams(text.toStdString(), m_base);
    const bool blank = text.trimmed().isEmpty();
    m_problem->setText(pasted || blank ? QString()
                                       : QString::fromStdString(pasted.error().message));
    m_problem->setVisible(!pasted && !blank);
    m_help->setVisible(blank);
    m_scroll->setVisible(!blank);
    m_pasted.reset();
    m_configurations->clear();
    if (pasted) {
        m_pasted = std::move(*pasted);
        for (const auto& one : m_pasted->configurations)
            m_configurations->addItem(one.name.empty()
                                          ? tr("quantizer %1").arg(m_configurations->count() + 1)
                                          : QString::fromStdString(one.name));
    }
    const bool several = m_configurations->count() > 1;
    m_configurations->setVisible(several);
    m_choice->setVisible(several);
    showConfiguration();
}

void PasteDialog::showConfiguration()
{
    const auto* one = configuration();
    m_preview->setVisible(one != nullptr);
    allowUse(one != nullptr);
    if (one == nullptr)
        return;
    const auto& spec = one->spec;
    const auto& scheme = info(spec.qschemeInUse());
    m_kind->setText(QString::fromStdString(m_pasted->kind));
    m_dtype->setText(qs::text(info(spec.dtype).name));
    QString parts = qs::text(scheme.name);
    if (scheme.granularity != Granularity::Tensor)
        parts += tr(", axis %1").arg(spec.axis);
    if (scheme.perGroup())
        parts += tr(", group_size %1").arg(spec.groupSizeInUse());
    m_qscheme->setText(parts);
    m_observer->setText(QString::fromStdString(spec.observer));
    const QString found = tr("found by the observer");
    m_scale->setText(one->params ? summary(one->params->scale()) : found);
    if (!one->params)
        m_zeroPoint->setText(found);
    else if (scheme.floatZeroPoint)
        m_zeroPoint->setText(summary(one->params->parts().floatZeroPoint));
    else
        m_zeroPoint->setText(summary(one->params->zeroPoint()));
    m_range->setText(one->params ? realRange(*one->params) : found);
    const auto codes = spec.range();
    m_codes->setText(codes
                         ? QStringLiteral("%1 \u2026 %2").arg(codes->quantMin).arg(codes->quantMax)
                         : QString());
    m_arithmetic->setText(
        tr("%1, %2").arg(qs::text(info(spec.dialect).title),
                         qs::text(roundings()[static_cast<std::size_t>(spec.rounding)].name)));
    QStringList notes;
    for (const auto& note : m_pasted->notes)
        notes << QString::fromStdString(note);
    for (const auto& note : one->notes)
        notes << QString::fromStdString(note);
    m_notes->setText(notes.isEmpty() ? QStringLiteral("\u2013") : notes.join(QLatin1Char('\n')));
}

void PasteDialog::choose(PasteTarget target)
{
    if (configuration() == nullptr)
        return;
    m_target = target;
    accept();
}

bool runPasteDialog(Document& document, QWidget* parent)
{
    PasteDialog dialog(document.session().tensor.spec, parent);
    dialog.prefill(QGuiApplication::clipboard()->text());
    if (dialog.exec() != QDialog::Accepted || !dialog.target())
        return false;
    applyPasted(document, *dialog.configuration(), *dialog.target());
    return true;
}

} // namespace qs
