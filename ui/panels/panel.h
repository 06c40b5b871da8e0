// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/bit_inspector.h"
#include "core/pipeline/tensor_study.h"
#include "core/session/tensor_view.h"
#include "ui/plot/figure.h"

#include <QString>

#include <memory>
#include <span>

namespace qs {

struct TwinSnapshot;

/// Everything a panel may draw from.
struct PanelInput {
    std::shared_ptr<const TensorResult> tensor;   ///< null: nothing computed yet
    std::shared_ptr<const TwinSnapshot> training; ///< null: nothing trained yet
    /// Null, or of another kind or tensor: not computed (yet).
    std::shared_ptr<const TensorStudy> study;
    QString studyNote; ///< why there is none; empty: it is on its way
    /// The other side of A|B, where there is one: the same tensor through it.
    std::shared_ptr<const TensorResult> other;
    std::shared_ptr<const TensorStudy> otherStudy; ///< likewise
    bool showsB = false;                           ///< `tensor` is through B, `other` through A
    /// The element view.picked through the quantizer in force; null: none is picked.
    std::shared_ptr<const ElementInspection> picked;
    /// The elements of what is shown whose values lie in view.brush, through its quantizer.
    std::shared_ptr<const Report> selection;
    QString weightLayer; ///< whose weights of the training are shown: "0.weight"; empty: the first
    TensorView view;     ///< how the tensor is looked at
};

enum class WorkspaceId { Tensor, Train };

/// One row of THE panel table: one picture. Views, the render command and the exports iterate it.
struct PanelInfo {
    const char* id;    ///< "histogram": file names, --plot, the session file
    const char* title; ///< source text for tr(), context "Panels"
    const char* help;  ///< two sentences: what am I looking at; source text for tr()
    WorkspaceId workspace;
    bool sharesX;    ///< its x axis is the tensor's value
    StudyKind study; ///< what it needs beside the result
    Figure (*build)(const PanelInput& input);
};

std::span<const PanelInfo> panels();
const PanelInfo* panelById(const QString& id);
QString panelTitle(const PanelInfo& panel);
QString panelHelp(const PanelInfo& panel);

} // namespace qs
