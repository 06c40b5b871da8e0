// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/session.h"

#include <QElapsedTimer>
#include <QObject>
#include <QUndoStack>

#include <functional>

namespace qs {

/// The one owner of the state that a person changes: a Session as a value, with undo. Every control
/// changes it through edit() and shows what changed() says; results live elsewhere.
class Document : public QObject {
    Q_OBJECT

public:
    explicit Document(QObject* parent = nullptr);

    const Session& session() const { return m_session; }
    QUndoStack& undoStack() { return m_undo; }

    /// Applies `change` to a copy of the session and makes it one undo step called `text`. Nothing
    /// happens where nothing changed. Steps with the same `mergeKey` become one while a gesture is
    /// open, or when they follow each other within half a second; an empty key never merges.
    void edit(const QString& text, const QString& mergeKey,
              const std::function<void(Session&)>& change);
    /// Changes how the session is looked at (zoom, workspace): no undo step, and undo leaves it
    /// alone.
    void adjustView(const std::function<void(Session&)>& change);
    /// A gesture (a slider or a handle being dragged): all its edits of one key are one step.
    void beginGesture();
    void endGesture();

    /// Another document: no undo leads back.
    void replace(Session session, const QString& path);
    /// Where it was opened from or saved to; empty for none.
    const QString& path() const { return m_path; }
    void setSaved(const QString& path);
    bool isModified() const { return !m_undo.isClean(); }

signals:
    void changed();
    void pathChanged();

private:
    friend class SessionCommand;
    void apply(const Session& session);

    Session m_session;
    QUndoStack m_undo;
    QString m_path;
    QElapsedTimer m_lastEdit;
    int m_gesture = 0; ///< above 0 while one is open
    int m_serial = 0;  ///< changes whenever merging must stop
};

} // namespace qs
