// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture.h"

#include "text_recorder.h"
#include "ui/controls/focus_ring.h"
#include "ui/models/command_list.h"
#include "ui/plot/paint_queue.h"
#include "ui/plot/plot_view.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractScrollArea>
#include <QAbstractSpinBox>
#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QGroupBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenuBar>
#include <QMetaProperty>
#include <QProgressBar>
#include <QRadioButton>
#include <QScrollBar>
#include <QSlider>
#include <QStatusBar>
#include <QTabBar>
#include <QTextDocument>
#include <QToolBar>
#include <QToolButton>

#include <map>

namespace qs {
namespace {

QString nameOf(const QWidget& widget)
{
    const auto* area = qobject_cast<const QAbstractScrollArea*>(widget.parentWidget());
    if (area != nullptr && area->viewport() == &widget)
        return nameOf(*area);
    QString name = QString::fromLatin1(widget.metaObject()->className());
    for (const QString& more : {widget.objectName(), widget.accessibleName()}) {
        if (!more.isEmpty() && !more.startsWith(QLatin1String("qt_")))
            return name + QLatin1Char(' ') + more;
    }
    return name;
}

void addModel(QStringList& strings, const QAbstractItemModel& model, const QModelIndex& parent)
{
    for (int row = 0; row < model.rowCount(parent); ++row) {
        for (int column = 0; column < model.columnCount(parent); ++column) {
            const auto index = model.index(row, column, parent);
            strings << index.data().toString();
            addModel(strings, model, index);
        }
    }
}

/// The texts that a widget was given, before anything was left out for want of room.
QStringList sourcesOf(const QWidget& widget)
{
    QStringList strings;
    const auto* meta = widget.metaObject();
    for (int i = 0; i < meta->propertyCount(); ++i) {
        if (meta->property(i).metaType().id() == QMetaType::QString)
            strings << meta->property(i).read(&widget).toString();
    }
    for (const auto* action : widget.actions())
        strings << action->text() << action->iconText();
    if (const auto* tabs = qobject_cast<const QTabBar*>(&widget)) {
        for (int i = 0; i < tabs->count(); ++i)
            strings << tabs->tabText(i);
    }
    const auto* view = qobject_cast<const QAbstractItemView*>(widget.parentWidget());
    if (view != nullptr && view->model() != nullptr) {
        addModel(strings, *view->model(), view->rootIndex());
        for (const auto orientation : {Qt::Horizontal, Qt::Vertical}) {
            const int count = orientation == Qt::Horizontal ? view->model()->columnCount()
                                                            : view->model()->rowCount();
            for (int i = 0; i < count; ++i)
                strings << view->model()->headerData(i, orientation).toString();
        }
    }
    for (auto& string : strings)
        string.remove(QLatin1Char('&'));
    return strings;
}

QStringList sourcesOf(const Figure& figure)
{
    QStringList strings{figure.title, figure.note, figure.emptyText};
    for (const auto& series : figure.series)
        strings << series.name << QStringList(series.labels.begin(), series.labels.end());
    for (const auto& marker : figure.markers)
        strings << marker.label;
    for (const auto& region : figure.regions)
        strings << region.label;
    for (const auto* axis : {&figure.x, &figure.y}) {
        for (const auto& [at, name] : axis->names)
            strings << name;
    }
    return strings;
}

bool isElided(const QString& text, const QStringList& sources)
{
    if (!text.contains(QChar(0x2026)))
        return false;
    for (const auto& source : sources) {
        if (source.contains(text))
            return false;
    }
    return true;
}

/// Whether something below moves under a widget's edge instead of being cut by it.
bool scrolls(const QWidget& widget)
{
    const auto* area = qobject_cast<const QAbstractScrollArea*>(widget.parentWidget());
    return area != nullptr && area->viewport() == &widget &&
           (area->horizontalScrollBar()->maximum() > 0 || area->verticalScrollBar()->maximum() > 0);
}

/// The colour that most pixels around a text have, but for the text's own.
QColor groundOf(const QImage& image, const QRectF& rect, const QColor& ink, double dpr)
{
    const QRect area = QRectF(rect.topLeft() * dpr, rect.size() * dpr)
                           .toAlignedRect()
                           .adjusted(-1, -1, 1, 1)
                           .intersected(image.rect());
    std::map<QRgb, int> counts;
    for (int y = area.top(); y <= area.bottom(); ++y) {
        for (int x = area.left(); x <= area.right(); ++x)
            ++counts[image.pixel(x, y) | 0xff000000];
    }
    QRgb best = 0;
    int most = -1;
    for (const auto& [color, count] : counts) {
        if (count > most && color != ink.rgb()) {
            best = color;
            most = count;
        }
    }
    return QColor::fromRgb(best);
}

QColor over(const QColor& color, const QColor& ground)
{
    const float a = color.alphaF();
    return QColor::fromRgbF(color.redF() * a + ground.redF() * (1 - a),
                            color.greenF() * a + ground.greenF() * (1 - a),
                            color.blueF() * a + ground.blueF() * (1 - a));
}

template <typename... Kinds>
QString kindOf(const QWidget& widget)
{
    QString kind;
    ((kind.isEmpty() && qobject_cast<const Kinds*>(&widget) != nullptr
          ? void(kind = QString::fromLatin1(Kinds::staticMetaObject.className()))
          : void()),
     ...);
    return kind;
}

/// What the pointer over a widget says: of itself, else of what it is in.
QString tipOf(const QWidget& widget)
{
    for (const auto* w = &widget; w != nullptr && !w->isWindow(); w = w->parentWidget()) {
        if (!w->toolTip().isEmpty())
            return w->toolTip();
    }
    return {};
}

/// Why a widget cannot be used, where whoever has disabled it has left the reason with it.
QString whyNotOf(const QWidget& widget)
{
    if (widget.isEnabled())
        return {};
    const auto* button = qobject_cast<const QToolButton*>(&widget);
    if (button != nullptr && button->defaultAction() != nullptr)
        return whyDisabled(*button->defaultAction());
    for (const auto* w = &widget; w != nullptr; w = w->parentWidget()) {
        const QString why = w->property("whyDisabled").toString();
        if (!why.isEmpty())
            return why;
    }
    return {};
}

class Recording {
public:
    Recording(QWidget& window, Record& record)
        : m_window(window), m_record(record), m_recorder(window.size())
    {
    }

