// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPointer>
#include <QWidget>

namespace qs {

/// A ring of two pixels around the widget that has the focus, in whatever window of the program it
/// is: around a tab for tab bars. Shown once the keyboard is used, and always around fields in
/// which one types. What draws a ring of its own (a property "ownFocusRing") gets none.
class FocusRing : public QObject {
    Q_OBJECT

public:
    static constexpr int kWidth = 2;

    explicit FocusRing(QObject* parent = nullptr);
    ~FocusRing() override;

    void setColor(const QColor& color);
    /// Where it is, in the coordinates of its window; empty where it is hidden.
    QRect shownAt() const;

protected:
    bool eventFilter(QObject* object, QEvent* event) override;

private:
    void follow();
    void place();

    QColor m_color = Qt::black;
    QPointer<QWidget> m_target;
    QPointer<QWidget> m_ring;
    bool m_keyboard = false; ///< the last thing that was used
};

} // namespace qs
