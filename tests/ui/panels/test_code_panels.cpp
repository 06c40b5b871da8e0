// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Panels about codes, formats, dialects and searches. Numbers of the lessons are the lectures' own.
#include "tests/ui/panels/panel_inputs.h"
#include "ui/panels/code_names.h"
#include "ui/plot/figure_export.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <set>

using namespace qs;

namespace {

constexpr const char* kIds[] = {"mapping", "number_lines", "bit_inspector", "dialects",
                                "calibration_search"};

/// The lecture's sixteen weights: 2-bit signed codes over [-1.08, 2.12].
std::vector<float> lectureWeights()
{
    return {2.09F,  -0.98F, 1.48F, 0.09F,  0.05F, -0.14F, -1.08F, 2.12F,
            -0.91F, 1.92F,  0,     -1.03F, 1.87F, 0,      1.53F,  1.49F};
}

const std::vector<QString>& rowNamed(const Figure& figure, const char* name)
{
    for (const auto& row : figure.table->rows) {
        if (row[0] == QString::fromUtf8(name))
            return row;
    }
    qFatal("no row %s", name);
}

void checkAxis(const Axis& axis, const QByteArray& what)
{
    QVERIFY2(!axis.title.isEmpty() && !axis.unit.isEmpty(), what);
    QVERIFY2(std::isfinite(axis.min) && std::isfinite(axis.max) && axis.min < axis.max, what);
    QVERIFY2(!axis.log || axis.min > 0, what);
    for (std::size_t i = 1; i < axis.names.size(); ++i)
        QVERIFY2(axis.names[i - 1].first < axis.names[i].first, what);
}

void check(const Figure& figure, const QByteArray& what)
{
    QVERIFY2(!figure.title.isEmpty() && !figure.accessible.isEmpty(), what);
    QVERIFY2(!figure.provenance.empty(), what);
    if (!figure.emptyText.isEmpty())
        return;
    if (figure.table) {
        QVERIFY2(!figure.table->rows.empty(), what);
        for (const auto& row : figure.table->rows)
            QVERIFY2(row.size() == figure.table->columns.size(), what);
        return;
    }
    checkAxis(figure.x, what);
    checkAxis(figure.y, what);
    if (figure.y2)
        checkAxis(*figure.y2, what);
    QVERIFY2(!figure.series.empty() && figure.links.size() < 12000, what);
    for (const auto& series : figure.series) {
        QVERIFY2(!series.csvName.isEmpty() && series.x.size() == series.y.size(), what);
        QVERIFY2(series.x.size() <= 2100, what);
        QVERIFY2(series.labels.empty() || series.labels.size() == series.x.size(), what);
        for (std::size_t i = 0; i < series.x.size(); ++i)
            QVERIFY2(std::isfinite(series.x[i]) && (i == 0 || series.x[i - 1] <= series.x[i]),
                     what);
    }
}

} // namespace

class TestCodePanels : public QObject {
    Q_OBJECT

private slots:
    void hostileTensors_giveAPictureOrAReason_forEveryDType()
    {
        const float nan = std::nanf("");
        const std::vector<std::vector<float>> tensors{normal(512), std::vector<float>(256, 0.0F),
                                                      std::vector<float>(256, 3e38F),
                                                      std::vector<float>(256, 1e-40F)};
        for (const auto& row : dtypes()) {
            const QByteArray name(row.name.data(), static_cast<qsizetype>(row.name.size()));
            auto all = tensors;
            if (row.family != Family::Ggml)
                all.push_back({0.7F});
            for (const auto& values : all) {
                TensorPipeline pipeline;
                const auto n = static_cast<std::int64_t>(values.size());
                const auto result = pipeline.run(
                    {Tensor::fromFloats("w", *Shape::make({n}), values), specOf(row.id), 0});
                if (!result) // the window keeps what it showed
                    continue;
                PanelInput input;
                input.tensor = *result;
                for (const auto picked : {-1, 0, static_cast<int>(n) - 1, 100000}) {
                    input.view.picked = picked;
                    for (const char* id : {"mapping", "bit_inspector"})
                        check(figureOf(id, input), name + ' ' + id);
                }
                for (const char* id : {"number_lines", "dialects", "calibration_search"})
                    check(figureOf(id, input), name + ' ' + id);
            }
        }
        // Not one finite element: no quantizer, but one is given.
        auto spec = specOf(DType::Int8);
        spec.observer = "fixed";
        spec.scale = {0.5F};
        spec.zeroPoint = {0};
        const auto input = inputOf(spec, {nan, nan, INFINITY});
        for (const char* id : kIds)
            check(figureOf(id, input), id);
    }

