// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/io/formats.h"
#include "core/sweep/sweep_plan.h"

#include <QTest>

#include <algorithm>
#include <numeric>
#include <set>

using namespace qs;

/// Which rows a shard does, and how a sweep is told from another.
class TestSweepPlan : public QObject {
    Q_OBJECT

    static std::vector<std::int64_t> costs(int kind, std::size_t n)
    {
        std::vector<std::int64_t> all;
        for (std::size_t t = 0; t < n; ++t) {
            const auto random = CounterRng(7).below(t, 1000000) + 1;
            all.push_back(kind == 0   ? 4096
                          : kind == 1 ? static_cast<std::int64_t>(random)
                          : t == 0    ? std::int64_t{1} << 50
                                      : 4096);
        }
        return all;
    }
    static SweepSource source(const char* path, std::initializer_list<std::int64_t> sizes)
    {
        SweepSource s{path, true, {}};
        for (const auto size : sizes)
            s.tensors.push_back(
                {s.tensors.size(), "t" + std::to_string(size), "float32", *Shape::make({size})});
        return s;
    }

private slots:
    void everyRow_isInExactlyOneShard_andEveryShardHasWork()
    {
        for (const int kind : {0, 1, 2}) {
            for (const std::size_t n : {1U, 2U, 7U, 60U}) {
                for (const std::int64_t configurations : {1, 3, 20}) {
                    const auto c = costs(kind, n);
                    const auto rows = static_cast<std::int64_t>(n) * configurations;
                    for (const std::int64_t shards : {1, 2, 3, 5, 16, 61, 200, 1500}) {
                        std::set<std::pair<std::size_t, std::int64_t>> seen;
                        std::int64_t count = 0;
                        for (std::int64_t k = 1; k <= shards; ++k) {
                            const auto pieces = shardPieces(c, configurations, k, shards);
                            QVERIFY(pieces == shardPieces(c, configurations, k, shards));
                            QCOMPARE(pieces.empty(), k > rows);
                            for (const auto& p : pieces) {
                                QVERIFY(p.count > 0 && p.first + p.count <= configurations);
                                for (std::int64_t i = 0; i < p.count; ++i)
                                    seen.emplace(p.tensor, p.first + i);
                                count += p.count;
                            }
                        }
                        QCOMPARE(count, rows);
                        QCOMPARE(static_cast<std::int64_t>(seen.size()), rows);
                    }
                }
            }
        }
    }

    void work_isBalanced()
    {
        const auto c = costs(1, 200);
        const std::int64_t configurations = 30;
        const double all =
            30.0 * static_cast<double>(std::accumulate(c.begin(), c.end(), std::int64_t{0}));
        for (const std::int64_t shards : {2, 3, 8, 50}) {
            std::size_t tensorsRead = 0;
            for (std::int64_t k = 1; k <= shards; ++k) {
                double work = 0;
                const auto pieces = shardPieces(c, configurations, k, shards);
                for (const auto& p : pieces)
                    work += static_cast<double>(c[p.tensor]) * static_cast<double>(p.count);
                QVERIFY(work < 1.34 * all / static_cast<double>(shards));
                tensorsRead += pieces.size();
            }
            QCOMPARE(tensorsRead, c.size()); // none is larger than a share: each stays whole
        }
    }

    void oneTensor_isCutEvenly()
    {
        const std::vector<std::int64_t> one{1000};
        for (std::int64_t k = 1; k <= 4; ++k) {
            const auto pieces = shardPieces(one, 100, k, 4);
            QCOMPARE(pieces.size(), std::size_t{1});
            QCOMPARE(pieces[0].count, std::int64_t{25});
        }
    }

    void hostileNumberOfShards_costsNothing()
    {
        const auto c = costs(1, 3);
        QVERIFY(shardPieces(c, 4, INT64_MAX, INT64_MAX).empty());
        QCOMPARE(shardPieces(c, 4, 12, INT64_MAX).size(), std::size_t{1});
        QVERIFY(shardPieces({}, 4, 1, 2).empty());
        QVERIFY(shardPieces(c, 0, 1, 2).empty());
    }

    void rows_areNumberedByFileTensorAndConfiguration()
    {
        const std::vector sources{source("a", {10, 20}), source("b", {}), source("c", {30})};
        QCOMPARE(rowCount(sources, 5), std::int64_t{15});
        std::vector<bool> seen(16);
        for (std::int64_t k = 1; k <= 4; ++k) {
            std::int64_t last = 0;
            for (const auto& task : shardTasks(sources, 5, k, 4)) {
                QVERIFY(task.firstRow > last);
                const auto place = task.source == 0 ? static_cast<std::int64_t>(task.tensor) : 2;
                QCOMPARE(task.firstRow, 1 + place * 5 + task.first);
                for (std::int64_t i = 0; i < task.count; ++i) {
                    last = task.firstRow + i;
                    QVERIFY(!seen[static_cast<std::size_t>(last)]);
                    seen[static_cast<std::size_t>(last)] = true;
                }
            }
        }
        QCOMPARE(std::count(seen.begin(), seen.end(), true), std::ptrdiff_t{15});
        const auto whole = tasksOf(sources[0], 0, 5, 1);
        QCOMPARE(whole.size(), std::size_t{2});
        QCOMPARE(whole[1].firstRow, std::int64_t{6});
    }

    void patterns_areAShells()
    {
        QVERIFY(fitsPattern("*", "layers.0/w"));
        QVERIFY(fitsPattern("*.weight", "0.weight"));
        QVERIFY(!fitsPattern("*.weight", "0.bias"));
        QVERIFY(fitsPattern("layers.[0-3].?", "layers.2.w"));
        QVERIFY(!fitsPattern("layers.[!0-3].?", "layers.2.w"));
        QVERIFY(fitsPattern("w[0]", "w[0]")); // the name itself, whatever it holds
        QVERIFY(fitsPattern("w\\*", "w*"));
        QVERIFY(!fitsPattern("", "w"));
        const auto file = readTensors("generator:normal?numel=3");
        const std::vector<std::string> fits{"x", "nor*"};
        const std::vector<std::string> none{"x"};
        QCOMPARE(sourceOf(*file, fits).tensors.size(), std::size_t{1});
        QCOMPARE(sourceOf(*file, none).tensors.size(), std::size_t{0});
        QCOMPARE(sourceOf(*file, {}).tensors.size(), std::size_t{1});
    }

    void fingerprint_tellsSweepsApart()
    {
        std::set<std::string> seen;
        const auto add = [&](std::string_view asked, std::vector<SweepSource> sources) {
            const auto print = sweepFingerprint(asked, sources);
            QCOMPARE(print.size(), std::size_t{16});
            QCOMPARE(print, sweepFingerprint(asked, sources));
            QVERIFY(seen.insert(print).second);
        };
        add("", {});
        add("a", {});
        add("a", {source("a", {1})});
        add("a", {source("b", {1})});
        add("a", {source("a", {2})});
        add("a", {source("a", {1, 2})});
        add("a", {source("a", {1}), source("b", {2})});
        add("a", {source("a", {}), source("b", {1, 2})});
        add("a", {source("a", {})});
        add("a", {SweepSource{"a", false, {}}});
        auto other = source("a", {1});
        other.tensors[0].dtype = "float16";
        add("a", {other});
        other = source("a", {1});
        other.tensors[0].shape = *Shape::make({1, 1});
        add("a", {other});
    }
};

QTEST_GUILESS_MAIN(TestSweepPlan)
#include "test_sweep_plan.moc"
