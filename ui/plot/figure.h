// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace qs {

/// What a colour means; a theme gives each role its colour. One meaning each, everywhere.
enum class ColorRole {
    Float,       ///< original real values
    Dequantized, ///< values on the grid
    Rounding,    ///< rounding error, and error in general
    Clipping,    ///< drawn as a hatch, not by hue
    Reference,   ///< identity lines, bounds, uniform references
    FakeQuant,   ///< the fake-quantized network
    Accent,      ///< handles, picked values, event markers
    Muted,       ///< grid levels, unused things
    Other,       ///< the other configuration of A|B, drawn over the one in force
};

enum class LineStyle { Solid, Dashed, Dotted, DashDot };
enum class MarkerShape { None, Disc, Square, Diamond, Cross };

/// How the points of a series are drawn.
enum class SeriesKind {
    Line,      ///< points joined by straight lines; a NaN y breaks the line
    Steps,     ///< y[i] holds from x[i] to x[i+1] (horizontal, then vertical)
    Histogram, ///< filled steps: y[i] is the bar from x[i] to x[i+1]; the last y is not drawn
    Impulses,  ///< a vertical line from 0 (or from the axis' lower end when log) to y[i] at x[i]
    Rug,       ///< a short tick at the lower edge of the axes at x[i]; y is not used
    Points,    ///< markers only
    Band,      ///< the area between y[i] and y2[i]
    Bars,      ///< a vertical bar from y[i] to y2[i] at x[i], as wide as the room between them
};

/// Where the names of points are drawn.
enum class LabelSide {
    Any,   ///< wherever there is room beside the point
    Above, ///< centred over it, or not at all
    Below, ///< centred under it, or not at all
};

/// One set of points with one look and one name in the legend and in the CSV's header. Draws
/// fastest with x ascending; not more than about four points per pixel of width are of use.
struct Series {
    QString name;    ///< shown in the legend; empty: not listed there
    QString csvName; ///< column title, with unit: "count", "dequantized [-]"
    SeriesKind kind = SeriesKind::Line;
    ColorRole color = ColorRole::Float;
    LineStyle style = LineStyle::Solid;
    MarkerShape marker = MarkerShape::None;
    bool rightAxis = false; ///< belongs to Figure::y2
    bool hatched = false;   ///< fill with a hatch instead of a flat tint (Histogram, Band)
    std::vector<double> x;
    std::vector<double> y;
    std::vector<double> y2; ///< Band and Bars only
    /// A name for each point: beside it where there is room, under the pointer, a column of the
    /// CSV. Empty: none.
    std::vector<QString> labels;
    bool labelsShown = true; ///< false: under the pointer and in the CSV only
    /// What a click on each point chooses ("dtype:float8_e4m3fn"): comes back through
    /// PlotView::pointChosen. Empty: nothing.
    std::vector<QString> choices;
    LabelSide labelSide = LabelSide::Any;
    double share = 0.7; ///< Bars: how much of the room between them they take
};

/// An axis. A finite range always: core computes it, the plot never guesses.
struct Axis {
    QString title; ///< "value x"
    QString unit;  ///< "-", "LSB", "%", "step": shown in brackets after the title
    double min = 0;
    double max = 1;
    bool log = false;
    bool integers = false; ///< ticks only at whole numbers
    /// Names instead of numbers: ticks at these places only ("fp8 e4m3" at 2). Empty: numbers.
    std::vector<std::pair<double, QString>> names{};
    bool reversed = false; ///< from the top down: rows of a matrix
};

/// A straight line from one point of the axes to another: what becomes of what. Not in the CSV,
/// whose numbers are those of the series.
struct Link {
    double fromX = 0;
    double fromY = 0;
    double toX = 0;
    double toY = 0;
    ColorRole color = ColorRole::Muted;
    bool arrow = false; ///< with a head at its end, and a heavier line
};

/// Elements that have no place on the x axis, such as NaN: a bar in a strip of its own beside the
/// axes, against the y axis, with its number.
struct SideBin {
    QString name; ///< "NaN", "+Inf": under the bar
    std::int64_t count = 0;
    std::optional<double> y; ///< the bar's end on the y axis; none: that axis has no place for it
    bool right = false;      ///< at which side; at each in their order
    QString becomes;         ///< what a quantizer makes of it, "code 0": a column of the CSV
};