    void add(QWidget& widget, const QRectF& room, int plot)
    {
        const QRectF whole(widget.mapTo(&m_window, QPoint(0, 0)), widget.size());
        const QRectF seen = whole.intersected(room);
        if (seen.isEmpty() || !widget.isVisibleTo(&m_window))
            return;
        if (const auto* view = qobject_cast<const PlotView*>(&widget)) {
            plot = static_cast<int>(m_record.plots.size());
            PlotRecord record;
            record.figure = view->figure();
            record.rect = whole;
            record.axes = QRectF(view->axesRect()).translated(whole.topLeft());
            record.theme = view->theme();
            record.xMin = view->xMin();
            record.xMax = view->xMax();
            recordYRanges(*view, record);
            m_record.plots.push_back(std::move(record));
        }
        addControl(widget, seen);
        addTexts(widget, whole, seen, plot);
        for (auto* child : widget.children()) {
            auto* inner = qobject_cast<QWidget*>(child);
            if (inner != nullptr && !inner->isWindow())
                add(*inner, seen, plot);
        }
    }

private:
    void addControl(const QWidget& widget, const QRectF& seen)
    {
        const QString kind =
            kindOf<QMenuBar, QToolBar, QStatusBar, QTabBar, QLineEdit, QComboBox, QAbstractSpinBox,
                   QCheckBox, QRadioButton, QAbstractButton, QSlider, QScrollBar, QGroupBox,
                   QProgressBar, QLabel, QHeaderView, QAbstractItemView, PlotView>(widget);
        // A table's corner is a button that nobody sees.
        if (kind.isEmpty() || widget.inherits("QTableCornerButton"))
            return;
        ControlRecord control;
        control.kind = kind;
        control.id = widget.objectName();
        control.name = widget.accessibleName();
        for (const char* property : {"text", "currentText", "title"}) {
            if (control.text.isEmpty())
                control.text = widget.property(property).toString();
        }
        if (!Qt::mightBeRichText(control.text))
            control.text.remove(QLatin1Char('&'));
        control.tip = tipOf(widget);
        control.whyNot = whyNotOf(widget);
        control.rect = seen;
        control.enabled = widget.isEnabled();
        control.focusable = (widget.focusPolicy() & Qt::TabFocus) != 0;
        control.invalid = widget.property("invalid").toBool();
        control.problem = control.invalid ? widget.accessibleDescription() : QString();
        if (const auto* bar = qobject_cast<const QScrollBar*>(&widget))
            control.horizontal = bar->orientation() == Qt::Horizontal;
        m_record.controls.push_back(control);
    }

