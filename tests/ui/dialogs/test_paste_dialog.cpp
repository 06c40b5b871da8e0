// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/text_link.h"
#include "core/exchange/torch_code.h"
#include "ui/dialogs/paste_dialog.h"

#include <QComboBox>
#include <QLabel>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTest>

using namespace qs;

namespace {

PastedConfiguration firstOf(const char* text)
{
    auto pasted = parseParams(text, {});
    if (!pasted)
        qFatal("%s", pasted.error().message.c_str());
    return pasted->configurations.front();
}

template <typename Widget>
Widget* find(const QWidget& parent, const char* name)
{
    for (auto* widget : parent.findChildren<Widget*>()) {
        if (widget->accessibleName() == QLatin1String(name))
            return widget;
    }
    qFatal("no widget called %s", name);
}

QPushButton* button(const QWidget& parent, const char* text)
{
    for (auto* one : parent.findChildren<QPushButton*>()) {
        if (one->text().remove(QLatin1Char('&')) == QLatin1String(text))
            return one;
    }
    qFatal("no button called %s", text);
}

} // namespace

class TestPasteDialog : public QObject {
    Q_OBJECT

private slots:
    void applyPasted_isOneStep()
    {
        Document document;
        document.adjustView([](Session& session) { session.tensor.channel = 3; });
        const Session before = document.session();
        const auto one = firstOf("scale=[0.5, 0.25], zero_point=0, dtype=torch.qint8");
        applyPasted(document, one);
        QVERIFY(document.session().tensor.spec == one.spec);
        QCOMPARE(document.session().tensor.channel, 0); // of other channels than before
        QCOMPARE(document.undoStack().count(), 1);
        QCOMPARE(document.undoStack().text(0), QStringLiteral("paste parameters"));
        document.undoStack().undo();
        QVERIFY(document.session() == before);
    }

    void applyPasted_asB_leavesTheShownOne()
    {
        Document document;
        const auto spec = document.session().tensor.spec;
        const auto one = firstOf("scale=0.5, zero_point=0");
        applyPasted(document, one, PasteTarget::SideB);
        QVERIFY(document.session().tensor.spec == spec);
        QVERIFY(document.session().tensor.other == one.spec);
        // While B is shown, it is what changes; A stays.
        Document other;
        other.adjustView([&](Session& session) {
            session.tensor.showsB = true;
            session.tensor.other = spec;
        });
        applyPasted(other, one, PasteTarget::SideB);
        QVERIFY(other.session().tensor.spec == one.spec);
        QVERIFY(other.session().tensor.other == spec);
    }

    void copies_areTheCoresTexts()
    {
        const auto one = firstOf("scale=0.5, zero_point=0");
        const auto& params = one.params.value();
        const auto textOf = [&](CopyForm form) {
            return parametersMimeData(form, one.spec, params)->text().toStdString();
        };
        QCOMPARE(textOf(CopyForm::TorchCode), torchCode(one.spec, params));
        QCOMPARE(textOf(CopyForm::TextLink), textLink(one.spec, params));
        QCOMPARE(textOf(CopyForm::Json), paramsJson(one.spec, params));
        QVERIFY(parametersMimeData(CopyForm::Json, one.spec, params)
                    ->hasFormat(QStringLiteral("application/json")));
    }

    void preview_followsTheText()
    {
        PasteDialog dialog((QuantSpec()));
        dialog.show();
        auto* text = find<QPlainTextEdit>(dialog, "text to read");
        QVERIFY(!button(dialog, "Use as the quantizer")->isEnabled());
        QVERIFY(!find<QLabel>(dialog, "problem")->isVisible());
        QTest::keyClicks(text, QStringLiteral("scale=1/256, zero_point=0"));
        QCOMPARE(find<QLabel>(dialog, "scale")->text(), QStringLiteral("0.00390625"));
        QCOMPARE(find<QLabel>(dialog, "recognized as")->text(), QStringLiteral("named parameters"));
        QVERIFY(find<QLabel>(dialog, "notes")->text().contains(QStringLiteral("no dtype given")));
        QVERIFY(button(dialog, "Use as the quantizer")->isEnabled());
        QTest::keyClicks(text, QStringLiteral("99999"));
        QVERIFY(find<QLabel>(dialog, "problem")->isVisible());
        QVERIFY(
            find<QLabel>(dialog, "problem")->text().contains(QStringLiteral("zero_point 99999")));
        QVERIFY(!button(dialog, "Use as the quantizer")->isEnabled());
        QVERIFY(dialog.configuration() == nullptr);
    }

    void severalQuantizers_areChosenFrom()
    {
        PasteDialog dialog((QuantSpec()));
        dialog.show();
        dialog.setText(QStringLiteral("QConfig(activation=MinMaxObserver, "
                                      "weight=default_weight_observer)"));
        auto* combo = find<QComboBox>(dialog, "quantizer in the text");
        QVERIFY(combo->isVisible());
        QCOMPARE(combo->itemText(0), QStringLiteral("weight"));
        QCOMPARE(find<QLabel>(dialog, "dtype")->text(), QStringLiteral("qint8"));
        combo->setCurrentIndex(1);
        QCOMPARE(find<QLabel>(dialog, "dtype")->text(), QStringLiteral("quint8"));
        QTest::mouseClick(button(dialog, "Use as B"), Qt::LeftButton);
        QVERIFY(dialog.target() == PasteTarget::SideB);
        QVERIFY(dialog.configuration()->spec.dtype == DType::Quint8);
        QCOMPARE(dialog.result(), static_cast<int>(QDialog::Accepted));
    }

    void prefill_takesTheClipboard_andSaysWhatIsWrongWithIt()
    {
        PasteDialog dialog((QuantSpec()));
        auto* text = find<QPlainTextEdit>(dialog, "text to read");
        dialog.prefill(QStringLiteral("a shopping list"));
        QCOMPARE(text->toPlainText(), QStringLiteral("a shopping list"));
        QVERIFY(dialog.configuration() == nullptr);
        QVERIFY(!find<QLabel>(dialog, "problem")->text().isEmpty());
        dialog.prefill(QStringLiteral("(0.5, 3)"));
        QCOMPARE(text->toPlainText(), QStringLiteral("(0.5, 3)"));
        QVERIFY(dialog.configuration() != nullptr);
        QVERIFY(!dialog.target());
    }
};

QTEST_MAIN(TestPasteDialog)
#include "test_paste_dialog.moc"
