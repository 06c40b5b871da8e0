// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/svg_outlines.h"

#include <QPaintEngine>

namespace qs {
namespace {

QPaintEngine::PaintEngineFeatures featuresOf(const QPaintEngine& engine)
{
    QPaintEngine::PaintEngineFeatures features;
    for (unsigned bit = 1; bit != 0; bit <<= 1) {
        const auto feature = static_cast<QPaintEngine::PaintEngineFeature>(bit);
        if (engine.hasFeature(feature))
            features |= feature;
    }
    return features;
}

/// Gives a name to what an engine keeps to itself: the painter's state, which a painter sets in the
/// engine it paints with.
struct StateOf : QPaintEngine {
    using QPaintEngine::state;
};

} // namespace

/// Everything goes to the generator's own engine but texts, which Qt's general engine takes apart.
class SvgOutlineGenerator::Engine : public QPaintEngine {
public:
    explicit Engine(QPaintEngine& to) : QPaintEngine(featuresOf(to)), m_to(to) {}

    bool begin(QPaintDevice* device) override
    {
        const bool begun = to().begin(device);
        m_to.setActive(begun);
        return begun;
    }
    bool end() override
    {
        m_to.setActive(false);
        return m_to.end();
    }
    Type type() const override { return m_to.type(); }
    void updateState(const QPaintEngineState& now) override { to().updateState(now); }
    void drawPath(const QPainterPath& path) override { to().drawPath(path); }
    void drawPolygon(const QPointF* points, int count, PolygonDrawMode mode) override
    {
        to().drawPolygon(points, count, mode);
    }
    void drawPixmap(const QRectF& target, const QPixmap& pixmap, const QRectF& source) override
    {
        to().drawPixmap(target, pixmap, source);
    }
    void drawImage(const QRectF& target, const QImage& image, const QRectF& source,
                   Qt::ImageConversionFlags flags) override
    {
        to().drawImage(target, image, source, flags);
    }

private:
    QPaintEngine& to()
    {
        m_to.*& StateOf::state = state;
        return m_to;
    }

    QPaintEngine& m_to;
};

SvgOutlineGenerator::SvgOutlineGenerator()
    : m_engine(std::make_unique<Engine>(*QSvgGenerator::paintEngine()))
{
}

SvgOutlineGenerator::~SvgOutlineGenerator() = default;

QPaintEngine* SvgOutlineGenerator::paintEngine() const
{
    return m_engine.get();
}

} // namespace qs
