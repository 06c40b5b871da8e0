// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nn/twin_trainer.h"
#include "core/quant/quant_spec.h"
#include "core/session/tensor_view.h"
#include "core/session/window_view.h"

#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace qs {

/// A quantizer that was kept under a name, to be compared with and gone back to.
struct Snapshot {
    std::string name;
    QuantSpec spec;
    bool operator==(const Snapshot&) const = default;
};

/// What the Tensor workspace shows.
struct TensorSession {
    std::string source; ///< a file, or "generator:normal?numel=65536&seed=1"; empty: nothing chosen
    std::string tensor; ///< its name in the source
    QuantSpec spec;
    std::int64_t channel = 0; ///< looked at, where the scheme is per channel or group
    /// The other side of A|B: the two change places when a person goes from one to the other.
    std::optional<QuantSpec> other;
    bool showsB = false; ///< `spec` is B and `other` is A
    std::vector<Snapshot> snapshots;
    TensorView view;

    /// Another tensor: what was picked, selected and zoomed was of the one before, and parameters
    /// that were fixed for its channels do not fit; they are observed anew.
    void choose(const std::string& newSource, const std::string& newTensor);
    bool operator==(const TensorSession&) const = default;
};

/// What the Train workspace shows: the recipe with its quantizers.
struct TrainSession {
    TrainSession() { recipe.qat = defaultQatConfig(); }

    TrainRecipe recipe; ///< with qat: the second network is always fake-quantized
    bool operator==(const TrainSession&) const = default;
};

/// Everything that is saved, undone and rendered: the window's whole state as a value.
struct Session {
    std::string workspace = "tensor"; ///< which one is in front: "tensor" or "train"
    std::vector<std::string> sources; ///< the files in the source tree, in order
    TensorSession tensor;
    TrainSession train;
    WindowView window;
    /// Members that this version does not know, kept for the one that wrote them.
    nlohmann::ordered_json unknown = nlohmann::ordered_json::object();
    bool operator==(const Session&) const = default;
};

/// A session file's content: the session, and the curves of the training that it shows (null where
/// nothing was trained). Curves are results, not choices: undo does not touch them.
struct SessionFile {
    Session session;
    std::shared_ptr<const TwinSnapshot> training;
};

/// Builds the example that `quantoscope demo` renders and the first start shows.
Session exampleSession(const std::string& samplePath);

} // namespace qs
