// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/view_range.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace qs;

namespace {

const double notANumber = std::numeric_limits<double>::quiet_NaN();
const double infinity = std::numeric_limits<double>::infinity();

} // namespace

class TestViewRange : public QObject {
    Q_OBJECT

private slots:
    void sanitized_usableRange_isKept()
    {
        QVERIFY((sanitized({-1, 2}, false) == ViewRange{-1, 2}));
        QVERIFY((sanitized({0.1, 2}, true) == ViewRange{0.1, 2}));
    }

    void sanitized_anyRange_canBeDrawn()
    {
        const double values[] = {0,     -0.0, 1,          -1,       1e-310,   1e-300,
                                 1e300, 3e38, notANumber, infinity, -infinity};
        for (double min : values) {
            for (double max : values) {
                for (bool log : {false, true}) {
                    const ViewRange range = sanitized({min, max}, log);
                    QVERIFY(std::isfinite(range.min) && std::isfinite(range.max));
                    QVERIFY(range.min < range.max);
                    QVERIFY(range.max - range.min > 1e-280 && range.max - range.min < 1e250);
                    QVERIFY(!log || range.min > 0);
                    QVERIFY(sanitized(range, log) == range);
                }
            }
        }
    }

    void fraction_ofValue_isTheInverse()
    {
        for (bool log : {false, true}) {
            const ViewRange range{0.5, 32};
            for (double fraction : {-0.5, 0.0, 0.25, 1.0, 1.5})
                QVERIFY(std::abs(fractionOf(valueAt(fraction, range, log), range, log) - fraction) <
                        1e-12);
        }
        QCOMPARE(valueAt(0.5, {1, 100}, true), 10.0);
    }

    void subRange_tooDeepOrTooWide_staysAsItIs()
    {
        const ViewRange home{0, 10};
        QVERIFY((subRange(home, 0.25, 0.75, home, false) == ViewRange{2.5, 7.5}));
        ViewRange range = home;
        for (int i = 0; i < 1000; ++i)
            range = subRange(range, 0.25, 0.75, home, false);
        QVERIFY(range.max - range.min >= 1e-7 * 10);
        for (int i = 0; i < 1000; ++i)
            range = subRange(range, -0.5, 1.5, home, false);
        QVERIFY(range.max - range.min <= 20 * 10);
        for (int i = 0; i < 1000; ++i)
            range = subRange(range, 0.5, 1.5, home, false);
        QVERIFY(range.max < 1000);
    }
};

QTEST_GUILESS_MAIN(TestViewRange)
#include "test_view_range.moc"
