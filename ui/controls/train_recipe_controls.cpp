// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/train_recipe_controls.h"

#include "core/data/dataset.h"
#include "ui/controls/forms.h"
#include "ui/controls/model_fit.h"
#include "ui/controls/number_field.h"

#include <QCheckBox>
#include <QEvent>
#include <QFileDialog>
#include <QGroupBox>
#include <QLabel>
#include <QLineEdit>
#include <QScopedValueRollback>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include <cmath>

namespace qs {
namespace {

/// The models that are always offered; a suggestion follows, then the file dialog.
constexpr const char* kModels[] = {"seed-cnn", "mlp:784-128-64-10"};
constexpr int kSuggestionRow = std::size(kModels);

} // namespace

TrainRecipeControls::TrainRecipeControls(Document& document, QWidget* parent)
    : QScrollArea(parent), m_document(document)
{
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* content = new QWidget(this);
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(buildRecipe());
    layout->addStretch(1);
    setWidget(content);
    connectRecipe();
    connectAdvanced();
    connect(&m_document, &Document::changed, this, &TrainRecipeControls::refresh);
    refresh();
}

QGroupBox* TrainRecipeControls::buildRecipe()
{
    m_box = new QGroupBox(tr("Recipe (Start begins anew)"));
    auto* rows = new QVBoxLayout(m_box);
    rows->setContentsMargins(8, 4, 8, 6);
    rows->setSpacing(4);
    auto* form = new QFormLayout;
    form->setVerticalSpacing(4);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    rows->addLayout(form);
    m_model = new QComboBox(m_box);
    m_model->setEditable(true);
    m_model->setInsertPolicy(QComboBox::NoInsert);
    m_model->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_model->setAccessibleName(tr("model"));
    for (const char* name : kModels)
        m_model->addItem(QLatin1String(name));
    m_model->addItem(tr("Open model file\u2026"));
    addRow(form, tr("model"), m_model,
           tr("seed-cnn: Conv2d(1,20,5) ReLU MaxPool2d(2) Conv2d(20,64,5) ReLU "
              "MaxPool2d(2) Flatten Linear(1600,10). mlp:SIZES: Linear layers with ReLU "
              "between them. FILE.json: layers of your own, in the words of torch.nn."));
    m_data = new QComboBox(m_box);
    m_data->setEditable(true);
    m_data->setInsertPolicy(QComboBox::NoInsert);
    m_data->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_data->setAccessibleName(tr("data"));
    QStringList patterns;
    for (const auto& row : datasets()) {
        patterns << QStringLiteral("%1: %2").arg(text(datasetPattern(row)), text(row.description));
        if (row.pattern.find(':') != std::string_view::npos)
            continue;
        m_data->addItem(text(row.pattern));
        m_data->setItemData(m_data->count() - 1, text(row.description), Qt::ToolTipRole);
    }
    addRow(form, tr("data"), m_data,
           tr("What both networks learn. Any of these can be typed:") + QStringLiteral("\n") +
               patterns.join(QStringLiteral("\n")));
    m_problem = new QLabel(m_box);
    m_problem->setObjectName(QStringLiteral("problem"));
    m_problem->setAccessibleName(tr("problem of model and data"));
    m_problem->setWordWrap(true);
    m_problem->setTextInteractionFlags(Qt::LinksAccessibleByKeyboard | Qt::LinksAccessibleByMouse);
    m_problem->hide();
    form->addRow(m_problem);
    m_epochs = new QSpinBox(m_box);
    m_epochs->setRange(1, 1000);
    m_epochs->setAccessibleName(tr("epochs"));
    m_epochs->setToolTip(tr("Epochs: how many times every training sample is seen."));
    m_batch = new QSpinBox(m_box);
    m_batch->setRange(1, 4096);
    m_batch->setAccessibleName(tr("batch"));
    m_batch->setToolTip(tr("Batch: samples per training step."));
    addPair(form, tr("epochs, batch"), m_epochs, m_batch);
    m_lr = new NumberField(tr("learning rate"), m_box);
    m_lr->setCheck(
        [](double v) { return v > 0 && v <= 10 ? QString() : tr("above 0, at most 10"); });
    addRow(form, tr("lr"), m_lr, tr("Learning rate of the optimizer, before the schedule."));
    m_optimizer = new QComboBox(m_box);
    m_optimizer->setAccessibleName(tr("optimizer"));
    for (const auto& name : optimizerNames())
        m_optimizer->addItem(text(name));
    addRow(form, tr("optimizer"), m_optimizer,
           tr("adam and adamw: PyTorch's defaults; adamw's weight_decay stands apart from the "
              "gradient. sgd: gradient descent, with momentum if you like."));
    m_seed = new NumberField(tr("seed"), m_box);
    m_seed->setFormat([](double v) { return QString::number(static_cast<qulonglong>(v)); });
    m_seed->setCheck([](double v) {
        return v >= 0 && v == std::floor(v) && v < 0x1p53 ? QString()
                                                          : tr("a whole number of at least 0");
    });
    addRow(form, tr("seed"), m_seed,
           tr("The same seed gives the same weights, batches and curves, as long as no quantizer "
              "is changed on the way."));
    m_more = new QToolButton(m_box);
    m_more->setCheckable(true);
    m_more->setAutoRaise(true);
    m_more->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_more->setArrowType(Qt::RightArrow);
    m_more->setAccessibleName(tr("advanced"));
    m_more->setToolTip(tr("Weight decay, momentum, the schedule of the learning rate, the loss, "
                          "and changes to training samples"));
    rows->addWidget(m_more);
    m_advanced = buildAdvanced(m_box);
    m_advanced->hide();
    rows->addWidget(m_advanced);
    return m_box;
}

void TrainRecipeControls::connectRecipe()
{
    connect(m_model, &QComboBox::activated, this, [this](int row) {
        if (row == m_model->count() - 1)
            askForModel();
        else
            chooseModel(m_model->itemText(row).toStdString());
    });
    connect(m_model->lineEdit(), &QLineEdit::editingFinished, this, [this] {
        const QString name = m_model->currentText().trimmed();
        if (name != m_model->itemText(m_model->count() - 1))
            chooseModel(name.toStdString());
    });
    const auto chooseData = [this](const QString& name) {
        edit(tr("data"), {}, [&](TrainRecipe& r) { r.data = name.trimmed().toStdString(); });
    };
    connect(m_data, &QComboBox::textActivated, this, chooseData);
    connect(m_data->lineEdit(), &QLineEdit::editingFinished, this,
            [this, chooseData] { chooseData(m_data->currentText()); });
    connect(m_problem, &QLabel::linkActivated, this, [this] { chooseModel(m_suggestion); });
    connect(m_epochs, &QSpinBox::valueChanged, this, [this](int v) {
        edit(tr("epochs"), QStringLiteral("epochs"), [v](TrainRecipe& r) { r.epochs = v; });
    });
    connect(m_batch, &QSpinBox::valueChanged, this, [this](int v) {
        edit(tr("batch"), QStringLiteral("batch"), [v](TrainRecipe& r) { r.batch = v; });
    });
    connect(m_lr, &NumberField::committed, this, [this](double v) {
        edit(tr("learning rate"), QStringLiteral("lr"), [v](TrainRecipe& r) { r.lr = v; });
    });
    connect(m_optimizer, &QComboBox::textActivated, this, [this](const QString& name) {
        edit(tr("optimizer"), {}, [&](TrainRecipe& r) { r.optimizer = name.toStdString(); });
    });
    connect(m_seed, &NumberField::committed, this, [this](double v) {
        edit(tr("seed"), {}, [v](TrainRecipe& r) { r.seed = static_cast<std::uint64_t>(v); });
    });
    connect(m_more, &QToolButton::toggled, this, [this](bool open) {
        m_more->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
        m_advanced->setVisible(open);
    });
}

void TrainRecipeControls::edit(const QString& what, const QString& key, const Change& change)
{
    if (m_refreshing)
        return;
    m_document.edit(what, key, [&](Session& session) { change(session.train.recipe); });
}

void TrainRecipeControls::chooseModel(const std::string& model)
{
    edit(tr("model"), {}, [&](TrainRecipe& r) {
        const auto before = modelByName(r.model);
        r.model = model;
        const auto spec = modelByName(model);
        if (!spec || !r.qat)
            return;
        // A preset is the new model's own; other quantizers of layers that it does not have would
        // only be in the way.
        for (const auto name : qatConfigNames()) {
            if (before && *r.qat == *qatConfigByName(name, *before)) {
                r.qat = *qatConfigByName(name, *spec);
                return;
            }
        }
        std::erase_if(r.qat->layers, [&](const auto& entry) {
            for (std::size_t i = 0; i < spec->layers.size(); ++i) {
                if (info(spec->layers[i].kind).quantizesOutput && entry.first == std::to_string(i))
                    return false;
            }
            return true;
        });
    });
}

void TrainRecipeControls::askForModel()
{
    // The entry is a command: the field goes on to show the model in force.
    m_model->setEditText(text(m_document.session().train.recipe.model));
    const QString path = QFileDialog::getOpenFileName(this, tr("Open a model"), {},
                                                      tr("Models (*.json);;All files (*)"));
    if (!path.isEmpty())
        openModel(path);
}

void TrainRecipeControls::openModel(const QString& path)
{
    const std::string name = path.toStdString();
    if (const auto model = modelByName(name); !model) {
        refresh();
        showProblem(model.error().message, {});
        return;
    }
    chooseModel(name);
}

void TrainRecipeControls::setEditable(bool editable)
{
    const QString locked = tr("locked until Stop");
    m_box->setEnabled(editable);
    m_box->setTitle(editable ? tr("Recipe (Start begins anew)") : tr("Recipe (%1)").arg(locked));
    // In sight: it holds for every field.
    m_box->setProperty("whyDisabled", editable ? QString() : locked);
}

void TrainRecipeControls::refresh()
{
    const QScopedValueRollback guard(m_refreshing, true);
    const auto& r = m_document.session().train.recipe;
    refreshFit();
    m_model->setEditText(text(r.model));
    m_data->setEditText(text(r.data));
    m_epochs->setValue(r.epochs);
    m_batch->setValue(r.batch);
    m_lr->setValue(r.lr);
    m_optimizer->setCurrentText(text(r.optimizer));
    m_seed->setValue(static_cast<double>(r.seed));
    refreshAdvanced();
}

void TrainRecipeControls::refreshFit()
{
    const auto& r = m_document.session().train.recipe;
    const std::tuple judged(r.model, r.data, r.loss);
    if (judged == m_judged)
        return;
    m_judged = judged;
    // Only these three decide; a recipe that is wrong elsewhere is told so there.
    TrainRecipe asked;
    asked.model = r.model;
    asked.data = r.data;
    asked.loss = r.loss;
    asked.batch = 1;
    const auto fit = modelFit(asked);
    showProblem(fit.problem, fit.suggestion);
}

void TrainRecipeControls::showProblem(const std::string& problem, const std::string& suggestion)
{
    m_suggestion = suggestion;
    while (m_model->count() > kSuggestionRow + 1)
        m_model->removeItem(kSuggestionRow);
    if (!suggestion.empty() && m_model->findText(text(suggestion)) < 0) {
        m_model->insertItem(kSuggestionRow, text(suggestion));
        m_model->setItemData(kSuggestionRow, tr("takes this data"), Qt::ToolTipRole);
    }
    QString words = text(problem).toHtmlEscaped();
    if (!suggestion.empty())
        words += QStringLiteral("<br/><a href=\"use\">%1</a>")
                     .arg(tr("Use %1").arg(text(suggestion).toHtmlEscaped()));
    m_problem->setText(words);
    m_problem->setVisible(!problem.empty());
    m_model->setEditText(text(m_document.session().train.recipe.model));
}

void TrainRecipeControls::changeEvent(QEvent* event)
{
    // A link has the colour of the palette that was in force when its text was set.
    if (event->type() == QEvent::PaletteChange && m_problem != nullptr) {
        const QString words = m_problem->text();
        m_problem->clear();
        m_problem->setText(words);
    }
    QScrollArea::changeEvent(event);
}

} // namespace qs
