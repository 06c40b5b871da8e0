// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/index_job.h"

#include <QTimer>

#include <chrono>

namespace qs {
namespace {

/// How often other programs' need of memory is looked at.
constexpr std::chrono::seconds kRelieveEvery{5};

} // namespace

IndexJob::IndexJob(TensorPipeline& pipeline, QObject* parent)
    : QObject(parent), m_pipeline(pipeline)
{
    m_job = new LatestJob<TensorRequest, bool>(
        [this](const TensorRequest& request, const JobContext& context) {
            return m_pipeline.prepareIndex(request, context);
        },
        [this](const TensorRequest& request, const Result<bool>& built) { finish(request, built); },
        this);
    connect(m_job, &JobSignals::progressed, this, [this](const QString&, double fraction) {
        if (m_state != State::Building)
            return;
        m_fraction = fraction;
        emit changed();
    });
    auto* relieve = new QTimer(this);
    connect(relieve, &QTimer::timeout, this, [this] { m_pipeline.relieveMemory(); });
    relieve->start(kRelieveEvery);
}

void IndexJob::look(const Tensor& tensor)
{
    const auto key = TensorKey::of(tensor);
    if (key == m_tensor)
        return;
    m_tensor = key;
    m_layout.reset();
    m_job->cancel();
    setState(State::Idle);
}

void IndexJob::want(const TensorRequest& request)
{
    look(request.tensor);
    const auto layout = request.spec.layout(request.tensor.shape());
    if (m_state == State::Stopped || !layout)
        return;
    if (m_layout == *layout && m_state != State::Idle)
        return; // on its way, or known to have no room
    // One for another cut into channels would come too late: nothing is shown of it any more.
    m_job->cancel();
    m_layout.reset();
    if (!m_pipeline.wantsIndex(request)) {
        setState(State::Idle);
        return;
    }
    m_layout = *layout;
    m_fraction = 0;
    setState(State::Building);
    m_job->request(request);
}

void IndexJob::stop()
{
    if (m_state != State::Building)
        return;
    m_job->cancel();
    setState(State::Stopped);
}

void IndexJob::setState(State state)
{
    if (m_state == state && state != State::Building)
        return;
    m_state = state;
    emit changed();
}

void IndexJob::finish(const TensorRequest& request, const Result<bool>& built)
{
    const auto layout = request.spec.layout(request.tensor.shape());
    if (TensorKey::of(request.tensor) != m_tensor || !layout || m_layout != *layout)
        return; // of a tensor or a cut that is looked at no more
    setState(built && *built ? State::Idle : State::NoRoom);
}

} // namespace qs
