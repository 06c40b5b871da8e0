// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// The fields of the training's quantizers and what they edit.
#include "core/calib/observer.h"
#include "ui/controls/dtype_combo.h"
#include "ui/controls/forms.h"
#include "ui/controls/log_slider.h"
#include "ui/controls/number_field.h"
#include "ui/controls/train_quantizer_controls.h"

#include <QCheckBox>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSpinBox>

namespace qs {
namespace {

/// The dtype of another width and the same sign.
DType withBits(DType dtype, int bits)
{
    for (const auto& row : dtypes()) {
        if (row.isInteger() && row.bits == bits && row.isSigned == info(dtype).isSigned)
            return row.id;
    }
    return dtype;
}

/// Another dtype with all its codes.
void takeDType(QuantSpec& spec, DType dtype)
{
    spec.dtype = dtype;
    spec.quantMin.reset();
    spec.quantMax.reset();
    if (!info(dtype).isInteger())
        spec.narrowRange = spec.reduceRange = false;
}

/// What a network can learn under: one scale per tensor or channel, codes that float32 holds.
bool canTrain(const DTypeInfo& row)
{
    constexpr int kMostBits = 16;
    return (row.isInteger() || row.family == Family::Float) && !row.isBlock() &&
           row.bits <= kMostBits;
}

/// The estimators that weights, or activations, can have in a network.
QComboBox* estimatorCombo(bool weights, const QString& accessibleName, QWidget* parent)
{
    auto* combo = new QComboBox(parent);
    combo->setAccessibleName(accessibleName);
    for (const auto& row : estimators()) {
        if (row.id == Estimator::SteTensorflow || (weights && row.id == Estimator::Pact))
            continue;
        combo->addItem(text(row.name), static_cast<int>(row.id));
        combo->setItemData(combo->count() - 1, text(row.description), Qt::ToolTipRole);
    }
    return combo;
}

QCheckBox* checkBox(const QString& label, const QString& accessibleName, const QString& tip,
                    QWidget* parent)
{
    auto* box = new QCheckBox(label, parent);
    box->setAccessibleName(accessibleName);
    box->setToolTip(tip);
    return box;
}

/// Two check boxes side by side, as wide as their words.
void addSwitches(QFormLayout* form, QCheckBox* left, QCheckBox* right)
{
    auto* row = new QHBoxLayout;
    row->addWidget(left);
    row->addWidget(right);
    row->addStretch(1);
    form->addRow(row);
}

} // namespace

QWidget* TrainQuantizerControls::buildNetwork()
{
    auto* box = new QGroupBox(tr("All quantizers"));
    auto* form = formIn(box);
    m_preset = new QComboBox(box);
    m_preset->setAccessibleName(tr("quantizer preset"));
    for (const auto name : qatConfigNames())
        m_preset->addItem(text(name));
    m_preset->addItem(tr("your own"));
    addRow(form, tr("preset"), m_preset,
           tr("Replaces every quantizer below. default: PyTorch's 8 bits; fixed: activations with "
              "given scales; lsq: 4-bit weights with learned scales; pact, dorefa: the papers' "
              "4-bit networks."));
    m_freezeBatchNorm =
        checkBox(tr("freeze BatchNorm statistics"), tr("freeze BatchNorm statistics"),
                 tr("PyTorch's freeze_bn_stats: training uses the running mean and variance and "
                    "leaves them alone."),
                 box);
    form->addRow(m_freezeBatchNorm);
    m_trackOscillations =
        checkBox(tr("track oscillations"), tr("track oscillations"),
                 tr("Counts how often each weight's code jumps back and forth; the plot of the "
                    "weights shows where these weights are."),
                 box);
    form->addRow(m_trackOscillations);
    return box;
}

QWidget* TrainQuantizerControls::buildWeights()
{
    auto* box = new QGroupBox(tr("Weights"));
    auto* form = formIn(box);
    m_weightDtype = new DTypeCombo(tr("weight dtype"), box, canTrain);
    addRow(form, tr("dtype"), m_weightDtype,
           tr("What all weights are fake-quantized to: type a part of a name, or eXmY."));
    m_weightBits = new QSpinBox(box);
    m_weightBits->setAccessibleName(tr("weight bits"));
    m_weightBits->setRange(2, 16);
    m_weightBits->setSuffix(tr(" bit"));
    addRow(form, tr("bits"), m_weightBits,
           tr("The width of a weight's code: the dtype of the same sign with it."));
    m_weightGranularity = new QComboBox(box);
    m_weightGranularity->setAccessibleName(tr("weight granularity"));
    m_weightGranularity->addItems({tr("per tensor"), tr("per channel")});
    addRow(form, tr("granularity"), m_weightGranularity,
           tr("One scale per layer, or one per output channel (axis 0)."));
    m_weightEstimator = estimatorCombo(true, tr("weight estimator"), box);
    addRow(form, tr("estimator"), m_weightEstimator,
           tr("How gradients pass the rounding. ste, pass_through: scales are observed; the others "
              "learn them along with the weights."));
    m_weightObserves = checkBox(
        tr("observer"), tr("weight observer enabled"),
        tr("PyTorch's observer_enabled: the range follows the weights as they change."), box);
    m_weightFakeQuant =
        checkBox(tr("fake quantize"), tr("weight fake quantize enabled"),
                 tr("PyTorch's fake_quant_enabled: off, the weights are used in float."), box);
    addSwitches(form, m_weightObserves, m_weightFakeQuant);
    return box;
}

QWidget* TrainQuantizerControls::buildActivations()
{
    auto* box = new QGroupBox(tr("Activations"));
    auto* form = formIn(box);
    m_activation = new QComboBox(box);
    m_activation->setAccessibleName(tr("activation"));
    addRow(form, tr("of layer"), m_activation,
           tr("Which activation's quantizer the fields below show and change."));
    m_activationDtype = new DTypeCombo(tr("activation dtype"), box, canTrain);
    addRow(form, tr("dtype"), m_activationDtype,
           tr("The type of this activation's codes: type a part of a name, or eXmY."));
    m_activationEstimator = estimatorCombo(false, tr("activation estimator"), box);
    addRow(form, tr("estimator"), m_activationEstimator,
           tr("How gradients pass this activation's rounding. ste, pass_through: its range is "
              "observed or fixed; the others learn it."));
    m_observer = comboOf(observers(), tr("activation observer"), box);
    addRow(form, tr("observer"), m_observer,
           tr("Who finds scale and zero_point while the network trains; fixed: you do."));
    m_activationObserves =
        checkBox(tr("observer"), tr("activation observer enabled"),
                 tr("PyTorch's observer_enabled: off, scale and zero_point stay."), box);
    m_activationFakeQuant =
        checkBox(tr("fake quantize"), tr("activation fake quantize enabled"),
                 tr("PyTorch's fake_quant_enabled: off, the activation stays float."), box);
    addSwitches(form, m_activationObserves, m_activationFakeQuant);
    m_scale = scaleField(tr("activation scale"), box);
    addRow(form, tr("scale"), m_scale,
           tr("Real units per code step. Takes 0.0039, 1/256, 2^-8. Changing it fixes the "
              "parameters."));
    m_scaleSlider = new LogSlider(tr("activation scale slider"), box);
    m_scaleSlider->setSpan(0x1p-16, 1);
    m_scaleSlider->setToolTip(tr("The scale on a logarithmic axis from 2^-16 to 1."));
    form->addRow(QString(), m_scaleSlider);
    m_zeroPoint = codeField(tr("activation zero_point"), box);
    m_zeroPoint->setCheck(
        [this](double v) { return zeroPointProblem(v, activationSpec().range()); });
    addRow(form, tr("zero_point"), m_zeroPoint,
           tr("The code of real 0. Changing it fixes the parameters."));
    m_evidence = new QLabel(box);
    m_evidence->setObjectName(QStringLiteral("secondary"));
    m_evidence->setWordWrap(true);
    form->addRow(m_evidence);
    return box;
}

void TrainQuantizerControls::connectNetwork()
{
    connect(m_preset, &QComboBox::activated, this, [this](int row) {
        if (row < m_preset->count() - 1)
            choosePreset(m_preset->itemText(row).toStdString());
        else
            refresh(); // nobody can choose what is made by changing something
    });
    connect(m_freezeBatchNorm, &QCheckBox::toggled, this, [this](bool on) {
        edit(tr("freeze BatchNorm"), {}, [on](QatConfig& c) { c.freezeBatchNorm = on; });
    });
    connect(m_trackOscillations, &QCheckBox::toggled, this, [this](bool on) {
        edit(tr("track oscillations"), {}, [on](QatConfig& c) { c.oscillation.track = on; });
    });
}

void TrainQuantizerControls::connectWeights()
{
    connect(m_weightDtype, &DTypeCombo::chosen, this, [this](DType dtype) {
        editWeights(tr("weight dtype"), {},
                    [dtype](FakeQuantizeSpec& spec) { takeDType(spec, dtype); });
        refresh();
    });
    connect(m_weightBits, &QSpinBox::valueChanged, this, [this](int bits) {
        editWeights(tr("weight bits"), QStringLiteral("weight bits"),
                    [bits](FakeQuantizeSpec& spec) {
                        if (info(spec.dtype).bits == bits || !info(spec.dtype).isInteger())
                            return;
                        spec.dtype = withBits(spec.dtype, bits);
                        spec.quantMin.reset();
                        spec.quantMax.reset();
                    });
    });
    connect(m_weightGranularity, &QComboBox::activated, this, [this](int row) {
        editWeights(tr("weight granularity"), {}, [row](FakeQuantizeSpec& spec) {
            spec.qscheme = qscheme(row == 1 ? Granularity::Channel : Granularity::Tensor,
                                   info(spec.qscheme).symmetric);
            spec.axis = 0;
        });
    });
    connect(m_weightEstimator, &QComboBox::activated, this, [this](int row) {
        const auto chosen = static_cast<Estimator>(m_weightEstimator->itemData(row).toInt());
        editWeights(tr("weight estimator"), {},
                    [chosen](FakeQuantizeSpec& spec) { spec.estimator = chosen; });
    });
    connect(m_weightObserves, &QCheckBox::toggled, this, [this](bool on) {
        editWeights(tr("weight observer"), {},
                    [on](FakeQuantizeSpec& spec) { spec.observerEnabled = on; });
    });
    connect(m_weightFakeQuant, &QCheckBox::toggled, this, [this](bool on) {
        editWeights(tr("weight fake quantize"), {},
                    [on](FakeQuantizeSpec& spec) { spec.fakeQuantEnabled = on; });
    });
}

void TrainQuantizerControls::connectActivations()
{
    connect(m_activation, &QComboBox::activated, this, &TrainQuantizerControls::refreshActivation);
    connect(m_activationDtype, &DTypeCombo::chosen, this, [this](DType dtype) {
        editActivation(tr("activation dtype"), {}, [dtype](FakeQuantizeSpec& spec) {
            takeDType(spec, dtype);
            // Fixed values belong to the codes they were chosen for.
            if (spec.isFixed())
                spec.observer = "moving_average_minmax";
        });
        refresh();
    });
    connect(m_activationEstimator, &QComboBox::activated, this, [this](int row) {
        const auto chosen = static_cast<Estimator>(m_activationEstimator->itemData(row).toInt());
        editActivation(tr("activation estimator"), {}, [chosen](FakeQuantizeSpec& spec) {
            spec.estimator = chosen;
            // What is learned is not given.
            if (spec.isLearned() && spec.isFixed())
                spec.observer = "moving_average_minmax";
        });
    });
    connect(m_observer, &QComboBox::activated, this, [this](int row) {
        const std::string name(observers()[static_cast<std::size_t>(row)].name);
        if (name == "fixed")
            fixActivation(tr("activation observer"), {}, [](FakeQuantizeSpec&) {});
        else
            editActivation(tr("activation observer"), {},
                           [name](FakeQuantizeSpec& spec) { spec.observer = name; });
    });
    connect(m_activationObserves, &QCheckBox::toggled, this, [this](bool on) {
        editActivation(tr("activation observer"), {},
                       [on](FakeQuantizeSpec& spec) { spec.observerEnabled = on; });
    });
    connect(m_activationFakeQuant, &QCheckBox::toggled, this, [this](bool on) {
        editActivation(tr("activation fake quantize"), {},
                       [on](FakeQuantizeSpec& spec) { spec.fakeQuantEnabled = on; });
    });
    const auto scaleChosen = [this](double v) {
        if (const auto scale = checkScale(v))
            fixActivation(tr("activation scale"), QStringLiteral("activation scale"),
                          [s = *scale](FakeQuantizeSpec& spec) { spec.scale = {s}; });
    };
    connect(m_scale, &NumberField::committed, this, scaleChosen);
    connect(m_scaleSlider, &LogSlider::moved, this, scaleChosen);
    connect(m_scaleSlider, &QSlider::sliderPressed, &m_document, &Document::beginGesture);
    connect(m_scaleSlider, &QSlider::sliderReleased, &m_document, &Document::endGesture);
    connect(m_zeroPoint, &NumberField::committed, this, [this](double v) {
        fixActivation(
            tr("activation zero_point"), QStringLiteral("activation zero_point"),
            [v](FakeQuantizeSpec& spec) { spec.zeroPoint = {static_cast<std::int32_t>(v)}; });
    });
}

} // namespace qs
