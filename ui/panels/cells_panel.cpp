// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/cells_panel.h"

#include "core/tensor/element_place.h"
#include "ui/panels/code_counts.h"
#include "ui/panels/grid_view.h"
#include "ui/panels/study_view.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// A slice as one of its tensors: what the map and its texts ask. Copied into the figure.
class SliceView {
public:
    SliceView(std::shared_ptr<const TensorStudy> study, const TensorResult& result,
              const TensorView& view)
        : m_study(std::move(study)),
          m_shape(result.facts->tensor.shape()),
          m_dtype(result.report->params.dtype()),
          m_of(view.sliceOf),
          m_inLsb(view.errorUnit == ErrorUnit::Lsb)
    {
    }

    const SliceCells& cells() const { return m_study->cells; }

    const SliceElement& elementOf(std::size_t cell) const
    {
        return m_of == SliceOf::Error ? cells().worst[cell] : cells().largest[cell];
    }

    /// NaN: nothing to show as a colour.
    double valueOf(std::size_t cell) const
    {
        const auto& element = elementOf(cell);
        if (!std::isfinite(element.x))
            return kNone;
        double value = kNone;
        switch (m_of) {
        case SliceOf::Float:
            value = static_cast<double>(element.x);
            break;
        case SliceOf::Code:
            value = static_cast<double>(codePlace(info(m_dtype), element.code));
            break;
        case SliceOf::Dequantized:
            value = static_cast<double>(element.y);
            break;
        case SliceOf::Error:
            value = m_inLsb ? static_cast<double>(element.lsb) : element.error();
            break;
        }
        return std::isfinite(value) ? value : kNone;
    }

    QString textOf(std::size_t cell) const
    {
        const auto& element = elementOf(cell);
        if (!std::isfinite(element.x) && m_of != SliceOf::Code)
            return realText(static_cast<double>(element.x));
        return m_of == SliceOf::Code ? codeText(m_dtype, element.code) : realText(valueOf(cell));
    }

    QString describe(std::size_t cell) const
    {
        const auto& element = elementOf(cell);
        QString text = QString::fromStdString(placeText(m_shape, element.index));
        if (cells().isReduced())
            text += m_of == SliceOf::Error ? Panels::tr(", the largest error of its cell")
                                           : Panels::tr(", the largest of its cell");
        text += Panels::tr("\nx: %1\ncode q: %2\ndequantized: %3")
                    .arg(realText(static_cast<double>(element.x)), codeText(m_dtype, element.code),
                         realText(static_cast<double>(element.y)));
        if (std::isfinite(element.x))
            text += Panels::tr("\nerror: %1 (%2 LSB)")
                        .arg(realText(element.error()), realText(static_cast<double>(element.lsb)));
        if (element.clipped)
            text += Panels::tr(", clipped");
        return text;
    }

private:
    std::shared_ptr<const TensorStudy> m_study;
    Shape m_shape;
    DType m_dtype;
    SliceOf m_of;
    bool m_inLsb;
};

std::vector<double> middles(std::int64_t count, std::int64_t block)
{
    std::vector<double> places;
    for (std::int64_t i = 0; i < count; ++i)
        places.push_back(static_cast<double>(i * block) + static_cast<double>(block - 1) / 2);
    return places;
}

Axis indexAxis(const QString& name, int axis, std::int64_t count)
{
    return {axis >= 0 ? Panels::tr("%1 (axis %2)").arg(name).arg(axis) : name,
            Panels::tr("index"),
            -0.5,
            static_cast<double>(count) - 0.5,
            false,
            true};
}

/// The scale of the colours. Float and dequantized values share one, so that they can be compared.
Axis colorAxis(const SliceView& slice, const ColorMap& map, const TensorResult& result,
               const TensorView& view)
{
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    const auto add = [&](double v) {
        if (std::isfinite(v)) {
            low = std::min(low, v);
            high = std::max(high, v);
        }
    };
    for (const double v : map.values)
        add(v);
    const bool values = view.sliceOf == SliceOf::Float || view.sliceOf == SliceOf::Dequantized;
    for (const auto& element : slice.cells().largest) {
        if (values && std::isfinite(element.x)) {
            add(static_cast<double>(element.x));
            add(static_cast<double>(element.y));
        }
    }
    if (!(low <= high))
        low = high = 0;
    if (view.sliceOf == SliceOf::Error) {
        const double most = std::max(std::fabs(low), std::fabs(high));
        high = most > 0 ? most : 0.5;
        low = -high;
    } else if (low == high) {
        const double room = low != 0 ? std::fabs(low) / 2 : 1;
        low -= room;
        high += room;
    }
    switch (view.sliceOf) {
    case SliceOf::Float:
        return {Panels::tr("value x"), QStringLiteral("-"), low, high, false, false};
    case SliceOf::Code:
        return {Panels::tr("code q"), Panels::tr("code"), low, high, false, true};
    case SliceOf::Dequantized:
        return {Panels::tr("dequantized"), QStringLiteral("-"), low, high, false, false};
    case SliceOf::Error:
        break;
    }
    return {Panels::tr("error"),
            view.errorUnit == ErrorUnit::Lsb ? errorUnit(result) : QStringLiteral("-"),
            low,
            high,
            false,
            false};
}

