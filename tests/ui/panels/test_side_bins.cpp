// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Elements that are not finite beside the histograms: in the picture, in its numbers, in its words.
#include "panel_inputs.h"

#include "ui/panels/panel_figure.h"
#include "ui/plot/figure_columns.h"
#include "ui/plot/figure_export.h"
#include "ui/plot/plot_view.h"

#include <QTest>

#include <algorithm>
#include <limits>
#include <utility>

using namespace qs;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

std::vector<float> mixed()
{
    return {1, -2, kNaN, kInf, -kInf, kNaN, 0.5F, 3, kInf, kNaN};
}

QuantSpec int4(float scale)
{
    QuantSpec spec = specOf(DType::Int4);
    spec.observer = "fixed";
    spec.scale = {scale};
    spec.zeroPoint = {1};
    return spec;
}

Figure histogram(const QuantSpec& spec, HistogramOf of, CountScale counts = CountScale::Linear)
{
    auto input = inputOf(spec, mixed());
    input.view.histogramOf = of;
    input.view.counts = counts;
    return figureOf("histogram", input);
}

} // namespace

class TestSideBins : public QObject {
    Q_OBJECT

private slots:
    /// NaN and -Inf at the left, +Inf at the right, as long as they are many.
    void countsEndAtTheCountAxis_inAllThreeHistograms()
    {
        for (const auto of : {HistogramOf::Float, HistogramOf::Dequantized, HistogramOf::Code}) {
            for (const auto counts : {CountScale::Linear, CountScale::Log, CountScale::Density}) {
                const auto figure = histogram(int4(1), of, counts);
                const auto& bins = figure.sideBins;
                QCOMPARE(bins.size(), std::size_t{3});
                QCOMPARE(bins[0].name, QStringLiteral("NaN"));
                QCOMPARE(bins[0].count, std::int64_t{3});
                QCOMPARE(bins[1].name, QStringLiteral("\u2212Inf"));
                QCOMPARE(bins[1].count, std::int64_t{1});
                QCOMPARE(bins[2].name, QStringLiteral("+Inf"));
                QCOMPARE(bins[2].count, std::int64_t{2});
                QVERIFY(!bins[0].right && !bins[1].right && bins[2].right);
                for (const auto& bin : bins) {
                    // A bin without a width has no density.
                    QCOMPARE(bin.y.has_value(), counts != CountScale::Density);
                    if (bin.y)
                        QCOMPARE(*bin.y, static_cast<double>(bin.count));
                }
                QCOMPARE(figure.note.contains(u"as counts"), counts == CountScale::Density);
            }
        }
    }

    /// What the quantizer makes of them, as its own description says: +Inf the highest code, -Inf
    /// the lowest, NaN the code of 0 or of NaN.
    void whatBecomesOfThem_isTheQuantizers()
    {
        const auto codes = histogram(int4(0.5F), HistogramOf::Code).sideBins;
        QCOMPARE(codes[0].becomes, QStringLiteral("code 1"));
        QCOMPARE(codes[1].becomes, QStringLiteral("code -8"));
        QCOMPARE(codes[2].becomes, QStringLiteral("code 7"));
        const auto values = histogram(int4(0.5F), HistogramOf::Dequantized).sideBins;
        QCOMPARE(values[0].becomes, QStringLiteral("NaN"));
        QCOMPARE(values[1].becomes, QStringLiteral("-4.5"));
        QCOMPARE(values[2].becomes, QStringLiteral("3"));
        QuantSpec cast;
        cast.dtype = DType::Float8E4m3fn; // OCP: S.1111.111 is NaN
        QVERIFY(histogram(cast, HistogramOf::Code).sideBins[0].becomes.contains(u"0x7f"));
        for (const auto& bin : histogram(int4(1), HistogramOf::Float).sideBins)
            QVERIFY(bin.becomes.isEmpty());
    }

    /// The plots below and above share the x axis: nothing of it may move.
    void theXAxis_isThatOfTheFiniteElements()
    {
        auto finite = mixed();
        std::erase_if(finite, [](float v) { return !std::isfinite(v); });
        const auto with = histogram(int4(1), HistogramOf::Float);
        const auto without = figureOf("histogram", inputOf(int4(1), finite));
        QCOMPARE(with.x.min, without.x.min);
        QCOMPARE(with.x.max, without.x.max);
        QCOMPARE(with.y.max, without.y.max);
        QVERIFY(without.sideBins.empty());
        QVERIFY(!without.accessible.contains(u"finite"));
    }

