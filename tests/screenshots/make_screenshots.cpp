// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Draws the states of the window that README shows and people look at before a change lands, and
// says what a program can find wrong with them:
//     make_screenshots DIR [--size WxH@R]… [STATE…]
// Each state in every theme at each size (W and H in device pixels, R of them a pixel) as
// DIR/WxH@R/STATE_THEME.png, beside it what was painted as .json. Run with
// QT_QPA_PLATFORM=offscreen (scripts/screenshots).
#include "checks.h"
#include "states.h"
#include "ui/controls/interface_scale.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/window_style.h"

#include <QApplication>
#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QProcess>
#include <QRegularExpression>
#include <QSettings>
#include <QTemporaryDir>

#include <cmath>
#include <cstdio>
#include <map>

using namespace qs;

namespace {

struct Size {
    QString name;
    QSize device;
    double dpr = 1;
};

struct Options {
    QString folder = QStringLiteral(".");
    std::vector<Size> sizes;
    QStringList states;
};

Size sizeOf(const QString& text)
{
    static const QRegularExpression form(QStringLiteral("^(\\d+)x(\\d+)@(\\d+(?:\\.\\d+)?)$"));
    const auto match = form.match(text);
    if (!match.hasMatch())
        qFatal("--size takes WxH@R as 1280x800@1, not %s", qPrintable(text));
    return {
        text, {match.captured(1).toInt(), match.captured(2).toInt()}, match.captured(3).toDouble()};
}

Options optionsOf(int argc, char** argv)
{
    Options options;
    QStringList rest;
    for (int i = 1; i < argc; ++i) {
        const QString argument = QString::fromLocal8Bit(argv[i]);
        if (argument == QLatin1String("--size") && i + 1 < argc)
            options.sizes.push_back(sizeOf(QString::fromLocal8Bit(argv[++i])));
        else
            rest << argument;
    }
    if (!rest.isEmpty())
        options.folder = rest.takeFirst();
    options.states = rest;
    if (options.sizes.empty())
        options.sizes = {
            sizeOf(QStringLiteral("1280x800@1")), sizeOf(QStringLiteral("1920x1080@1")),
            sizeOf(QStringLiteral("3840x2160@1")), sizeOf(QStringLiteral("3840x2160@2"))};
    return options;
}

bool write(const Capture& shot, const QString& path)
{
    QFile json(path + QStringLiteral(".json"));
    return shot.image.save(path + QStringLiteral(".png")) && json.open(QIODevice::WriteOnly) &&
           json.write(QJsonDocument(toJson(shot.record)).toJson()) > 0;
}

/// The pixel density is the screen's, chosen before the program starts: one process for each.
int startAgain(const Options& options)
{
    std::map<double, QStringList> sizes;
    for (const auto& size : options.sizes)
        sizes[size.dpr] << QStringLiteral("--size") << size.name;
    int worst = 0;
    for (const auto& [dpr, arguments] : sizes) {
        QProcess process;
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("QT_SCALE_FACTOR"), QString::number(dpr));
        process.setProcessEnvironment(environment);
        process.setProcessChannelMode(QProcess::ForwardedChannels);
        process.start(QCoreApplication::applicationFilePath(),
                      QStringList{options.folder} + arguments + options.states);
        process.waitForFinished(-1);
        worst =
            std::max(worst, process.exitStatus() == QProcess::NormalExit ? process.exitCode() : 1);
    }
    return worst;
}

class Suite {
public:
    explicit Suite(const Options& options) : m_options(options) {}

    /// Draws one state at all sizes; false where a file could not be written.
    bool draw(const State& state)
    {
        setInterfaceSize(100); // the state before may have chosen another one
        MainWindow window;
        window.setTheme(ThemeId::Light);
        window.resize(logical(m_options.sizes.front()));
        window.show();
        state.prepare(window);
        bool written = true;
        for (const auto& size : m_options.sizes) {
            window.resize(logical(size));
            for (const auto theme : windowThemes) {
                window.setTheme(theme);
                settle(state, window);
                show(state, window, [&](QWidget& shown) {
                    const auto shot = capture(shown, state.name, themeName(theme));
                    const QString path =
                        QDir(m_options.folder)
                            .filePath(QStringLiteral("%1/%2_%3")
                                          .arg(size.name, state.name, themeName(theme)));
                    written = write(shot, path) && written;
                    report(path, problemsOf(shot));
                });
            }
        }
        window.document().undoStack().setClean();
        return written;
    }

    int problems() const { return m_problems; }

private:
    static QSize logical(const Size& size)
    {
        return {static_cast<int>(std::lround(size.device.width() / size.dpr)),
                static_cast<int>(std::lround(size.device.height() / size.dpr))};
    }

    void report(const QString& path, const QStringList& problems)
    {
        std::printf("%s.png\n", qPrintable(path));
        for (const auto& problem : problems)
            std::printf("    %s\n", problem.toUtf8().constData());
        std::fflush(stdout);
        m_problems += static_cast<int>(problems.size());
    }

    const Options& m_options;
    int m_problems = 0;
};

} // namespace

int main(int argc, char** argv)
{
    const auto options = optionsOf(argc, argv);
    QApplication app(argc, argv);
    QApplication::setStyle(makeWindowStyle());
    QApplication::setOrganizationName(QStringLiteral("Quantoscope"));
    QApplication::setApplicationName(QStringLiteral("screenshots"));
    for (const auto& size : options.sizes) {
        if (std::abs(size.dpr - app.devicePixelRatio()) > 1e-9)
            return startAgain(options);
        if (!QDir().mkpath(QDir(options.folder).filePath(size.name)))
            qFatal("%s could not be made", qPrintable(options.folder));
    }
    // What was opened here before is nobody's business.
    const QTemporaryDir settings;
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, settings.path());
    const auto all = states(options.folder);
    Suite suite(options);
    for (const auto& state : all) {
        const bool wanted = options.states.isEmpty() || options.states.contains(state.name);
        if (wanted && !suite.draw(state)) {
            std::fprintf(stderr, "%s could not be written\n", qPrintable(state.name));
            return 1;
        }
    }
    std::printf("%d problems\n", suite.problems());
    return 0;
}
