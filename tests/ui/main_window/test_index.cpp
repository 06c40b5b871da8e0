// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/main_window.h"
#include "ui/main_window/tensor_workspace.h"

#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace qs;

namespace {

constexpr const char* kLarge = "generator:normal?numel=4000000&seed=1";
constexpr const char* kOther = "generator:laplace?numel=3000000&seed=2";

/// A window's control by what a screen reader calls it.
template <typename Widget>
Widget* control(const QWidget& parent, const char* name)
{
    for (auto* widget : parent.findChildren<Widget*>()) {
        if (widget->accessibleName() == QLatin1String(name))
            return widget;
    }
    qFatal("no control called %s", name);
}

} // namespace

/// The index in the real window: built behind the first picture, stopped, and what a zoom gets from
/// it.
class TestIndex : public QObject {
    Q_OBJECT

    std::unique_ptr<MainWindow> m_window;

    TensorWorkspace& workspace() { return m_window->tensorWorkspace(); }
    IndexJob& job() { return workspace().indexJob(); }
    std::shared_ptr<const TensorResult> result() { return workspace().panelInput().tensor; }
    void edit(const std::function<void(Session&)>& change)
    {
        m_window->document().edit(QStringLiteral("edit"), {}, change);
    }
    void open(const char* source)
    {
        edit([&](Session& session) {
            session.tensor.source = source;
            session.tensor.tensor.clear();
        });
    }
    void waitForResult(const char* source)
    {
        const auto file = [&] {
            return m_window->sources().file(QLatin1String(source));
        };
        QTRY_VERIFY_WITH_TIMEOUT(file() && result() && workspace().isIdle() &&
                                     result()->facts->tensor.numel() ==
                                         file()->tensors[0].tensor->numel(),
                                 60000);
    }
    void waitForIndex()
    {
        QTRY_VERIFY_WITH_TIMEOUT(job().state() == IndexJob::State::Idle && !job().busy(), 60000);
    }

private slots:
    void init()
    {
        m_window = std::make_unique<MainWindow>();
        m_window->setTheme(ThemeId::Light);
        m_window->resize(1280, 800);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    void cleanup()
    {
        m_window->document().undoStack().setClean();
        m_window.reset();
    }

    void index_isBuiltBehindTheFirstPicture_andAnswersTheNextChange()
    {
        QSignalSpy changes(&job(), &IndexJob::changed);
        open(kLarge);
        waitForResult(kLarge);
        QVERIFY(result()->plan == AnalysisPlan::Read);
        QVERIFY(workspace().status().contains(QStringLiteral("exact \u00b7 read")));
        const auto read = result()->report;
        waitForIndex();
        QVERIFY(changes.count() >= 2); // it was seen at work
        QCOMPARE(result()->report.get(), read.get());
        edit([](Session& session) { session.tensor.spec.dtype = DType::Qint8; });
        edit([](Session& session) { session.tensor.spec.dtype = DType::Int5; });
        waitForResult(kLarge);
        QVERIFY(result()->plan == AnalysisPlan::Index);
        QVERIFY(workspace().status().contains(QStringLiteral("exact \u00b7 from the index")));
    }

    void stop_rests_untilAnotherTensorIsChosen()
    {
        auto* button = control<QPushButton>(*m_window, "stop indexing");
        auto* line = control<QLabel>(*m_window, "index");
        QVERIFY(!button->toolTip().isEmpty());
        QVERIFY(!button->isVisible());
        open(kLarge);
        QTRY_COMPARE_WITH_TIMEOUT(job().state(), IndexJob::State::Building, 60000);
        QVERIFY(button->isVisible());
        QVERIFY(line->text().contains(QLatin1Char('%')));
        button->click();
        QCOMPARE(job().state(), IndexJob::State::Stopped);
        QVERIFY(!button->isVisible() && line->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(!job().busy(), 60000);
        edit([](Session& session) { session.tensor.spec.dtype = DType::Int5; });
        waitForResult(kLarge);
        QCOMPARE(job().state(), IndexJob::State::Stopped);
        QVERIFY(result()->plan == AnalysisPlan::Read);
        open(kOther);
        waitForResult(kOther);
        waitForIndex();
        open(kLarge);
        waitForResult(kLarge);
        waitForIndex();
        edit([](Session& session) { session.tensor.spec.dtype = DType::Int6; });
        waitForResult(kLarge);
        QVERIFY(result()->plan == AnalysisPlan::Index);
    }

    void anotherTensor_stopsTheIndexUnderWay()
    {
        open(kOther);
        waitForResult(kOther);
        waitForIndex();
        open(kLarge);
        QTRY_COMPARE_WITH_TIMEOUT(job().state(), IndexJob::State::Building, 60000);
        open(kOther);
        QCOMPARE(job().state(), IndexJob::State::Idle);
        waitForResult(kOther);
        waitForIndex();
        QVERIFY(result()->plan == AnalysisPlan::Index);
    }

    void channels_getAnIndexOfTheirOwn()
    {
        const char* source = "generator:normal?shape=4x1000000&seed=1";
        open(source);
        waitForResult(source);
        waitForIndex();
        edit([](Session& session) {
            session.tensor.spec.qscheme = QScheme::PerChannelSymmetric;
            session.tensor.channel = 3;
        });
        QTRY_VERIFY_WITH_TIMEOUT(workspace().isIdle() && result()->channel, 60000);
        waitForIndex();
        edit([](Session& session) { session.tensor.spec.dtype = DType::Int5; });
        QTRY_VERIFY_WITH_TIMEOUT(
            workspace().isIdle() && result()->report->params.dtype() == DType::Int5, 60000);
        QVERIFY(result()->plan == AnalysisPlan::Index);
    }

    void zoom_showsTheExactHistogramOfTheView()
    {
        open(kLarge);
        waitForResult(kLarge);
        const auto report = result()->report;
        for (const bool indexed : {false, true}) {
            if (indexed)
                waitForIndex();
            for (const std::array<double, 2> view :
                 {std::array{-0.5, 0.25}, {0.1, 0.1001}, {2.0, 9.0}}) {
                m_window->document().adjustView(
                    [&](Session& session) { session.tensor.view.x = view; });
                waitForResult(kLarge);
                const auto shown = result();
                QVERIFY(shown->viewValues);
                QCOMPARE(shown->report.get(), report.get()); // a zoom analyses nothing anew
                const HistogramBins bins{view[0], view[1],
                                         static_cast<int>(shown->viewValues->counts.size())};
                std::vector<std::int64_t> counts(shown->viewValues->counts.size());
                const auto& tensor = shown->facts->tensor;
                std::vector<float> buffer;
                for (const float x : tensor.read(0, tensor.numel(), buffer)) {
                    const auto v = static_cast<double>(x);
                    if (v >= view[0] && v <= view[1])
                        ++counts[static_cast<std::size_t>(bins.binOf(v))];
                }
                QVERIFY(counts == shown->viewValues->counts);
                const auto figure =
                    panelById(QStringLiteral("histogram"))->build(workspace().panelInput());
                QVERIFY(figure.note.contains(QStringLiteral("bins over the view")));
                const auto& bars = figure.series[0];
                QCOMPARE(bars.x.front(), view[0]);
                QCOMPARE(bars.x.back(), view[1]);
                const double tallest = *std::max_element(bars.y.begin(), bars.y.end());
                QVERIFY(figure.y.max >= tallest && figure.y.max <= std::max(1.2 * tallest, 2.0));
            }
        }
        workspace().resetViews();
        waitForResult(kLarge);
        QVERIFY(!result()->viewValues);
    }

    void dragAndZoomTogether_endInTheAnswerToBoth()
    {
        open(kLarge);
        waitForResult(kLarge);
        for (int i = 1; i <= 100; ++i) {
            edit([&](Session& session) {
                session.tensor.spec.observer = "fixed";
                session.tensor.spec.scale = {0.001F * static_cast<float>(i)};
                session.tensor.spec.zeroPoint = {0};
            });
            m_window->document().adjustView([&](Session& session) {
                session.tensor.view.x = {-0.01 * i, 0.02 * i};
            });
        }
        waitForResult(kLarge);
        QCOMPARE(result()->report->params.scaleAt(0), 0.1F);
        QCOMPARE(result()->values().lo, -1.0);
        QCOMPARE(result()->values().hi, 2.0);
    }
};

/// The rules of the job, without a window and with little memory.
class TestIndexJob : public QObject {
    Q_OBJECT

private slots:
    void withoutRoom_itSaysSo_andDoesNotTryAgain()
    {
        TensorPipeline pipeline([] { return std::uint64_t{1} << 20; });
        IndexJob job(pipeline);
        std::vector<float> values(1 << 19);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = std::sin(static_cast<float>(i));
        const auto n = static_cast<std::int64_t>(values.size());
        const TensorRequest request{
            Tensor::fromFloats("w", *Shape::make({8, n / 8}), std::move(values)), QuantSpec()};
        job.want(request);
        QCOMPARE(job.state(), IndexJob::State::Building);
        QTRY_COMPARE(job.state(), IndexJob::State::NoRoom);
        job.want(request);
        QCOMPARE(job.state(), IndexJob::State::NoRoom);
        auto channels = request;
        channels.spec.qscheme = QScheme::PerChannelSymmetric;
        job.want(channels); // another cut may have room
        QCOMPARE(job.state(), IndexJob::State::Building);
        QTRY_COMPARE(job.state(), IndexJob::State::NoRoom);
    }

    void smallTensors_needNone()
    {
        TensorPipeline pipeline;
        IndexJob job(pipeline);
        job.want({Tensor::fromFloats("w", *Shape::make({3}), {1, 2, 3}), QuantSpec()});
        QCOMPARE(job.state(), IndexJob::State::Idle);
        QVERIFY(!job.busy());
    }
};

int main(int argc, char** argv)
{
    QApplication app(argc, argv);
    TestIndex window;
    TestIndexJob job;
    return QTest::qExec(&window, argc, argv) | QTest::qExec(&job, argc, argv);
}
#include "test_index.moc"
