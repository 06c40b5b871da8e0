// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/source_store.h"

#include "core/io/formats.h"

namespace qs {

SourceStore::SourceStore(QObject* parent) : QObject(parent)
{
    m_pool.setMaxThreadCount(2);
}

SourceStore::~SourceStore()
{
    m_stop.request_stop();
    m_pool.waitForDone();
}

void SourceStore::request(const QString& source)
{
    const auto it = m_entries.find(source);
    if (it != m_entries.end() && (it->second.loading || it->second.file))
        return;
    reload(source);
}

void SourceStore::reload(const QString& source)
{
    auto& entry = m_entries[source];
    if (entry.loading)
        return;
    entry.loading = true;
    entry.problem.clear();
    emit loadingChanged();
    m_pool.start([this, source, token = m_stop.get_token()] {
        auto file = readTensors(source.toStdString(), JobContext(token));
        auto shared = file ? std::make_shared<const TensorFile>(std::move(*file)) : nullptr;
        const QString problem = shared ? QString() : QString::fromStdString(file.error().message);
        QMetaObject::invokeMethod(this, [this, source, shared, problem] {
            auto& done = m_entries[source];
            done.loading = false;
            done.problem = problem;
            if (shared)
                done.file = shared; // a failed reload keeps what was read before
            emit loadingChanged();
            if (shared)
                emit loaded(source);
            else
                emit failed(source, problem);
        });
    });
}

std::shared_ptr<const TensorFile> SourceStore::file(const QString& source) const
{
    const auto it = m_entries.find(source);
    return it == m_entries.end() ? nullptr : it->second.file;
}

QString SourceStore::problem(const QString& source) const
{
    const auto it = m_entries.find(source);
    return it == m_entries.end() ? QString() : it->second.problem;
}

bool SourceStore::isLoading(const QString& source) const
{
    const auto it = m_entries.find(source);
    return it != m_entries.end() && it->second.loading;
}

const TensorEntry* SourceStore::mainTensor(const TensorFile& file)
{
    const TensorEntry* best = nullptr;
    const auto rank = [](const TensorEntry& e) {
        return std::pair(e.shape.rank() >= 2 ? 1 : 0, e.shape.numel());
    };
    for (const auto& entry : file.tensors) {
        if (entry.tensor && (best == nullptr || rank(entry) > rank(*best)))
            best = &entry;
    }
    return best;
}

} // namespace qs
