// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/document.h"
#include "ui/jobs/latest_job.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

#include <atomic>
#include <thread>

using namespace qs;

namespace {

void setChannel(Document& document, const QString& key, std::int64_t channel)
{
    document.edit(QStringLiteral("channel"), key,
                  [channel](Session& session) { session.tensor.channel = channel; });
}

} // namespace

class TestDocument : public QObject {
    Q_OBJECT

private slots:
    void undoAndRedo_returnTheSameSession()
    {
        Document document;
        const Session before = document.session();
        setChannel(document, {}, 1);
        const Session after = document.session();
        document.undoStack().undo();
        QVERIFY(document.session() == before);
        document.undoStack().redo();
        QVERIFY(document.session() == after);
        QVERIFY(document.isModified());
    }

    void editThatChangesNothing_isNoStep()
    {
        Document document;
        setChannel(document, {}, 0);
        QCOMPARE(document.undoStack().count(), 0);
    }

    void gesture_isOneStep_howeverLongItLasts()
    {
        Document document;
        document.beginGesture();
        for (int i = 1; i <= 50; ++i)
            setChannel(document, QStringLiteral("channel"), i);
        QTest::qWait(600); // longer than edits without a gesture merge
        setChannel(document, QStringLiteral("channel"), 99);
        document.endGesture();
        setChannel(document, QStringLiteral("channel"), 100);
        QCOMPARE(document.undoStack().count(), 2);
        document.undoStack().undo();
        QCOMPARE(document.session().tensor.channel, 99);
        document.undoStack().undo();
        QCOMPARE(document.session().tensor.channel, 0);
    }

    void differentKeys_areDifferentSteps()
    {
        Document document;
        setChannel(document, QStringLiteral("a"), 1);
        setChannel(document, QStringLiteral("b"), 2);
        setChannel(document, QStringLiteral("b"), 3);
        QCOMPARE(document.undoStack().count(), 2);
    }

    void view_isNoStep_andUndoLeavesItAlone()
    {
        Document document;
        setChannel(document, {}, 1);
        document.adjustView([](Session& session) {
            session.workspace = "train";
            session.tensor.view.x = {0.0, 1.0};
        });
        QCOMPARE(document.undoStack().count(), 1);
        document.undoStack().undo();
        QCOMPARE(document.session().workspace, std::string("train"));
        QVERIFY(document.session().tensor.view.x.has_value());
    }

    void undo_leavesZoomPickedAndBrush_andReturnsTheRestOfTheView()
    {
        Document document;
        document.edit(QStringLiteral("bins"), {},
                      [](Session& session) { session.tensor.view.bins = 64; });
        document.adjustView([](Session& session) {
            session.tensor.view.x = {0.0, 1.0};
            session.tensor.view.picked = 7;
            session.tensor.view.brush = Selection{SelectedBy::Value, 0.25, 0.5};
        });
        document.undoStack().undo();
        QCOMPARE(document.session().tensor.view.bins, 0);
        QCOMPARE(document.session().tensor.view.picked, std::int64_t{7});
        QVERIFY(document.session().tensor.view.x && document.session().tensor.view.brush);
    }

    void zoomsInQuickSuccession_areOneView()
    {
        Document document;
        const auto zoom = [&](double max) {
            document.adjustView([max](Session& session) { session.tensor.view.x = {0.0, max}; });
        };
        QVERIFY(!document.canGoBack());
        zoom(1);
        QTest::qWait(600);
        for (int i = 1; i <= 20; ++i)
            zoom(1.0 / i);
        document.goBack();
        QCOMPARE((*document.session().tensor.view.x)[1], 1.0);
        QVERIFY(document.canGoForward());
        document.goForward();
        QCOMPARE((*document.session().tensor.view.x)[1], 0.05);
        document.goBack();
        document.goBack();
        QVERIFY(!document.session().tensor.view.x);
        QVERIFY(!document.canGoBack());
        document.goBack(); // nothing happens
        QCOMPARE(document.undoStack().count(), 0);
        zoom(3);
        QVERIFY(!document.canGoForward());
    }

    void views_goBackThroughPanels_asAnEdit()
    {
        Document document;
        const auto panels = document.session().tensor.view.panels;
        document.edit(QStringLiteral("plot"), {},
                      [](Session& session) { session.tensor.view.panels[2] = "landscape"; });
        document.goBack();
        QCOMPARE(document.session().tensor.view.panels, panels);
        QCOMPARE(document.undoStack().count(), 2);
        document.undoStack().undo();
        QCOMPARE(document.session().tensor.view.panels[2], std::string("landscape"));
    }

    void views_ofAnotherTensorOrDocument_areForgotten()
    {
        Document document;
        const auto zoom = [&] {
            document.adjustView([](Session& session) { session.tensor.view.x = {0.0, 1.0}; });
        };
        zoom();
        document.edit(QStringLiteral("tensor"), {},
                      [](Session& session) { session.tensor.tensor = "other"; });
        QVERIFY(!document.canGoBack());
        document.adjustView([](Session& session) { session.workspace = "train"; });
        QVERIFY(document.canGoBack());
        document.replace(Session(), {});
        QVERIFY(!document.canGoBack() && !document.canGoForward());
    }

    void views_areTwoHundredDeep()
    {
        Document document;
        for (int i = 0; i < 251; ++i)
            document.adjustView(
                [i](Session& session) { session.workspace = i % 2 == 0 ? "train" : "tensor"; });
        int steps = 0;
        for (; document.canGoBack(); ++steps)
            document.goBack();
        QCOMPARE(steps, 200);
    }

    void replaceUnsaved_isModified_untilSaved()
    {
        Document document;
        document.replaceUnsaved(Session(), QStringLiteral("/a.qscope"));
        QVERIFY(document.isModified());
        QCOMPARE(document.path(), QStringLiteral("/a.qscope"));
        document.setSaved(QStringLiteral("/a.qscope"));
        QVERIFY(!document.isModified());
    }

    void latestJob_answersTheFirstAndTheNewest_andSkipsTheRest()
    {
        std::atomic<int> runs{0};
        std::vector<int> answered;
        LatestJob<int, int> job(
            [&](const int& request, const JobContext&) -> Result<int> {
                ++runs;
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
                return request * 2;
            },
            [&](const int& request, Result<int> answer) {
                QCOMPARE(*answer, request * 2);
                answered.push_back(request);
            },
            nullptr);
        for (int i = 0; i < 200; ++i)
            job.request(i);
        QTRY_VERIFY(!job.busy());
        QCOMPARE(answered, (std::vector<int>{0, 199}));
        QCOMPARE(runs.load(), 2);
    }

    void latestJob_cancelled_isNotAnswered_andGoesQuickly()
    {
        int answers = 0;
        QElapsedTimer timer;
        timer.start();
        {
            LatestJob<int, int> job(
                [](const int&, const JobContext& context) -> Result<int> {
                    while (!context.stopRequested())
                        std::this_thread::sleep_for(std::chrono::milliseconds(1));
                    return Error::cancelled();
                },
                [&](const int&, Result<int>) { ++answers; }, nullptr);
            job.request(1);
            job.cancel();
            QTRY_VERIFY(!job.busy());
            job.request(2); // the destructor ends this one
        }
        QCOMPARE(answers, 0);
        QVERIFY(timer.elapsed() < 2000);
    }
};

QTEST_GUILESS_MAIN(TestDocument)
#include "test_document.moc"
