// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Elements that are picked and selected in one plot of the Tensor workspace are marked in all.
#include "core/quant/quantizer.h"
#include "ui/controls/value_card.h"
#include "ui/dialogs/choose_elements_dialog.h"

#include "tensor_driver.h"
#include "window_driver.h"

#include <QDialogButtonBox>
#include <QPushButton>

#include <algorithm>

using namespace qs;

class TestSelecting : public TensorDriver {
    Q_OBJECT

    static const Series* series(const PlotView* view, const char* name)
    {
        for (const auto& each : view->figure().series) {
            if (each.name == QLatin1String(name))
                return &each;
        }
        return nullptr;
    }
    static const Region* selectedRegion(const PlotView* view)
    {
        for (const auto& each : view->figure().regions) {
            if (each.kind == RegionKind::Selected)
                return &each;
        }
        return nullptr;
    }
    std::shared_ptr<const SelectedPart> selection() const
    {
        return workspace().answers().selection();
    }
    /// What the quantizer makes of every element, by one call.
    struct Element {
        float x;
        float y;
        float lsb;
        std::int32_t code;
    };
    std::vector<Element> elements() const
    {
        const auto& all = workspace().answers().result()->facts->tensor;
        const auto n = static_cast<std::size_t>(all.numel());
        std::vector<float> buffer;
        const auto x = all.read(0, all.numel(), buffer);
        std::vector<float> y(n), t(n), clip(n), lsb(n);
        std::vector<std::int32_t> code(n);
        Quantizer::make(report().params, all.shape())
            ->evaluate(x, 0, {y.data(), t.data(), clip.data(), lsb.data(), code.data()});
        std::vector<Element> made;
        for (std::size_t i = 0; i < n; ++i)
            made.push_back({x[i], y[i], lsb[i], code[i]});
        return made;
    }

private slots:
    void initTestCase() { makeTensor("test_selecting"); }
    void init() { openWindow(); }
    void cleanup() { closeWindow(); }

    void pickedElement_hasTheSameNumbersEverywhere()
    {
        auto* view = show("histogram");
        QTest::mouseClick(view, Qt::LeftButton, {}, at(view, 0.413));
        settle();
        QVERIFY(tensor().view.picked.has_value());
        const auto element = workspace().answers().picked();
        QVERIFY(element != nullptr);
        const auto& all = workspace().answers().result()->facts->tensor;
        QCOMPARE(element->x, all.at(*tensor().view.picked));
        const auto input = workspace().answers().input(*panelById(QStringLiteral("histogram")));
        QCOMPARE(input.picked->index, *tensor().view.picked);
        // The nearest there is.
        const double x = view->xAt(at(view, 0.413).x());
        for (std::int64_t i = 0; i < all.numel(); ++i)
            QVERIFY(std::fabs(static_cast<double>(all.at(i)) - x) >=
                    std::fabs(static_cast<double>(element->x) - x));
        for (const char* id : {"transfer", "histogram"}) {
            const auto* line = marker(show(id), "picked");
            QVERIFY2(line != nullptr, id);
            QCOMPARE(line->x, static_cast<double>(element->x));
        }
        QCOMPARE(marker(show("code_usage"), "picked")->x, static_cast<double>(element->code));
        QVERIFY(std::fabs(marker(show("error_histogram"), "picked")->x -
                          element->error / element->step) < 1e-12);
        // Esc lets it go; it was no step.
        QTest::keyClick(m_window.get(), Qt::Key_Escape);
        settle();
        QVERIFY(!tensor().view.picked);
        QVERIFY(marker(show("transfer"), "picked") == nullptr);
    }

    /// The panel keeps to LSB where channels have steps of different sizes.
    void pickedElement_ofAChannel_isPlacedInTheUnitOfTheAxis()
    {
        edit([](Session& s) {
            s.tensor.spec.qscheme = QScheme::PerChannelSymmetric;
            s.tensor.view.errorUnit = ErrorUnit::Value;
        });
        m_window->document().adjustView([](Session& s) { s.tensor.view.picked = 700; });
        settle();
        const auto* view = show("error_histogram");
        QVERIFY(view->figure().x.unit.contains(QStringLiteral("LSB")));
        const auto element = workspace().answers().picked();
        QVERIFY(std::fabs(marker(view, "picked")->x - element->error / element->step) < 1e-12);
    }