    void addTexts(QWidget& widget, const QRectF& whole, const QRectF& seen, int plot)
    {
        QPoint offset;
        if (paintPlot(widget, m_recorder))
            offset = whole.topLeft().toPoint();
        else
            widget.render(&m_recorder, whole.topLeft().toPoint(), QRegion(),
                          QWidget::RenderFlags());
        const auto painted = m_recorder.take();
        if (painted.empty())
            return;
        ++m_owner;
        auto sources = sourcesOf(widget);
        if (plot >= 0)
            sources += sourcesOf(m_record.plots[static_cast<std::size_t>(plot)].figure);
        const bool moves = scrolls(widget);
        for (const auto& text : painted) {
            TextRecord record;
            record.text = text.text;
            record.rect = text.rect.translated(offset);
            record.px = text.px;
            record.family = text.family;
            record.color = text.color;
            record.widget = nameOf(widget);
            record.owner = m_owner;
            record.plot = plot;
            record.enabled = widget.isEnabled();
            record.helped = !widget.toolTip().isEmpty() || helpedItem(widget, record.rect);
            record.elided = isElided(text.text, sources);
            // A pixel of an overhanging letter is no loss.
            const bool inside = whole.adjusted(-1, -1, 1, 1).contains(record.rect);
            record.cut = !inside && !moves;
            // What is scrolled out of sight is not on the picture.
            if (record.cut || seen.adjusted(-1, -1, 1, 1).contains(record.rect))
                m_record.texts.push_back(record);
        }
    }

    /// Whether the item of a list or tree at that place has a tooltip.
    bool helpedItem(const QWidget& widget, const QRectF& rect) const
    {
        const auto* view = qobject_cast<const QAbstractItemView*>(widget.parentWidget());
        if (view == nullptr || view->viewport() != &widget)
            return false;
        const auto index = view->indexAt(widget.mapFrom(&m_window, rect.center().toPoint()));
        return index.isValid() && !index.data(Qt::ToolTipRole).toString().isEmpty();
    }

    QWidget& m_window;
    Record& m_record;
    TextRecorder m_recorder;
    int m_owner = 0;
};

/// What has the focus, and the ring around it: a plot has one of its own along its edges.
void recordFocus(const QWidget& window, Record& record)
{
    const auto* widget = window.focusWidget();
    if (widget == nullptr || !widget->isVisibleTo(&window))
        return;
    const auto* parent = widget->parentWidget();
    if (parent != nullptr && parent->focusProxy() == widget)
        widget = parent;
    record.focus = QRectF(widget->mapTo(&window, QPoint(0, 0)), widget->size());
    if (qobject_cast<const PlotView*>(widget) != nullptr)
        record.ring = record.focus;
    for (const auto* ring : window.findChildren<FocusRing*>()) {
        if (!ring->shownAt().isEmpty())
            record.ring = ring->shownAt();
    }
}

} // namespace

Capture capture(QWidget& window, const QString& state, const QString& theme)
{
    Capture result;
    PaintQueue::instance().finish();
    result.image = window.grab().toImage().convertToFormat(QImage::Format_ARGB32);
    auto& record = result.record;
    record.state = state;
    record.theme = theme;
    record.size = window.size();
    record.dpr = result.image.devicePixelRatio();
    Recording(window, record).add(window, QRectF(window.rect()), -1);
    recordFocus(window, record);
    for (auto& text : record.texts) {
        text.background = groundOf(result.image, text.rect, text.color, record.dpr);
        text.color = over(text.color, text.background);
        text.contrast = contrastOf(text.color, text.background);
    }
    return result;
}

} // namespace qs