    void zoomedViews_drawFewCodes()
    {
        for (const auto dtype :
             {DType::Int16, DType::Float16, DType::Float8E4m3fn, DType::Qint32}) {
            auto input = inputOf(specOf(dtype), normal(4096));
            for (const double half : {2.0, 0.1, 1e-4, 1e-7}) {
                input.view.x = {0.3 - half, 0.3 + half};
                const auto figure = figureOf("mapping", input);
                check(figure, "mapping");
                QVERIFY(named(figure, "codes' line").x.size() <= 70);
            }
        }
    }

    void channelsAndGroups_areWhatIsShown()
    {
        auto spec = specOf(DType::Int8);
        spec.qscheme = QScheme::PerChannelAffine;
        auto input = inputOf(spec, *Shape::make({4, 128}), normal(512), 2);
        QCOMPARE(figureOf("mapping", input).title, QStringLiteral("Mapping of w, channel 2"));
        QVERIFY(figureOf("bit_inspector", input).note.contains(QStringLiteral("in channel 2")));
        QVERIFY(figureOf("dialects", input).note.contains(QStringLiteral("channel 2")));
        input.view.picked = 3; // of channel 0
        QVERIFY(figureOf("mapping", input).note.contains(QStringLiteral("channel 0")));
        QVERIFY(figureOf("bit_inspector", input).title.contains(QStringLiteral("[0, 3]")));
        spec = specOf(DType::Q4_K);
        const auto blocks = inputOf(spec, *Shape::make({4, 256}), normal(1024), 3);
        QVERIFY(figureOf("mapping", blocks).emptyText.contains(QStringLiteral("q4_k")));
        QVERIFY(figureOf("bit_inspector", blocks).title.startsWith(QStringLiteral("Element [3, ")));
    }

    void mapping_isTheLectures()
    {
        auto spec = specOf(DType::Int2);
        auto input = inputOf(spec, lectureWeights());
        input.view.picked = 0; // 2.09
        const auto figure = figureOf("mapping", input);
        // S = 1.0667, Z = -1: codes -2 ... 1 stand for -1.0667, 0, 1.0667, 2.1333.
        const auto& codes = named(figure, "codes' line");
        QCOMPARE(QStringList(codes.labels.begin(), codes.labels.end()).join(u' '),
                 QStringLiteral("-2 -1 0 1"));
        const auto& levels = named(figure, "levels' line");
        for (std::size_t i = 0; i < 4; ++i) {
            QVERIFY(std::fabs(levels.x[i] - (static_cast<double>(i) - 1) * 3.2 / 3) < 1e-6);
            QCOMPARE(codes.x[i], levels.x[i]); // evenly spaced: right under their levels
        }
        QCOMPARE(named(figure, "code of 0").labels[0], QStringLiteral("-1"));
        QCOMPARE(named(figure, "code of 0").x[0], 0.0);
        QVERIFY(named(figure, "code of 0").marker == MarkerShape::Diamond);
        const auto& way = named(figure, "picked element");
        QVERIFY(std::fabs(way.x[0] - 2.09) < 1e-6 && std::fabs(way.x[1] - 2.1333) < 1e-4);
        QStringList handles;
        for (const auto& marker : figure.markers)
            handles << (marker.handle ? marker.id : QString());
        QCOMPARE(handles.join(u' '), QStringLiteral("range_min range_max zero_point"));
        spec.qscheme = QScheme::PerTensorSymmetric; // nothing to choose
        QCOMPARE(figureOf("mapping", inputOf(spec, lectureWeights())).markers.size(),
                 std::size_t{2});
    }

    void mapping_ofFloats_fansOut()
    {
        const auto figure = figureOf("mapping", inputOf(specOf(DType::Float4E2m1), normal(100)));
        const auto& codes = named(figure, "codes' line");
        const auto& levels = named(figure, "levels' line");
        QCOMPARE(codes.x.size(), std::size_t{15}); // +0 and -0 are one level
        const double step = codes.x[1] - codes.x[0];
        for (std::size_t i = 1; i < codes.x.size(); ++i)
            QVERIFY(std::fabs(codes.x[i] - codes.x[i - 1] - step) < 1e-9);
        QVERIFY(levels.x[1] - levels.x[0] > 3.9 * (levels.x[8] - levels.x[7]));
        QCOMPARE(codes.labels.front(), QStringLiteral("0xf"));
        QCOMPARE(codes.labels[7], QStringLiteral("0x0"));
    }

