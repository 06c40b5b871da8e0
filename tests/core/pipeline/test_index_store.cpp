// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pipeline/index_store.h"
#include "core/pipeline/tensor_pipeline.h"
#include "tests/core/index/index_testing.h"

#include <QTest>

using namespace qs;
using namespace qs::test;

namespace {

constexpr std::uint64_t kPlenty = std::uint64_t{1} << 40;

Tensor named(const char* name, std::size_t n, std::vector<std::int64_t> shape = {})
{
    return tensorOf(normal(n), std::move(shape)).renamed(name);
}

/// A store whose memory the test sets.
struct Fixture {
    std::uint64_t available = kPlenty;
    IndexStore store{[this] {
        return available;
    }};

    void put(const Tensor& tensor, const ParamLayout& layout)
    {
        store.put(tensor, *ValueIndex::build(tensor, layout));
    }
    void put(const Tensor& tensor) { put(tensor, ParamLayout::perTensor(tensor.numel())); }
    bool has(const Tensor& tensor)
    {
        return store.find(TensorKey::of(tensor), ParamLayout::perTensor(tensor.numel())) != nullptr;
    }
};

} // namespace

class TestIndexStore : public QObject {
    Q_OBJECT

private slots:
    void index_isFoundForItsTensorAndLayoutOnly()
    {
        Fixture f;
        const auto a = named("a", 1000, {10, 100});
        const auto b = named("b", 1000, {10, 100});
        f.put(a);
        QVERIFY(f.has(a));
        QVERIFY(!f.has(b));
        const auto channels = ParamLayout::perChannel(a.shape(), 0);
        QVERIFY(!f.store.find(TensorKey::of(a), channels));
        f.put(a, channels);
        QVERIFY(f.store.find(TensorKey::of(a), channels));
        QVERIFY(!f.store.find(TensorKey::of(a), ParamLayout::perChannel(a.shape(), 1)));
        QCOMPARE(f.store.size(), std::size_t{2});
        f.put(a); // again: replaced
        QCOMPARE(f.store.size(), std::size_t{2});
        QVERIFY(f.store.bytes() > 0);
    }

    void underPressure_othersGoFirst_theLookedAtWholeLast()
    {
        Fixture f;
        const auto old = named("old", 1000);
        const auto used = named("used", 1000);
        const auto looked = named("looked", 1000, {10, 100});
        const auto channels = ParamLayout::perChannel(looked.shape(), 0);
        f.put(old);
        f.put(used);
        f.put(looked);
        f.put(looked, channels);
        f.store.look(TensorKey::of(looked));
        QVERIFY(f.has(used)); // a use: now `old` is the one used longest ago
        std::uint64_t missing = 1;
        const auto relieve = [&] {
            f.available = IndexStore::kReserve - missing;
            f.store.relieve();
        };
        relieve();
        QVERIFY(!f.has(old) && f.has(used));
        relieve();
        QVERIFY(!f.has(used) && f.has(looked));
        QVERIFY(f.store.find(TensorKey::of(looked), channels));
        relieve();
        QVERIFY(!f.store.find(TensorKey::of(looked), channels) && f.has(looked));
        relieve();
        QCOMPARE(f.store.size(), std::size_t{0});
        relieve();
    }

    void anotherTensorOfThatName_isNotTakenForIt()
    {
        Fixture f;
        for (int i = 0; i < 50; ++i) {
            // Freed at once: memory of the same size tends to come back at the same place.
            const auto again = named("same", 100000);
            QVERIFY(!f.has(again));
            f.put(again);
        }
    }

    void plentyOfMemory_dropsNothing()
    {
        Fixture f;
        f.put(named("a", 1000));
        f.store.relieve();
        QCOMPARE(f.store.size(), std::size_t{1});
    }

    void room_isMadeFromOthers_orNothingIsDropped()
    {
        Fixture f;
        const auto a = named("a", 1000);
        const auto b = named("b", 1000);
        f.put(a);
        f.put(b);
        f.available = IndexStore::kReserve;
        QVERIFY(!f.store.makeRoom(TensorKey::of(a), kPlenty));
        QCOMPARE(f.store.size(), std::size_t{2});
        QVERIFY(f.store.makeRoom(TensorKey::of(a), 100));
        QVERIFY(f.has(a) && !f.has(b));
    }

