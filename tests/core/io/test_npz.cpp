// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/formats.h"
#include "core/io/npz.h"
#include "io_testing.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sstream>

using namespace qs;

namespace {

std::vector<std::byte> archiveOf(std::span<const Tensor> tensors)
{
    std::ostringstream out;
    if (!writeNpz("a.npz", tensors, out, {}))
        qFatal("an archive could not be written");
    const auto text = std::move(out).str();
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

} // namespace

class TestNpz : public QObject {
    Q_OBJECT

    std::vector<Tensor> m_tensors = {
        Tensor::fromFloats("a/weight", *Shape::make({2, 2}), {1, -2, 3.5F, 0}),
        Tensor::fromVector("codes", ElementType::Int8, *Shape::make({3}),
                           std::vector<std::int8_t>{-128, 0, 127}),
        Tensor::fromFloats("empty", *Shape::make({0, 4}), {})};

private slots:
    void whatIsWritten_isReadBack()
    {
        const auto bytes = archiveOf(m_tensors);
        QVERIFY(npzMatches(bytes));
        const auto file = *readNpz("a.npz", contentOf(bytes), {});
        QCOMPARE(file.tensors.size(), m_tensors.size());
        for (std::size_t i = 0; i < m_tensors.size(); ++i) {
            const auto& tensor = *file.tensors[i].tensor;
            QCOMPARE(tensor.name(), m_tensors[i].name());
            QVERIFY(tensor.shape() == m_tensors[i].shape());
            QVERIFY(tensor.type() == m_tensors[i].type());
            QVERIFY(std::ranges::equal(tensor.bytes(), m_tensors[i].bytes()));
        }
    }

    void theSameTensors_giveTheSameBytes()
    {
        QVERIFY(archiveOf(m_tensors) == archiveOf(m_tensors));
    }

    /// numpy.savez and numpy.savez_compressed wrote these (tests/golden/make_io_golden.py).
    void numpysArchives_areRead()
    {
        for (const char* name : {"stored.npz", "deflated.npz"}) {
            const auto file = readTensors(std::string(QS_SOURCE_DIR "/tests/golden/io/") + name);
            QVERIFY2(bool(file), name);
            QCOMPARE(file->tensors.size(), std::size_t{2});
            const auto x = *file->tensor("x");
            QVERIFY(x.shape() == *Shape::make({2, 3}));
            QCOMPARE(x.at(5), 5.0F);
            const auto y = *file->tensor("y");
            QVERIFY(y.type() == ElementType::Int16);
            QCOMPARE(y.at(1), -7.0F);
        }
    }

    void damage_isAnErrorOrListed()
    {
        const auto whole = archiveOf(m_tensors);
        int refused = 0;
        for (std::size_t size = 0; size < whole.size(); size += 7) {
            auto cut = whole;
            cut.resize(size);
            const auto file = readNpz("a.npz", contentOf(cut), {});
            refused += !file ? 1 : 0;
        }
        QVERIFY(refused > 0);
        // A flipped bit in the data is found by its checksum.
        auto flipped = whole;
        flipped[30 + 12 + 130] ^= std::byte{1};
        const auto file = readNpz("a.npz", contentOf(flipped), {});
        QVERIFY(!file || !file->tensors[0].problem.empty());
    }

    void twoTensorsOfOneName_areRefused()
    {
        std::ostringstream out;
        const std::vector<Tensor> twice = {m_tensors[0], m_tensors[0]};
        const auto written = writeNpz("a.npz", twice, out, {});
        QVERIFY(!written);
        QVERIFY(written.error().kind == ErrorKind::Usage);
    }
};

QTEST_APPLESS_MAIN(TestNpz)
#include "test_npz.moc"
