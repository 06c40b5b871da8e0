// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSvgGenerator>

#include <memory>

namespace qs {

/// Writes texts as the outlines of their letters.
class SvgOutlineGenerator : public QSvgGenerator {
public:
    SvgOutlineGenerator();
    ~SvgOutlineGenerator() override;

protected:
    QPaintEngine* paintEngine() const override;

private:
    class Engine;
    std::unique_ptr<Engine> m_engine;
};

} // namespace qs
