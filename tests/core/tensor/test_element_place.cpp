// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/element_place.h"

#include <QTest>

using namespace qs;

class TestElementPlace : public QObject {
    Q_OBJECT

private slots:
    /// As np.unravel_index((1, 3, 5), (2, 3)).
    void places_areRowMajor()
    {
        using Places = std::vector<std::int64_t>;
        const auto shape = *Shape::make({2, 3});
        QVERIFY(coordinatesOf(shape, 1) == (Places{0, 1}));
        QVERIFY(coordinatesOf(shape, 3) == (Places{1, 0}));
        QVERIFY(coordinatesOf(shape, 5) == (Places{1, 2}));
        QVERIFY(coordinatesOf(*Shape::make({}), 0).empty());
        QCOMPARE(placeText(shape, 5), std::string("[1, 2]"));
        QCOMPARE(placeText(*Shape::make({}), 0), std::string("[]"));
    }

    void typedElements_areFound()
    {
        const auto shape = *Shape::make({8, 20, 30});
        for (const std::int64_t index : {0, 663, 4799})
            QCOMPARE(*elementFromText(shape, placeText(shape, index)), index);
        QCOMPARE(*elementFromText(shape, "4799"), std::int64_t{4799});
        QCOMPARE(*elementFromText(shape, "-1"), std::int64_t{4799});
        QCOMPARE(*elementFromText(shape, "1, 2, 3"), std::int64_t{663});
        QCOMPARE(*elementFromText(shape, " -1,-1 , -1"), std::int64_t{4799});
        QCOMPARE(*elementFromText(*Shape::make({5}), "-2"), std::int64_t{3});
        for (const char* wrong : {"4800", "-4801", "1, 2", "8, 0, 0", "1, x, 2", "", ",", "[]",
                                  "1,2,3,4", "99999999999999999999"})
            QVERIFY2(!elementFromText(shape, wrong), wrong);
        QVERIFY(!elementFromText(*Shape::make({0, 3}), "0"));
        QVERIFY(!elementFromText(*Shape::make({5}), "5"));
    }
};

QTEST_GUILESS_MAIN(TestElementPlace)
#include "test_element_place.moc"
