// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nn/twin_trainer.h"
#include "ui/document/document.h"

#include <QScrollArea>

#include <memory>

class QCheckBox;
class QComboBox;
class QLabel;
class QSpinBox;

namespace qs {

class DTypeCombo;
class LogSlider;
class NumberField;

/// The quantizers of the network that trains: all weights, and one activation at a time. Every
/// change is an edit of the recipe's qat; while a training runs it is in force from the next step.
class TrainQuantizerControls : public QScrollArea {
    Q_OBJECT

public:
    explicit TrainQuantizerControls(Document& document, QWidget* parent = nullptr);

    /// What the quantizers hold now; null before anything was trained.
    void setSnapshot(const std::shared_ptr<const TwinSnapshot>& snapshot);

private:
    using Change = std::function<void(QatConfig&)>;
    using SpecChange = std::function<void(FakeQuantizeSpec&)>;

    QWidget* buildNetwork();
    QWidget* buildWeights();
    QWidget* buildActivations();
    void connectNetwork();
    void connectWeights();
    void connectActivations();
    void choosePreset(const std::string& name);
    void edit(const QString& what, const QString& key, const Change& change);
    /// Changes the spec of all weights, those of single layers too.
    void editWeights(const QString& what, const QString& key, const SpecChange& change);
    /// Changes the spec of the activation that is chosen.
    void editActivation(const QString& what, const QString& key, const SpecChange& change);
    /// Fixes the chosen activation's values at those in force, then changes them.
    void fixActivation(const QString& what, const QString& key, const SpecChange& change);
    void refresh();
    void refreshModel();
    void refreshProblem();
    void refreshActivation();
    QatConfig config() const;
    std::string chosenActivation() const;
    FakeQuantizeSpec activationSpec() const;
    std::optional<QuantParams> activationParams() const;

    Document& m_document;
    std::shared_ptr<const TwinSnapshot> m_snapshot;
    std::string m_modelName;
    std::optional<ModelSpec> m_model; ///< none: the name is no model's
    /// Judges quantizers of the model; none where it would take much memory.
    std::optional<Network> m_judge;
    bool m_refreshing = false;

    QComboBox* m_preset;
    QCheckBox* m_freezeBatchNorm;
    QCheckBox* m_trackOscillations;
    QLabel* m_problem;
    DTypeCombo* m_weightDtype;
    QSpinBox* m_weightBits;
    QComboBox* m_weightGranularity;
    QComboBox* m_weightEstimator;
    QCheckBox* m_weightObserves;
    QCheckBox* m_weightFakeQuant;
    QComboBox* m_activation;
    DTypeCombo* m_activationDtype;
    QComboBox* m_activationEstimator;
    QComboBox* m_observer;
    QCheckBox* m_activationObserves;
    QCheckBox* m_activationFakeQuant;
    NumberField* m_scale;
    LogSlider* m_scaleSlider;
    NumberField* m_zeroPoint;
    QLabel* m_evidence;
};

} // namespace qs
