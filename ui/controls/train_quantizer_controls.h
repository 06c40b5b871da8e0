// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nn/twin_trainer.h"
#include "ui/document/document.h"

#include <QWidget>

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
class TrainQuantizerControls : public QWidget {
    Q_OBJECT

public:
    explicit TrainQuantizerControls(Document& document, QWidget* parent = nullptr);

    /// What the quantizers hold now; null before anything was trained.
    void setSnapshot(const std::shared_ptr<const TwinSnapshot>& snapshot);

private:
    using Change = std::function<void(QatConfig&)>;

    QWidget* buildWeights();
    QWidget* buildActivations();
    void edit(const QString& what, const QString& key, const Change& change);
    /// Changes the spec of the activation that is chosen.
    void editActivation(const QString& what, const QString& key,
                        const std::function<void(QuantSpec&)>& change);
    /// Fixes the chosen activation's values at those in force, then changes them.
    void fixActivation(const QString& what, const QString& key,
                       const std::function<void(QuantSpec&)>& change);
    void refresh();
    void refreshActivation();
    QatConfig config() const;
    std::string chosenActivation() const;
    QuantSpec activationSpec() const;
    std::optional<QuantParams> activationParams() const;

    Document& m_document;
    std::shared_ptr<const TwinSnapshot> m_snapshot;
    std::string m_model;
    bool m_refreshing = false;

    DTypeCombo* m_weightDtype;
    QSpinBox* m_weightBits;
    QComboBox* m_weightGranularity;
    QComboBox* m_activation;
    DTypeCombo* m_activationDtype;
    QComboBox* m_observer;
    NumberField* m_scale;
    LogSlider* m_scaleSlider;
    NumberField* m_zeroPoint;
    QLabel* m_evidence;
};

} // namespace qs
