// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPaintDevice>
#include <QRectF>
#include <QString>

#include <memory>
#include <vector>

namespace qs {

/// One text as it was painted.
struct PaintedText {
    QString text;
    QRectF rect; ///< around its ink, in the device's pixels
    double px;   ///< the font's size in pixels of the device
    QColor color;
    QString family; ///< of the font
};

/// A paint device that draws nothing and keeps every text painted on it, whoever paints.
class TextRecorder : public QPaintDevice {
public:
    explicit TextRecorder(const QSize& size);
    ~TextRecorder() override;

    /// What was painted since the last call. Parts that follow each other on a line are one text;
    /// the same text at the same place is listed once.
    std::vector<PaintedText> take();

    QPaintEngine* paintEngine() const override;

protected:
    int metric(PaintDeviceMetric metric) const override;

private:
    class Engine;
    QSize m_size;
    std::unique_ptr<Engine> m_engine;
};

} // namespace qs
