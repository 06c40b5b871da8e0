// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/dialogs/export_job.h"

#include <QObject>
#include <QThreadPool>

#include <map>
#include <memory>
#include <optional>
#include <stop_token>

namespace qs {

/// The figures of an export, each made once, one after the other, beside the window.
class ExportWork : public QObject {
    Q_OBJECT

public:
    using FigurePointer = std::shared_ptr<const Figure>;

    explicit ExportWork(std::vector<ExportItem> items, QObject* parent = nullptr);
    ~ExportWork() override;

    const std::vector<ExportItem>& items() const { return m_items; }
    /// The figure where it was made already; else null.
    FigurePointer figure(std::size_t item) const;
    /// Why there is none; empty: it was not asked for, or is on its way.
    QString problem(std::size_t item) const;
    /// What is being made, of what was asked for last.
    std::optional<std::size_t> underWay() const { return m_underWay; }
    /// Begins to make it; ready() follows. What was asked for before is stopped.
    void request(std::size_t item);
    /// Makes it and waits, while the window lives on. Errors: those of the item; cancelled.
    Result<FigurePointer> wait(std::size_t item);
    void cancel();

signals:
    void ready(int item);

private:
    void start(std::size_t item);
    void finish(std::size_t item, int number, Result<Figure> made);

    std::vector<ExportItem> m_items;
    std::map<std::size_t, FigurePointer> m_figures;
    std::map<std::size_t, Error> m_errors;
    std::optional<std::size_t> m_underWay;
    std::stop_source m_stop;
    int m_number = 0; ///< of the last request: earlier ones were stopped
    QThreadPool m_pool;
};

} // namespace qs
