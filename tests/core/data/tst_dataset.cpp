// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"
#include "core/nn/trainer.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>

using namespace qs;

namespace {

/// An IDX file of unsigned bytes: value i is i % modulo.
void writeIdx(const QString& path, const std::vector<int>& sizes, int modulo)
{
    std::ofstream file(path.toStdString(), std::ios::binary);
    file.write("\0\0\x08", 3);
    file.put(static_cast<char>(sizes.size()));
    int count = 1;
    for (const int size : sizes) {
        for (const int shift : {24, 16, 8, 0})
            file.put(static_cast<char>(size >> shift));
        count *= size;
    }
    for (int i = 0; i < count; ++i)
        file.put(static_cast<char>(i % modulo));
}

void writeFolder(const QTemporaryDir& dir, int trainLabels, int testModulo, int testSize)
{
    writeIdx(dir.filePath("train-images-idx3-ubyte"), {20, 4, 5}, 251);
    writeIdx(dir.filePath("train-labels-idx1-ubyte"), {trainLabels}, 10);
    writeIdx(dir.filePath("t10k-images-idx3-ubyte"), {10, 4, testSize}, 251);
    writeIdx(dir.filePath("t10k-labels-idx1-ubyte"), {10}, testModulo);
}

std::string errorOf(const QTemporaryDir& dir)
{
    const auto data = readDataset("idx:" + dir.path().toStdString());
    return data ? std::string() : data.error().message;
}

} // namespace

class TestDataset : public QObject {
    Q_OBJECT
private slots:
    void readDataset_idxFolder_givesUnitImages()
    {
        const QTemporaryDir dir;
        writeFolder(dir, 20, 10, 5);
        const auto data = readDataset("idx:" + dir.path().toStdString());
        QVERIFY2(data, data ? "" : data.error().message.c_str());
        const auto& train = (*data)->train;
        QCOMPARE(train.count(), 20);
        QCOMPARE((*data)->classes, 10);
        QCOMPARE(train.label(13), 3);
        const auto images = train.images(2, 3, 1);
        QCOMPARE(images.shape().toString(), std::string("[3, 1, 6, 7]"));
        QCOMPARE(images.at(0), 0.0F);
        QCOMPARE(images.at(8), 40.0F / 255.0F);
        std::vector<float> one(6 * 7);
        train.copyChannelsLast(2, 1, one.data());
        QVERIFY(std::equal(one.begin(), one.end(), images.floats().begin()));
    }

    void readDataset_damagedFolder_saysWhatIsWrong()
    {
        const QTemporaryDir counts;
        writeFolder(counts, 19, 10, 5);
        QVERIFY(errorOf(counts).find("20 samples and 19 labels") != std::string::npos);
        const QTemporaryDir labels;
        writeFolder(labels, 5, 10, 5);
        QVERIFY(!errorOf(labels).empty());
        const QTemporaryDir sizes;
        writeFolder(sizes, 20, 10, 6);
        QVERIFY(errorOf(sizes).find("4x6") != std::string::npos);
        const QTemporaryDir empty;
        QVERIFY(errorOf(empty).find("train-images-idx3-ubyte") != std::string::npos);
        QVERIFY(!readDataset("imagenet"));
    }

    void readDataset_testLabelBeyondTheTrainingLabels_isRefused()
    {
        const QTemporaryDir dir;
        writeFolder(dir, 20, 10, 5);
        writeIdx(dir.filePath("train-labels-idx1-ubyte"), {20}, 3);
        QVERIFY(errorOf(dir).find("labels up to 2") != std::string::npos);
    }

    void readDataset_emptyClass_isRefusedByName()
    {
        const QTemporaryDir dir;
        writeFolder(dir, 20, 3, 5);
        writeIdx(dir.filePath("train-images-idx3-ubyte"), {3, 4, 5}, 251);
        std::ofstream file(dir.filePath("train-labels-idx1-ubyte").toStdString(), std::ios::binary);
        file.write("\0\0\x08\x01\0\0\0\x03\0\x03\x01", 11);
        file.close();
        QVERIFY2(errorOf(dir).find("none of class 2") != std::string::npos, errorOf(dir).c_str());
    }

    void readDataset_whatIsNotThere_saysWhatElseThereIs()
    {
        const auto missing = readDataset("idx:/nonexistent");
        QVERIFY(!missing);
        QVERIFY(missing.error().kind == ErrorKind::Io);
        QVERIFY(missing.error().message.find("use the bundled digits") != std::string::npos);
        const auto unknown = readDataset("imagenet");
        QVERIFY(unknown.error().kind == ErrorKind::Usage);
        for (const auto& row : datasets())
            QVERIFY(unknown.error().message.find(row.pattern) != std::string::npos);
        for (const char* name : {"", "idx:", "csv:", "digitsx", "digits:x", "csv:?targets=1"})
            QVERIFY2(readDataset(name).error().kind == ErrorKind::Usage, name);
    }

    void fashionMnist_twoThousandImages_areLearned()
    {
        const auto data = readDataset("fashion-mnist");
        QVERIFY2(data, data ? "" : data.error().message.c_str());
        QCOMPARE((*data)->train.count(), 60000);
        QCOMPARE((*data)->test.count(), 10000);
        QCOMPARE((*data)->classes, 10);
        QCOMPARE((*data)->classNames[9], std::string("Ankle boot"));
        TrainRecipe recipe;
        recipe.limitTrain = 2000;
        recipe.limitTest = 1000;
        recipe.epochs = 2;
        recipe.qat = defaultQatConfig();
        auto trainer = Trainer::make(recipe, *data);
        QVERIFY(trainer);
        while (!trainer->finished())
            QVERIFY(trainer->step());
        const auto test = trainer->evaluate();
        QVERIFY2(test->accuracy > 0.6, std::to_string(test->accuracy).c_str());
    }
};

QTEST_APPLESS_MAIN(TestDataset)
#include "tst_dataset.moc"
