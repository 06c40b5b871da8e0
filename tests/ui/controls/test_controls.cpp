// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/quant_spec_json.h"
#include "ui/controls/dtype_combo.h"
#include "ui/controls/log_slider.h"
#include "ui/controls/number_field.h"
#include "ui/controls/numbers_field.h"
#include "ui/controls/quantizer_controls.h"
#include "ui/document/spec_gesture.h"

#include <QAbstractItemModel>
#include <QCheckBox>
#include <QLineEdit>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QTest>

#include <cmath>

using namespace qs;

namespace {

void type(NumberField& field, const char* text)
{
    field.edit()->selectAll();
    QTest::keyClicks(field.edit(), QLatin1String(text));
    QTest::keyClick(field.edit(), Qt::Key_Return);
}

void typeLine(QLineEdit* edit, const char* text)
{
    edit->selectAll();
    QTest::keyClicks(edit, QLatin1String(text));
    QTest::keyClick(edit, Qt::Key_Return);
}

/// The quantizer's controls on a document, with the answers they would get.
struct Bench {
    explicit Bench(std::vector<std::int64_t> shape = {8, 512})
    {
        const auto numel = shape[0] * shape[1];
        std::vector<float> values(static_cast<std::size_t>(numel));
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = std::sin(static_cast<float>(i));
        tensor = Tensor::fromFloats("w", *qs::Shape::make(std::move(shape)), std::move(values));
        QObject::connect(&document, &Document::changed, &controls, [this] { answer(); });
        answer();
    }
    void answer()
    {
        const auto& chosen = document.session().tensor;
        auto result = pipeline.run({*tensor, chosen.spec, chosen.channel});
        problem = result ? std::string() : result.error().message;
        if (result)
            controls.setResult(*result);
    }
    template <typename Widget>
    Widget* find(const char* name)
    {
        for (auto* widget : controls.findChildren<Widget*>()) {
            if (widget->accessibleName() == QLatin1String(name))
                return widget;
        }
        qFatal("no control called %s", name);
    }
    void choose(const char* combo, const char* text)
    {
        auto* box = find<QComboBox>(combo);
        const int row = box->findText(QLatin1String(text));
        if (row < 0)
            qFatal("no row %s", text);
        box->setCurrentIndex(row);
        emit box->activated(row);
    }
    const QuantSpec& spec() { return document.session().tensor.spec; }

    std::optional<Tensor> tensor;
    TensorPipeline pipeline;
    std::string problem;
    Document document;
    QuantizerControls controls{document};
};

} // namespace