    void codeNames_ofEveryDType_haveTheirLevel()
    {
        for (const auto& row : dtypes()) {
            if (row.family == Family::Ggml)
                continue;
            const auto input = inputOf(specOf(row.id), normal(256));
            const GridView grid(*input.tensor);
            const auto& params = input.tensor->shown->params;
            const CodeNames names(grid, params);
            for (const auto i : {std::int64_t{0}, grid.size() / 3, grid.size() - 1})
                QVERIFY2(std::fabs(static_cast<double>(params.level(names.code(i))) -
                                   grid.level(i)) <= 1e-6 * std::fabs(grid.level(i)),
                         row.name.data());
        }
    }

    void numberLines_teachFloat8()
    {
        const auto figure = figureOf("number_lines", inputOf(specOf(DType::Int8), normal(100)));
        const auto& e4m3 = named(figure, "float8_e4m3fn");
        const auto& e5m2 = named(figure, "float8_e5m2");
        QCOMPARE(e4m3.x.back(), 448.0);
        QCOMPARE(e5m2.x.back(), 57344.0);
        QCOMPARE(e4m3.x.front(), 0x1p-9);
        QCOMPARE(
            std::count_if(e4m3.x.begin(), e4m3.x.end(), [](double x) { return x >= 1 && x < 2; }),
            8);
        const auto above = std::upper_bound(e4m3.x.begin(), e4m3.x.end(), 300.0);
        QCOMPARE(*(above + 1) - *above, 32.0);
        const auto eleven = std::find(e4m3.x.begin(), e4m3.x.end(), 11.0) - e4m3.x.begin();
        QVERIFY(e4m3.labels[static_cast<std::size_t>(eleven)].startsWith(
            QStringLiteral("0 1010 011 = 1.375 \u00d7 2^3 = 11\n")));
        QCOMPARE(named(figure, "int8").x.size(), std::size_t{128}); // 1 ... 127, and 128 of -128
        QCOMPARE(named(figure, "nf4").x.size(), std::size_t{14});   // 1 and -1 are one size
        QVERIFY(figure.y.names.back().second.startsWith(QStringLiteral("in use: int8 \u00d7 ")));
        QVERIFY(figure.x.log);
        QVERIFY(figureCsv(figure).contains("float8_e5m2fnuz"));
    }

    void bitInspector_takesAnElementApart()
    {
        auto spec = specOf(DType::Float8E4m3fn);
        spec.observer = "fixed";
        spec.scale = {1.0F};
        auto input = inputOf(spec, {1, 11.2F, -0.5F});
        input.view.picked = 1;
        const auto figure = figureOf("bit_inspector", input);
        QVERIFY(figure.title.contains(QStringLiteral("[1]")));
        const auto& code = rowNamed(figure, "code q");
        QCOMPARE(code[1], QStringLiteral("float8_e4m3fn"));
        QCOMPARE(code[2], QStringLiteral("0 | 1010 | 011"));
        QCOMPARE(code[3], QStringLiteral("0x53"));
        QCOMPARE(code[4], QStringLiteral("+2^3 \u00d7 1.375; x is 11.2 steps"));
        QCOMPARE(rowNamed(figure, "dequantized")[4], QStringLiteral("11 * 1 = 11"));
        QCOMPARE(rowNamed(figure, "levels beside")[4],
                 QStringLiteral("code 0x52: 10, code 0x54: 12"));
        QVERIFY(rowNamed(figure, "error")[4].startsWith(QStringLiteral("-0.2 LSB of 1")));
        QCOMPARE(rowNamed(figure, "element x")[2],
                 QStringLiteral("0 | 10000010 | 01100110011001100110011"));
        // None picked: the one with the largest error.
        input.view.picked.reset();
        QVERIFY(figureOf("bit_inspector", input).title.contains(QStringLiteral("[1]")));
        QVERIFY(figureOf("bit_inspector", input).note.contains(QStringLiteral("largest error")));
    }

    void dialects_areCountedAsTheCommandCountsThem()
    {
        const auto input = inputOf(specOf(DType::Int8), normal(5000));
        const auto& result = *input.tensor;
        DialectRequest request;
        request.spec = result.report->spec;
        request.ranges = {{result.facts->stats.min, result.facts->stats.max, true}};
        const auto expected = *compareDialects(result.facts->tensor, result.facts->stats, request);
        const auto figure = figureOf("dialects", input);
        QCOMPARE(figure.table->rows.size(), expected.size());
        QCOMPARE(figure.table->current.value_or(99), std::size_t{0});
        for (std::size_t i = 1; i < expected.size(); ++i) {
            const auto& row = figure.table->rows[i];
            if (!expected[i].error.empty()) {
                QCOMPARE(row[7].toStdString(), expected[i].error);
                continue;
            }
            QString differ = row[4];
            QCOMPARE(differ.remove(u',').toLongLong(),
                     static_cast<qlonglong>(expected[i].difference.elements));
            QCOMPARE(row[1].toFloat(), expected[i].report.params.scaleAt(0));
        }
        // What a person chose is kept: with another scale the others start from its range.
        auto fixed = specOf(DType::Int8);
        fixed.observer = "fixed";
        fixed.scale = {0.03125F};
        fixed.zeroPoint = {0};
        const auto chosen = figureOf("dialects", inputOf(fixed, normal(5000)));
        QVERIFY(std::fabs(chosen.table->rows[0][1].toDouble() - 0.03125) < 1e-6);
        for (const auto dtype : {DType::Nf4, DType::Float8E4m3fn, DType::Q4_0, DType::Qint32})
            QVERIFY(!figureOf("dialects", inputOf(specOf(dtype), normal(256))).emptyText.isEmpty());
    }

