// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/bit_inspector.h"
#include "core/pipeline/session_request.h"
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
    /// The elements that view.brush selects; null: not computed (yet).
    std::shared_ptr<const SelectedPart> selection;
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
    /// What elements are selected by along its x axis, where that is not the tensor's value.
    std::optional<SelectedBy> selects{};
};

std::span<const PanelInfo> panels();
const PanelInfo* panelById(const QString& id);
QString panelTitle(const PanelInfo& panel);
QString panelHelp(const PanelInfo& panel);

} // namespace qs
