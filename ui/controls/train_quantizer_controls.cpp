// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/train_quantizer_controls.h"

#include "core/base/text.h"
#include "core/calib/observer.h"
#include "ui/controls/dtype_combo.h"
#include "ui/controls/forms.h"
#include "ui/controls/log_slider.h"
#include "ui/controls/number_field.h"

#include <QCheckBox>
#include <QLabel>
#include <QScopedValueRollback>
#include <QSpinBox>
#include <QVBoxLayout>

namespace qs {
namespace {

constexpr const char* kInput = "input";
/// A network of more parameters is not made only to judge its quantizers.
constexpr std::int64_t kMostJudged = 4'000'000;

/// Whether layer i has an activation quantizer that follows QatConfig: none of fixed parameters,
/// and no BatchNorm that is folded into the layer before it.
bool hasActivation(const ModelSpec& model, std::size_t i)
{
    const auto& layer = model.layers[i];
    const auto& row = info(layer.kind);
    const bool folded = layer.isBatchNorm() && i > 0 && model.layers[i - 1].hasWeight();
    return row.quantizesOutput && row.fixedQParams.empty() && !folded;
}

} // namespace

TrainQuantizerControls::TrainQuantizerControls(Document& document, QWidget* parent)
    : QScrollArea(parent), m_document(document)
{
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* content = new QWidget(this);
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    m_problem = new QLabel(content);
    m_problem->setObjectName(QStringLiteral("problem"));
    m_problem->setAccessibleName(tr("problem of the quantizers"));
    m_problem->setWordWrap(true);
    m_problem->hide();
    layout->addWidget(m_problem);
    layout->addWidget(buildNetwork());
    layout->addWidget(buildWeights());
    layout->addWidget(buildActivations());
    auto* hint =
        new QLabel(tr("Changes take effect at the next training step; a marker in the plot "
                      "shows where."),
                   content);
    hint->setObjectName(QStringLiteral("secondary"));
    hint->setWordWrap(true);
    layout->addWidget(hint);
    layout->addStretch(1);
    setWidget(content);
    connectNetwork();
    connectWeights();
    connectActivations();
    connect(&m_document, &Document::changed, this, &TrainQuantizerControls::refresh);
    refresh();
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

void TrainQuantizerControls::choosePreset(const std::string& name)
{
    const auto preset = qatConfigByName(name, m_model.value_or(ModelSpec()));
    if (preset)
        edit(tr("quantizer preset"), {}, [&](QatConfig& config) { config = *preset; });
}

void TrainQuantizerControls::editWeights(const QString& what, const QString& key,
                                         const SpecChange& change)
{
    edit(what, key, [&](QatConfig& config) {
        if (config.all.weight)
            change(*config.all.weight);
        for (auto& [name, layer] : config.layers) {
            if (layer.weight)
                change(*layer.weight);
        }
    });
}

std::string TrainQuantizerControls::chosenActivation() const
{
    return m_activation->currentData().toString().toStdString();
}

FakeQuantizeSpec TrainQuantizerControls::activationSpec() const
{
    const auto name = chosenActivation();
    const auto all = config();
    const auto& spec = name == kInput ? all.input : all.of(name).activation;
    return spec.value_or(FakeQuantizeSpec());
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
                                            const SpecChange& change)
{
    const auto name = chosenActivation();
    edit(what, key, [&](QatConfig& config) {
        FakeQuantizeSpec spec = activationSpec();
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
                                           const SpecChange& change)
{
    const auto params = activationParams();
    editActivation(what, key, [&](FakeQuantizeSpec& spec) {
        if (spec.isLearned())
            spec.estimator = Estimator::Ste; // what is given is not learned
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
    const auto weight = all.all.weight.value_or(FakeQuantizeSpec());
    m_weightDtype->showDType(weight.dtype);
    m_weightBits->setValue(info(weight.dtype).bits);
    allow(m_weightBits, info(weight.dtype).isInteger(),
          tr("The width of %1 is its own; integers have any from 2 to 16 bits.")
              .arg(text(info(weight.dtype).name)));
    m_weightGranularity->setCurrentIndex(info(weight.qscheme).perChannel() ? 1 : 0);
    m_weightEstimator->setCurrentText(text(info(weight.estimator).name));
    m_weightObserves->setChecked(weight.observerEnabled);
    allow(m_weightObserves, !weight.isLearned(),
          tr("%1 learns its parameters: nothing is observed.")
              .arg(text(info(weight.estimator).name)));
    m_weightFakeQuant->setChecked(weight.fakeQuantEnabled);
    m_trackOscillations->setChecked(all.oscillation.track);
    m_freezeBatchNorm->setChecked(all.freezeBatchNorm);
    const auto& model = m_document.session().train.recipe.model;
    if (model != m_modelName || m_activation->count() == 0) {
        m_modelName = model;
        refreshModel();
    }
    int shown = m_preset->count() - 1;
    for (int i = 0; i + 1 < m_preset->count(); ++i) {
        const auto preset = qatConfigByName(qatConfigNames()[static_cast<std::size_t>(i)],
                                            m_model.value_or(ModelSpec()));
        if (shown == m_preset->count() - 1 && preset && *preset == all)
            shown = i;
    }
    m_preset->setCurrentIndex(shown);
    refreshProblem();
    refreshActivation();
}

void TrainQuantizerControls::refreshModel()
{
    m_activation->clear();
    m_activation->addItem(tr("input samples"), QString::fromLatin1(kInput));
    m_model.reset();
    m_judge.reset();
    bool batchNorm = false;
    if (auto spec = modelByName(m_modelName)) {
        m_model = std::move(*spec);
        for (std::size_t i = 0; i < m_model->layers.size(); ++i) {
            const auto& layer = m_model->layers[i];
            batchNorm = batchNorm || layer.isBatchNorm();
            if (hasActivation(*m_model, i))
                m_activation->addItem(
                    tr("%1: %2 output").arg(i).arg(text(layerKindName(layer.kind))),
                    QString::number(i));
        }
        if (parameterCount(*m_model) <= kMostJudged) {
            if (auto network = Network::make(*m_model, 0))
                m_judge = std::move(*network);
        }
    }
    if (m_activation->count() > 1)
        m_activation->setCurrentIndex(1);
    allow(m_freezeBatchNorm, batchNorm, tr("The model has no BatchNorm."));
}

void TrainQuantizerControls::refreshProblem()
{
    QString problem;
    if (m_judge) {
        const auto all = config();
        if (const auto set = m_judge->setQuantization(&all); !set)
            problem = text(set.error().message);
    }
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
}

void TrainQuantizerControls::refreshActivation()
{
    const QScopedValueRollback guard(m_refreshing, true);
    const auto spec = activationSpec();
    m_activationDtype->showDType(spec.dtype);
    m_activationEstimator->setCurrentText(text(info(spec.estimator).name));
    const QString learns =
        tr("%1 learns its parameters: nothing is observed.").arg(text(info(spec.estimator).name));
    showRow(*m_observer, observers(), spec.observer);
    allow(m_observer, !spec.isLearned(), learns);
    m_activationObserves->setChecked(spec.observerEnabled);
    allow(m_activationObserves, !spec.isLearned(), learns);
    m_activationFakeQuant->setChecked(spec.fakeQuantEnabled);
    const bool whole = info(spec.dtype).isInteger();
    const QString noZero = tr("%1 has no zero_point.").arg(text(info(spec.dtype).name));
    allow(m_zeroPoint, whole, noZero);
    const auto params = activationParams();
    if (!params) {
        const QString none = spec.isLearned() ? tr("not learned yet") : tr("not observed yet");
        m_scale->setNoValue(none);
        m_zeroPoint->setNoValue(none);
        m_evidence->setText(none);
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
    const auto number = [](float v) {
        return QString::fromStdString(formatShort(static_cast<double>(v)));
    };
    QString text;
    if (const auto covered = params->coveredRange())
        text = tr("covers %1 to %2").arg(number((*covered)[0]), number((*covered)[1]));
    if (spec.isFixed()) {
        text += tr("; fixed by you");
    } else if (spec.isLearned()) {
        text += tr("; learned");
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