    void room_isMadeFromTheSameTensorsOtherAxis_butNotFromItsWhole()
    {
        Fixture f;
        const auto a = named("a", 1000, {10, 100});
        const auto old = ParamLayout::perChannel(a.shape(), 0);
        f.put(a);
        f.put(a, old);
        f.available = IndexStore::kReserve;
        QVERIFY(f.store.makeRoom(TensorKey::of(a), 100));
        QVERIFY(f.has(a));
        QVERIFY(!f.store.find(TensorKey::of(a), old));
        QVERIFY(!f.store.makeRoom(TensorKey::of(a), 100));
        QVERIFY(f.has(a));
    }

    void dropped_doesNotMeanGone_forWhoeverHoldsIt()
    {
        Fixture f;
        const auto a = named("a", 1000);
        f.put(a);
        const auto held = f.store.find(TensorKey::of(a), ParamLayout::perTensor(1000));
        f.available = 0;
        f.store.relieve();
        QCOMPARE(f.store.size(), std::size_t{0});
        QCOMPARE(held->set(0).count(), std::int64_t{1000});
    }

    void pipeline_givesTheSameAnswers_readAndIndexed()
    {
        TensorPipeline pipeline([] { return kPlenty; });
        const auto tensor = named("t", 400000, {4, 100000});
        for (const auto scheme : {QScheme::PerTensorAffine, QScheme::PerChannelAffine}) {
            TensorRequest request{tensor, {}, 1};
            request.spec.dtype = DType::Int4; // few levels: the index is quicker at any size
            request.spec.qscheme = scheme;
            request.valueView = {{-0.5, 0.75}};
            const auto read = *pipeline.run(request);
            QCOMPARE(read->plan, AnalysisPlan::Read);
            QVERIFY(pipeline.wantsIndex(request));
            QVERIFY(*pipeline.prepareIndex(request));
            QVERIFY(!pipeline.wantsIndex(request));
            // The report that is there stays; another spec and back asks anew.
            auto other = request;
            other.spec.narrowRange = true;
            QVERIFY(pipeline.run(other));
            const auto indexed = *pipeline.run(request);
            QCOMPARE(indexed->plan, AnalysisPlan::Index);
            for (const auto& [a, b] : {std::pair(indexed->report, read->report),
                                       std::pair(indexed->shown, read->shown)}) {
                QCOMPARE(a->codeCounts, b->codeCounts);
                QCOMPARE(a->roundingErrors, b->roundingErrors);
                QVERIFY(agree(a->mse, b->mse));
            }
            QVERIFY(read->viewValues && indexed->viewValues);
            QCOMPARE(*indexed->viewValues, *read->viewValues);
            QCOMPARE(indexed->values().lo, -0.5);
        }
        QCOMPARE(pipeline.indices().size(), std::size_t{2});
    }

    void pipeline_computesNoReportAgain_whenOnlyTheViewChanges()
    {
        TensorPipeline pipeline([] { return kPlenty; });
        TensorRequest request{named("t", 5000), {}};
        const auto before = *pipeline.run(request);
        QVERIFY(!before->viewValues);
        request.valueView = {{0, 1}};
        const auto after = *pipeline.run(request);
        QCOMPARE(after->report.get(), before->report.get());
        QCOMPARE(after->viewValues->counts.size(), before->facts->values.counts.size());
    }

    void withoutMemory_answersComeFromReading()
    {
        TensorPipeline pipeline([] { return std::uint64_t{0}; });
        const TensorRequest request{named("t", 300000), {}};
        QVERIFY(pipeline.wantsIndex(request));
        const auto built = pipeline.prepareIndex(request);
        QVERIFY(built && !*built);
        QCOMPARE((*pipeline.run(request))->plan, AnalysisPlan::Read);
    }

    void groups_wantNoIndex()
    {
        TensorPipeline pipeline([] { return kPlenty; });
        TensorRequest request{named("t", 300000), {}};
        request.spec.qscheme = QScheme::PerGroupAffine;
        request.spec.axis = -1;
        QVERIFY(!pipeline.wantsIndex(request));
        const auto built = pipeline.prepareIndex(request);
        QVERIFY(built && !*built);
        QVERIFY(!pipeline.wantsIndex({named("small", 1000), {}}));
    }

    void buildingAnIndex_canBeStopped()
    {
        TensorPipeline pipeline([] { return kPlenty; });
        std::stop_source stop;
        stop.request_stop();
        const auto built =
            pipeline.prepareIndex({named("t", 300000), {}}, JobContext(stop.get_token()));
        QVERIFY(!built);
        QCOMPARE(built.error().kind, ErrorKind::Cancelled);
        QCOMPARE(pipeline.indices().size(), std::size_t{0});
    }
};

QTEST_APPLESS_MAIN(TestIndexStore)
#include "test_index_store.moc"
