// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/session_file.h"
#include "ui/dialogs/export_dialog.h"
#include "ui/dialogs/export_preview.h"
#include "ui/panels/session_figures.h"

#include <QFile>
#include <QTest>

namespace qs::test {

inline SessionFile sampleSession()
{
    SessionFile file;
    file.session.tensor.source = "generator:normal?numel=5000&seed=1";
    file.session.tensor.spec.dtype = DType::Int4;
    file.session.tensor.view.x = {-1.0, 2.0};
    return file;
}

/// As the window makes it: visible are the panels that share x.
inline ExportJob sampleJob()
{
    auto made = SessionFigures::compute(sampleSession());
    if (!made)
        qFatal("%s", made.error().message.c_str());
    const std::shared_ptr<SessionFigures> figures = std::move(*made);
    ExportJob job;
    for (const auto& panel : panels())
        job.items.push_back({&panel, panel.sharesX, [figures, &panel](const JobContext& context) {
                                 return figures->figure(panel, context);
                             }});
    job.current = QStringLiteral("histogram");
    job.session = sampleSession();
    job.xView = sampleSession().session.tensor.view.x;
    return job;
}

template <typename Widget>
Widget* control(const QWidget& parent, const char* name)
{
    for (auto* widget : parent.findChildren<Widget*>()) {
        if (widget->accessibleName() == QLatin1String(name))
            return widget;
    }
    qFatal("no control called %s", name);
}

inline QByteArray contentOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

inline void waitForPreview(ExportDialog& dialog)
{
    QTRY_VERIFY_WITH_TIMEOUT(!dialog.preview().image().isNull(), 10000);
}

} // namespace qs::test