    void search_isTheObserversOwn_stepByStep()
    {
        for (const char* name : {"histogram", "entropy", "mse"}) {
            auto spec = specOf(DType::Int8);
            spec.qscheme = QScheme::PerTensorSymmetric;
            spec.observer = name;
            const auto input = inputOf(spec, normal(20000));
            const auto observer = *observerByName(name)->make(spec);
            QVERIFY(observer->observe(input.tensor->facts->tensor, {}));
            const auto evidence = *observer->evidence();
            const auto figure = figureOf("calibration_search", input);
            check(figure, name);
            const auto& low = named(figure, "range min [-]");
            QVERIFY(low.rightAxis);
            QCOMPARE(low.x.back(), static_cast<double>(evidence.steps.size()));
            const auto marker = static_cast<std::size_t>(figure.markers.at(0).x) - 1;
            QVERIFY(evidence.steps[marker].best);
            for (const auto& step : evidence.steps)
                QVERIFY(!(step.error < evidence.steps[marker].error));
            const auto& best =
                named(figure, qPrintable(QStringLiteral("best so far [%1]").arg(figure.y.unit)));
            for (std::size_t i = 1; i < best.y.size(); ++i)
                QVERIFY(best.y[i] <= best.y[i - 1]);
            QCOMPARE(best.y.back(), evidence.steps[marker].error);
        }
        for (const char* name : {"minmax", "percentile", "moving_average_minmax"}) {
            auto spec = specOf(DType::Int8);
            spec.observer = name;
            const auto figure = figureOf("calibration_search", inputOf(spec, normal(2000)));
            QVERIFY2(figure.emptyText.contains(QStringLiteral("does not search")), name);
            QVERIFY2(figure.emptyText.contains(QLatin1String(name)), name);
        }
    }

    void tablesAndNames_areInEveryExport()
    {
        const QTemporaryDir folder;
        const auto input = inputOf(specOf(DType::Int4), normal(1000));
        for (const char* id : kIds) {
            const auto figure = figureOf(id, input);
            const auto path = folder.filePath(QStringLiteral("%1.svg").arg(QLatin1String(id)));
            QVERIFY(exportFigure(figure, ThemeId::Print, {}, path));
            QFile file(path);
            QVERIFY(file.open(QIODevice::ReadOnly));
            const auto svg = file.readAll();
            if (figure.table)
                QVERIFY2(svg.contains(figure.table->columns[1].title.toUtf8()), id);
            else if (!figure.y.names.empty())
                QVERIFY2(svg.contains(figure.y.names[0].second.toUtf8()), id);
            QVERIFY(!renderFigure(figure, ThemeId::Dark, {}).isNull());
        }
        // Every text and every row has room in a picture as it is exported without a choice.
        for (const auto dtype : {DType::Qint8, DType::Int4}) {
            for (const char* id : {"dialects", "bit_inspector"}) {
                const auto fit = tableFit(figureOf(id, inputOf(specOf(dtype), normal(20000))), {});
                QVERIFY2(fit.rowsLeftOut == 0 && !fit.textsCut, id);
            }
        }
        // Rows that have no room are counted.
        auto figure = figureOf("bit_inspector", input);
        while (figure.table->rows.size() < 100)
            figure.table->rows.push_back(figure.table->rows[0]);
        const auto path = folder.filePath(QStringLiteral("many.svg"));
        QVERIFY(exportFigure(figure, ThemeId::Light, {}, path));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto svg = file.readAll();
        const auto left = tableFit(figure, {}).rowsLeftOut;
        QVERIFY(left > 50 && left < 100);
        QVERIFY(svg.contains("and " + QByteArray::number(qulonglong(left)) + " more rows"));
        QVERIFY(!tableFit(figure, {}).textsCut);
    }
};

QTEST_MAIN(TestCodePanels)
#include "test_code_panels.moc"
