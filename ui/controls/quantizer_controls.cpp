// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/quantizer_controls.h"

#include "core/base/text.h"
#include "core/calib/edit_spec.h"
#include "ui/controls/forms.h"
#include "ui/controls/log_slider.h"
#include "ui/controls/number_field.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QScopedValueRollback>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>

#include <cmath>

namespace qs {

QuantizerControls::QuantizerControls(Document& document, QWidget* parent)
    : QScrollArea(parent), m_document(document)
{
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* content = new QWidget(this);
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(4, 2, 4, 0);
    layout->setSpacing(2);
    layout->addWidget(buildQuantizer());
    layout->addWidget(buildGrid());
    layout->addWidget(buildCalibration());
    m_problem = new QLabel(content);
    m_problem->setWordWrap(true);
    m_problem->setObjectName(QStringLiteral("problem"));
    m_problem->hide();
    layout->addWidget(m_problem);
    layout->addStretch(1);
    setWidget(content);
    connect(&m_document, &Document::changed, this, &QuantizerControls::refresh);
    refresh();
}

QWidget* QuantizerControls::buildQuantizer()
{
    auto* box = new QGroupBox(tr("Quantizer"));
    auto* form = formIn(box);
    m_dtype = comboOf(dtypes(), tr("dtype"), box);
    addRow(
        form, tr("&dtype"), m_dtype,
        tr("Which integer codes there are. A fixed range is kept: scale and zero_point follow."));
    m_symmetry = new QComboBox(box);
    m_symmetry->setAccessibleName(tr("scheme"));
    m_symmetry->addItems({tr("affine"), tr("symmetric")});
    m_granularity = new QComboBox(box);
    m_granularity->setAccessibleName(tr("granularity"));
    m_granularity->addItems({tr("per tensor"), tr("per channel")});
    m_symmetry->setToolTip(
        tr("Affine: zero_point is free. Symmetric: real 0 has the middle code."));
    m_granularity->setToolTip(
        tr("One scale for the whole tensor, or one for each channel along an axis."));
    addPair(form, tr("&scheme"), m_symmetry, m_granularity);
    m_axis = new QSpinBox(box);
    m_axis->setAccessibleName(tr("axis"));
    m_axis->setToolTip(tr("The dimension whose channels have their own scale (from 0)."));
    m_channel = new QSpinBox(box);
    m_channel->setAccessibleName(tr("channel"));
    m_channel->setPrefix(tr("ch "));
    m_channel->setKeyboardTracking(false);
    m_channel->setToolTip(tr("The channel that the plots show and the grid's fields change."));
    m_channelSlider = new QSlider(Qt::Horizontal, box);
    m_channelSlider->setAccessibleName(tr("channel slider"));
    m_channelSlider->setToolTip(m_channel->toolTip());
    addPair(form, tr("a&xis"), m_axis, m_channel);
    form->addRow(tr("&channel"), m_channelSlider);

    connect(m_dtype, &QComboBox::activated, this, [this](int row) {
        const DType dtype = dtypes()[static_cast<std::size_t>(row)].id;
        editSpec(tr("dtype"), {}, [dtype](const QuantSpec& spec, const QuantParams& params) {
            return withDType(spec, params, dtype);
        });
    });
    const auto schemeChosen = [this] {
        const QScheme scheme = qscheme(static_cast<Granularity>(m_granularity->currentIndex()),
                                       m_symmetry->currentIndex() == 1);
        editSpec(tr("scheme"), {}, [scheme](const QuantSpec& spec, const QuantParams& params) {
            return withQScheme(spec, params, scheme);
        });
    };
    connect(m_symmetry, &QComboBox::activated, this, schemeChosen);
    connect(m_granularity, &QComboBox::activated, this, schemeChosen);
    connect(m_axis, &QSpinBox::valueChanged, this, [this](int axis) {
        if (m_refreshing)
            return;
        m_document.edit(tr("axis"), QStringLiteral("axis"), [axis](Session& session) {
            session.tensor.channel = 0;
            session.tensor.spec.axis = axis;
            // Values of another axis' channels mean nothing here.
            if (session.tensor.spec.isFixed())
                session.tensor.spec.observer = "minmax";
        });
    });
    const auto channelChosen = [this](int channel) {
        if (m_refreshing)
            return;
        m_document.edit(tr("channel"), QStringLiteral("channel"),
                        [channel](Session& session) { session.tensor.channel = channel; });
    };
    connect(m_channel, &QSpinBox::valueChanged, this, channelChosen);
    connect(m_channelSlider, &QSlider::valueChanged, this, channelChosen);
    return box;
}

QWidget* QuantizerControls::buildGrid()
{
    auto* box = new QGroupBox(tr("Grid"));
    auto* form = formIn(box);
    m_scale = scaleField(tr("scale"), box);
    addRow(form, tr("sc&ale"), m_scale,
           tr("Real units per code step. Takes 0.0039, 1/256, 2^-8. Changing it fixes the "
              "parameters."));
    m_scaleSlider = new LogSlider(tr("scale slider"), box);
    m_scaleSlider->setToolTip(
        tr("The scale on a logarithmic axis, 1/64 to 8 times the min-max scale."));
    form->addRow(QString(), m_scaleSlider);
    m_zeroPoint = codeField(tr("zero_point"), box);
    m_zeroPoint->setCheck(
        [this](double v) { return zeroPointProblem(v, m_document.session().tensor.spec.range()); });
    addRow(form, tr("&zero_point"), m_zeroPoint, tr("The code of real 0, which is always exact."));
    m_quantMin = codeField(tr("quant_min"), box);
    m_quantMax = codeField(tr("quant_max"), box);
    const auto rangeCheck = [this](bool isMin) {
        return [this, isMin](double v) {
            if (auto problem = wholeNumberProblem(v); !problem.isEmpty())
                return problem;
            const auto& spec = m_document.session().tensor.spec;
            const auto limit = static_cast<std::int32_t>(std::clamp(v, -1e6, 1e6));
            const auto& row = info(spec.dtype);
            const auto lo = isMin ? limit : spec.quantMin.value_or(row.quantMin);
            const auto hi = isMin ? spec.quantMax.value_or(row.quantMax) : limit;
            const auto range = chooseRange(spec.dtype, lo, hi, spec.narrowRange, spec.reduceRange);
            return range ? QString() : QString::fromStdString(range.error().message);
        };
    };
    m_quantMin->setCheck(rangeCheck(true));
    m_quantMax->setCheck(rangeCheck(false));
    m_quantMin->setToolTip(tr("quant_min: the lowest code in use."));
    m_quantMax->setToolTip(tr("quant_max: the highest code in use."));
    addPair(form, tr("&quant_min, max"), m_quantMin, m_quantMax);
    m_narrow = new QCheckBox(tr("&narrow"), box);
    m_narrow->setToolTip(tr("narrow_range: the lowest code is left out (-127 \u2026 127)."));
    m_reduce = new QCheckBox(tr("red&uce"), box);
    m_reduce->setToolTip(tr("reduce_range: half of the codes, as PyTorch does for old x86 CPUs."));
    addPair(form, tr("range"), m_narrow, m_reduce);

    connect(m_scale, &NumberField::committed, this,
            [this](double v) { commitScale(v, QStringLiteral("scale")); });
    connect(m_scaleSlider, &LogSlider::moved, this,
            [this](double v) { commitScale(v, QStringLiteral("scale")); });
    connect(m_scaleSlider, &QSlider::sliderPressed, &m_document, &Document::beginGesture);
    connect(m_scaleSlider, &QSlider::sliderReleased, &m_document, &Document::endGesture);
    connect(m_zeroPoint, &NumberField::committed, this, [this](double v) {
        editSpec(tr("zero_point"), QStringLiteral("zero_point"),
                 [this, v](const QuantSpec& spec, const QuantParams& params) {
                     return withZeroPoint(spec, params, channelIndex(),
                                          static_cast<std::int32_t>(v));
                 });
    });
    const auto limitChosen = [this](bool isMin) {
        return [this, isMin](double v) {
            editSpec(isMin ? tr("quant_min") : tr("quant_max"),
                     isMin ? QStringLiteral("quant_min") : QStringLiteral("quant_max"),
                     [isMin, v](const QuantSpec& spec, const QuantParams&) {
                         const auto limit = static_cast<std::int32_t>(v);
                         return isMin ? withQuantRange(spec, limit, spec.quantMax)
                                      : withQuantRange(spec, spec.quantMin, limit);
                     });
        };
    };
    for (auto* field : {m_quantMin, m_quantMax}) {
        // Half a row is too narrow for a sentence.
        field->setInlineMessage(false);
        connect(field, &NumberField::messageChanged, this, &QuantizerControls::setProblem);
    }
    connect(m_quantMin, &NumberField::committed, this, limitChosen(true));
    connect(m_quantMax, &NumberField::committed, this, limitChosen(false));
    const auto flagChosen = [this] {
        const bool narrow = m_narrow->isChecked();
        const bool reduce = m_reduce->isChecked();
        editSpec(tr("range of codes"), {}, [=](QuantSpec spec, const QuantParams&) {
            spec.narrowRange = narrow;
            spec.reduceRange = reduce;
            return withQuantRange(spec, spec.quantMin, spec.quantMax);
        });
    };
    connect(m_narrow, &QCheckBox::clicked, this, flagChosen);
    connect(m_reduce, &QCheckBox::clicked, this, flagChosen);
    return box;
}

QWidget* QuantizerControls::buildCalibration()
{
    auto* box = new QGroupBox(tr("Calibration"));
    auto* form = formIn(box);
    m_observer = comboOf(observers(), tr("observer"), box);
    for (int i = 0; i < m_observer->count(); ++i)
        m_observer->setItemData(i, text(observers()[static_cast<std::size_t>(i)].description),
                                Qt::ToolTipRole);
    addRow(form, tr("&observer"), m_observer, tr("Who finds scale and zero_point; fixed: you do."));
    m_preset = new QComboBox(box);
    m_preset->setAccessibleName(tr("FixedQParams preset"));
    m_preset->addItem(tr("choose \u2026"));
    for (const auto& preset : fixedQParamsPresets())
        m_preset->addItem(text(preset.name));
    addRow(form, tr("&preset"), m_preset,
           tr("PyTorch's FixedQParams of operators with a known range: sigmoid 1/256 and 0, tanh "
              "2/256 and 128."));
    m_rounding = comboOf(roundings(), tr("rounding"), box);
    m_dialect = comboOf(dialects(), tr("dialect"), box);
    m_rounding->setToolTip(tr("How x / scale becomes a whole number."));
    m_dialect->setToolTip(tr("Whose arithmetic: torch multiplies by the float32 reciprocal of the "
                             "scale, onnx divides by it."));
    addPair(form, tr("&rounding"), m_rounding, m_dialect);

    connect(m_observer, &QComboBox::activated, this, [this](int row) {
        const std::string name(observers()[static_cast<std::size_t>(row)].name);
        editSpec(tr("observer"), {}, [name](QuantSpec spec, const QuantParams& params) {
            spec.observer = name;
            if (spec.isFixed()) {
                spec.scale = params.scale();
                spec.zeroPoint = params.zeroPoint();
            }
            return spec;
        });
    });
    connect(m_preset, &QComboBox::activated, this, [this](int row) {
        if (row < 1)
            return;
        const auto& preset = fixedQParamsPresets()[static_cast<std::size_t>(row - 1)];
        editSpec(tr("preset %1").arg(text(preset.name)), {},
                 [preset](QuantSpec spec, const QuantParams&) {
                     spec.dtype = preset.dtype;
                     spec.qscheme = preset.qscheme;
                     spec.observer = "fixed";
                     spec.scale = {preset.scale};
                     spec.zeroPoint = {preset.zeroPoint};
                     spec.quantMin.reset();
                     spec.quantMax.reset();
                     spec.narrowRange = spec.reduceRange = false;
                     return spec;
                 });
        m_preset->setCurrentIndex(0);
    });
    connect(m_rounding, &QComboBox::activated, this, [this](int row) {
        editSpec(tr("rounding"), {}, [row](QuantSpec spec, const QuantParams&) {
            spec.rounding = roundings()[static_cast<std::size_t>(row)].id;
            return spec;
        });
    });
    connect(m_dialect, &QComboBox::activated, this, [this](int row) {
        editSpec(tr("dialect"), {}, [row](QuantSpec spec, const QuantParams&) {
            spec.dialect = dialects()[static_cast<std::size_t>(row)].id;
            return spec;
        });
    });
    return box;
}

void QuantizerControls::editSpec(const QString& what, const QString& key, const Change& change)
{
    if (m_refreshing)
        return;
    const auto params = currentParams().value_or(QuantParams());
    m_document.edit(what, key, [&](Session& session) {
        session.tensor.spec = change(session.tensor.spec, params);
    });
}

void QuantizerControls::commitScale(double scale, const QString& key)
{
    const auto checked = checkScale(scale);
    if (!checked)
        return;
    editSpec(tr("scale"), key, [this, s = *checked](const QuantSpec& spec, const QuantParams& p) {
        return withScale(spec, p, channelIndex(), s);
    });
}

void QuantizerControls::beginRangeDrag()
{
    if (const auto params = currentParams())
        m_dragStart = {m_document.session().tensor.spec, *params};
}

void QuantizerControls::dragRangeEnd(bool maximum, double x)
{
    if (!m_dragStart)
        return;
    editSpec(tr("range"), QStringLiteral("range"), [&](const QuantSpec&, const QuantParams&) {
        return withRangeEnd(m_dragStart->first, m_dragStart->second, channelIndex(),
                            maximum ? RangeEnd::Max : RangeEnd::Min, x);
    });
}

void QuantizerControls::endRangeDrag()
{
    m_dragStart.reset();
}

std::size_t QuantizerControls::channelIndex() const
{
    const auto& tensor = m_document.session().tensor;
    return info(tensor.spec.qscheme).perChannel() ? static_cast<std::size_t>(tensor.channel) : 0;
}

std::optional<QuantParams> QuantizerControls::currentParams() const
{
    const auto& spec = m_document.session().tensor.spec;
    if (spec.isFixed()) {
        if (const auto range = spec.range()) {
            auto params = QuantParams::make(spec.dtype, spec.qscheme, *range, spec.scale,
                                            spec.zeroPoint, spec.axis);
            if (params)
                return *params;
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
    const auto& session = m_document.session();
    const auto& spec = session.tensor.spec;
    const bool perChannel = info(spec.qscheme).perChannel();
    m_dtype->setCurrentIndex(static_cast<int>(spec.dtype));
    m_symmetry->setCurrentIndex(info(spec.qscheme).symmetric ? 1 : 0);
    m_granularity->setCurrentIndex(perChannel ? 1 : 0);
    m_rounding->setCurrentIndex(static_cast<int>(spec.rounding));
    m_dialect->setCurrentIndex(static_cast<int>(spec.dialect));
    m_narrow->setChecked(spec.narrowRange);
    m_reduce->setChecked(spec.reduceRange);
    showRow(*m_observer, observers(), spec.observer);
    const int rank = m_result ? m_result->facts->tensor.shape().rank() : 0;
    m_axis->setRange(-rank, std::max(rank - 1, 0));
    m_axis->setValue(spec.axis);
    m_axis->setEnabled(perChannel);
    m_channel->setEnabled(perChannel);
    m_channelSlider->setEnabled(perChannel);
    std::int64_t channels = 1;
    if (m_result && perChannel) {
        if (const auto axis = m_result->facts->tensor.shape().resolveAxis(spec.axis))
            channels = m_result->facts->tensor.shape()[*axis];
    }
    const int last = static_cast<int>(std::clamp<std::int64_t>(channels - 1, 0, 1 << 30));
    m_channel->setRange(0, last);
    m_channelSlider->setRange(0, last);
    m_channel->setValue(static_cast<int>(session.tensor.channel));
    m_channelSlider->setValue(static_cast<int>(session.tensor.channel));
    m_channel->setToolTip(tr("The channel that the plots show and the grid's fields change; there "
                             "are %1.")
                              .arg(channels));
    refreshValues();
}

void QuantizerControls::refreshValues()
{
    const auto& spec = m_document.session().tensor.spec;
    const auto params = currentParams();
    const std::size_t channel = channelIndex();
    const bool symmetric = info(spec.qscheme).symmetric;
    if (const auto range = spec.range()) {
        m_quantMin->setValue(range->quantMin);
        m_quantMax->setValue(range->quantMax);
    }
    m_zeroPoint->edit()->setReadOnly(symmetric);
    m_zeroPoint->edit()->setEnabled(!symmetric);
    if (!params || channel >= params->channels()) {
        m_scale->setNoValue(tr("not observed yet"));
        m_zeroPoint->setNoValue(tr("not observed yet"));
        m_scaleSlider->setEnabled(false);
        return;
    }
    const auto scale = static_cast<double>(params->scaleAt(channel));
    m_scaleSlider->setEnabled(true);
    if (m_result) {
        // The slider spans 1/64 … 8 times the scale that just covers the shown data.
        const auto& stats = m_result->shownFacts->stats;
        const auto fit = static_cast<double>(
            qs::calculateQParams(stats.min, stats.max, params->dtype(), params->range(), symmetric)
                .scale);
        m_scaleSlider->setSpan(fit / 64, fit * 8);
    }
    m_scale->setValue(scale);
    m_scaleSlider->showValue(scale);
    m_zeroPoint->setValue(params->zeroPointAt(channel));
    m_zeroPoint->edit()->setToolTip(
        symmetric        ? tr("Locked: in a symmetric scheme real 0 has this code.")
        : spec.isFixed() ? tr("The code of real 0, fixed by you.")
                         : tr("The code of real 0, found by the observer."));
}

} // namespace qs
