// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/session.h"

#include <QElapsedTimer>
#include <QObject>
#include <QUndoStack>

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

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
    /// open, or when they follow each other within half a second; those whose key ends with *
    /// whenever they follow each other; an empty key never merges.
    void edit(const QString& text, const QString& mergeKey,
              const std::function<void(Session&)>& change);
    /// Changes how the session is looked at (workspace, columns, zoom, picked element, brush): no
    /// undo step, and undo leaves it alone. What else a TensorView holds is edited.
    void adjustView(const std::function<void(Session&)>& change);
    /// A gesture (a slider or a handle being dragged): all its edits of one key are one step.
    void beginGesture();
    void endGesture();

    /// Back and forward through what was looked at: the workspace, the panels in front and the zoom
    /// of the x axis, 200 views deep. Zooms that follow each other within half a second are one
    /// view. Another tensor begins a new history: a zoom means nothing there. Panels go back by an
    /// edit, because they are undone.
    bool canGoBack() const { return !m_back.empty(); }
    bool canGoForward() const { return !m_forward.empty(); }
    void goBack();
    void goForward();

    /// Another document: no undo and no view leads back.
    void replace(Session session, const QString& path);
    /// The same, of work that was never saved: it counts as modified until it is.
    void replaceUnsaved(Session session, const QString& path);
    /// Where it was opened from or saved to; empty for none.
    const QString& path() const { return m_path; }
    void setSaved(const QString& path);
    bool isModified() const { return !m_undo.isClean(); }

signals:
    void changed();
    void pathChanged();

private:
    friend class SessionCommand;
    /// What Back and Forward return to.
    struct View {
        std::string workspace;
        std::vector<std::string> panels;
        std::optional<std::array<double, 2>> x;
        bool operator==(const View&) const = default;
    };

    void apply(const Session& session);
    void set(Session session);
    void take(Session session, const QString& path);
    View view() const;
    void recordView(const View& before);
    void showView(std::vector<View>& from, std::vector<View>& to);

    Session m_session;
    QUndoStack m_undo;
    QString m_path;
    QElapsedTimer m_lastEdit;
    std::vector<View> m_back;    ///< the last one is where Back leads
    std::vector<View> m_forward; ///< likewise
    QElapsedTimer m_lastZoom;    ///< valid while another zoom may still belong to the last view
    bool m_goingThroughViews = false;
    int m_gesture = 0; ///< above 0 while one is open
    int m_serial = 0;  ///< changes whenever merging must stop
};

} // namespace qs