    void numbersAndWords_haveThem()
    {
        const auto figure = histogram(int4(1), HistogramOf::Code);
        QVERIFY2(figure.accessible.contains(u"3 NaN, 1 \u2212Inf, 2 +Inf"),
                 qPrintable(figure.accessible));
        const auto columns = figureColumns(figure);
        const auto column = [&](const char* title) -> const FigureColumn& {
            const auto at = std::ranges::find(columns, QLatin1String(title), &FigureColumn::title);
            if (at == columns.end())
                qFatal("no column %s", title);
            return *at;
        };
        QVERIFY(column("not finite").texts ==
                (std::vector<QString>{QStringLiteral("NaN"), QStringLiteral("\u2212Inf"),
                                      QStringLiteral("+Inf")}));
        QVERIFY(column("count not finite").values == (std::vector<double>{3, 1, 2}));
        QCOMPARE(column("not finite becomes").texts[2], QStringLiteral("code 7"));
        const auto csv = figureCsv(figure);
        QVERIFY(csv.contains("count not finite") && csv.contains("NaN"));
        QVERIFY(figureNpy(figure).contains("count not finite"));
    }

    /// Every panel draws a tensor one of whose NaN or infinities is picked, and draws no such
    /// place.
    void everyPanel_withOnePicked_drawsFinitePlacesOnly()
    {
        for (const QuantSpec& spec : {specOf(DType::Qint8), specOf(DType::Float8E5m2)}) {
            auto input = inputOf(spec, mixed());
            for (const std::int64_t index : {2, 3, 4}) {
                input.view.picked = index;
                auto element =
                    inspectElement(input.tensor->facts->tensor, input.tensor->report->spec,
                                   input.tensor->report->params, index);
                QVERIFY(element);
                QVERIFY(!std::isfinite(element->x));
                input.picked = std::make_shared<const ElementInspection>(*std::move(element));
                for (const auto& panel : panels()) {
                    if (panel.workspace != WorkspaceId::Tensor || panel.study != StudyKind::None)
                        continue;
                    const auto figure = qs::figureOf(panel, input);
                    for (const auto& marker : figure.markers)
                        QVERIFY2(std::isfinite(marker.x), panel.id);
                    for (const auto& link : figure.links)
                        QVERIFY2(std::isfinite(link.fromX) && std::isfinite(link.toX), panel.id);
                    for (const auto& series : figure.series) {
                        for (const double x : series.x)
                            QVERIFY2(std::isfinite(x), panel.id);
                    }
                }
            }
        }
    }

    void onlyWhatIsShown_isCounted()
    {
        auto spec = specOf(DType::Qint8);
        spec.qscheme = QScheme::PerChannelSymmetric;
        spec.axis = 0;
        const auto bins = [&](std::int64_t channel) {
            return figureOf("histogram",
                            inputOf(spec, *Shape::make({2, 3}), {1, 2, kNaN, 3, kInf, 4}, channel))
                .sideBins;
        };
        QCOMPARE(bins(0).size(), std::size_t{1});
        QCOMPARE(bins(0)[0].name, QStringLiteral("NaN"));
        QCOMPARE(bins(1)[0].name, QStringLiteral("+Inf"));
    }

    /// The strips take their room beside the axes, and plots that are aligned stay aligned.
    void theStrips_areBesideTheAxes()
    {
        const auto with = histogram(int4(1), HistogramOf::Float);
        auto without = with;
        without.sideBins.clear();
        QWidget window;
        std::vector<PlotView*> views;
        for (const auto* figure : {&with, &std::as_const(without)}) {
            auto* view = new PlotView(&window);
            view->setGeometry(0, static_cast<int>(views.size()) * 260, 600, 250);
            view->setFigure(*figure);
            views.push_back(view);
        }
        window.resize(600, 520);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QVERIFY(views[0]->neededLeftMargin() >= views[1]->neededLeftMargin() + 50);
        QVERIFY(views[0]->neededRightMargin() >= views[1]->neededRightMargin() + 25);
        alignAxes(views);
        QTest::qWait(30);
        QCOMPARE(views[0]->axesRect().left(), views[1]->axesRect().left());
        QCOMPARE(views[0]->axesRect().right(), views[1]->axesRect().right());
        // And go with their figure.
        const int before = views[1]->neededLeftMargin();
        views[0]->setFigure(without);
        QTest::qWait(30);
        QCOMPARE(views[0]->neededLeftMargin(), before);
    }
};

QTEST_MAIN(TestSideBins)
#include "test_side_bins.moc"
