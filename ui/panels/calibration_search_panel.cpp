// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/calibration_search_panel.h"

#include "core/base/text.h"
#include "ui/panels/grid_view.h"
#include "ui/panels/study_view.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

/// More are finer than a pixel: every n-th is drawn, and each that was the best so far.
constexpr std::size_t kMostSteps = 800;

QString number(double v)
{
    return QString::fromStdString(formatShort(v));
}

QString rangeText(double min, double max)
{
    return Panels::tr("[%1, %2]").arg(number(min), number(max));
}

/// What the observer compares.
struct Objective {
    QString name;
    QString axis; ///< shorter
    QString unit;
};

Objective objectiveOf(const std::string& observer)
{
    if (observer == "entropy")
        return {Panels::tr("Kullback-Leibler divergence"), Panels::tr("divergence"),
                QStringLiteral("nat")};
    if (observer == "mse")
        return {Panels::tr("mean squared error"), Panels::tr("MSE"), QStringLiteral("x\u00b2")};
    return {Panels::tr("L2 error summed over the histogram"), Panels::tr("L2 error"),
            QStringLiteral("x\u00b2")};
}

/// Which steps are drawn; the best one always is.
std::vector<std::size_t> drawnSteps(const std::vector<SearchStep>& steps)
{
    const std::size_t every = (steps.size() + kMostSteps - 1) / kMostSteps;
    std::vector<std::size_t> best;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (steps[i].best)
            best.push_back(i);
    }
    const std::size_t everyBest = (best.size() + kMostSteps - 1) / kMostSteps;
    std::vector<std::size_t> drawn;
    for (std::size_t i = 0; i < steps.size(); i += every)
        drawn.push_back(i);
    for (std::size_t k = best.size(); k > 0; k -= std::min(k, everyBest)) // from the last one on
        drawn.push_back(best[k - 1]);
    if (!steps.empty())
        drawn.push_back(steps.size() - 1);
    std::sort(drawn.begin(), drawn.end());
    drawn.erase(std::unique(drawn.begin(), drawn.end()), drawn.end());
    return drawn;
}

Series line(const QString& name, const QString& csvName, ColorRole color, SeriesKind kind)
{
    Series series;
    series.name = name;
    series.csvName = csvName;
    series.color = color;
    series.kind = kind;
    return series;
}

/// An axis around numbers, on a log scale where all of them are above 0 and spread.
Axis axisAround(const QString& title, const QString& unit, double low, double high)
{
    constexpr double kSpread = 20;
    if (!(low <= high))
        low = high = 0;
    if (low > 0 && high / low > kSpread)
        return {title, unit, low / 1.5, high * 1.5, true, false};
    double room = (high - low) * 0.08;
    if (!(room > std::fabs(high) * 1e-9))
        room = std::max(std::fabs(high) * 0.1, 1e-30);
    return {title, unit, low - room, high + room, false, false};
}

/// What an observer does that looks at one range only.
void explainNoSearch(Figure& figure, const TensorStudy& study)
{
    const auto& observer = study.key.spec.observer;
    const auto& description = observerByName(observer)->description;
    const auto& chosen = study.search.chosen[study.search.set];
    figure.emptyText =
        Panels::tr("The observer %1 does not search. Its rule: %2. Here that is %3.\nhistogram, "
                   "entropy and mse search, each for the smallest of another number.")
            .arg(QString::fromStdString(observer),
                 QString::fromUtf8(description.data(), static_cast<qsizetype>(description.size())),
                 rangeText(static_cast<double>(chosen.min), static_cast<double>(chosen.max)));
    figure.accessible = figure.emptyText;
}

} // namespace

