// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/quantizer_controls.h"

#include "core/base/text.h"
#include "core/calib/edit_spec.h"
#include "ui/controls/dtype_combo.h"
#include "ui/controls/forms.h"
#include "ui/controls/log_slider.h"
#include "ui/controls/number_field.h"
#include "ui/controls/numbers_field.h"
#include "ui/panels/grid_view.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QCheckBox>
#include <QEvent>
#include <QLabel>
#include <QLineEdit>
#include <QScopedValueRollback>
#include <QSpinBox>
#include <QVBoxLayout>

#include <cmath>

namespace qs {
namespace {

/// The scheme of an index of the symmetry combo: affine, symmetric, affine with float zero_point.
QScheme schemeOf(Granularity granularity, int symmetry)
{
    for (const auto& row : qschemes()) {
        if (row.granularity == granularity && row.symmetric == (symmetry == 1) &&
            row.floatZeroPoint == (symmetry == 2))
            return row.id;
    }
    return qscheme(granularity, symmetry == 1);
}

/// What decides which elements belong to a channel or group.
auto partsOf(const QuantSpec& spec)
{
    const auto& scheme = info(spec.qschemeInUse());
    return std::tuple(scheme.granularity, spec.axis, scheme.perGroup() ? spec.groupSizeInUse() : 0,
                      info(spec.dtype).family == Family::Ggml);
}

constexpr int kShortest = 5; ///< characters of a combo's entry that always have room

} // namespace

QuantizerControls::QuantizerControls(Document& document, QWidget* parent)
    : QScrollArea(parent), m_document(document)
{
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::NoFocus); // its fields take it, and scroll into sight
    connect(qApp, &QApplication::focusChanged, this, [this](QWidget*, QWidget* now) {
        if (now != nullptr && isAncestorOf(now))
            ensureWidgetVisible(now);
    });
    auto* content = new QWidget(this);
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(4, 2, 4, 0);
    layout->setSpacing(2);
    m_problem = new QLabel(content);
    m_problem->setWordWrap(true);
    m_problem->setObjectName(QStringLiteral("problem"));
    m_problem->hide();
    layout->addWidget(buildQuantizer());
    layout->addWidget(buildGrid());
    layout->addWidget(m_problem); // in sight from the fields above and below it
    layout->addWidget(buildCalibration());
    layout->addStretch(1);
    setWidget(content);
    fitFields();
    connect(&m_document, &Document::changed, this, &QuantizerControls::refresh);
    refresh();
}

/// The column decides how wide fields are, not the longest of the names in them.
void QuantizerControls::fitFields()
{
    for (auto* combo : widget()->findChildren<QComboBox*>()) {
        combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        combo->setMinimumContentsLength(kShortest);
        combo->view()->setMinimumWidth(combo->view()->sizeHintForColumn(0));
    }
    for (auto* box : widget()->findChildren<QSpinBox*>())
        box->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("0000000")));
    for (auto* edit : widget()->findChildren<QLineEdit*>())
        edit->setMinimumWidth(1);
}

void QuantizerControls::changeEvent(QEvent* event)
{
    QScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange && widget() != nullptr)
        fitFields();
}

void QuantizerControls::editSpec(const QString& what, const QString& key, const Change& change)
{
    if (m_refreshing)
        return;
    const auto params = currentParams().value_or(QuantParams());
    m_document.edit(what, key, [&](Session& session) {
        const auto before = partsOf(session.tensor.spec);
        session.tensor.spec = change(session.tensor.spec, params);
        // The place of another channel or group says nothing about the new ones.
        if (partsOf(session.tensor.spec) != before)
            session.tensor.channel = 0;
    });
}

void QuantizerControls::chooseScheme(bool symmetryChanged)
{
    auto granularity = static_cast<Granularity>(m_granularity->currentIndex());
    int symmetry = m_symmetry->currentIndex();
    // One float zero_point for a whole tensor does not exist: the choice made last holds.
    if (symmetry == 2 && granularity == Granularity::Tensor) {
        if (symmetryChanged)
            granularity = Granularity::Channel;
        else
            symmetry = 0;
    }
    const QScheme scheme = schemeOf(granularity, symmetry);
    editSpec(symmetryChanged ? tr("scheme %1").arg(m_symmetry->itemText(symmetry))
                             : m_granularity->itemText(static_cast<int>(granularity)),
             {}, [scheme](const QuantSpec& spec, const QuantParams& params) {
                 const bool otherParts = info(scheme).granularity != info(spec.qscheme).granularity;
                 auto next = withQScheme(spec, params, scheme);
                 if (otherParts)
                     next.axis = defaultAxis(next);
                 return next;
             });
}

void QuantizerControls::commitScale(double scale, const QString& key)
{
    const auto checked = checkScale(scale);
    if (!checked)
        return;
    editSpec(tr("scale %1").arg(QString::fromStdString(formatShort(scale))), key,
             [this, s = *checked](const QuantSpec& spec, const QuantParams& p) {
                 return withScale(spec, p, channelIndex(), s);
             });
}

void QuantizerControls::commitZeroPoint(double zeroPoint)
{
    editSpec(tr("zero_point %1").arg(QString::fromStdString(formatShort(zeroPoint))),
             QStringLiteral("zero_point"),
             [this, zeroPoint](const QuantSpec& spec, const QuantParams& params) {
                 const bool whole = !info(spec.qschemeInUse()).floatZeroPoint;
                 auto next = withZeroPoint(spec, params, channelIndex(),
                                           whole ? static_cast<std::int32_t>(zeroPoint) : 0);
                 if (!whole && channelIndex() < next.floatZeroPoint.size())
                     next.floatZeroPoint[channelIndex()] = static_cast<float>(zeroPoint);
                 return next;
             });
}

QString QuantizerControls::zeroPointRefusal(double value) const
{
    const auto& spec = m_document.session().tensor.spec;
    if (!info(spec.qschemeInUse()).floatZeroPoint)
        return zeroPointProblem(value, spec.range());
    return std::isfinite(static_cast<float>(value)) ? QString() : tr("beyond float32");
}

bool QuantizerControls::isGgml(const QuantSpec& spec)
{
    return info(spec.dtype).family == Family::Ggml;
}

std::size_t QuantizerControls::channelIndex() const
{
    const auto& tensor = m_document.session().tensor;
    const bool one =
        isGgml(tensor.spec) || info(tensor.spec.qschemeInUse()).granularity == Granularity::Tensor;
    return one ? 0 : static_cast<std::size_t>(tensor.channel);
}

std::optional<QuantParams> QuantizerControls::currentParams() const
{
    const auto& spec = m_document.session().tensor.spec;
    if (spec.isFixed()) {
        // Nothing is looked at: the values are in the spec.
        if (const auto* fixed = observerByName(spec.observer)) {
            if (const auto observer = fixed->make(spec)) {
                if (auto params = (*observer)->calculateQParams())
                    return std::move(*params);
            }
        }
    }
    if (m_result)
        return m_result->report->params;
    return std::nullopt;
}

void QuantizerControls::setResult(std::shared_ptr<const TensorResult> result)
{
    m_result = std::move(result);
    refresh();
}

void QuantizerControls::setProblem(const QString& message)
{
    m_problem->setText(message.isEmpty() ? QString() : QStringLiteral("\u26a0 ") + message);
    m_problem->setVisible(!message.isEmpty());
}

void QuantizerControls::refresh()
{
    const QScopedValueRollback guard(m_refreshing, true);
    refreshScheme();
    refreshParts();
    refreshRules();
    refreshCalibration();
    refreshValues();
}

} // namespace qs