    void clickedCell_isPicked()
    {
        auto* view = show("cells");
        const QRect axes = view->axesRect();
        QTest::mouseClick(view, Qt::LeftButton, {}, axes.topLeft() + QPoint(3, 3));
        settle();
        QCOMPARE(tensor().view.picked.value_or(-1), std::int64_t{0});
        QTest::mouseClick(view, Qt::LeftButton, {}, axes.bottomRight() - QPoint(3, 3));
        settle();
        QCOMPARE(tensor().view.picked.value_or(-1), std::int64_t{20 * 30 - 1});
    }

    void selectedValues_areCountedInEveryPlot()
    {
        auto* view = show("histogram");
        drag(view, at(view, 0.5), at(view, 2.0), Qt::ControlModifier);
        settle();
        QVERIFY(tensor().view.brush.has_value());
        const double lo = tensor().view.brush->from;
        const double hi = tensor().view.brush->to;
        const auto& all = workspace().answers().result()->facts->tensor;
        std::int64_t inside = 0;
        double squared = 0;
        for (std::int64_t i = 0; i < all.numel(); ++i) {
            const auto x = static_cast<double>(all.at(i));
            inside += x >= lo && x <= hi ? 1 : 0;
            if (x >= lo && x <= hi) {
                const auto& p = report().params;
                const double q = std::clamp(
                    std::nearbyint(static_cast<double>(all.at(i) * (1.0F / p.scaleAt(0)))) +
                        p.zeroPointAt(0),
                    static_cast<double>(p.range().quantMin),
                    static_cast<double>(p.range().quantMax));
                const double y =
                    static_cast<double>(static_cast<float>(q - p.zeroPointAt(0)) * p.scaleAt(0));
                squared += (y - x) * (y - x);
            }
        }
        QVERIFY(inside > 100);
        QVERIFY(selection() != nullptr);
        QCOMPARE(selection()->whole->n(), inside);
        QVERIFY(std::fabs(selection()->whole->mse * static_cast<double>(inside) / squared - 1) <
                1e-9);
        QCOMPARE(view->figure().regions.back().kind, RegionKind::Selected);
        const auto named = [](const PlotView* plot, const char* name) {
            return std::any_of(plot->figure().series.begin(), plot->figure().series.end(),
                               [&](const Series& s) { return s.name == QLatin1String(name); });
        };
        QVERIFY(named(show("code_usage"), "selected"));
        QVERIFY(named(show("error_histogram"), "selected"));
        // A click with Ctrl takes it back.
        QTest::mouseClick(view, Qt::LeftButton, Qt::ControlModifier, at(view, 0.1));
        settle();
        QVERIFY(!tensor().view.brush);
    }

    void selectedErrors_areMarkedInEveryPlot()
    {
        auto* view = show("error_histogram");
        drag(view, at(view, 0.1), at(view, 0.3), Qt::ControlModifier);
        settle();
        const auto brush = tensor().view.brush;
        QVERIFY(brush && brush->by == SelectedBy::Error && brush->unit == ErrorUnit::Lsb);
        QVERIFY(std::fabs(brush->from - 0.1) < 0.02 && std::fabs(brush->to - 0.3) < 0.02);
        std::int64_t inside = 0;
        for (const auto& e : elements())
            inside += brush->contains(static_cast<double>(e.lsb)) ? 1 : 0;
        QVERIFY(inside > 100);
        QVERIFY(selection() != nullptr);
        QCOMPARE(selection()->whole->n(), inside);
        QVERIFY(selectedRegion(view) && !selectedRegion(view)->ofY);
        // As a part of the other histograms,
        const auto* values = series(show("histogram"), "selected");
        QVERIFY(values != nullptr);
        double sum = 0;
        for (const double y : values->y)
            sum += y;
        QCOMPARE(sum, static_cast<double>(inside));
        QVERIFY(series(show("code_usage"), "selected") != nullptr);
        // as a stretch of the errors' axis, and in the cells.
        const auto* stretch = selectedRegion(show("error"));
        QVERIFY(stretch && stretch->ofY);
        QCOMPARE(stretch->from, brush->from);
        const auto& map = *show("cells")->figure().map;
        const auto all = elements();
        QCOMPARE(map.faded.size(), std::size_t{600});
        for (std::size_t i = 0; i < map.faded.size(); ++i)
            QCOMPARE(map.faded[i], !brush->contains(static_cast<double>(all[i].lsb)));
        QVERIFY(workspace().findChild<FactsCard*>()->text().contains(QStringLiteral("selected")));
    }

