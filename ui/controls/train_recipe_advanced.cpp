// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// The part of the recipe that is folded away, and what it edits.
#include "ui/controls/forms.h"
#include "ui/controls/number_field.h"
#include "ui/controls/train_recipe_controls.h"

#include <QCheckBox>
#include <QSpinBox>
#include <QToolButton>

#include <algorithm>
#include <array>

namespace qs {
namespace {

constexpr int kMostEpochs = 1000000;
constexpr int kMostPixels = 64;
constexpr int kMostWarmup = 1 << 30;

QString notNegative(double v)
{
    return v >= 0 && v <= 1e6 ? QString() : TrainRecipeControls::tr("0 or more");
}

/// How many of the folded values are not what a recipe begins with.
int changedOf(const TrainRecipe& r)
{
    const TrainRecipe usual;
    const std::array differs = {r.weightDecay != usual.weightDecay,
                                r.momentum != usual.momentum || r.nesterov != usual.nesterov,
                                r.schedule != usual.schedule, r.loss != usual.loss,
                                r.augmentation != usual.augmentation};
    int count = 0;
    for (const bool one : differs)
        count += one ? 1 : 0;
    return count;
}

} // namespace

QWidget* TrainRecipeControls::buildAdvanced(QWidget* parent)
{
    auto* box = new QWidget(parent);
    m_advancedForm = new QFormLayout(box);
    auto* form = m_advancedForm;
    form->setContentsMargins(0, 0, 0, 0);
    form->setVerticalSpacing(3);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_weightDecay = new NumberField(tr("weight_decay"), box);
    m_weightDecay->setCheck(notNegative);
    addRow(form, tr("weight_decay"), m_weightDecay,
           tr("adamw: weights shrink by lr * weight_decay at every step; adam and sgd add "
              "weight_decay * w to the gradient."));
    m_momentum = new NumberField(tr("momentum"), box);
    m_momentum->setCheck(
        [](double v) { return v >= 0 && v < 1 ? QString() : tr("from 0, below 1"); });
    m_momentum->setToolTip(tr("How much of its last step sgd keeps."));
    m_nesterov = new QCheckBox(tr("nesterov"), box);
    m_nesterov->setAccessibleName(tr("nesterov"));
    m_nesterov->setToolTip(tr("Looks one step of the momentum ahead."));
    addPair(form, tr("momentum"), m_momentum, m_nesterov);
    m_schedule = new QComboBox(box);
    m_schedule->setAccessibleName(tr("schedule"));
    for (const auto& name : lrScheduleNames())
        m_schedule->addItem(text(name));
    addRow(form, tr("schedule"), m_schedule,
           tr("How lr changes from epoch to epoch. step: StepLR; cosine: CosineAnnealingLR."));
    m_stepSize = new QSpinBox(box);
    m_stepSize->setRange(1, kMostEpochs);
    m_stepSize->setAccessibleName(tr("step_size"));
    m_stepSize->setToolTip(tr("step_size: epochs between two changes of lr."));
    m_gamma = new NumberField(tr("gamma"), box);
    m_gamma->setCheck(
        [](double v) { return v > 0 && v <= 1000 ? QString() : tr("above 0, at most 1000"); });
    m_gamma->setToolTip(tr("gamma: what lr is multiplied with at a change."));
    m_stepRow = form->rowCount();
    addPair(form, tr("size, gamma"), m_stepSize, m_gamma);
    m_tMax = new QSpinBox(box);
    m_tMax->setRange(1, kMostEpochs);
    m_tMax->setAccessibleName(tr("T_max"));
    m_tMax->setToolTip(tr("T_max: epochs until lr is at its lowest."));
    m_etaMin = new NumberField(tr("eta_min"), box);
    m_etaMin->setCheck(notNegative);
    m_etaMin->setToolTip(tr("eta_min: the lowest lr."));
    m_cosineRow = form->rowCount();
    addPair(form, tr("T_max, min"), m_tMax, m_etaMin);
    m_warmup = new QSpinBox(box);
    m_warmup->setRange(0, kMostWarmup);
    m_warmup->setSuffix(tr(" steps"));
    m_warmup->setAccessibleName(tr("warmup_steps"));
    addRow(form, tr("warm-up"), m_warmup,
           tr("Training steps in which lr rises to its full size, in a line; 0: none."));
    m_loss = new QComboBox(box);
    m_loss->setAccessibleName(tr("loss"));
    for (const auto loss : {Loss::CrossEntropy, Loss::Mse})
        m_loss->addItem(text(lossName(loss)));
    addRow(form, tr("loss"), m_loss,
           tr("cross_entropy: of the classes, after softmax. mse: the mean squared distance to "
              "one-hot labels, or to the real targets of csv data."));
    m_shift = new QSpinBox(box);
    m_shift->setRange(0, kMostPixels);
    m_shift->setSuffix(tr(" pixels"));
    m_shift->setAccessibleName(tr("shift"));
    m_shift->setToolTip(tr("Training pictures move by up to so many pixels on each axis."));
    m_flip = new QCheckBox(tr("flip"), box);
    m_flip->setAccessibleName(tr("horizontal_flip"));
    m_flip->setToolTip(tr("Half of the training pictures are mirrored, left to right."));
    addPair(form, tr("shift"), m_shift, m_flip);
    m_noise = new NumberField(tr("noise"), box);
    m_noise->setCheck(
        [](double v) { return v >= 0 && v <= 100 ? QString() : tr("from 0 to 100"); });
    addRow(form, tr("noise"), m_noise,
           tr("Standard deviation of normal noise that is added to training samples."));
    return box;
}

void TrainRecipeControls::connectAdvanced()
{
    const auto number = [this](NumberField* field, const QString& what,
                               double TrainRecipe::*value) {
        connect(field, &NumberField::committed, this, [this, what, value](double v) {
            edit(what, what, [&](TrainRecipe& r) { r.*value = v; });
        });
    };
    number(m_weightDecay, tr("weight_decay"), &TrainRecipe::weightDecay);
    connect(m_momentum, &NumberField::committed, this, [this](double v) {
        edit(tr("momentum"), QStringLiteral("momentum"), [v](TrainRecipe& r) {
            r.momentum = v;
            r.nesterov = r.nesterov && v > 0; // there is nothing to look ahead along
        });
    });
    connect(m_nesterov, &QCheckBox::toggled, this, [this](bool on) {
        edit(tr("nesterov"), {}, [on](TrainRecipe& r) { r.nesterov = on; });
    });
    const auto schedule = [this](const QString& what,
                                 const std::function<void(LrSchedule&)>& change) {
        edit(what, what, [&](TrainRecipe& r) { change(r.schedule); });
    };
    connect(m_schedule, &QComboBox::textActivated, this, [this](const QString& name) {
        edit(tr("schedule"), {}, [&](TrainRecipe& r) { r.schedule.name = name.toStdString(); });
    });
    connect(m_stepSize, &QSpinBox::valueChanged, this, [schedule](int v) {
        schedule(tr("step_size"), [v](LrSchedule& s) { s.stepSize = v; });
    });
    connect(m_gamma, &NumberField::committed, this,
            [schedule](double v) { schedule(tr("gamma"), [v](LrSchedule& s) { s.gamma = v; }); });
    connect(m_tMax, &QSpinBox::valueChanged, this,
            [schedule](int v) { schedule(tr("T_max"), [v](LrSchedule& s) { s.tMax = v; }); });
    connect(m_etaMin, &NumberField::committed, this, [schedule](double v) {
        schedule(tr("eta_min"), [v](LrSchedule& s) { s.etaMin = v; });
    });
    connect(m_warmup, &QSpinBox::valueChanged, this, [schedule](int v) {
        schedule(tr("warmup_steps"), [v](LrSchedule& s) { s.warmupSteps = v; });
    });
    connect(m_loss, &QComboBox::textActivated, this, [this](const QString& name) {
        edit(tr("loss"), {}, [&](TrainRecipe& r) { r.loss = name.toStdString(); });
    });
    connect(m_shift, &QSpinBox::valueChanged, this, [this](int v) {
        edit(tr("shift"), QStringLiteral("shift"),
             [v](TrainRecipe& r) { r.augmentation.shift = v; });
    });
    connect(m_flip, &QCheckBox::toggled, this, [this](bool on) {
        edit(tr("horizontal_flip"), {},
             [on](TrainRecipe& r) { r.augmentation.horizontalFlip = on; });
    });
    connect(m_noise, &NumberField::committed, this, [this](double v) {
        edit(tr("noise"), QStringLiteral("noise"),
             [v](TrainRecipe& r) { r.augmentation.noise = v; });
    });
}

void TrainRecipeControls::refreshAdvanced()
{
    const auto& r = m_document.session().train.recipe;
    m_weightDecay->setValue(r.weightDecay);
    m_momentum->setValue(r.momentum);
    m_nesterov->setChecked(r.nesterov);
    const bool sgd = r.optimizer == "sgd";
    allow(m_momentum->edit(), sgd, tr("%1 has momentum of its own.").arg(text(r.optimizer)));
    allow(m_nesterov, sgd && (r.momentum > 0 || r.nesterov),
          sgd ? tr("nesterov needs momentum.")
              : tr("%1 has momentum of its own.").arg(text(r.optimizer)));
    m_schedule->setCurrentText(text(r.schedule.name));
    m_stepSize->setValue(
        static_cast<int>(std::min<std::int64_t>(r.schedule.stepSize, kMostEpochs)));
    m_gamma->setValue(r.schedule.gamma);
    m_tMax->setValue(static_cast<int>(std::min<std::int64_t>(r.schedule.tMax, kMostEpochs)));
    m_etaMin->setValue(r.schedule.etaMin);
    m_warmup->setValue(
        static_cast<int>(std::min<std::int64_t>(r.schedule.warmupSteps, kMostWarmup)));
    m_advancedForm->setRowVisible(m_stepRow, r.schedule.name == "step");
    m_advancedForm->setRowVisible(m_cosineRow, r.schedule.name == "cosine");
    m_loss->setCurrentText(text(r.loss));
    m_shift->setValue(r.augmentation.shift);
    m_flip->setChecked(r.augmentation.horizontalFlip);
    m_noise->setValue(r.augmentation.noise);
    const int changed = changedOf(r);
    m_more->setText(changed == 0 ? tr("Advanced") : tr("Advanced: %1 changed").arg(changed));
}

} // namespace qs
