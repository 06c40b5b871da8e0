// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/plot_gestures.h"

#include "core/calib/edit_spec.h"
#include "ui/controls/forms.h"
#include "ui/panels/channel_places.h"
#include "ui/panels/selection_marks.h"

#include <cmath>

namespace qs {

PlotGestures::PlotGestures(Document& document, TensorAnswers& answers, QuantizerControls& controls,
                           PanelGrid& grid, QObject* parent)
    : QObject(parent),
      m_document(document),
      m_answers(answers),
      m_controls(controls),
      m_grid(grid),
      m_gesture(document)
{
    for (std::size_t i = 0; i < m_grid.places().size(); ++i)
        attach(static_cast<int>(i));
    connect(&m_grid, &PanelGrid::placeAdded, this, &PlotGestures::attach);
}

void PlotGestures::attach(int place)
{
    const auto at = static_cast<std::size_t>(place);
    auto* view = m_grid.places()[at].view;
    const auto panel = [this, at]() -> const PanelInfo& {
        return *m_grid.places()[at].panel;
    };
    const auto sharesX = [this, at] {
        return m_grid.places()[at].sharesX();
    };
    connect(view, &PlotView::handleMoved, this,
            [this, panel](const QString& id, double x, double y) { move(panel(), id, x, y); });
    connect(view, &PlotView::handleReleased, this, [this] { m_gesture.end(); });
    connect(view, &PlotView::gridDragged, this, [this, sharesX](double from, double to) {
        if (sharesX() && take())
            m_gesture.moveGrid(from, to);
    });
    connect(view, &PlotView::gridReleased, this, [this] { m_gesture.end(); });
    connect(view, &PlotView::wheelTurned, this,
            [this](double notches, Qt::KeyboardModifiers modifiers) {
                if (modifiers & Qt::ControlModifier)
                    turnScale(notches);
                else
                    stepBits(notches > 0 ? 1 : -1);
            });
    connect(view, &PlotView::brushed, this, [this, panel, view](double from, double to) {
        if (const auto selection = selectionOf(panel(), view->figure(), from, to))
            m_document.adjustView([&](Session& session) { session.tensor.view.brush = selection; });
    });
    connect(view, &PlotView::brushCleared, this, [this] {
        m_document.adjustView([](Session& session) { session.tensor.view.brush.reset(); });
    });
    connect(view, &PlotView::pointChosen, this, &PlotGestures::choose);
    connect(view, &PlotView::picked, this,
            [this, panel, view](double x, double y) { pick(panel(), view->figure(), x, y); });
}

bool PlotGestures::take()
{
    if (!m_gesture.isOpen()) {
        if (const auto params = m_controls.currentParams())
            m_gesture.begin(*params, m_controls.channelIndex());
    }
    return m_gesture.isOpen();
}

void PlotGestures::move(const PanelInfo& panel, const QString& id, double x, double y)
{
    if (!take())
        return;
    if (id == QLatin1String("range_min") || id == QLatin1String("range_max")) {
        m_gesture.moveRangeEnd(id == QLatin1String("range_max"), x);
    } else if (id == QLatin1String("zero_point")) {
        m_gesture.moveZero(-x); // the code that was there stands for 0
    } else if (id == QLatin1String("scale_zero_point")) {
        m_gesture.moveScaleAndZeroPoint(x, y);
    } else if (id == QLatin1String("clip_range")) {
        const auto study = m_answers.input(panel).study;
        if (study && !study->curve.empty())
            m_gesture.moveScale(study->scaleOf(x));
    }
}

void PlotGestures::turnScale(double notches)
{
    const auto params = m_controls.currentParams();
    const auto channel = m_controls.channelIndex();
    if (!params || params->scale().size() <= channel)
        return;
    const double scale = static_cast<double>(params->scaleAt(channel)) * std::exp2(notches / 12.0);
    if (const auto checked = checkScale(scale))
        m_document.edit(tr("scale"), QStringLiteral("wheel"), [&](Session& session) {
            session.tensor.spec = withScale(session.tensor.spec, *params, channel, *checked);
        });
}

void PlotGestures::chooseDType(DType dtype)
{
    const auto params = m_controls.currentParams();
    m_document.edit(tr("dtype %1").arg(text(info(dtype).name)), {}, [&](Session& session) {
        auto& spec = session.tensor.spec;
        // Before there is a tensor there is no range to keep.
        if (params)
            spec = withDType(spec, *params, dtype);
        else
            spec.dtype = dtype;
    });
}

void PlotGestures::stepBits(int direction)
{
    const auto& now = info(m_document.session().tensor.spec.dtype);
    const DTypeInfo* next = nullptr;
    for (const auto& row : dtypes()) {
        const bool alike = row.family == now.family && row.isSigned == now.isSigned &&
                           !row.isBlock() && row.bits <= 16;
        const bool beyond = direction > 0 ? row.bits > now.bits : row.bits < now.bits;
        const bool nearer =
            next == nullptr || (direction > 0 ? row.bits < next->bits : row.bits > next->bits);
        if (alike && beyond && nearer)
            next = &row;
    }
    if (next != nullptr && !now.isBlock() && now.family != Family::Ggml)
        chooseDType(next->id);
}

/// "observer:mse", "dtype:int4", "bits:4", "channel:17", "element:5", "scale_zero_point:0.5,3".
void PlotGestures::choose(const QString& choice)
{
    const QString kind = choice.section(QLatin1Char(':'), 0, 0);
    const QString value = choice.section(QLatin1Char(':'), 1);
    if (kind == QLatin1String("observer")) {
        m_document.edit(tr("observer %1").arg(value), {}, [&](Session& session) {
            session.tensor.spec.observer = value.toStdString();
        });
    } else if (kind == QLatin1String("dtype")) {
        if (const auto dtype = dtypeByName(value.toStdString()))
            chooseDType(*dtype);
    } else if (kind == QLatin1String("bits")) {
        const auto& now = info(m_document.session().tensor.spec.dtype);
        const bool isUnsigned = now.isInteger() && !now.isSigned;
        const auto dtype =
            dtypeByName((isUnsigned ? "uint" : "int") + std::to_string(value.toInt()));
        if (dtype)
            chooseDType(*dtype);
    } else if (kind == QLatin1String("channel")) {
        m_document.edit(tr("channel"), QStringLiteral("channel"),
                        [&](Session& session) { session.tensor.channel = value.toLongLong(); });
    } else if (kind == QLatin1String("element")) {
        m_document.adjustView(
            [&](Session& session) { session.tensor.view.picked = value.toLongLong(); });
    } else if (kind == QLatin1String("scale_zero_point") && take()) {
        m_gesture.moveScaleAndZeroPoint(value.section(QLatin1Char(','), 0, 0).toDouble(),
                                        value.section(QLatin1Char(','), 1).toDouble());
        m_gesture.end();
    }
}

void PlotGestures::pick(const PanelInfo& panel, const Figure& figure, double x, double y)
{
    if (QLatin1String(panel.id) == QLatin1String("cells")) {
        const auto study = m_answers.input(panel).study;
        if (!study || study->cells.rows == 0)
            return;
        const auto& cells = study->cells;
        const auto cell = [](double at, std::int64_t block, std::int64_t count) {
            const auto place = static_cast<std::int64_t>(std::lround(at)) / block;
            return std::clamp<std::int64_t>(place, 0, count - 1);
        };
        const auto row = cell(y, cells.blockRows, cells.rows);
        const auto column = cell(x, cells.blockColumns, cells.columns);
        // Of a block the element that it shows.
        const bool errors = m_document.session().tensor.view.sliceOf == SliceOf::Error;
        const auto& shown = errors ? cells.worst : cells.largest;
        const auto& element = shown[static_cast<std::size_t>(row * cells.columns + column)];
        m_document.adjustView(
            [&](Session& session) { session.tensor.view.picked = element.index; });
        return;
    }
    if (QLatin1String(panel.id) == QLatin1String("channels")) {
        if (const auto channel = channelAt(m_answers.input(panel), x))
            m_answers.pickNear(y, *channel);
        return;
    }
    const auto wanted = selectionOf(panel, figure, x, x);
    if (wanted && wanted->by == SelectedBy::Value)
        m_answers.pickNear(x);
    else if (wanted)
        m_answers.pickNear(*wanted, panel.sharesX);
}

} // namespace qs