    /// A scalar quantizer is monotone: codes that are neighbours are one stretch of values.
    void selectedCodes_areAStretchOfValues()
    {
        auto* view = show("code_usage");
        drag(view, at(view, 9.6), at(view, 30.2), Qt::ControlModifier);
        settle();
        const auto brush = tensor().view.brush;
        QVERIFY(brush && brush->by == SelectedBy::Code);
        QCOMPARE(brush->from, std::ceil(brush->from));
        float lowest = 1e9F;
        float highest = -1e9F;
        std::int64_t inside = 0;
        for (const auto& e : elements()) {
            if (!brush->contains(e.code))
                continue;
            lowest = std::min(lowest, e.x);
            highest = std::max(highest, e.x);
            ++inside;
        }
        QVERIFY(inside > 0);
        QCOMPARE(selection()->whole->n(), inside);
        for (const char* id : {"transfer", "histogram"}) {
            const auto* stretch = selectedRegion(show(id));
            QVERIFY2(stretch != nullptr, id);
            QCOMPARE(stretch->from, static_cast<double>(lowest));
            QCOMPARE(stretch->to, static_cast<double>(highest));
        }
        QVERIFY(series(show("error_histogram"), "selected") != nullptr);
        // Other parameters, other elements with these codes.
        edit([](Session& s) { s.tensor.spec.dtype = DType::Int4; });
        QCOMPARE(selection()->whole->n(), std::int64_t{0});
    }

    void selectedValues_areAStretchOfTheChannelsAxis()
    {
        m_window->document().adjustView([](Session& s) {
            s.tensor.view.brush = Selection{SelectedBy::Value, 0.1, 0.2};
        });
        const auto* stretch = selectedRegion(show("channels"));
        QVERIFY(stretch && stretch->ofY);
        QCOMPARE(stretch->to, 0.2);
    }

    /// Codes of floats ascend from 0 in both directions: places are counted, not bit patterns.
    void selectedCodesOfFloats_areCountedAtTheirPlaces()
    {
        edit([](Session& s) { s.tensor.spec.dtype = DType::Float8E4m3fn; });
        m_window->document().adjustView([](Session& s) {
            s.tensor.view.brush = Selection{SelectedBy::Value, -100, 100};
        });
        settle();
        auto* view = show("code_usage");
        const auto* all = series(view, "elements per code");
        const auto* selected = series(view, "selected");
        QVERIFY(all && selected);
        QVERIFY(all->y == selected->y);
    }

    void clickedError_picksTheElementWithIt()
    {
        auto* view = show("error_histogram");
        const QPoint place = at(view, 0.25);
        QTest::mouseClick(view, Qt::LeftButton, {}, place);
        settle();
        QVERIFY(tensor().view.picked.has_value());
        const double wanted = view->xAt(place.x());
        const auto all = elements();
        const auto& picked = all[static_cast<std::size_t>(*tensor().view.picked)];
        for (const auto& e : all)
            QVERIFY(std::fabs(static_cast<double>(e.lsb) - wanted) >=
                    std::fabs(static_cast<double>(picked.lsb) - wanted));
        QVERIFY(std::fabs(marker(view, "picked")->x - static_cast<double>(picked.lsb)) < 1e-5);
    }

    /// A row of the dialects' table stands for the first element that differs.
    void clickedDialect_picksWhatDiffers()
    {
        auto* view = show("dialects");
        const auto& table = *view->figure().table;
        QCOMPARE(table.choices.size(), table.rows.size());
        const auto row = std::find_if(table.choices.begin(), table.choices.end(),
                                      [](const QString& choice) { return !choice.isEmpty(); });
        QVERIFY(row != table.choices.end());
        const auto wanted = row->section(QLatin1Char(':'), 1).toLongLong();
        // Every row is somewhere below the titles.
        for (int y = 0; y < view->height() && tensor().view.picked != wanted; y += 6)
            QTest::mouseClick(view, Qt::LeftButton, {}, {view->width() / 3, y});
        QCOMPARE(tensor().view.picked.value_or(-1), wanted);
        // It does differ there.
        settle();
        QVERIFY(workspace().answers().picked() != nullptr);
    }

