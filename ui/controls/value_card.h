// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pipeline/tensor_pipeline.h"

#include <QLabel>

#include <memory>
#include <optional>

namespace qs {

/// What the quantizer makes of one real value: x, its code and bits, the dequantized value, the
/// error in real units and in LSB, the distance of the levels around x. The
/// same arithmetic as for the elements, on the float32 nearest to x.
class ValueCard : public QLabel {
    Q_OBJECT

public:
    explicit ValueCard(QWidget* parent = nullptr);
    /// No result or no x: dashes.
    void setValue(const std::shared_ptr<const TensorResult>& result, std::optional<double> x);
};

/// The facts of a tensor: name, type, shape, range, moments, what is not finite.
class FactsCard : public QLabel {
    Q_OBJECT

public:
    explicit FactsCard(QWidget* parent = nullptr);
    void setResult(const std::shared_ptr<const TensorResult>& result);
};

} // namespace qs
