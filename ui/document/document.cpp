// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/document.h"

namespace qs {
namespace {

constexpr int kUndoDepth = 200;
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
    const QString key =
        mergeKey.isEmpty() ? QString() : QStringLiteral("%1#%2").arg(mergeKey).arg(m_serial);
    m_undo.push(new SessionCommand(*this, text, key, std::move(after)));
}

void Document::adjustView(const std::function<void(Session&)>& change)
{
    Session after = m_session;
    change(after);
    if (after == m_session)
        return;
    m_session = std::move(after);
    emit changed();
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
    m_undo.clear();
    m_path = path;
    m_session = std::move(session);
    m_undo.setClean();
    emit pathChanged();
    emit changed();
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
    next.sources = m_session.sources;
    if (next.tensor.source == m_session.tensor.source &&
        next.tensor.tensor == m_session.tensor.tensor)
        next.tensor.view.x = m_session.tensor.view.x;
    m_session = std::move(next);
    emit changed();
}

} // namespace qs
