// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/document.h"

#include <QScopedValueRollback>

#include <utility>

namespace qs {
namespace {

constexpr int kUndoDepth = 200;
constexpr std::size_t kViewDepth = 200;
constexpr qint64 kMergeWithinMs = 500;

} // namespace

/// From one session to another. Equal keys (of one gesture) merge into one step.
class SessionCommand : public QUndoCommand {
public:
    SessionCommand(Document& document, const QString& text, QString key, Session after)
        : QUndoCommand(text),
          m_document(document),
          m_key(std::move(key)),
          m_before(document.session()),
          m_after(std::move(after))
    {
    }

    int id() const override { return 1; }
    void undo() override { m_document.apply(m_before); }
    void redo() override { m_document.apply(m_after); }
    bool mergeWith(const QUndoCommand* other) override
    {
        const auto* next = static_cast<const SessionCommand*>(other);
        if (m_key.isEmpty() || next->m_key != m_key)
            return false;
        m_after = next->m_after;
        setText(next->text()); // names may say values: the last one holds
        setObsolete(m_after == m_before);
        return true;
    }

private:
    Document& m_document;
    QString m_key;
    Session m_before;
    Session m_after;
};

Document::Document(QObject* parent) : QObject(parent)
{
    m_undo.setUndoLimit(kUndoDepth);
    m_lastEdit.start();
}

void Document::edit(const QString& text, const QString& mergeKey,
                    const std::function<void(Session&)>& change)
{
    Session after = m_session;
    change(after);
    if (after == m_session)
        return;
    if (m_gesture == 0 && m_lastEdit.elapsed() > kMergeWithinMs)
        ++m_serial;
    m_lastEdit.restart();
    const bool always = mergeKey.isEmpty() || mergeKey.endsWith(QLatin1Char('*'));
    const QString key = always ? mergeKey : QStringLiteral("%1#%2").arg(mergeKey).arg(m_serial);
    m_undo.push(new SessionCommand(*this, text, key, std::move(after)));
}

void Document::adjustView(const std::function<void(Session&)>& change)
{
    Session after = m_session;
    change(after);
    if (after == m_session)
        return;
    set(std::move(after));
}

void Document::beginGesture()
{
    if (m_gesture++ == 0)
        ++m_serial;
}

void Document::endGesture()
{
    if (m_gesture > 0 && --m_gesture == 0)
        ++m_serial;
}

void Document::replace(Session session, const QString& path)
{
    take(std::move(session), path);
    m_undo.setClean();
    emit pathChanged();
    emit changed();
}

void Document::replaceUnsaved(Session session, const QString& path)
{
    take(std::move(session), path);
    m_undo.resetClean();
    emit pathChanged();
    emit changed();
}

void Document::take(Session session, const QString& path)
{
    m_undo.clear();
    m_back.clear();
    m_forward.clear();
    m_lastZoom.invalidate();
    m_path = path;
    m_session = std::move(session);
}

void Document::setSaved(const QString& path)
{
    m_path = path;
    m_undo.setClean();
    emit pathChanged();
}

void Document::apply(const Session& session)
{
    // What is looked at is not undone: only what was chosen.
    Session next = session;
    next.workspace = m_session.workspace;
    next.window = m_session.window;
    next.sources = m_session.sources;
    if (next.tensor.source == m_session.tensor.source &&
        next.tensor.tensor == m_session.tensor.tensor) {
        next.tensor.view.x = m_session.tensor.view.x;
        next.tensor.view.picked = m_session.tensor.view.picked;
        next.tensor.view.brush = m_session.tensor.view.brush;
    }
    set(std::move(next));
}

void Document::set(Session session)
{
    const View before = view();
    const bool sameTensor = session.tensor.source == m_session.tensor.source &&
                            session.tensor.tensor == m_session.tensor.tensor;
    m_session = std::move(session);
    if (sameTensor) {
        recordView(before);
    } else {
        m_back.clear();
        m_forward.clear();
        m_lastZoom.invalidate();
    }
    emit changed();
}

Document::View Document::view() const
{
    return {m_session.workspace, m_session.tensor.view.panels, m_session.tensor.view.x};
}

void Document::recordView(const View& before)
{
    const View now = view();
    if (m_goingThroughViews || now == before)
        return;
    View zoomed = before;
    zoomed.x = now.x;
    const bool onlyZoom = zoomed == now;
    m_forward.clear();
    const bool sameGesture =
        onlyZoom && m_lastZoom.isValid() && m_lastZoom.elapsed() <= kMergeWithinMs;
    if (!sameGesture)
        m_back.push_back(before);
    if (m_back.size() > kViewDepth)
        m_back.erase(m_back.begin());
    if (onlyZoom)
        m_lastZoom.start();
    else
        m_lastZoom.invalidate();
}

void Document::showView(std::vector<View>& from, std::vector<View>& to)
{
    if (from.empty())
        return;
    View next = std::move(from.back());
    from.pop_back();
    to.push_back(view());
    m_lastZoom.invalidate();
    const QScopedValueRollback guard(m_goingThroughViews, true);
    if (next.panels != m_session.tensor.view.panels)
        edit(tr("plots in front"), QStringLiteral("panels*"),
             [&](Session& session) { session.tensor.view.panels = next.panels; });
    adjustView([&](Session& session) {
        session.workspace = next.workspace;
        session.tensor.view.x = next.x;
    });
    emit changed(); // also where the last view was this one
}

void Document::goBack()
{
    showView(m_back, m_forward);
}

void Document::goForward()
{
    showView(m_forward, m_back);
}

} // namespace qs
