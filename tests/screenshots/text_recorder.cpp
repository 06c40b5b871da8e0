// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "text_recorder.h"

#include <QFontInfo>
#include <QFontMetricsF>
#include <QGuiApplication>
#include <QPaintEngine>
#include <QPainter>
#include <QPainterPath>
#include <QScreen>

#include <algorithm>
#include <cmath>

namespace qs {

class TextRecorder::Engine : public QPaintEngine {
public:
    Engine() : QPaintEngine(AllFeatures) {}

    bool begin(QPaintDevice*) override { return true; }
    bool end() override { return true; }
    void updateState(const QPaintEngineState&) override {}
    Type type() const override { return User; }

    void drawRects(const QRect*, int) override {}
    void drawRects(const QRectF*, int) override {}
    void drawLines(const QLine*, int) override {}
    void drawLines(const QLineF*, int) override {}
    void drawEllipse(const QRectF&) override {}
    void drawEllipse(const QRect&) override {}
    void drawPath(const QPainterPath&) override {}
    void drawPoints(const QPointF*, int) override {}
    void drawPoints(const QPoint*, int) override {}
    void drawPolygon(const QPointF*, int, PolygonDrawMode) override {}
    void drawPolygon(const QPoint*, int, PolygonDrawMode) override {}
    void drawPixmap(const QRectF&, const QPixmap&, const QRectF&) override {}
    void drawTiledPixmap(const QRectF&, const QPixmap&, const QPointF&) override {}
    void drawImage(const QRectF&, const QImage&, const QRectF&, Qt::ImageConversionFlags) override
    {
    }

    void drawTextItem(const QPointF& at, const QTextItem& item) override
    {
        if (item.text().trimmed().isEmpty())
            return;
        const QTransform place = painter()->deviceTransform();
        QColor color = painter()->pen().color();
        color.setAlphaF(color.alphaF() * static_cast<float>(painter()->opacity()));
        const QFont font = item.font();
        const QRectF ink = QFontMetricsF(font).tightBoundingRect(item.text()).translated(at);
        Run run{{item.text(), place.mapRect(ink),
                 QFontInfo(font).pixelSize() * std::sqrt(std::abs(place.determinant())), color,
                 QFontInfo(font).family()},
                place.map(at),
                place.map(at + QPointF(item.width(), 0)),
                share(ink)};
        if (!runs.empty() && follows(runs.back(), run)) {
            auto& last = runs.back();
            last.text.text += run.text.text;
            last.text.rect |= run.text.rect;
            last.end = run.end;
            return;
        }
        runs.push_back(run);
    }

    struct Run {
        PaintedText text;
        QPointF begin;
        QPointF end;
        double seen; ///< 0 … 1: the part that the painter's clip leaves
    };
    std::vector<Run> runs;

private:
    double share(const QRectF& ink) const
    {
        if (!painter()->hasClipping() || ink.isEmpty())
            return 1;
        const QRectF seen = ink.intersected(painter()->clipBoundingRect());
        return seen.width() * seen.height() / (ink.width() * ink.height());
    }

    static bool follows(const Run& last, const Run& next)
    {
        const QPointF gap = next.begin - last.end;
        return std::abs(gap.x()) < 0.7 && std::abs(gap.y()) < 0.7 &&
               last.text.color == next.text.color && last.text.px == next.text.px;
    }
};

TextRecorder::TextRecorder(const QSize& size) : m_size(size), m_engine(std::make_unique<Engine>())
{
}

TextRecorder::~TextRecorder() = default;

std::vector<PaintedText> TextRecorder::take()
{
    std::vector<Engine::Run> kept;
    for (const auto& run : m_engine->runs) {
        // Some styles paint a text twice: a pixel apart, for relief, or in two colours with a clip
        // between them, on a progress bar.
        const auto again = std::find_if(kept.begin(), kept.end(), [&](const Engine::Run& other) {
            const QPointF off = other.text.rect.center() - run.text.rect.center();
            return other.text.text == run.text.text && std::abs(off.x()) < 1.5 &&
                   std::abs(off.y()) < 1.5;
        });
        if (again == kept.end())
            kept.push_back(run);
        else if (run.seen > again->seen)
            *again = run;
    }
    m_engine->runs.clear();
    std::vector<PaintedText> texts;
    for (auto& run : kept)
        texts.push_back(std::move(run.text));
    return texts;
}

QPaintEngine* TextRecorder::paintEngine() const
{
    return m_engine.get();
}

int TextRecorder::metric(PaintDeviceMetric metric) const
{
    const auto* screen = QGuiApplication::primaryScreen();
    const int dpi = static_cast<int>(std::lround(screen->logicalDotsPerInch()));
    switch (metric) {
    case PdmWidth:
        return m_size.width();
    case PdmHeight:
        return m_size.height();
    case PdmWidthMM:
        return static_cast<int>(m_size.width() * 25.4 / dpi);
    case PdmHeightMM:
        return static_cast<int>(m_size.height() * 25.4 / dpi);
    case PdmNumColors:
        return 1 << 24;
    case PdmDepth:
        return 32;
    case PdmDpiX:
    case PdmDpiY:
    case PdmPhysicalDpiX:
    case PdmPhysicalDpiY:
        return dpi;
    case PdmDevicePixelRatio:
        return 1;
    case PdmDevicePixelRatioScaled:
        return static_cast<int>(devicePixelRatioFScale());
    }
    return 0;
}

} // namespace qs
