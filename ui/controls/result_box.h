// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pipeline/tensor_pipeline.h"

#include <QWidget>

#include <memory>

class QLabel;
class QTableWidget;

namespace qs {

/// The figures of the newest report: the whole tensor, and the shown channel beside it where there
/// is one. Every row of the metric table that is a headline; its formula is the tooltip.
class ResultBox : public QWidget {
    Q_OBJECT

public:
    explicit ResultBox(QWidget* parent = nullptr);
    void setResult(const std::shared_ptr<const TensorResult>& result);

protected:
    void changeEvent(QEvent* event) override;

private:
    void fit();
    QTableWidget* m_table;
};

} // namespace qs