class TestControls : public QObject {
    Q_OBJECT

private slots:
    void field_takesWhatPeopleWrite_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<double>("value");
        QTest::newRow("fraction") << QByteArray("1/256") << 1.0 / 256;
        QTest::newRow("power") << QByteArray("2^-8") << 1.0 / 256;
        QTest::newRow("decimal") << QByteArray("0.0039") << 0.0039;
        QTest::newRow("hex") << QByteArray("0x1p-8") << 1.0 / 256;
        QTest::newRow("n") << QByteArray("5n") << 5e-9;
        QTest::newRow("u") << QByteArray("5u") << 5e-6;
        QTest::newRow("m") << QByteArray("5m") << 0.005;
        QTest::newRow("k") << QByteArray("3k") << 3000.0;
        QTest::newRow("M") << QByteArray("3M") << 3e6;
        QTest::newRow("G") << QByteArray("3G") << 3e9;
    }
    void field_takesWhatPeopleWrite()
    {
        QFETCH(QByteArray, text);
        QFETCH(double, value);
        NumberField field(QStringLiteral("scale"));
        field.setValue(1);
        QSignalSpy committed(&field, &NumberField::committed);
        type(field, text.constData());
        QCOMPARE(committed.count(), 1);
        QCOMPARE(committed[0][0].toDouble(), value);
        QVERIFY(field.message().isEmpty());
    }

    void whatIsWrong_isSaid_andNotApplied_untilEscape()
    {
        NumberField field(QStringLiteral("scale"));
        field.setCheck([](double v) { return v > 0 ? QString() : QStringLiteral("above 0"); });
        field.setValue(0.5);
        QSignalSpy committed(&field, &NumberField::committed);
        type(field, "-1");
        QCOMPARE(committed.count(), 0);
        QVERIFY(field.message().contains(QStringLiteral("above 0")));
        type(field, "abc");
        QCOMPARE(committed.count(), 0);
        QVERIFY(field.message().contains(QStringLiteral("not a finite number")));
        for (const char* text : {"1e400", "10^400"}) {
            type(field, text);
            QCOMPARE(committed.count(), 0);
            QVERIFY(field.message().contains(QStringLiteral("too large for float32")));
        }
        QTest::keyClick(field.edit(), Qt::Key_Escape);
        QCOMPARE(field.edit()->text(), QStringLiteral("0.5"));
        QVERIFY(field.message().isEmpty());
    }

    void arrows_step()
    {
        NumberField field(QStringLiteral("zero_point"));
        field.setStep([](double v, int steps) { return v + steps; });
        field.setValue(3);
        QSignalSpy committed(&field, &NumberField::committed);
        QTest::keyClick(field.edit(), Qt::Key_Up);
        QTest::keyClick(field.edit(), Qt::Key_PageDown);
        QCOMPARE(committed.count(), 2);
        QCOMPARE(committed[1][0].toDouble(), -6.0);
    }

    void noValue_isADash_notAZero()
    {
        NumberField field(QStringLiteral("scale"));
        field.setNoValue(QStringLiteral("not observed yet"));
        QVERIFY(field.edit()->text().isEmpty());
        QCOMPARE(field.edit()->placeholderText(), QStringLiteral("\u2013"));
    }

    void dtypes_standUnderHeadings_thatCannotBeChosen()
    {
        DTypeCombo combo(QStringLiteral("dtype"), nullptr);
        int headings = 0;
        int rows = 0;
        for (int i = 0; i < combo.count(); ++i) {
            const auto flags = combo.model()->flags(combo.model()->index(i, 0));
            (flags & Qt::ItemIsSelectable ? rows : headings) += 1;
        }
        QCOMPARE(headings, 5);
        QCOMPARE(rows, static_cast<int>(dtypes().size()) + 1); // and eXmY
        for (const auto& row : dtypes())
            QVERIFY(combo.findText(QString::fromStdString(std::string(row.name))) > 0);
    }

    void dtype_isFoundByTyping_andEXmYTakenByHand()
    {
        DTypeCombo combo(QStringLiteral("dtype"), nullptr);
        QSignalSpy chosen(&combo, &DTypeCombo::chosen);
        typeLine(combo.lineEdit(), "e3m4");
        QCOMPARE(chosen.count(), 1);
        QVERIFY(chosen[0][0].value<DType>() == *dtypeByName("e3m4"));
        combo.showDType(*dtypeByName("e3m4"));
        QCOMPARE(combo.currentText(), QStringLiteral("e3m4"));
        typeLine(combo.lineEdit(), "e9m9");
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(combo.currentText(), QStringLiteral("e3m4"));
        typeLine(combo.lineEdit(), "NF4");
        QVERIFY(chosen.count() >= 2);
        QVERIFY(chosen.back()[0].value<DType>() == DType::Nf4);
    }

    void dtypes_thatAreNotOffered_cannotBeTypedEither()
    {
        DTypeCombo combo(QStringLiteral("dtype"), nullptr,
                         [](const DTypeInfo& row) { return row.isInteger(); });
        QCOMPARE(combo.findText(QStringLiteral("nf4")), -1);
        QSignalSpy chosen(&combo, &DTypeCombo::chosen);
        typeLine(combo.lineEdit(), "nf4");
        QCOMPARE(chosen.count(), 0);
        QCOMPARE(combo.currentText(), QStringLiteral("qint8"));
    }

    void everyDType_isShownWithoutAProblem_andUndone()
    {
        Bench bench;
        for (const auto& row : dtypes()) {
            const auto before = bench.document.session();
            const std::string name(row.name);
            bench.choose("dtype", name.c_str());
            QVERIFY(bench.spec().dtype == row.id);
            QVERIFY2(bench.problem.empty(), bench.problem.c_str());
            QCOMPARE(bench.find<QComboBox>("dtype")->currentText(), QString::fromStdString(name));
            QCOMPARE(bench.find<QCheckBox>("")->isEnabled(), row.isInteger());
            QCOMPARE(bench.find<QComboBox>("granularity")->isEnabled(), !row.isBlock());
            if (row.isBlock())
                QCOMPARE(bench.find<QComboBox>("granularity")->currentText(),
                         QStringLiteral("per group"));
            QCOMPARE(bench.find<QComboBox>("observer")->isEnabled(), row.family != Family::Ggml);
            // What is chosen is what is saved.
            const auto json = toJson(bench.spec());
            const auto again = quantSpecFromJson(json, "");
            QVERIFY2(again && *again == bench.spec(), (name + ' ' + json.dump()).c_str());
            if (before.tensor.spec.dtype != row.id) {
                bench.document.undoStack().undo();
                QVERIFY(bench.document.session() == before);
                bench.document.undoStack().redo();
            }
        }
    }

    void steps_areNamedByWhatWasChosen()
    {
        Bench bench;
        const auto step = [&] {
            return bench.document.undoStack().undoText();
        };
        bench.choose("dtype", "int4");
        QCOMPARE(step(), QStringLiteral("dtype int4"));
        bench.choose("scheme", "symmetric");
        QCOMPARE(step(), QStringLiteral("scheme symmetric"));
        bench.choose("granularity", "per channel");
        QCOMPARE(step(), QStringLiteral("per channel"));
        bench.find<QSpinBox>("channel")->setValue(3);
        QCOMPARE(step(), QStringLiteral("channel 3"));
        bench.choose("granularity", "per tensor");
        typeLine(bench.find<QLineEdit>("scale"), "12.5m");
        QCOMPARE(step(), QStringLiteral("scale 0.0125"));
        // Steps that became one have the last one's name.
        typeLine(bench.find<QLineEdit>("scale"), "1/4");
        QCOMPARE(step(), QStringLiteral("scale 0.25"));
        bench.choose("observer", "mse");
        QCOMPARE(step(), QStringLiteral("observer mse"));
        bench.choose("rounding", "half_away");
        QVERIFY2(step().startsWith(QStringLiteral("rounding half_away")), qPrintable(step()));
    }

    void groups_haveASize_andAPlaceToLookAt()
    {
        Bench bench;
        bench.choose("granularity", "per group");
        QVERIFY(bench.spec().qscheme == QScheme::PerGroupAffine);
        QCOMPARE(bench.spec().axis, -1);
        bench.find<QSpinBox>("group size")->setValue(64);
        QCOMPARE(bench.spec().groupSize, std::int64_t{64});
        QCOMPARE(bench.find<QSpinBox>("group")->maximum(), 8 * 8 - 1);
        bench.find<QSlider>("group slider")->setValue(12);
        QCOMPARE(bench.document.session().tensor.channel, std::int64_t{12});
        // Other groups: the twelfth of before means nothing.
        bench.find<QSpinBox>("group size")->setValue(512);
        QCOMPARE(bench.document.session().tensor.channel, std::int64_t{0});
        QVERIFY(bench.problem.empty());
        bench.choose("granularity", "per channel");
        QCOMPARE(bench.spec().axis, 0);
        QCOMPARE(bench.find<QSpinBox>("channel")->maximum(), 7);
    }

    void manyGroups_canBeReachedBySlider()
    {
        Bench bench({64, 8192});
        bench.choose("granularity", "per group");
        bench.find<QSpinBox>("group size")->setValue(2);
        auto* slider = bench.find<QSlider>("group slider");
        QCOMPARE(slider->maximum(), 64 * 4096 - 1);
        QVERIFY(slider->pageStep() > 10000);
        slider->setValue(slider->maximum());
        QVERIFY2(bench.problem.empty(), bench.problem.c_str());
    }

    void floatZeroPoint_takesDecimals()
    {
        Bench bench;
        bench.choose("scheme", "affine, float zero_point");
        QVERIFY(bench.spec().qscheme == QScheme::PerChannelAffineFloatQParams);
        typeLine(bench.find<QLineEdit>("zero_point"), "3.25");
        QVERIFY(bench.spec().isFixed());
        QCOMPARE(bench.spec().floatZeroPoint.at(0), 3.25F);
        QCOMPARE(bench.spec().floatZeroPoint.size(), std::size_t{8});
        QVERIFY2(bench.problem.empty(), bench.problem.c_str());
        QCOMPARE(bench.find<QLineEdit>("zero_point")->text(), QStringLiteral("3.25"));
        bench.document.undoStack().undo();
        bench.choose("granularity", "per group");
        QVERIFY(bench.spec().qscheme == QScheme::PerGroupAffineFloatQParams);
        bench.choose("granularity", "per tensor");
        QVERIFY(bench.spec().qscheme == QScheme::PerTensorAffine);
        QVERIFY2(bench.problem.empty(), bench.problem.c_str());
    }

    void scaleRules_areThoseOfTheDType()
    {
        Bench bench;
        bench.choose("dtype", "mxfp4");
        bench.choose("scale rule", "rceil");
        QVERIFY(bench.spec().scaleRule == ScaleRule::Rceil);
        bench.choose("dtype", "nvfp4");
        QVERIFY(bench.spec().scaleRule == ScaleRule::Default);
        QCOMPARE(bench.find<QComboBox>("scale rule")->findText(QStringLiteral("rceil")), -1);
        bench.choose("scale rule", "one_level");
        QVERIFY(bench.spec().scaleRule == ScaleRule::OneLevel);
        QVERIFY2(bench.problem.empty(), bench.problem.c_str());
        bench.choose("dtype", "q4_0");
        QVERIFY(!bench.find<QComboBox>("scale rule")->isEnabled());
        QCOMPARE(bench.find<QLineEdit>("scale")->placeholderText(),
                 QStringLiteral("in the blocks"));
    }

    void codebook_isTyped_checked_andUndone()
    {
        Bench bench;
        bench.choose("dtype", "codebook");
        auto* field = bench.find<NumbersField>("codebook");
        QVERIFY(field->isEnabled());
        const auto before = bench.spec().codebook;
        typeLine(field, "-1, -1/4 0 2^-2 1");
        QVERIFY((bench.spec().codebook == std::vector<float>{-1, -0.25F, 0, 0.25F, 1}));
        typeLine(field, "1 0");
        QCOMPARE(bench.spec().codebook.size(), std::size_t{5});
        QTest::keyClick(field, Qt::Key_Escape);
        QCOMPARE(field->text(), QStringLiteral("-1 -0.25 0 0.25 1"));
        bench.document.undoStack().undo();
        QVERIFY(bench.spec().codebook == before);
        bench.choose("dtype", "nf4");
        QVERIFY(!field->isEnabled());
        QVERIFY(!field->toolTip().isEmpty());
    }

    void calibrationFields_areThereForTheirObserver()
    {
        Bench bench;
        QVERIFY(!bench.find<QLineEdit>("averaging constant")->isEnabled());
        bench.choose("observer", "moving_average_minmax");
        typeLine(bench.find<QLineEdit>("averaging constant"), "0.25");
        QCOMPARE(bench.spec().averagingConstant, 0.25);
        QVERIFY(!bench.find<QLineEdit>("stochastic seed")->isEnabled());
        bench.choose("rounding", "stochastic");
        typeLine(bench.find<QLineEdit>("stochastic seed"), "42");
        QCOMPARE(bench.spec().seed, std::uint64_t{42});
        typeLine(bench.find<QLineEdit>("stochastic seed"), "-1");
        QCOMPARE(bench.spec().seed, std::uint64_t{42});
    }

    void draggedEnd_ofAGroupScalesItAlone()
    {
        Bench bench;
        bench.choose("dtype", "nf4");
        bench.find<QSpinBox>("group")->setValue(2);
        SpecGesture gesture(bench.document);
        gesture.begin(*bench.controls.currentParams(), bench.controls.channelIndex());
        gesture.moveRangeEnd(true, 0.5);
        gesture.end();
        QVERIFY(bench.spec().isFixed());
        QCOMPARE(bench.spec().scale.size(), std::size_t{64});
        QCOMPARE(bench.spec().scale[2], 0.5F);
        QVERIFY(bench.spec().scale[3] > 0.9F);
        QVERIFY2(bench.problem.empty(), bench.problem.c_str());
    }

    void slider_isLogarithmic_andShowsWithoutASignal()
    {
        LogSlider slider(QStringLiteral("scale"));
        slider.setSpan(1.0 / 64, 8);
        QSignalSpy moved(&slider, &LogSlider::moved);
        slider.showValue(1);
        QCOMPARE(moved.count(), 0);
        QCOMPARE(slider.value(), 600); // six octaves of a hundred positions
        slider.setValue(700);
        QCOMPARE(moved.count(), 1);
        QVERIFY(std::fabs(moved[0][0].toDouble() - 2) < 1e-9);
        slider.showValue(1e9);
        QCOMPARE(slider.value(), slider.maximum());
    }
};

QTEST_MAIN(TestControls)
#include "test_controls.moc"
