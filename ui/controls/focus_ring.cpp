// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/focus_ring.h"

#include <QAbstractSpinBox>
#include <QApplication>
#include <QComboBox>
#include <QEvent>
#include <QFocusEvent>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QPainter>
#include <QTabBar>

namespace qs {
namespace {

/// Nothing but the ring: the mask leaves what it surrounds alone.
class Ring : public QWidget {
public:
    explicit Ring(QWidget* parent) : QWidget(parent)
    {
        setAttribute(Qt::WA_TransparentForMouseEvents);
        setFocusPolicy(Qt::NoFocus);
    }
    void setColor(const QColor& color)
    {
        m_color = color;
        update();
    }

protected:
    void paintEvent(QPaintEvent*) override { QPainter(this).fillRect(rect(), m_color); }

private:
    QColor m_color;
};

bool isTypedIn(const QWidget& widget)
{
    const auto* combo = qobject_cast<const QComboBox*>(&widget);
    return qobject_cast<const QLineEdit*>(&widget) != nullptr ||
           qobject_cast<const QAbstractSpinBox*>(&widget) != nullptr ||
           (combo != nullptr && combo->isEditable());
}

/// The whole control: a field inside of a spin box or a combo has the focus for it.
QWidget* control(QWidget* widget)
{
    auto* parent = widget->parentWidget();
    if (qobject_cast<QLineEdit*>(widget) != nullptr &&
        (qobject_cast<QComboBox*>(parent) != nullptr ||
         qobject_cast<QAbstractSpinBox*>(parent) != nullptr))
        return parent;
    return widget;
}

bool wantsRing(const QWidget& widget)
{
    return widget.window() != &widget && widget.window()->windowType() != Qt::Popup &&
           qobject_cast<const QMenuBar*>(&widget) == nullptr &&
           qobject_cast<const QMenu*>(&widget) == nullptr &&
           !widget.property("ownFocusRing").toBool() && !widget.inherits("qs::PlotView");
}

} // namespace

FocusRing::FocusRing(QObject* parent) : QObject(parent)
{
    qApp->installEventFilter(this);
    connect(qApp, &QApplication::focusChanged, this, &FocusRing::follow);
}

FocusRing::~FocusRing()
{
    delete m_ring;
}

void FocusRing::setColor(const QColor& color)
{
    m_color = color;
    if (m_ring != nullptr)
        static_cast<Ring*>(m_ring.data())->setColor(color);
}

QRect FocusRing::shownAt() const
{
    return m_ring != nullptr && m_ring->isVisible() ? m_ring->geometry() : QRect();
}

bool FocusRing::eventFilter(QObject* object, QEvent* event)
{
    switch (event->type()) {
    case QEvent::KeyPress:
        if (!m_keyboard) {
            m_keyboard = true;
            place();
        }
        break;
    case QEvent::MouseButtonPress:
        if (m_keyboard) {
            m_keyboard = false;
            place();
        }
        break;
    case QEvent::FocusIn: {
        const auto reason = static_cast<QFocusEvent*>(event)->reason();
        if (reason == Qt::TabFocusReason || reason == Qt::BacktabFocusReason ||
            reason == Qt::ShortcutFocusReason)
            m_keyboard = true;
        break;
    }
    case QEvent::Move:
    case QEvent::Resize:
    case QEvent::Show:
    case QEvent::Hide: {
        const auto* widget = qobject_cast<QWidget*>(object);
        if (widget != nullptr && m_target != nullptr && widget != m_ring &&
            (widget == m_target || widget->isAncestorOf(m_target)))
            QMetaObject::invokeMethod(this, &FocusRing::place, Qt::QueuedConnection);
        break;
    }
    default:
        break;
    }
    return QObject::eventFilter(object, event);
}

void FocusRing::follow()
{
    auto* focus = QApplication::focusWidget();
    if (m_target != nullptr)
        m_target->disconnect(this);
    m_target = focus != nullptr ? control(focus) : nullptr;
    if (auto* tabs = qobject_cast<QTabBar*>(m_target.data()))
        connect(tabs, &QTabBar::currentChanged, this, &FocusRing::place, Qt::QueuedConnection);
    place();
}

void FocusRing::place()
{
    const bool shown = m_target != nullptr && m_target->isVisible() && wantsRing(*m_target) &&
                       (m_keyboard || isTypedIn(*m_target));
    if (!shown) {
        if (m_ring != nullptr)
            m_ring->hide();
        return;
    }
    auto* window = m_target->window();
    if (m_ring == nullptr || m_ring->parentWidget() != window) {
        delete m_ring;
        auto* ring = new Ring(window);
        ring->setColor(m_color);
        m_ring = ring;
    }
    QRect inner = m_target->rect();
    if (const auto* tabs = qobject_cast<const QTabBar*>(m_target.data()))
        inner = tabs->tabRect(tabs->currentIndex()).adjusted(kWidth, kWidth, -kWidth, -kWidth);
    // What is scrolled out of sight gets no ring outside of its area.
    QRect seen = m_target->rect();
    for (auto* w = m_target.data(); w != window; w = w->parentWidget())
        seen = seen.intersected(
            QRect(m_target->mapFrom(w->parentWidget(), QPoint()), w->parentWidget()->size()));
    inner = inner.intersected(seen);
    const QRect outer = QRect(m_target->mapTo(window, inner.topLeft()), inner.size())
                            .adjusted(-kWidth, -kWidth, kWidth, kWidth)
                            .intersected(window->rect());
    if (inner.isEmpty() || outer.isEmpty()) {
        m_ring->hide();
        return;
    }
    m_ring->setGeometry(outer);
    m_ring->setMask(QRegion(m_ring->rect()) -
                    QRegion(m_ring->rect().adjusted(kWidth, kWidth, -kWidth, -kWidth)));
    m_ring->show();
    m_ring->raise();
}

} // namespace qs
