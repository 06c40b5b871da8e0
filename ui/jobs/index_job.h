// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pipeline/tensor_pipeline.h"
#include "ui/jobs/latest_job.h"

#include <optional>

namespace qs {

/// Builds the index of the tensor that is looked at in the background, while the pipeline answers
/// without it. Once stopped by a person it rests until another tensor is looked at; where memory
/// has no room, until another tensor or another cut into channels is.
class IndexJob : public QObject {
    Q_OBJECT

public:
    enum class State {
        Idle,     ///< nothing to build, or built
        Building, ///< fraction() of it is done
        Stopped,  ///< by a person
        NoRoom,   ///< memory has none for it
    };

    explicit IndexJob(TensorPipeline& pipeline, QObject* parent = nullptr);

    /// The tensor that is looked at from now on: what is being built for another one is stopped.
    void look(const Tensor& tensor);
    /// Builds the index that answers such requests, where it is worth having and not there yet.
    void want(const TensorRequest& request);
    /// Stops for good: until another tensor is looked at.
    void stop();

    State state() const { return m_state; }
    double fraction() const { return m_fraction; }
    /// Whether work is under way, be it one that was told to stop and has not seen it yet.
    bool busy() const { return m_job->busy(); }

signals:
    void changed();

private:
    void setState(State state);
    void finish(const TensorRequest& request, const Result<bool>& built);

    TensorPipeline& m_pipeline;
    LatestJob<TensorRequest, bool>* m_job;
    TensorKey m_tensor;
    /// The cut into sets that is being built, or that had no room.
    std::optional<ParamLayout> m_layout;
    State m_state = State::Idle;
    double m_fraction = 0;
};

} // namespace qs
