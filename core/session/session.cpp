// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session.h"

namespace qs {

void TensorSession::choose(const std::string& newSource, const std::string& newTensor)
{
    source = newSource;
    tensor = newTensor;
    channel = 0;
    view.x.reset();
    view.picked.reset();
    view.brush.reset();
    // Another tensor may have other axes.
    if (info(spec.qschemeInUse()).granularity != Granularity::Tensor) {
        spec.axis = defaultAxis(spec);
        if (spec.isFixed())
            spec.observer = "minmax";
    }
}

Session exampleSession(const std::string& samplePath)
{
    Session session;
    session.sources = {samplePath};
    session.tensor.source = samplePath;
    session.tensor.tensor = "3.weight";
    session.tensor.spec.dtype = DType::Int4;
    session.tensor.spec.qscheme = QScheme::PerTensorAffine;
    session.train.recipe.epochs = 2;
    session.train.recipe.seed = 1;
    return session;
}

} // namespace qs
