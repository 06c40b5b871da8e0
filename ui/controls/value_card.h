// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/bit_inspector.h"
#include "core/pipeline/session_request.h"
#include "core/pipeline/tensor_pipeline.h"

#include <QLabel>

#include <memory>
#include <optional>

namespace qs {

/// What the quantizer makes of one value: x, its code and bits, the dequantized value, the error in
/// real units and in LSB, the distance of the levels around x, and the formula with these numbers
/// put in. Of the value at the pointer, by the same arithmetic as for the elements, on the float32
/// nearest to it; else of the element that is picked.
class ValueCard : public QLabel {
    Q_OBJECT

public:
    explicit ValueCard(QWidget* parent = nullptr);
    /// No result or no x: dashes.
    void setValue(const std::shared_ptr<const TensorResult>& result, std::optional<double> x);
    /// Another result; the place of the pointer stays.
    void setResult(const std::shared_ptr<const TensorResult>& result);
    void setPicked(const std::shared_ptr<const ElementInspection>& picked);

private:
    void refresh();

    std::shared_ptr<const TensorResult> m_result;
    std::shared_ptr<const ElementInspection> m_picked;
    std::optional<double> m_hovered;
};

/// The facts of a tensor: name, type, shape, range, moments, what is not finite; and of its
/// selected elements, where there are any: how many, and what the quantizer makes of them.
class FactsCard : public QLabel {
    Q_OBJECT

public:
    explicit FactsCard(QWidget* parent = nullptr);
    void setResult(const std::shared_ptr<const TensorResult>& result);
    void setSelection(const std::shared_ptr<const SelectedPart>& selection);

private:
    void refresh();

    std::shared_ptr<const TensorResult> m_result;
    std::shared_ptr<const SelectedPart> m_selection;
};

} // namespace qs