QString tensorName(SliceOf of)
{
    switch (of) {
    case SliceOf::Float:
        return Panels::tr("float");
    case SliceOf::Code:
        return Panels::tr("code");
    case SliceOf::Dequantized:
        return Panels::tr("dequantized");
    case SliceOf::Error:
        break;
    }
    return Panels::tr("error");
}

} // namespace

Figure cellsFigure(const PanelInput& input)
{
    Figure figure;
    const auto* study = studyOf(input, StudyKind::Cells, Panels::tr("Cells of the tensor"), figure);
    if (study == nullptr)
        return figure;
    const auto& result = *input.tensor;
    const auto& view = input.view;
    const auto& cells = study->cells;
    const auto& shape = result.facts->tensor.shape();
    const SliceView slice(input.study, result, view);
    figure.title =
        Panels::tr("Cells of %1%2 (%3)")
            .arg(QString::fromStdString(result.facts->tensor.name()),
                 QString::fromStdString(cells.place.toString(shape)), tensorName(view.sliceOf));
    const int rank = shape.rank();
    figure.x = indexAxis(Panels::tr("column"), rank - 1, cells.place.columns);
    figure.y = indexAxis(Panels::tr("row"), rank - 2, cells.place.rows);
    figure.y.reversed = true;

    ColorMap map;
    map.palette = view.sliceOf == SliceOf::Error         ? Palette::Diverging
                  : view.mapColors == MapColors::Cividis ? Palette::Cividis
                                                         : Palette::Viridis;
    map.x = middles(cells.columns, cells.blockColumns);
    map.y = middles(cells.rows, cells.blockRows);
    for (std::size_t i = 0; i < cells.largest.size(); ++i)
        map.values.push_back(slice.valueOf(i));
    if (view.brush) {
        const auto& dtype = info(result.report->params.dtype());
        for (std::size_t i = 0; i < cells.largest.size(); ++i) {
            const auto& e = slice.elementOf(i);
            map.faded.push_back(!std::isfinite(e.x) ||
                                !view.brush->has(e.x, e.y, e.lsb, e.code, dtype));
        }
    }
    map.textOf = [slice](std::size_t cell) {
        return slice.textOf(cell);
    };
    map.describe = [slice](std::size_t cell) {
        return slice.describe(cell);
    };
    const auto colors = colorAxis(slice, map, result, view);
    map.csvName = QStringLiteral("%1 [%2]").arg(tensorName(view.sliceOf), colors.unit);
    if (view.picked && cells.place.contains(*view.picked)) {
        const auto at = *view.picked - cells.place.begin;
        map.marked =
            static_cast<std::size_t>(at / cells.place.columns / cells.blockRows * cells.columns +
                                     at % cells.place.columns / cells.blockColumns);
    }
    figure.note =
        Panels::tr("%1 \u00d7 %2 elements").arg(cells.place.rows).arg(cells.place.columns);
    if (cells.isReduced())
        figure.note +=
            Panels::tr("; a cell: the one of %1 \u00d7 %2 with the largest %3")
                .arg(cells.blockRows)
                .arg(cells.blockColumns)
                .arg(view.sliceOf == SliceOf::Error ? Panels::tr("|error|") : Panels::tr("|x|"));
    if (!map.faded.empty())
        figure.note += Panels::tr("; pale: not selected");
    const bool hasHoles =
        std::any_of(map.values.begin(), map.values.end(), [](double v) { return std::isnan(v); });
    if (hasHoles)
        figure.note += Panels::tr("; hatched: not finite");
    figure.accessible =
        figure.title + Panels::tr(": %1, from %2 to %3")
                           .arg(figure.note, realText(colors.min), realText(colors.max));
    if (map.marked)
        figure.accessible +=
            Panels::tr("; marked: %1")
                .arg(slice.describe(*map.marked).replace(u'\n', QLatin1String(", ")));
    figure.y2 = colors;
    figure.map = std::move(map);
    figure.legend = false;
    return figure;
}

} // namespace qs
