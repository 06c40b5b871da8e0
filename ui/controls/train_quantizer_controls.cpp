// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/train_quantizer_controls.h"

#include "core/base/text.h"
#include "core/calib/observer.h"
#include "ui/controls/dtype_combo.h"
#include "ui/controls/forms.h"
#include "ui/controls/log_slider.h"
#include "ui/controls/number_field.h"

#include <QComboBox>
#include <QFormLayout>
#include <QGroupBox>
#include <QLabel>
#include <QScopedValueRollback>
#include <QSpinBox>
#include <QVBoxLayout>

#include <cmath>

namespace qs {
namespace {

constexpr const char* kInput = "input";

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

} // namespace

TrainQuantizerControls::TrainQuantizerControls(Document& document, QWidget* parent)
    : QWidget(parent), m_document(document)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(buildWeights());
    layout->addWidget(buildActivations());
    auto* hint =
        new QLabel(tr("Changes take effect at the next training step; a marker in the plot "
                      "shows where."),
                   this);
    hint->setObjectName(QStringLiteral("secondary"));
    hint->setWordWrap(true);
    layout->addWidget(hint);
    layout->addStretch(1);
    connect(&m_document, &Document::changed, this, &TrainQuantizerControls::refresh);
    refresh();
}

QWidget* TrainQuantizerControls::buildWeights()
{
    auto* box = new QGroupBox(tr("Weights"));
    auto* form = formIn(box);
    m_weightDtype = new DTypeCombo(tr("weight dtype"), box, canTrain);
    m_weightDtype->setToolTip(
        tr("What all weights are fake-quantized to: type a part of a name, or eXmY."));
    form->addRow(tr("dtype"), m_weightDtype);
    m_weightBits = new QSpinBox(box);
    m_weightBits->setAccessibleName(tr("weight bits"));
    m_weightBits->setRange(2, 16);
    m_weightBits->setSuffix(tr(" bit"));
    m_weightBits->setToolTip(
        tr("The width of a weight's code: the dtype of the same sign with it."));
    form->addRow(tr("bits"), m_weightBits);
    m_weightGranularity = new QComboBox(box);
    m_weightGranularity->setAccessibleName(tr("weight granularity"));
    m_weightGranularity->addItems({tr("per tensor"), tr("per channel")});
    m_weightGranularity->setToolTip(tr("One scale per layer, or one per output channel (axis 0)."));
    form->addRow(tr("granularity"), m_weightGranularity);

    const auto editWeights = [this](const QString& what, const QString& key,
                                    const std::function<void(QuantSpec&)>& change) {
        edit(what, key, [&](QatConfig& config) {
            if (config.all.weight)
                change(*config.all.weight);
            for (auto& [name, layer] : config.layers) {
                if (layer.weight)
                    change(*layer.weight);
            }
        });
    };
    connect(m_weightDtype, &DTypeCombo::chosen, this, [this, editWeights](DType dtype) {
        editWeights(tr("weight dtype"), {}, [dtype](QuantSpec& spec) { takeDType(spec, dtype); });
        refresh();
    });
    connect(m_weightBits, &QSpinBox::valueChanged, this, [editWeights](int bits) {
        editWeights(tr("weight bits"), QStringLiteral("weight bits"), [bits](QuantSpec& spec) {
            if (info(spec.dtype).bits == bits || !info(spec.dtype).isInteger())
                return;
            spec.dtype = withBits(spec.dtype, bits);
            spec.quantMin.reset();
            spec.quantMax.reset();
        });
    });
    connect(m_weightGranularity, &QComboBox::activated, this, [editWeights](int row) {
        editWeights(tr("weight granularity"), {}, [row](QuantSpec& spec) {
            spec.qscheme = qscheme(row == 1 ? Granularity::Channel : Granularity::Tensor,
                                   info(spec.qscheme).symmetric);
            spec.axis = 0;
        });
    });
    return box;
}

