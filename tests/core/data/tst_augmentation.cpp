// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/augmentation.h"

#include <QTest>

#include <cmath>
#include <numeric>
#include <set>
#include <vector>

using namespace qs;

namespace {

constexpr AugmentedSize kSize{2, 5, 4};

std::vector<float> picture()
{
    std::vector<float> values(2 * 5 * 4);
    std::iota(values.begin(), values.end(), 1.0F);
    return values;
}

std::vector<float> changed(const Augmentation& augmentation, std::uint64_t index,
                           std::uint64_t epoch = 1, std::uint64_t seed = 9)
{
    auto values = picture();
    augment(augmentation, kSize, seed, epoch, index, values.data());
    return values;
}

/// As the definition says it, one pixel at a time.
std::vector<float> moved(int dy, int dx)
{
    const auto from = picture();
    std::vector<float> to(from.size());
    for (int y = 0; y < 5; ++y)
        for (int x = 0; x < 4; ++x)
            if (y - dy >= 0 && y - dy < 5 && x - dx >= 0 && x - dx < 4)
                for (int c = 0; c < 2; ++c)
                    to[static_cast<std::size_t>((y * 4 + x) * 2 + c)] =
                        from[static_cast<std::size_t>(((y - dy) * 4 + x - dx) * 2 + c)];
    return to;
}

} // namespace

class TestAugmentation : public QObject {
    Q_OBJECT

private slots:
    void default_changesNothing()
    {
        QVERIFY(!Augmentation{}.any());
        QVERIFY(changed({}, 3) == picture());
    }

    void shift_isOneOfAllMoves_andEachComes()
    {
        // Larger than the picture: all of it can leave.
        for (const int shift : {1, 2, 6}) {
            std::set<std::pair<int, int>> seen;
            for (std::uint64_t i = 0; i < 2000; ++i) {
                const auto result = changed({.shift = shift}, i);
                bool found = false;
                for (int dy = -shift; dy <= shift; ++dy)
                    for (int dx = -shift; dx <= shift; ++dx)
                        if (result == moved(dy, dx)) {
                            found = true;
                            seen.insert({dy, dx});
                        }
                QVERIFY(found);
            }
            QCOMPARE(seen.size(), static_cast<std::size_t>((2 * shift + 1) * (2 * shift + 1)));
        }
    }

    void flip_comesHalfTheTime()
    {
        auto mirrored = picture();
        for (std::size_t y = 0; y < 5; ++y)
            for (std::size_t x = 0; x < 4; ++x)
                for (std::size_t c = 0; c < 2; ++c)
                    mirrored[(y * 4 + x) * 2 + c] = picture()[(y * 4 + 3 - x) * 2 + c];
        int flips = 0;
        for (std::uint64_t i = 0; i < 1000; ++i) {
            const auto result = changed({.horizontalFlip = true}, i);
            QVERIFY(result == picture() || result == mirrored);
            flips += result == mirrored ? 1 : 0;
        }
        QVERIFY(flips > 437 && flips < 563); // four standard deviations
    }

    void noise_isNormal()
    {
        double sum = 0;
        double squares = 0;
        for (std::uint64_t i = 0; i < 1000; ++i) {
            const auto result = changed({.noise = 0.25}, i);
            for (std::size_t k = 0; k < result.size(); ++k) {
                const double rest = result[k] - picture()[k];
                sum += rest;
                squares += rest * rest;
            }
        }
        QVERIFY(std::fabs(sum / 40000) < 4 * 0.25 / 200);
        QVERIFY(std::fabs(squares / 40000 - 0.0625) < 4 * 0.0625 * std::sqrt(2.0) / 200);
    }

    void change_isAFunctionOfSeedEpochAndIndex()
    {
        const Augmentation all{.shift = 1, .horizontalFlip = true, .noise = 0.1};
        QVERIFY(changed(all, 4) == changed(all, 4));
        QVERIFY(changed(all, 4) != changed(all, 5));
        QVERIFY(changed(all, 4, 1) != changed(all, 4, 2));
        QVERIFY(changed(all, 4, 1, 9) != changed(all, 4, 1, 10));
    }

    void valuesOutOfRange_areErrorsByName()
    {
        QVERIFY(checkAugmentation({.shift = 64, .noise = 100}));
        QCOMPARE(checkAugmentation({.shift = -1}).error().message,
                 std::string("shift must be from 0 to 64, found -1"));
        QVERIFY(!checkAugmentation({.shift = 65}));
        QCOMPARE(checkAugmentation({.noise = -0.5}).error().message,
                 std::string("noise must be from 0 to 100, found -0.5"));
        QVERIFY(!checkAugmentation({.noise = NAN}));
    }
};

QTEST_APPLESS_MAIN(TestAugmentation)
#include "tst_augmentation.moc"