Figure calibrationSearchFigure(const PanelInput& input)
{
    Figure figure;
    const auto* study =
        studyOf(input, StudyKind::Search, Panels::tr("The observer's search"), figure);
    if (study == nullptr)
        return figure;
    const auto& result = *input.tensor;
    const auto& observer = study->key.spec.observer;
    const auto& steps = study->search.steps;
    const auto name = QString::fromStdString(observer);
    figure.title = Panels::tr("Search of the observer %1 in %2").arg(name, shownName(result));
    if (steps.empty()) {
        explainNoSearch(figure, *study);
        return figure;
    }
    const auto objective = objectiveOf(observer);
    auto tried = line(objective.name, QStringLiteral("%1 [%2]").arg(objective.name, objective.unit),
                      ColorRole::Rounding, SeriesKind::Points);
    auto best =
        line(Panels::tr("best so far"), QStringLiteral("best so far [%1]").arg(objective.unit),
             ColorRole::Dequantized, SeriesKind::Steps);
    auto low = line(Panels::tr("range (right)"), QStringLiteral("range min [-]"), ColorRole::Float,
                    SeriesKind::Line);
    auto high = line({}, QStringLiteral("range max [-]"), ColorRole::Float, SeriesKind::Line);
    for (auto* series : {&low, &high}) {
        series->rightAxis = true;
        series->style = LineStyle::Dashed;
    }
    tried.labelsShown = false;
    constexpr double kInf = std::numeric_limits<double>::infinity();
    double least = kInf;
    double lowest = kInf;
    double highest = -kInf;
    double rangeLow = kInf;
    double rangeHigh = -kInf;
    std::size_t chosen = 0;
    for (const std::size_t i : drawnSteps(steps)) {
        const auto& step = steps[i];
        const auto at = static_cast<double>(i + 1);
        const auto min = static_cast<double>(step.min);
        const auto max = static_cast<double>(step.max);
        if (step.best) {
            chosen = i;
            least = step.error;
        }
        low.x.push_back(at);
        low.y.push_back(min);
        high.x.push_back(at);
        high.y.push_back(max);
        rangeLow = std::min(rangeLow, min);
        rangeHigh = std::max(rangeHigh, max);
        if (std::isfinite(least)) {
            best.x.push_back(at);
            best.y.push_back(least);
        }
        if (!std::isfinite(step.error))
            continue;
        tried.x.push_back(at);
        tried.y.push_back(step.error);
        tried.labels.push_back(Panels::tr("step %1: %2, %3%4")
                                   .arg(i + 1)
                                   .arg(rangeText(min, max), number(step.error),
                                        step.best ? Panels::tr(", the best so far") : QString()));
        lowest = std::min(lowest, step.error);
        highest = std::max(highest, step.error);
    }
    const auto last = static_cast<double>(steps.size());
    const double room = std::max(last * 0.02, 0.5);
    figure.x = {Panels::tr("step of the search"),
                QStringLiteral("step"),
                1 - room,
                last + room,
                false,
                true};
    figure.y = axisAround(objective.axis, objective.unit, lowest, highest);
    figure.y2 =
        axisAround(Panels::tr("ends of the range"), QStringLiteral("-"), rangeLow, rangeHigh);
    if (figure.y2->log) // both ends on one side of 0: no reason to bend the axis
        figure.y2 = Axis{figure.y2->title,
                         figure.y2->unit,
                         rangeLow - 0.08 * (rangeHigh - rangeLow),
                         rangeHigh + 0.08 * (rangeHigh - rangeLow),
                         false,
                         false};
    const auto& at = steps[chosen];
    const QString where = rangeText(static_cast<double>(at.min), static_cast<double>(at.max));
    auto point = currentPoint(QStringLiteral("chosen [%1]").arg(objective.unit),
                              static_cast<double>(chosen + 1), at.error,
                              Panels::tr("chosen: %1").arg(where));
    point.name = Panels::tr("chosen");
    point.labelsShown = false; // the marker says it
    if (!std::isfinite(at.error)) {
        point.x.clear();
        point.y.clear();
        point.labels.clear();
    }
    figure.series = {std::move(low), std::move(high), std::move(best), std::move(tried),
                     std::move(point)};
    figure.markers.push_back(
        {QStringLiteral("chosen"), Panels::tr("step %1: %2").arg(chosen + 1).arg(where),
         static_cast<double>(chosen + 1), ColorRole::Accent, LineStyle::Dotted, false});
    figure.note =
        Panels::tr("%1 ranges looked at")
            .arg(QString::fromStdString(formatCount(static_cast<long long>(steps.size()))));
    figure.accessible =
        Panels::tr("Search of the observer %1: %2 ranges, the smallest %3, %4, at step %5, %6")
            .arg(name)
            .arg(steps.size())
            .arg(objective.name, number(at.error))
            .arg(chosen + 1)
            .arg(where);
    return figure;
}

} // namespace qs
