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

class LogSlider;
class NumberField;

/// The controls of one tensor's quantizer. They show the document's spec and, where an observer
/// finds the values, what it found; every change is an edit of the document at once.
class QuantizerControls : public QScrollArea {
    Q_OBJECT

public:
    explicit QuantizerControls(Document& document, QWidget* parent = nullptr);

    /// The newest result; null while there is none.
    void setResult(std::shared_ptr<const TensorResult> result);
    /// Why the present spec cannot be used, shown at the field it is about; empty: it can.
    void setProblem(const QString& message);
    /// One end of the range dragged in a plot to x. All moves of one drag start from what was in
    /// force when it began, so that rounding zero_point does not add up.
    void beginRangeDrag();
    void dragRangeEnd(bool maximum, double x);
    void endRangeDrag();

private:
    using Change = std::function<QuantSpec(const QuantSpec&, const QuantParams&)>;

    QWidget* buildQuantizer();
    QWidget* buildGrid();
    QWidget* buildCalibration();
    void editSpec(const QString& what, const QString& key, const Change& change);
    void commitScale(double scale, const QString& key);
    void refresh();
    void refreshValues();
    std::size_t channelIndex() const;
    /// The spec's own values where it is fixed, else what the observer found last.
    std::optional<QuantParams> currentParams() const;

    Document& m_document;
    std::shared_ptr<const TensorResult> m_result;
    std::optional<std::pair<QuantSpec, QuantParams>> m_dragStart;
    bool m_refreshing = false;

    QComboBox* m_dtype;
    QComboBox* m_symmetry;
    QComboBox* m_granularity;
    QSpinBox* m_axis;
    QSpinBox* m_channel;
    QSlider* m_channelSlider;
    NumberField* m_scale;
    LogSlider* m_scaleSlider;
    NumberField* m_zeroPoint;
    NumberField* m_quantMin;
    NumberField* m_quantMax;
    QCheckBox* m_narrow;
    QCheckBox* m_reduce;
    QComboBox* m_observer;
    QComboBox* m_preset;
    QComboBox* m_rounding;
    QComboBox* m_dialect;
    QLabel* m_problem;
};

} // namespace qs
