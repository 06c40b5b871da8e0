// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/export_work.h"

#include <QEventLoop>

namespace qs {

ExportWork::ExportWork(std::vector<ExportItem> items, QObject* parent)
    : QObject(parent), m_items(std::move(items))
{
    m_pool.setMaxThreadCount(1);
}

ExportWork::~ExportWork()
{
    m_stop.request_stop();
    m_pool.waitForDone();
}

ExportWork::FigurePointer ExportWork::figure(std::size_t item) const
{
    const auto found = m_figures.find(item);
    return found != m_figures.end() ? found->second : nullptr;
}

QString ExportWork::problem(std::size_t item) const
{
    const auto found = m_errors.find(item);
    return found != m_errors.end() ? QString::fromStdString(found->second.message) : QString();
}

void ExportWork::request(std::size_t item)
{
    cancel();
    if (figure(item))
        emit ready(static_cast<int>(item));
    else
        start(item);
}

void ExportWork::cancel()
{
    m_stop.request_stop();
    m_stop = {};
}

void ExportWork::start(std::size_t item)
{
    m_errors.erase(item);
    m_underWay = item;
    m_pool.start([this, item, number = ++m_number, token = m_stop.get_token()] {
        // The destructor waits for this thread; Qt drops what is posted to an object that is gone.
        auto made = token.stop_requested() ? Result<Figure>(Error::cancelled())
                                           : m_items[item].figure(JobContext(token));
        QMetaObject::invokeMethod(this, [this, item, number, made = std::move(made)]() mutable {
            finish(item, number, std::move(made));
        });
    });
}

void ExportWork::finish(std::size_t item, int number, Result<Figure> made)
{
    if (number == m_number)
        m_underWay.reset();
    else if (!made)
        return;
    if (made)
        m_figures[item] = std::make_shared<const Figure>(std::move(*made));
    else
        m_errors.insert_or_assign(item, made.error());
    emit ready(static_cast<int>(item));
}

Result<ExportWork::FigurePointer> ExportWork::wait(std::size_t item)
{
    if (!figure(item)) {
        QEventLoop loop;
        connect(this, &ExportWork::ready, &loop, [&](int done) {
            if (done == static_cast<int>(item))
                loop.quit();
        });
        cancel();
        start(item);
        loop.exec();
    }
    if (const auto made = figure(item))
        return made;
    return m_errors.at(item);
}

} // namespace qs
