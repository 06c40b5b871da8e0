// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// What the Tensor workspace says of elements that are not finite and of files that it cannot read.
#include "states.h"

#include "core/io/formats.h"
#include "ui/dialogs/non_finite_dialog.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/tensor_workspace.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QPushButton>
#include <QTableView>
#include <QTest>

#include <cmath>

namespace qs {
namespace {

/// Writes a tensor with elements that are not finite.
QString notFinite(const QString& folder)
{
    const QString path = QDir(folder).filePath(QStringLiteral("not_finite.npy"));
    std::vector<float> values;
    for (int i = 0; i < 4096; ++i) {
        const float u = (static_cast<float>(i) + 0.5F) / 4096;
        values.push_back(std::log(u / (1 - u))); // logistic
    }
    for (std::size_t i = 0; i < 172; ++i)
        values[17 + 23 * i] = std::nanf("");
    for (std::size_t i = 0; i < 41; ++i)
        values[5 + 97 * i] = i % 3 == 0 ? -INFINITY : INFINITY;
    const auto tensor = Tensor::fromFloats("x", *qs::Shape::make({64, 64}), std::move(values));
    if (!writeTensors(path.toStdString(), {&tensor, 1}))
        qFatal("%s could not be written", qPrintable(path));
    return path;
}

/// Writes the same, cut off.
QString cutOff(const QString& folder)
{
    QFile whole(notFinite(folder));
    const QString path = QDir(folder).filePath(QStringLiteral("cut_off.npy"));
    QFile cut(path);
    if (!whole.open(QIODevice::ReadOnly) || !cut.open(QIODevice::WriteOnly) ||
        cut.write(whole.readAll().left(12345)) != 12345)
        qFatal("%s could not be written", qPrintable(path));
    return path;
}

/// Opens a file, and waits until it is shown.
void open(MainWindow& window, const QString& path)
{
    window.openPaths({path});
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < 10000 && !window.tensorWorkspace().answers().result())
        QTest::qWait(20);
}

/// Its histogram of one kind, with a NaN picked.
std::function<void(MainWindow&)> histogram(const QString& path, HistogramOf of, CountScale counts)
{
    return [=](MainWindow& w) {
        open(w, path);
        w.document().adjustView([&](Session& session) {
            session.tensor.view.histogramOf = of;
            session.tensor.view.counts = counts;
            session.tensor.view.picked = 17;
        });
    };
}

/// The table of what is not finite.
QWidget* positions(MainWindow& window)
{
    settle(window);
    for (auto* button : window.tensorWorkspace().findChildren<QPushButton*>()) {
        if (button->accessibleName() == QLatin1String("Show positions"))
            button->click();
    }
    auto* dialog = window.tensorWorkspace().findChild<NonFiniteDialog*>();
    if (dialog == nullptr)
        qFatal("no table of positions");
    const auto* table = dialog->findChild<QTableView*>();
    for (int i = 0; i < 500 && table->model()->rowCount() == 0; ++i)
        QTest::qWait(10);
    return dialog;
}

} // namespace

std::vector<State> noteStates(const QString& folder)
{
    const QString bad = notFinite(folder);
    const QString cut = cutOff(folder);
    const auto openBad = [bad](MainWindow& w) {
        open(w, bad);
    };
    const auto openBehindTheExample = [](const QString& path) {
        return [path](MainWindow& w) {
            w.openExample();
            settle(w);
            w.openPaths({path});
        };
    };
    return {
        {QStringLiteral("not_finite"), openBad},
        {QStringLiteral("not_finite_code"), histogram(bad, HistogramOf::Code, CountScale::Log)},
        {QStringLiteral("not_finite_dequantized"),
         histogram(bad, HistogramOf::Dequantized, CountScale::Density)},
        {QStringLiteral("not_finite_positions"), openBad, {}, positions},
        {QStringLiteral("damaged_file"), openBehindTheExample(cut)},
        {QStringLiteral("missing_file"),
         openBehindTheExample(QStringLiteral("/nonexistent/weights.safetensors"))},
    };
}

} // namespace qs
