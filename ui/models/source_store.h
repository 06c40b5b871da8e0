// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/tensor_file.h"

#include <QObject>
#include <QString>
#include <QThreadPool>

#include <map>
#include <memory>
#include <optional>
#include <stop_token>

namespace qs {

/// The files (and generators) that were opened, read in the background, each once. Owned by the
/// GUI thread; what it hands out is immutable.
class SourceStore : public QObject {
    Q_OBJECT

public:
    explicit SourceStore(QObject* parent = nullptr);
    ~SourceStore() override;

    /// Reads a source unless it is there or on its way; loaded() or failed() follows.
    void request(const QString& source);
    /// Reads it again, whatever is there.
    void reload(const QString& source);
    /// Null where it is not there (yet).
    std::shared_ptr<const TensorFile> file(const QString& source) const;
    /// Why it could not be read; empty where it could, or is on its way.
    QString problem(const QString& source) const;
    bool isLoading(const QString& source) const;
    /// The tensor to show first: the largest one with two or more axes, else the largest.
    static const TensorEntry* mainTensor(const TensorFile& file);

signals:
    void loaded(const QString& source);
    void failed(const QString& source, const QString& message);
    void loadingChanged();

private:
    struct Entry {
        std::shared_ptr<const TensorFile> file;
        QString problem;
        bool loading = false;
    };

    std::map<QString, Entry> m_entries;
    QThreadPool m_pool;
    std::stop_source m_stop;
};

} // namespace qs
