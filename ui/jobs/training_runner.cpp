// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/training_runner.h"

#include <mutex>
#include <optional>

namespace qs {

/// The trainer, once it exists, and what was asked for before it did.
struct TrainingRunner::Shared {
    std::mutex mutex;
    TwinTrainer* trainer = nullptr;
    std::optional<QatConfig> request;
    bool pause = false;
};

TrainingRunner::TrainingRunner(QObject* parent) : QObject(parent) {}

TrainingRunner::~TrainingRunner()
{
    blockSignals(true); // whoever listens is going, too
    stop();
}

void TrainingRunner::setState(State state)
{
    if (m_state == state)
        return;
    m_state = state;
    emit stateChanged();
}

void TrainingRunner::start(const TrainRecipe& recipe)
{
    if (m_state != State::Idle)
        return;
    m_shared = std::make_shared<Shared>();
    setState(State::Loading);
    m_thread = std::jthread([this, recipe, shared = m_shared](const std::stop_token& token) {
        work(recipe, shared, token);
    });
}

void TrainingRunner::work(const TrainRecipe& recipe, const std::shared_ptr<Shared>& shared,
                          const std::stop_token& token)
{
    // The destructor joins this thread, so `this` lives; calls posted to it are dropped with it.
    const auto post = [this](auto call) {
        QMetaObject::invokeMethod(this, std::move(call));
    };
    const auto fail = [&](const Error& error) {
        post([this, error] {
            if (error.kind == ErrorKind::Cancelled)
                emit ended(false);
            else
                emit failed(QString::fromStdString(error.message));
            setState(State::Idle);
        });
    };
    const JobContext context(token);
    auto data = readDataset(recipe.data, context);
    if (!data)
        return fail(data.error());
    auto trainer = TwinTrainer::make(recipe, *data);
    if (!trainer)
        return fail(trainer.error());
    {
        const std::scoped_lock lock(shared->mutex);
        shared->trainer = trainer->get();
        if (shared->request)
            shared->trainer->requestQuantization(*shared->request);
        if (shared->pause)
            shared->trainer->pause();
    }
    post([this] {
        if (m_state == State::Loading)
            setState(State::Running);
    });
    const auto end = (*trainer)->run(context, [&](std::shared_ptr<const TwinSnapshot> snapshot) {
        post([this, snapshot = std::move(snapshot)] { emit this->snapshot(snapshot); });
    });
    {
        const std::scoped_lock lock(shared->mutex);
        shared->trainer = nullptr;
    }
    // Whatever ended it, the last state is shown: a stop or a failure must not lose what was
    // learnt.
    post([this, last = (*trainer)->snapshot()] { emit snapshot(last); });
    if (!end)
        return fail(end.error());
    post([this, finished = *end == TwinTrainer::End::Finished] {
        emit ended(finished);
        setState(State::Idle);
    });
}

void TrainingRunner::pause()
{
    if (m_state != State::Running && m_state != State::Loading)
        return;
    const std::scoped_lock lock(m_shared->mutex);
    m_shared->pause = true;
    if (m_shared->trainer != nullptr)
        m_shared->trainer->pause();
    setState(State::Paused);
}

void TrainingRunner::resume()
{
    if (m_state != State::Paused)
        return;
    const std::scoped_lock lock(m_shared->mutex);
    m_shared->pause = false;
    if (m_shared->trainer != nullptr)
        m_shared->trainer->resume();
    setState(State::Running);
}

void TrainingRunner::stop()
{
    if (m_state == State::Idle)
        return;
    m_thread.request_stop();
    const std::scoped_lock lock(m_shared->mutex);
    if (m_shared->trainer != nullptr)
        m_shared->trainer->stop();
    setState(State::Stopping);
}

void TrainingRunner::requestQuantization(const QatConfig& config)
{
    if (m_state == State::Idle)
        return;
    const std::scoped_lock lock(m_shared->mutex);
    m_shared->request = config;
    if (m_shared->trainer != nullptr)
        m_shared->trainer->requestQuantization(config);
}

} // namespace qs