QWidget* TrainQuantizerControls::buildActivations()
{
    auto* box = new QGroupBox(tr("Activations"));
    auto* form = formIn(box);
    m_activation = new QComboBox(box);
    m_activation->setAccessibleName(tr("activation"));
    m_activation->setToolTip(tr("Which activation's quantizer the fields below show and change."));
    form->addRow(tr("of layer"), m_activation);
    m_activationDtype = new DTypeCombo(tr("activation dtype"), box, canTrain);
    m_activationDtype->setToolTip(
        tr("The type of this activation's codes: type a part of a name, or eXmY."));
    form->addRow(tr("dtype"), m_activationDtype);
    m_observer = comboOf(observers(), tr("activation observer"), box);
    m_observer->setToolTip(
        tr("Who finds scale and zero_point while the network trains; fixed: you do."));
    form->addRow(tr("observer"), m_observer);
    m_scale = scaleField(tr("activation scale"), box);
    m_scale->setToolTip(tr("Real units per code step. Takes 0.0039, 1/256, 2^-8. Changing it fixes "
                           "the parameters."));
    form->addRow(tr("scale"), m_scale);
    m_scaleSlider = new LogSlider(tr("activation scale slider"), box);
    m_scaleSlider->setSpan(0x1p-16, 1);
    m_scaleSlider->setToolTip(tr("The scale on a logarithmic axis from 2^-16 to 1."));
    form->addRow(QString(), m_scaleSlider);
    m_zeroPoint = codeField(tr("activation zero_point"), box);
    m_zeroPoint->setCheck(
        [this](double v) { return zeroPointProblem(v, activationSpec().range()); });
    m_zeroPoint->setToolTip(tr("The code of real 0. Changing it fixes the parameters."));
    form->addRow(tr("zero_point"), m_zeroPoint);
    m_evidence = new QLabel(box);
    m_evidence->setObjectName(QStringLiteral("secondary"));
    m_evidence->setWordWrap(true);
    form->addRow(m_evidence);

    connect(m_activation, &QComboBox::activated, this, &TrainQuantizerControls::refreshActivation);
    connect(m_activationDtype, &DTypeCombo::chosen, this, [this](DType dtype) {
        editActivation(tr("activation dtype"), {}, [dtype](QuantSpec& spec) {
            takeDType(spec, dtype);
            // Fixed values belong to the codes they were chosen for.
            if (spec.isFixed())
                spec.observer = "moving_average_minmax";
        });
        refresh();
    });
    connect(m_observer, &QComboBox::activated, this, [this](int row) {
        const std::string name(observers()[static_cast<std::size_t>(row)].name);
        if (name == "fixed")
            fixActivation(tr("activation observer"), {}, [](QuantSpec&) {});
        else
            editActivation(tr("activation observer"), {},
                           [name](QuantSpec& spec) { spec.observer = name; });
    });
    const auto scaleChosen = [this](double v) {
        if (const auto scale = checkScale(v))
            fixActivation(tr("activation scale"), QStringLiteral("activation scale"),
                          [s = *scale](QuantSpec& spec) { spec.scale = {s}; });
    };
    connect(m_scale, &NumberField::committed, this, scaleChosen);
    connect(m_scaleSlider, &LogSlider::moved, this, scaleChosen);
    connect(m_scaleSlider, &QSlider::sliderPressed, &m_document, &Document::beginGesture);
    connect(m_scaleSlider, &QSlider::sliderReleased, &m_document, &Document::endGesture);
    connect(m_zeroPoint, &NumberField::committed, this, [this](double v) {
        fixActivation(tr("activation zero_point"), QStringLiteral("activation zero_point"),
                      [v](QuantSpec& spec) { spec.zeroPoint = {static_cast<std::int32_t>(v)}; });
    });
    return box;
}

QatConfig TrainQuantizerControls::config() const
{
    return m_document.session().train.recipe.qat.value_or(defaultQatConfig());
}

void TrainQuantizerControls::edit(const QString& what, const QString& key, const Change& change)
{
    if (m_refreshing)
        return;
    QatConfig next = config();
    change(next);
    m_document.edit(what, key, [&](Session& session) { session.train.recipe.qat = next; });
}

std::string TrainQuantizerControls::chosenActivation() const
{
    return m_activation->currentData().toString().toStdString();
}

QuantSpec TrainQuantizerControls::activationSpec() const
{
    const auto name = chosenActivation();
    const auto all = config();
    const auto& spec = name == kInput ? all.input : all.of(name).activation;
    return spec.value_or(QuantSpec());
}

std::optional<QuantParams> TrainQuantizerControls::activationParams() const
{
    const auto spec = activationSpec();
    if (spec.isFixed()) {
        if (const auto range = spec.range()) {
            const auto params = QuantParams::make(spec.dtype, spec.qscheme, *range, spec.scale,
                                                  spec.zeroPoint, spec.axis);
            if (params)
                return *params;
        }
    }
    if (m_snapshot) {
        const auto name = chosenActivation();
        const auto full = name == kInput ? name : name + ".activation";
        for (const auto& state : m_snapshot->quantizers) {
            if (state.name == full)
                return state.params;
        }
    }
    return std::nullopt;
}