    /// By the keyboard, and exactly.
    void typedElements_arePickedAndSelected()
    {
        const auto shape = workspace().answers().result()->facts->tensor.shape();
        ChooseElementsDialog dialog(shape, tensor().view, m_window.get());
        auto* by = control<QComboBox>(dialog, "selected by");
        auto* element = control<QLineEdit>(dialog, "picked element");
        auto* from = control<QLineEdit>(dialog, "selected from");
        auto* to = control<QLineEdit>(dialog, "selected to");
        QVERIFY(!dialog.picked() && !dialog.selection());
        element->setText(QStringLiteral("1, 2, 3"));
        by->setCurrentIndex(2);
        from->setText(QStringLiteral("1/8"));
        to->setText(QStringLiteral("250m"));
        QCOMPARE(dialog.picked().value_or(-1), std::int64_t{663});
        QVERIFY(dialog.selection() == (Selection{SelectedBy::Error, 0.125, 0.25, ErrorUnit::Lsb}));
        auto* ok = dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
        QVERIFY(ok->isEnabled());
        to->setText(QStringLiteral("0"));
        QVERIFY(!ok->isEnabled() && !dialog.selection());
        QVERIFY(ok->toolTip().contains(QStringLiteral("smaller")));
        // Open at one end, or none.
        to->clear();
        QVERIFY(ok->isEnabled() && dialog.selection()->contains(1e300));
        QVERIFY(!dialog.selection()->contains(0.12));
        from->clear();
        QVERIFY(ok->isEnabled() && !dialog.selection());
        // What is chosen already is in the fields.
        TensorView view;
        view.picked = 5;
        view.brush = Selection{SelectedBy::Code, -3, 4};
        ChooseElementsDialog again(shape, view, m_window.get());
        QCOMPARE(again.picked().value_or(-1), std::int64_t{5});
        QVERIFY(again.selection() == view.brush);
    }

    /// An index of one tensor is nothing in another.
    void anotherTensor_hasNothingPickedOrSelected()
    {
        m_window->document().adjustView([](Session& s) {
            s.tensor.view.picked = 5;
            s.tensor.view.brush = Selection{SelectedBy::Code, 0, 4};
        });
        settle();
        m_window->openPaths({QStringLiteral("generator:normal?numel=500&seed=3")});
        QTRY_COMPARE(workspace().answers().result()->facts->tensor.numel(), std::int64_t{500});
        settle();
        QVERIFY(!tensor().view.picked && !tensor().view.brush);
        QVERIFY(marker(show("transfer"), "picked") == nullptr);
    }

    /// The channel is shown, and its value that is nearest to the pointer is picked.
    void clickedChannel_isShown_andItsNearestValuePicked()
    {
        edit([](Session& s) { s.tensor.spec.qscheme = QScheme::PerChannelSymmetric; });
        auto* view = show("channels");
        const QRect axes = view->axesRect();
        const QPoint place(at(view, 5).x(), axes.center().y() - 3);
        QTest::mouseClick(view, Qt::LeftButton, {}, place);
        settle();
        QCOMPARE(tensor().channel, std::int64_t{5});
        QVERIFY(tensor().view.picked.has_value());
        QCOMPARE(*tensor().view.picked / 600, std::int64_t{5});
        const auto* point = series(view, "picked");
        QVERIFY(point != nullptr);
        QCOMPARE(point->x.front(), 5.0);
        QCOMPARE(point->y.front(), static_cast<double>(workspace().answers().picked()->x));
        // Another channel's grid is in the value plots: the mark says whose element it is.
        edit([](Session& s) { s.tensor.channel = 2; });
        QVERIFY(marker(show("transfer"), "picked")->label.contains(QStringLiteral("channel 5")));
    }
};

QTEST_MAIN(TestSelecting)
#include "test_selecting.moc"
