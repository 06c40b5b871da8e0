// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nn/twin_trainer.h"

#include <QObject>
#include <QString>

#include <memory>
#include <thread>

namespace qs {

/// A twin training on a thread of its own. Everything here is called from the GUI thread; snapshots
/// arrive there as shared immutable values. Destruction stops the training and waits for it.
class TrainingRunner : public QObject {
    Q_OBJECT

public:
    enum class State { Idle, Loading, Running, Paused, Stopping };

    explicit TrainingRunner(QObject* parent = nullptr);
    ~TrainingRunner() override;

    State state() const { return m_state; }
    /// Begins anew with this recipe. Only when idle.
    void start(const TrainRecipe& recipe);
    void pause();
    void resume();
    /// Ends the training; what was learnt so far stays in the last snapshot.
    void stop();
    /// In force from the next step on. Without effect when idle.
    void requestQuantization(const QatConfig& config);

signals:
    void stateChanged();
    void snapshot(std::shared_ptr<const qs::TwinSnapshot> snapshot);
    /// In the user's words; the curves so far stay.
    void failed(const QString& message);
    void ended(bool finished);

private:
    struct Shared;

    void setState(State state);
    void work(const TrainRecipe& recipe, const std::shared_ptr<Shared>& shared,
              const std::stop_token& token);

    State m_state = State::Idle;
    std::shared_ptr<Shared> m_shared;
    std::jthread m_thread;
};

} // namespace qs
