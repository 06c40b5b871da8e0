// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pipeline/tensor_pipeline.h"
#include "ui/document/document.h"

#include <QScrollArea>

#include <memory>

class QCheckBox;
class QComboBox;
class QLabel;
class QSlider;
class QSpinBox;

namespace qs {

class DTypeCombo;
class LogSlider;
class NumberField;
class NumbersField;

/// The controls of one tensor's quantizer. They show the document's spec and, where an observer
/// finds the values, what it found; every change is an edit of the document at once. What a dtype
/// does not have is disabled, and its tooltip says why.
class QuantizerControls : public QScrollArea {
    Q_OBJECT

public:
    explicit QuantizerControls(Document& document, QWidget* parent = nullptr);

    /// The newest result; null while there is none.
    void setResult(std::shared_ptr<const TensorResult> result);
    /// Why the present spec cannot be used, shown at the field it is about; empty: it can.
    void setProblem(const QString& message);
    /// The spec's own values where it is fixed, else what the observer found last.
    std::optional<QuantParams> currentParams() const;
    /// Which set of them is shown: 0 where there is one.
    std::size_t channelIndex() const;

protected:
    void changeEvent(QEvent* event) override;

private:
    using Change = std::function<QuantSpec(const QuantSpec&, const QuantParams&)>;

    QWidget* buildQuantizer();
    QWidget* buildGrid();
    QWidget* buildCalibration();
    void fitFields();
    void connectQuantizer();
    void connectGrid();
    void connectCalibration();
    static bool isGgml(const QuantSpec& spec);
    void editSpec(const QString& what, const QString& key, const Change& change);
    void chooseScheme(bool symmetryChanged);
    void commitScale(double scale, const QString& key);
    void commitZeroPoint(double zeroPoint);
    QString zeroPointRefusal(double value) const;
    void refresh();
    void refreshScheme();
    void refreshParts();
    void refreshRules();
    void refreshCalibration();
    void refreshValues();
    void refreshScaleSpan(const QuantParams& params);

    Document& m_document;
    std::shared_ptr<const TensorResult> m_result;
    bool m_refreshing = false;

    DTypeCombo* m_dtype;
    QComboBox* m_symmetry;
    QComboBox* m_granularity;
    QSpinBox* m_axis;
    QSpinBox* m_groupSize;
    QLabel* m_partLabel;
    QSpinBox* m_channel;
    QSlider* m_channelSlider;
    NumberField* m_scale;
    LogSlider* m_scaleSlider;
    NumberField* m_zeroPoint;
    NumberField* m_quantMin;
    NumberField* m_quantMax;
    QCheckBox* m_narrow;
    QCheckBox* m_reduce;
    QComboBox* m_scaleRule;
    NumbersField* m_codebook;
    QComboBox* m_observer;
    NumberField* m_averaging;
    NumberField* m_percentile;
    QComboBox* m_preset;
    QComboBox* m_rounding;
    NumberField* m_seed;
    QComboBox* m_dialect;
    QLabel* m_problem;
};

} // namespace qs
