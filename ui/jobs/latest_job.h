// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/base/result.h"

#include <QObject>
#include <QPointer>
#include <QString>
#include <QThreadPool>

#include <functional>
#include <optional>
#include <stop_token>

namespace qs {

/// The part of LatestJob that is not a template: whether it works, and how far it is.
class JobSignals : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

signals:
    void busyChanged(bool busy);
    void progressed(const QString& stage, double fraction);
};

/// Runs one piece of background work at a time; of the requests that come meanwhile only the newest
/// is kept and starts next. Answers reach `done` on the thread that owns this object. A request
/// under way is finished, not cancelled, so that a slider that never rests still shows answers;
/// cancel() stops it. Never blocks, except that destruction waits for the work to see its stop.
template <typename Request, typename Value>
class LatestJob : public JobSignals {
public:
    using Work = std::function<Result<Value>(const Request&, const JobContext&)>;
    using Done = std::function<void(const Request&, Result<Value>)>;

    LatestJob(Work work, Done done, QObject* parent)
        : JobSignals(parent), m_work(std::move(work)), m_done(std::move(done))
    {
        m_pool.setMaxThreadCount(1);
    }
    ~LatestJob() override
    {
        m_stop.request_stop();
        m_pool.waitForDone();
    }

    bool busy() const { return m_running; }

    void request(Request request)
    {
        if (m_running) {
            m_next = std::move(request);
            return;
        }
        start(std::move(request));
    }

    /// Stops the work under way and forgets the waiting request; neither is answered.
    void cancel()
    {
        m_next.reset();
        m_stop.request_stop();
    }

private:
    void start(Request request)
    {
        m_running = true;
        m_stop = {};
        emit busyChanged(true);
        m_pool.start([this, request = std::move(request), token = m_stop.get_token()] {
            // The destructor waits for this thread, so `this` lives here; Qt drops the calls posted
            // to an object that goes before they are delivered.
            const JobContext context(token, [this](std::string_view stage, double fraction) {
                const auto text =
                    QString::fromUtf8(stage.data(), static_cast<qsizetype>(stage.size()));
                QMetaObject::invokeMethod(
                    this, [this, text, fraction] { emit progressed(text, fraction); });
            });
            auto answer = m_work(request, context);
            QMetaObject::invokeMethod(
                this, [this, request, answer = std::move(answer), token]() mutable {
                    finish(request, std::move(answer), token.stop_requested());
                });
        });
    }

    void finish(const Request& request, Result<Value> answer, bool stopped)
    {
        m_running = false;
        const QPointer<LatestJob> self(this);
        if (!stopped)
            m_done(request, std::move(answer));
        if (!self)
            return;
        if (m_next && !m_running) {
            Request next = std::move(*m_next);
            m_next.reset();
            start(std::move(next));
        } else if (!m_running) {
            emit busyChanged(false);
        }
    }

    Work m_work;
    Done m_done;
    std::optional<Request> m_next;
    std::stop_source m_stop;
    bool m_running = false;
    QThreadPool m_pool;
};

} // namespace qs
