// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/training_panel.h"

#include "core/base/text.h"
#include "core/nn/twin_trainer.h"
#include "ui/panels/grid_view.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

Series line(const QString& name, const QString& csvName, ColorRole color, LineStyle style)
{
    Series series;
    series.name = name;
    series.csvName = csvName;
    series.color = color;
    series.style = style;
    return series;
}

/// Losses that are not finite or not positive have no place on a log axis.
double onLogAxis(double loss)
{
    return std::isfinite(loss) && loss > 0 ? loss : std::nan("");
}

/// The accuracy axis begins at a multiple of ten below most of what there is to see.
double accuracyFloor(const TwinSnapshot& snapshot)
{
    double lowest = 100;
    for (const auto& p : snapshot.test)
        lowest = std::min({lowest, 100 * p.floating.accuracy, 100 * p.quantized.accuracy});
    return std::clamp(std::floor((lowest - 5) / 10) * 10, 0.0, 80.0);
}

} // namespace

QString eventLetter(std::size_t index)
{
    QString letters;
    for (std::size_t rest = index + 1; rest > 0; rest = (rest - 1) / 26)
        letters.prepend(QChar(u'A' + static_cast<char16_t>((rest - 1) % 26)));
    return letters;
}

Figure trainingFigure(const PanelInput& input)
{
    Figure figure;
    figure.title = Panels::tr("Loss and accuracy");
    if (!input.training || (input.training->train.empty() && input.training->test.empty())) {
        figure.emptyText = Panels::tr("Press Start: two networks learn side by side, one in float, "
                                      "one under fake quantization.");
        figure.accessible = figure.emptyText;
        return figure;
    }
    const auto& snapshot = *input.training;
    auto floatLoss = line(Panels::tr("train loss, float"), QStringLiteral("float train loss"),
                          ColorRole::Float, LineStyle::Dotted);
    auto quantLoss =
        line(Panels::tr("train loss, fake-quantized"), QStringLiteral("fake-quantized train loss"),
             ColorRole::FakeQuant, LineStyle::DashDot);
    double lowest = 1e300;
    double highest = 0;
    for (const auto& p : snapshot.train) {
        floatLoss.x.push_back(static_cast<double>(p.step));
        floatLoss.y.push_back(onLogAxis(p.floatLoss));
        quantLoss.x.push_back(static_cast<double>(p.step));
        quantLoss.y.push_back(onLogAxis(p.quantizedLoss));
        for (const double loss : {floatLoss.y.back(), quantLoss.y.back()}) {
            if (std::isfinite(loss)) {
                lowest = std::min(lowest, loss);
                highest = std::max(highest, loss);
            }
        }
    }
    auto floatAccuracy =
        line(Panels::tr("test accuracy, float"), QStringLiteral("float test accuracy [%]"),
             ColorRole::Float, LineStyle::Solid);
    auto quantAccuracy = line(Panels::tr("test accuracy, fake-quantized"),
                              QStringLiteral("fake-quantized test accuracy [%]"),
                              ColorRole::FakeQuant, LineStyle::Solid);
    floatAccuracy.marker = MarkerShape::Disc;
    quantAccuracy.marker = MarkerShape::Square;
    // Accuracies on some and on all test samples are different quantities: the latter stand alone.
    auto floatWhole = line(Panels::tr("on all test samples"),
                           QStringLiteral("float accuracy on all test images [%]"),
                           ColorRole::Float, LineStyle::Solid);
    auto quantWhole =
        line(QString(), QStringLiteral("fake-quantized accuracy on all test images [%]"),
             ColorRole::FakeQuant, LineStyle::Solid);
    for (auto* whole : {&floatWhole, &quantWhole}) {
        whole->kind = SeriesKind::Points;
        whole->marker = MarkerShape::Diamond;
        whole->rightAxis = true;
    }
    floatAccuracy.rightAxis = quantAccuracy.rightAxis = true;
    std::int64_t some = 0;
    std::int64_t all = 0;
    for (const auto& p : snapshot.test) {
        some = some == 0 ? p.floating.images : std::min(some, p.floating.images);
        all = std::max(all, p.floating.images);
    }
    for (const auto& p : snapshot.test) {
        const bool whole = p.floating.images == all && all > some;
        auto& floats = whole ? floatWhole : floatAccuracy;
        auto& quants = whole ? quantWhole : quantAccuracy;
        floats.x.push_back(static_cast<double>(p.step));
        floats.y.push_back(100 * p.floating.accuracy);
        quants.x.push_back(static_cast<double>(p.step));
        quants.y.push_back(100 * p.quantized.accuracy);
    }
    if (floatWhole.x.empty())
        floatWhole.name.clear();
    const double planned =
        static_cast<double>(snapshot.stepsPerEpoch) * std::max(snapshot.recipe.epochs, 1);
    figure.x = {Panels::tr("training step"),
                Panels::tr("step"),
                0,
                std::max({planned, static_cast<double>(snapshot.step), 1.0}) * 1.02,
                false,
                true};
    if (highest <= 0) {
        lowest = 0.1;
        highest = 3;
    }
    const QString unit =
        snapshot.recipe.loss == "cross_entropy" ? Panels::tr("nat") : QStringLiteral("-");
    figure.y = {Panels::tr("training loss"), unit, lowest / 1.3, highest * 1.3, true, false};
    figure.y2 = Axis{Panels::tr("test accuracy"),
                     QStringLiteral("%"),
                     accuracyFloor(snapshot),
                     101, // markers at 100 % are drawn whole
                     false,
                     false};
    figure.series = {std::move(floatLoss),     std::move(quantLoss),  std::move(floatAccuracy),
                     std::move(quantAccuracy), std::move(floatWhole), std::move(quantWhole)};
    for (std::size_t i = 0; i < snapshot.events.size(); ++i) {
        const auto& event = snapshot.events[i];
        // A few say it themselves; more are letters, listed below the plot and in the CSV.
        const QString label = snapshot.events.size() <= kMostEventTexts
                                  ? QString::fromStdString(event.text)
                                  : eventLetter(i);
        figure.markers.push_back({QString(), label, static_cast<double>(event.step),
                                  ColorRole::Accent, LineStyle::Dashed, false});
    }
    if (some > 0)
        figure.note = all > some ? Panels::tr("lines: the first %1 test samples; diamonds: all %2")
                                       .arg(QString::fromStdString(formatCount(some)),
                                            QString::fromStdString(formatCount(all)))
                                 : Panels::tr("accuracy on %1 test samples")
                                       .arg(QString::fromStdString(formatCount(some)));
    figure.provenance = {
        {QStringLiteral("quantoscope"), QStringLiteral(QUANTOSCOPE_VERSION)},
        {QStringLiteral("model"), QString::fromStdString(snapshot.recipe.model)},
        {QStringLiteral("data"), QString::fromStdString(snapshot.recipe.data)},
        {QStringLiteral("batch"), QString::number(snapshot.recipe.batch)},
        {QStringLiteral("lr"), QString::fromStdString(formatExact(snapshot.recipe.lr))},
        {QStringLiteral("optimizer"), QString::fromStdString(snapshot.recipe.optimizer)},
        {QStringLiteral("weight_decay"),
         QString::fromStdString(formatExact(snapshot.recipe.weightDecay))},
        {QStringLiteral("schedule"), QString::fromStdString(snapshot.recipe.schedule.name)},
        {QStringLiteral("loss"), QString::fromStdString(snapshot.recipe.loss)},
        {QStringLiteral("seed"), QString::number(snapshot.recipe.seed)},
    };
    for (const auto& [key, limit] : {std::pair("limit_train", snapshot.recipe.limitTrain),
                                     {"limit_test", snapshot.recipe.limitTest}}) {
        if (limit > 0)
            figure.provenance.emplace_back(QLatin1String(key), QString::number(limit));
    }
    for (const auto& event : snapshot.events)
        figure.provenance.emplace_back(QStringLiteral("event at step %1").arg(event.step),
                                       QString::fromStdString(event.text));
    figure.accessible = Panels::tr("Training after %1 steps").arg(snapshot.step);
    if (!snapshot.test.empty())
        figure.accessible +=
            Panels::tr(": test accuracy %1 % in float, %2 % fake-quantized")
                .arg(QString::fromStdString(
                         formatShort(100 * snapshot.test.back().floating.accuracy)),
                     QString::fromStdString(
                         formatShort(100 * snapshot.test.back().quantized.accuracy)));
    return figure;
}

} // namespace qs
