// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/dialogs/export_samples.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProcess>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <atomic>
#include <thread>

using namespace qs;
using namespace qs::test;

class TestExportDialog : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY(m_dir.isValid());
        QCoreApplication::setOrganizationName(QStringLiteral("Quantoscope"));
        QCoreApplication::setApplicationName(QStringLiteral("test_export_dialog"));
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_dir.path());
    }

    void preview_isTheExportsPicture_smaller()
    {
        ExportDialog dialog(sampleJob());
        dialog.show();
        waitForPreview(dialog);
        ExportSettings settings;
        settings.size = {180, 60};
        settings.caption = true;
        dialog.setSettings(settings);
        dialog.updatePreviewNow();
        const QImage image = dialog.preview().image();
        QVERIFY(std::abs(image.width() / double(image.height()) - 3) < 0.05);
        QVERIFY(image.width() <= dialog.preview().width());
        QCOMPARE(image.pixelColor(1, 1), QColor(Qt::white));
        settings.theme = ThemeId::Dark;
        dialog.setSettings(settings);
        dialog.updatePreviewNow();
        QCOMPARE(dialog.preview().image().pixelColor(1, 1), plotTheme(ThemeId::Dark).background);
        QVERIFY(!control<QPlainTextEdit>(dialog, "caption")->toPlainText().isEmpty());
    }

    void controls_haveNamesAndTooltips()
    {
        ExportDialog dialog(sampleJob());
        for (auto* widget : dialog.findChildren<QWidget*>()) {
            const bool isControl =
                qobject_cast<QComboBox*>(widget) || qobject_cast<QDoubleSpinBox*>(widget) ||
                qobject_cast<QCheckBox*>(widget) || qobject_cast<QPlainTextEdit*>(widget) ||
                (qobject_cast<QLineEdit*>(widget) && widget->parentWidget() == &dialog);
            if (!isControl)
                continue;
            QVERIFY2(!widget->accessibleName().isEmpty(), widget->metaObject()->className());
            QVERIFY2(!widget->toolTip().isEmpty(), qPrintable(widget->accessibleName()));
        }
        QVERIFY(dialog.minimumSizeHint().width() < 1280);
        QVERIFY(dialog.minimumSizeHint().height() < 760);
    }

    void units_keepTheSize_andPresetsSetIt()
    {
        ExportDialog dialog(sampleJob());
        auto* width = control<QDoubleSpinBox>(dialog, "width");
        auto* unit = control<QComboBox>(dialog, "unit");
        QCOMPARE(width->value(), 160.0);
        unit->setCurrentIndex(1);
        QCOMPARE(width->value(), 1890.0); // 160 mm at 300 dpi
        unit->setCurrentIndex(0);
        QCOMPARE(width->value(), 160.0);
        auto* preset = control<QComboBox>(dialog, "size preset");
        preset->setCurrentIndex(1);
        emit preset->activated(1);
        QCOMPARE(dialog.settings().size, QSizeF(85, 60));
        preset->setCurrentIndex(3);
        emit preset->activated(3);
        QCOMPARE(dialog.settings().size, QSizeF(1280, 800));
        QVERIFY(dialog.settings().unit == SizeUnit::Pixel);
        width->setValue(1000);
        QCOMPARE(preset->currentIndex(), 0);
    }

    void data_haveNoLook_andLinesNoResolution()
    {
        ExportDialog dialog(sampleJob());
        auto settings = dialog.settings();
        settings.format = ExportFormat::Csv;
        dialog.setSettings(settings);
        for (const char* name : {"width", "height", "font size", "resolution"}) {
            const auto* box = control<QDoubleSpinBox>(dialog, name);
            QVERIFY2(!box->isEnabled() && !box->toolTip().isEmpty(), name);
        }
        settings.format = ExportFormat::Svg;
        dialog.setSettings(settings);
        QVERIFY(control<QDoubleSpinBox>(dialog, "width")->isEnabled());
        QVERIFY(!control<QDoubleSpinBox>(dialog, "resolution")->isEnabled());
        settings.format = ExportFormat::Png;
        dialog.setSettings(settings);
        QVERIFY(control<QDoubleSpinBox>(dialog, "resolution")->isEnabled());
    }

    void smallLetters_andLongCaptions_areSaid()
    {
        ExportDialog dialog(sampleJob());
        dialog.show();
        waitForPreview(dialog);
        QCOMPARE(dialog.notice(), QString());
        auto settings = dialog.settings();
        settings.fontPoints = 5.5;
        dialog.setSettings(settings);
        dialog.updatePreviewNow();
        QVERIFY(dialog.notice().contains(QStringLiteral("6 points")));
        settings.fontPoints = 9;
        settings.caption = true;
        dialog.setSettings(settings);
        dialog.setCaption(QStringLiteral("word ").repeated(3000));
        dialog.updatePreviewNow();
        QVERIFY(dialog.notice().contains(QStringLiteral("caption")));
    }

    void settings_areKept()
    {
        ExportSettings settings;
        settings.what = ExportWhat::All;
        settings.oneFile = true;
        settings.columns = 4;
        settings.text = SvgText::Outlines;
        settings.format = ExportFormat::Png;
        settings.unit = SizeUnit::Pixel;
        settings.size = {1280, 800};
        settings.dpi = 144;
        settings.fontPoints = 10.5;
        settings.theme = ThemeId::Light;
        settings.legend = false;
        settings.caption = true;
        settings.data = ExportFormat::Npy;
        settings.session = false;
        keepExportSettings(settings);
        QVERIFY(lastExportSettings() == settings);
        ExportDialog dialog(sampleJob());
        dialog.setSettings(lastExportSettings());
        QVERIFY(dialog.settings() == settings);
        QSettings().setValue(QStringLiteral("export/width"), QStringLiteral("nan"));
        QSettings().setValue(QStringLiteral("export/format"), QStringLiteral("exe"));
        QSettings().setValue(QStringLiteral("export/data"), QStringLiteral("png"));
        QSettings().setValue(QStringLiteral("export/columns"), 99);
        const auto mended = lastExportSettings();
        QCOMPARE(mended.size.width(), 160.0);
        QVERIFY(mended.format == ExportFormat::Pdf && !mended.data && mended.columns == 0);
    }

    /// What the dialog writes is what the command line writes.
    void files_areThoseOfRender_data()
    {
        QTest::addColumn<QString>("format");
        for (const char* format : {"png", "svg", "pdf", "csv", "npy"})
            QTest::newRow(format) << QString::fromLatin1(format);
    }

    void files_areThoseOfRender()
    {
        QFETCH(QString, format);
        const QString folder = m_dir.filePath(QStringLiteral("out-") + format);
        const QString session = m_dir.filePath(QStringLiteral("s.qscope"));
        QVERIFY(writeSession(session.toStdString(), sampleSession()));
        ExportDialog dialog(sampleJob());
        ExportSettings settings;
        settings.what = ExportWhat::All;
        settings.format = *exportFormatOf(QStringLiteral("x.") + format);
        settings.size = {90, 70};
        settings.dpi = 100;
        settings.fontPoints = 7.5;
        settings.theme = ThemeId::Light;
        settings.legend = false;
        settings.caption = true;
        if (isPicture(settings.format))
            settings.data = ExportFormat::Csv;
        dialog.setSettings(settings);
        const auto done = dialog.exportNow(folder);
        QVERIFY2(done, done ? "" : done.error().message.c_str());
        // Every panel that has something to show; pictures with their data beside them.
        auto figures = SessionFigures::compute(sampleSession());
        qsizetype shown = 0;
        for (const auto& panel : panels())
            shown += (*figures)->figure(panel)->emptyText.isEmpty() ? 1 : 0;
        QVERIFY(shown > 10);
        QCOMPARE(done->files.size(), isPicture(settings.format) ? 2 * shown : shown);
        QVERIFY2(done->message.contains(QStringLiteral("Weights")), qPrintable(done->message));
        QHash<QString, QByteArray> written;
        for (const QString& file : done->files) {
            written[file] = contentOf(file);
            QVERIFY(QFile::remove(file));
        }
        QProcess render;
        render.start(QStringLiteral(QS_BIN_DIR "/quantoscope"),
                     {QStringLiteral("render"), session, QStringLiteral("--output"), folder,
                      QStringLiteral("--format"), format, QStringLiteral("--size"),
                      QStringLiteral("90x70mm"), QStringLiteral("--dpi"), QStringLiteral("100"),
                      QStringLiteral("--font"), QStringLiteral("7.5"), QStringLiteral("--theme"),
                      QStringLiteral("light"), QStringLiteral("--no-legend"),
                      QStringLiteral("--caption"), QStringLiteral("auto"), QStringLiteral("--data"),
                      QStringLiteral("csv")});
        QVERIFY(render.waitForFinished(60000));
        QVERIFY2(render.exitCode() == 0, render.readAllStandardError().constData());
        QCOMPARE(QDir(folder).entryList(QDir::Files).size(), done->files.size());
        for (auto file = written.cbegin(); file != written.cend(); ++file) {
            QVERIFY2(!file.value().isEmpty(), qPrintable(file.key()));
            QVERIFY2(contentOf(file.key()) == file.value(), qPrintable(file.key()));
        }
        const auto read = readSession(done->files.first().toStdString());
        QVERIFY(read && read->session == sampleSession().session);
    }

    void visiblePanels_areOneFileEach_andExistingOnesAreNamed()
    {
        const QString folder = m_dir.filePath(QStringLiteral("visible"));
        ExportDialog dialog(sampleJob());
        ExportSettings settings;
        settings.what = ExportWhat::Visible;
        settings.format = ExportFormat::Svg;
        settings.data = ExportFormat::Npy;
        settings.session = false;
        dialog.setSettings(settings);
        QVERIFY(dialog.existingFiles(folder).isEmpty());
        const auto done = dialog.exportNow(folder);
        const auto visible = 2 * std::count_if(panels().begin(), panels().end(),
                                               [](const auto& panel) { return panel.sharesX; });
        QVERIFY(done && done->files.size() == visible);
        QCOMPARE(dialog.existingFiles(folder).size(), visible);
        QVERIFY(!readSession(done->files[0].toStdString()));
        settings.what = ExportWhat::Panel;
        dialog.setSettings(settings);
        dialog.setPanel(QStringLiteral("transfer"));
        const QString file = m_dir.filePath(QStringLiteral("visible/transfer.svg"));
        QCOMPARE(dialog.existingFiles(file).size(), 2);
        const auto before = contentOf(file);
        QVERIFY(!before.isEmpty());
        QVERIFY(dialog.exportNow(file));
        QCOMPARE(contentOf(file), before);
    }

    void ownCaption_staysWithItsPanel()
    {
        ExportDialog dialog(sampleJob());
        dialog.show();
        waitForPreview(dialog);
        ExportSettings settings;
        settings.format = ExportFormat::Svg;
        settings.caption = true;
        dialog.setSettings(settings);
        dialog.setCaption(QStringLiteral("Mine alone."));
        dialog.setPanel(QStringLiteral("transfer"));
        QTRY_VERIFY(control<QPlainTextEdit>(dialog, "caption")
                        ->toPlainText()
                        .contains(QStringLiteral("dtype int4")));
        dialog.setPanel(QStringLiteral("histogram"));
        QCOMPARE(control<QPlainTextEdit>(dialog, "caption")->toPlainText(),
                 QStringLiteral("Mine alone."));
        settings.what = ExportWhat::Visible;
        dialog.setSettings(settings);
        const QDir folder(m_dir.filePath(QStringLiteral("captions")));
        QVERIFY(dialog.exportNow(folder.path()));
        QVERIFY(
            contentOf(folder.filePath(QStringLiteral("histogram.svg"))).contains("Mine alone."));
        QVERIFY(
            !contentOf(folder.filePath(QStringLiteral("transfer.svg"))).contains("Mine alone."));
    }

    /// A panel that takes long does not hold the window, and can be given up.
    void longWork_canBeCancelled()
    {
        ExportJob job = sampleJob();
        std::atomic<bool> started{false};
        for (auto& item : job.items) {
            item.figure = [&started](const JobContext& context) -> Result<Figure> {
                started = true;
                while (!context.stopRequested())
                    std::this_thread::sleep_for(std::chrono::milliseconds(1));
                return Error::cancelled();
            };
        }
        ExportDialog dialog(job);
        QTRY_VERIFY(started);
        QTimer::singleShot(50, &dialog, [&] { dialog.findChild<ExportWork*>()->cancel(); });
        const QString path = m_dir.filePath(QStringLiteral("never.svg"));
        const auto done = dialog.exportNow(path);
        QVERIFY(!done && done.error().kind == ErrorKind::Cancelled);
        QVERIFY(!QFile::exists(path));
    }

    void unwritable_isSaid()
    {
        ExportDialog dialog(sampleJob());
        const auto done = dialog.exportNow(m_dir.filePath(QStringLiteral("no/such/folder/a.pdf")));
        QVERIFY(!done && done.error().kind == ErrorKind::Io);
    }

private:
    QTemporaryDir m_dir;
};

QTEST_MAIN(TestExportDialog)
#include "test_export_dialog.moc"
