// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Several panels in one file, titles of one's own, and what the dialog says of them.
#include "tests/ui/dialogs/export_samples.h"

#include <QComboBox>
#include <QDir>
#include <QLineEdit>
#include <QProcess>
#include <QSettings>
#include <QTemporaryDir>

using namespace qs;
using namespace qs::test;

class TestExportSheet : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY(m_dir.isValid());
        QCoreApplication::setOrganizationName(QStringLiteral("Quantoscope"));
        QCoreApplication::setApplicationName(QStringLiteral("test_export_sheet"));
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_dir.path());
        QVERIFY(writeSession(m_dir.filePath(QStringLiteral("s.qscope")).toStdString(),
                             sampleSession()));
    }

    /// What the dialog writes is what the command line writes; it opens as the session.
    void oneFile_isThatOfRender_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("plots");
        for (const char* format : {"png", "svg", "pdf"}) {
            QTest::addRow("visible %s", format)
                << QString::fromLatin1(format)
                << QStringLiteral("transfer,histogram,error,mapping");
            QTest::addRow("all %s", format) << QString::fromLatin1(format) << QStringLiteral("all");
        }
    }

    void oneFile_isThatOfRender()
    {
        QFETCH(QString, format);
        QFETCH(QString, plots);
        const bool all = plots == QStringLiteral("all");
        ExportJob job = sampleJob();
        if (!all) {
            for (auto& item : job.items)
                item.visible = plots.split(u',').contains(QString::fromLatin1(item.panel->id));
        }
        ExportDialog dialog(job);
        ExportSettings settings;
        settings.what = all ? ExportWhat::All : ExportWhat::Visible;
        settings.oneFile = true;
        settings.columns = all ? 0 : 3;
        settings.format = *exportFormatOf(QStringLiteral("x.") + format);
        settings.size = {90, 70};
        settings.dpi = 100;
        settings.text = SvgText::Outlines;
        settings.data = ExportFormat::Csv;
        dialog.setSettings(settings);
        const QString path = m_dir.filePath(QStringLiteral("sheet.") + format);
        QVERIFY(dialog.existingFiles(path).isEmpty());
        const auto done = dialog.exportNow(path);
        QVERIFY2(done, done ? "" : done.error().message.c_str());
        QCOMPARE(done->files.first(), path);
        QVERIFY(done->message.contains(QStringLiteral("panels to")));
        QCOMPARE(dialog.existingFiles(path).size(), done->files.size());
        QHash<QString, QByteArray> written;
        for (const QString& file : done->files) {
            written[file] = contentOf(file);
            QVERIFY(QFile::remove(file));
        }
        QProcess render;
        render.start(QStringLiteral(QS_BIN_DIR "/quantoscope"),
                     {QStringLiteral("render"), m_dir.filePath(QStringLiteral("s.qscope")),
                      QStringLiteral("-o"), path, QStringLiteral("--plot"), plots,
                      QStringLiteral("--columns"),
                      all ? QStringLiteral("auto") : QStringLiteral("3"), QStringLiteral("--size"),
                      QStringLiteral("90x70mm"), QStringLiteral("--dpi"), QStringLiteral("100"),
                      QStringLiteral("--text"), QStringLiteral("outlines"),
                      QStringLiteral("--data"), QStringLiteral("csv")});
        QVERIFY(render.waitForFinished(60000));
        QVERIFY2(render.exitCode() == 0, render.readAllStandardError().constData());
        for (auto file = written.cbegin(); file != written.cend(); ++file)
            QVERIFY2(!file.value().isEmpty() && contentOf(file.key()) == file.value(),
                     qPrintable(file.key()));
        const auto read = readSession(path.toStdString());
        QVERIFY(read && read->session == sampleSession().session);
        for (const QString& file : done->files)
            QVERIFY(QFile::remove(file));
    }

    void preview_showsTheWholeSheet()
    {
        ExportDialog dialog(sampleJob());
        dialog.show();
        ExportSettings settings;
        settings.what = ExportWhat::Visible; // the panels that share x
        settings.oneFile = true;
        settings.format = ExportFormat::Svg;
        settings.size = {100, 50};
        dialog.setSettings(settings);
        const auto visible = std::count_if(panels().begin(), panels().end(),
                                           [](const auto& panel) { return panel.sharesX; });
        const auto ratio = [&](double columns) {
            dialog.updatePreviewNow();
            const QImage image = dialog.preview().image();
            const double rows = std::ceil(static_cast<double>(visible) / columns);
            return std::abs(image.width() / double(image.height()) / (2 * columns / rows) - 1);
        };
        QTRY_VERIFY_WITH_TIMEOUT(!dialog.preview().image().isNull() && ratio(1) < 0.05, 10000);
        settings.columns = 2;
        dialog.setSettings(settings);
        QVERIFY(ratio(2) < 0.05);
        // Pages lie apart from each other.
        settings.format = ExportFormat::Pdf;
        settings.theme = ThemeId::Dark;
        dialog.setSettings(settings);
        dialog.updatePreviewNow();
        const QImage pages = dialog.preview().image();
        QCOMPARE(pages.pixelColor(1, 1), plotTheme(ThemeId::Dark).background);
        bool between = false;
        const QRgb ground = dialog.preview().palette().color(QPalette::Mid).rgb();
        for (int y = 0; y < pages.height(); ++y)
            between |= pages.pixel(1, y) == ground;
        QVERIFY(between);
    }

    void choices_areOfferedWhereTheyDoSomething()
    {
        ExportDialog dialog(sampleJob());
        const auto* files = control<QComboBox>(dialog, "files");
        const auto* columns = control<QComboBox>(dialog, "columns");
        const auto* letters = control<QComboBox>(dialog, "letters of an SVG");
        const auto offered = [&](ExportWhat what, ExportFormat format) {
            ExportSettings settings;
            settings.what = what;
            settings.format = format;
            settings.oneFile = true;
            dialog.setSettings(settings);
            return QVector<bool>{files->isEnabled(), columns->isEnabled(), letters->isEnabled()};
        };
        QCOMPARE(offered(ExportWhat::Panel, ExportFormat::Svg),
                 QVector<bool>({false, false, true}));
        QCOMPARE(offered(ExportWhat::All, ExportFormat::Svg), QVector<bool>({true, true, true}));
        QCOMPARE(offered(ExportWhat::All, ExportFormat::Png), QVector<bool>({true, true, false}));
        QCOMPARE(offered(ExportWhat::All, ExportFormat::Pdf), QVector<bool>({true, false, false}));
        QCOMPARE(offered(ExportWhat::All, ExportFormat::Csv), QVector<bool>({false, false, false}));
        QVERIFY(!columns->toolTip().isEmpty());
    }

    void ownTitles_stayWithTheirPanel()
    {
        ExportDialog dialog(sampleJob());
        dialog.show();
        waitForPreview(dialog);
        const auto* title = control<QLineEdit>(dialog, "title");
        const auto* x = control<QLineEdit>(dialog, "x axis");
        QVERIFY(title->text().isEmpty() && !title->placeholderText().isEmpty());
        QCOMPARE(x->placeholderText(), QStringLiteral("value x"));
        dialog.setTitles({QStringLiteral("Mine"), QStringLiteral("weight"), {}});
        dialog.updatePreviewNow();
        const QImage mine = dialog.preview().image();
        dialog.setPanel(QStringLiteral("transfer"));
        QVERIFY(title->text().isEmpty());
        dialog.setPanel(QStringLiteral("histogram"));
        QCOMPARE(title->text(), QStringLiteral("Mine"));
        ExportSettings settings;
        settings.format = ExportFormat::Svg;
        settings.what = ExportWhat::Visible;
        settings.oneFile = true;
        dialog.setSettings(settings);
        const QString path = m_dir.filePath(QStringLiteral("titles.svg"));
        QVERIFY(dialog.exportNow(path));
        const auto svg = contentOf(path);
        QCOMPARE(svg.count(">Mine<"), 2); // the title and its text
        QCOMPARE(svg.count(">weight [-]<"), 1);
        QVERIFY(svg.contains(">value x [-]<"));
        // The command line's words for it.
        settings.what = ExportWhat::Panel;
        dialog.setSettings(settings);
        const QString one = m_dir.filePath(QStringLiteral("one.svg"));
        QVERIFY(dialog.exportNow(one));
        const auto expected = contentOf(one);
        QProcess render;
        render.start(QStringLiteral(QS_BIN_DIR "/quantoscope"),
                     {QStringLiteral("render"), m_dir.filePath(QStringLiteral("s.qscope")),
                      QStringLiteral("-o"), one, QStringLiteral("--plot"),
                      QStringLiteral("histogram"), QStringLiteral("--title"),
                      QStringLiteral("Mine"), QStringLiteral("--x-title"),
                      QStringLiteral("weight")});
        QVERIFY(render.waitForFinished(60000) && render.exitCode() == 0);
        QCOMPARE(contentOf(one), expected);
        dialog.setTitles({});
        dialog.updatePreviewNow();
        QVERIFY(dialog.preview().image() != mine);
    }

    void whatHasNoRoom_isSaid()
    {
        ExportDialog dialog(sampleJob());
        dialog.show();
        dialog.setPanel(QStringLiteral("dialects"));
        ExportSettings settings;
        settings.size = {160, 45};
        dialog.setSettings(settings);
        QTRY_VERIFY_WITH_TIMEOUT(
            dialog.notice().contains(QStringLiteral("rows of the table have no room")), 10000);
        settings.size = {160, 100};
        dialog.setSettings(settings);
        QTRY_COMPARE(dialog.notice(), QString());
        settings.what = ExportWhat::All;
        settings.oneFile = true;
        settings.format = ExportFormat::Png;
        settings.size = {300, 300};
        settings.dpi = 1200;
        dialog.setSettings(settings);
        QTRY_VERIFY_WITH_TIMEOUT(dialog.notice().contains(QStringLiteral("fewer panels")), 10000);
        QVERIFY(dialog.preview().image().isNull());
        const QString path = m_dir.filePath(QStringLiteral("huge.png"));
        const auto done = dialog.exportNow(path);
        QVERIFY(!done && done.error().kind == ErrorKind::Usage && !QFile::exists(path));
    }

private:
    QTemporaryDir m_dir;
};

QTEST_MAIN(TestExportSheet)
#include "test_export_sheet.moc"