/// A vertical line across the axes at x that a person can drag, when `handle` is set; released and
/// moved values come back through PlotView::handleMoved with this id. Events are markers with text.
struct Marker {
    QString id;    ///< for handles: "range_min", "range_max", "zero_point"
    QString label; ///< drawn beside the line at the top; may be empty
    double x = 0;
    ColorRole color = ColorRole::Accent;
    LineStyle style = LineStyle::Solid;
    bool handle = false; ///< draggable, with a grip; a plain line in exports
};

/// A point that a person can drag over the axes: a zero_point and a scale at once. Comes back
/// through PlotView::handleMoved with this id.
struct PointHandle {
    QString id;
    QString label; ///< beside it; may be empty
    double x = 0;
    double y = 0;
    ColorRole color = ColorRole::Accent;
};

enum class RegionKind {
    Clipped,  ///< hatched
    Selected, ///< tinted, with a line at either end
};

/// A stretch of x over the axes from top to bottom, or of y from side to side.
struct Region {
    double from = -std::numeric_limits<double>::infinity(); ///< infinite: to the edge of the axes
    double to = std::numeric_limits<double>::infinity();
    QString label; ///< drawn inside, at the top: "clipped 0.8 %"
    RegionKind kind = RegionKind::Clipped;
    bool ofY = false; ///< from and to are of the left axis; without a label
};

/// The colours of a map: from the lowest value to the highest, or from both ends to a middle at 0.
enum class Palette { Viridis, Cividis, Diverging };

/// A value for each cell of a grid, as colours. Cells lie equally far from each other
/// on the scale of their axis (linear or log). The colours' scale is Figure::y2, which must be
/// there. Cells without a value are hatched.
struct ColorMap {
    QString csvName;            ///< column title, with unit: "SQNR [dB]"
    std::vector<double> x;      ///< middle of each column, ascending; of a single one 1 wide
    std::vector<double> y;      ///< of each row
    std::vector<double> values; ///< [row * x.size() + column]; NaN: no colour
    Palette palette = Palette::Viridis;
    /// A text in each cell, as values; shown where cells are large enough. Empty: none.
    std::vector<QString> texts{};
    /// The same for cells that are too many to be written beforehand, by their places in values.
    std::function<QString(std::size_t cell)> textOf{};
    /// What the pointer says of a cell, in lines. None: its place and its value.
    std::function<QString(std::size_t cell)> describe{};
    std::optional<std::size_t> marked{}; ///< a cell with a frame
    /// Cells that step back into the ground, as values; empty: none.
    std::vector<bool> faded{};
    double at(std::size_t column, std::size_t row) const { return values[row * x.size() + column]; }
};

/// Rows of texts: a picture of its own, or a picture's numbers as people read them.
struct FigureTable {
    struct Column {
        QString title;       ///< with its unit: "SQNR [dB]"
        bool number = false; ///< aligned to the right
    };
    std::vector<Column> columns;
    std::vector<std::vector<QString>> rows; ///< each as long as columns
    std::optional<std::size_t> current;     ///< a row that is marked
    /// What a click on each row chooses, as Series::choices; empty: nothing.
    std::vector<QString> choices{};
};

/// Everything a picture shows, as a value: what PlotView draws, what every export paints and what
/// the CSV writes. Made by a panel from results, without any plotting library.
struct Figure {
    QString title;      ///< "Histogram of fc1.weight (float) with the grid"
    QString note;       ///< a short line at the right of the title: "256 levels, drawn as a band"
    QString emptyText;  ///< when not empty: no axes, this text in the middle (what to do next)
    QString accessible; ///< the picture in words, for screen readers
    Axis x;
    Axis y;
    std::optional<Axis> y2; ///< a second y axis on the right, or the scale of the map's colours
    std::optional<ColorMap> map; ///< under everything else
    std::vector<Link> links;     ///< under the series
    std::vector<Series> series;
    std::vector<Marker> markers;
    std::vector<PointHandle> points;
    std::vector<Region> regions;
    std::vector<SideBin> sideBins;
    std::optional<FigureTable> table; ///< in the place of the axes
    bool legend = true;
    bool ownX = false; ///< its x axis is not the one that its panel usually shares
    /// Written as comment lines at the top of a CSV: what made the picture ("dtype: qint8").
    std::vector<std::pair<QString, QString>> provenance;
};

} // namespace qs
