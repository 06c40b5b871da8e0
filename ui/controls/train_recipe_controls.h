// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/document/document.h"

#include <QScrollArea>

#include <functional>
#include <string>
#include <tuple>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QGroupBox;
class QLabel;
class QSpinBox;
class QToolButton;

namespace qs {

class NumberField;

/// The recipe that Start begins with: model, data, and how the network learns. Every change is an
/// edit of the session's recipe.
class TrainRecipeControls : public QScrollArea {
    Q_OBJECT

public:
    explicit TrainRecipeControls(Document& document, QWidget* parent = nullptr);

    /// False while a training runs: its recipe is fixed but for the quantizers.
    void setEditable(bool editable);
    /// Takes the model of a JSON file. What is wrong with the file is said below the model, which
    /// then stays what it was.
    void openModel(const QString& path);

protected:
    void changeEvent(QEvent* event) override;

private:
    using Change = std::function<void(TrainRecipe&)>;

    QGroupBox* buildRecipe();
    QWidget* buildAdvanced(QWidget* parent);
    void connectRecipe();
    void connectAdvanced();
    void edit(const QString& text, const QString& key, const Change& change);
    void chooseModel(const std::string& model);
    void askForModel();
    void refresh();
    void refreshAdvanced();
    void refreshFit();
    void showProblem(const std::string& problem, const std::string& suggestion);

    Document& m_document;
    bool m_refreshing = false;
    /// What m_problem was last worked out for.
    std::tuple<std::string, std::string, std::string> m_judged;
    std::string m_suggestion;

    QGroupBox* m_box;
    QComboBox* m_model;
    QComboBox* m_data;
    QLabel* m_problem = nullptr;
    QSpinBox* m_epochs;
    QSpinBox* m_batch;
    NumberField* m_lr;
    QComboBox* m_optimizer;
    NumberField* m_seed;
    QToolButton* m_more;
    QWidget* m_advanced;
    QFormLayout* m_advancedForm;
    int m_stepRow; ///< what only the schedule "step" asks for
    int m_cosineRow;
    NumberField* m_weightDecay;
    NumberField* m_momentum;
    QCheckBox* m_nesterov;
    QComboBox* m_schedule;
    QSpinBox* m_stepSize;
    NumberField* m_gamma;
    QSpinBox* m_tMax;
    NumberField* m_etaMin;
    QSpinBox* m_warmup;
    QComboBox* m_loss;
    QSpinBox* m_shift;
    NumberField* m_noise;
    QCheckBox* m_flip;
};

} // namespace qs