void TrainQuantizerControls::editActivation(const QString& what, const QString& key,
                                            const std::function<void(QuantSpec&)>& change)
{
    const auto name = chosenActivation();
    edit(what, key, [&](QatConfig& config) {
        QuantSpec spec = activationSpec();
        change(spec);
        if (name == kInput) {
            config.input = spec;
        } else {
            LayerQuantization layer = config.of(name);
            layer.activation = spec;
            config.layers[name] = layer;
        }
    });
}

void TrainQuantizerControls::fixActivation(const QString& what, const QString& key,
                                           const std::function<void(QuantSpec&)>& change)
{
    const auto params = activationParams();
    editActivation(what, key, [&](QuantSpec& spec) {
        if (!spec.isFixed()) {
            // Before anything was observed: the range 0 … 1, as PyTorch fixes sigmoid's.
            spec.observer = "fixed";
            spec.scale = {params ? params->scaleAt(0) : 1.0F / 256.0F};
            spec.zeroPoint = {params ? params->zeroPointAt(0) : 0};
        }
        change(spec);
    });
}

void TrainQuantizerControls::setSnapshot(const std::shared_ptr<const TwinSnapshot>& snapshot)
{
    m_snapshot = snapshot;
    refreshActivation();
}

void TrainQuantizerControls::refresh()
{
    const QScopedValueRollback guard(m_refreshing, true);
    const auto all = config();
    const auto weight = all.all.weight.value_or(QuantSpec());
    m_weightDtype->showDType(weight.dtype);
    m_weightBits->setValue(info(weight.dtype).bits);
    allow(m_weightBits, info(weight.dtype).isInteger(),
          tr("The width of %1 is its own; integers have any from 2 to 16 bits.")
              .arg(text(info(weight.dtype).name)));
    m_weightGranularity->setCurrentIndex(info(weight.qscheme).perChannel() ? 1 : 0);
    const auto& model = m_document.session().train.recipe.model;
    if (model != m_model || m_activation->count() == 0) {
        m_model = model;
        m_activation->clear();
        m_activation->addItem(tr("input images"), QString::fromLatin1(kInput));
        if (const auto spec = modelByName(model)) {
            for (std::size_t i = 0; i < spec->layers.size(); ++i) {
                if (spec->layers[i].hasWeight())
                    m_activation->addItem(
                        tr("%1: %2 output").arg(i).arg(text(layerKindName(spec->layers[i].kind))),
                        QString::number(i));
            }
        }
        if (m_activation->count() > 1)
            m_activation->setCurrentIndex(1);
    }
    refreshActivation();
}

void TrainQuantizerControls::refreshActivation()
{
    const QScopedValueRollback guard(m_refreshing, true);
    const auto spec = activationSpec();
    m_activationDtype->showDType(spec.dtype);
    showRow(*m_observer, observers(), spec.observer);
    const bool whole = info(spec.dtype).isInteger();
    const QString noZero = tr("%1 has no zero_point.").arg(text(info(spec.dtype).name));
    allow(m_zeroPoint, whole, noZero);
    const auto params = activationParams();
    if (!params) {
        m_scale->setNoValue(tr("not observed yet"));
        m_zeroPoint->setNoValue(tr("not observed yet"));
        m_evidence->setText(tr("not observed yet"));
        return;
    }
    const auto scale = static_cast<double>(params->scaleAt(0));
    m_scale->setValue(scale);
    m_scaleSlider->showValue(scale);
    if (whole) {
        m_zeroPoint->edit()->setToolTip({});
        m_zeroPoint->setValue(params->zeroPointAt(0));
    } else {
        m_zeroPoint->setNoValue(noZero);
    }
    QString text;
    if (const auto covered = params->coveredRange())
        text = tr("covers %1 to %2")
                   .arg(QString::fromStdString(formatShort(static_cast<double>((*covered)[0]))),
                        QString::fromStdString(formatShort(static_cast<double>((*covered)[1]))));
    if (spec.isFixed()) {
        text += tr("; fixed by you");
    } else if (m_snapshot) {
        const auto name = chosenActivation();
        for (const auto& state : m_snapshot->quantizers) {
            if (state.name == (name == kInput ? name : name + ".activation"))
                text += tr("; %1 batches observed")
                            .arg(QString::fromStdString(formatCount(state.batchesSeen)));
        }
    }
    m_evidence->setText(text);
}

} // namespace qs
