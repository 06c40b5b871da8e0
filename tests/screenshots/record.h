// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/figure.h"
#include "ui/plot/theme.h"

#include <QColor>
#include <QJsonObject>
#include <QRectF>
#include <QSize>
#include <QString>

#include <vector>

namespace qs {

/// A text on a screenshot. Lengths are logical pixels of the window.
struct TextRecord {
    QString text;
    QRectF rect; ///< around its ink
    double px = 0;
    QString family; ///< of its font
    QColor color;
    QColor background;
    double contrast = 21; ///< WCAG's, of color on background
    QString widget;       ///< "QLabel banner", "QPushButton"
    int owner = 0;        ///< texts of one widget have the same number
    int plot = -1;        ///< index in Record::plots; -1: outside of plots
    bool enabled = true;
    bool cut = false;    ///< sticks out of its widget
    bool elided = false; ///< "…" in the place of letters
    bool helped = false; ///< a tooltip can say it in full
};

/// A PlotView on a screenshot.
struct PlotRecord {
    Figure figure;
    QRectF rect;
    QRectF axes;
    ThemeId theme = ThemeId::Light;
    double xMin = 0; ///< what is in view
    double xMax = 1;
    double yMin = 0;
    double yMax = 1;
    double y2Min = 0; ///< of the right axis
    double y2Max = 1;
};

/// A widget that shows or takes something.
struct ControlRecord {
    QString kind; ///< "QLineEdit": Qt's class that it is or is made of
    QString id;   ///< its object's name: "banner"
    QString name; ///< what a screen reader says
    QString text;
    QString tip;      ///< what the pointer over it says
    QString whyNot{}; ///< why it cannot be used, if it says so
    QRectF rect;      ///< the part that can be seen
    bool enabled = true;
    bool focusable = false;
    bool invalid = false;    ///< holds an entry that was refused
    QString problem;         ///< why it was refused
    bool horizontal = false; ///< of a scroll bar
};

/// Everything about a screenshot that a program can judge.
struct Record {
    QString state;
    QString theme;
    QSizeF size; ///< logical
    double dpr = 1;
    QRectF focus; ///< what has the keyboard's focus
    QRectF ring;  ///< the outer edge of the ring that is drawn around it
    std::vector<TextRecord> texts;
    std::vector<PlotRecord> plots;
    std::vector<ControlRecord> controls;
};

/// Whether a plot is dimmed because another one is on its way.
bool isDimmed(const Record& record, int plot);

/// WCAG 2.1's contrast of two opaque colours, 1 … 21.
double contrastOf(const QColor& a, const QColor& b);

/// What stands beside a screenshot as a file.
QJsonObject toJson(const Record& record);

} // namespace qs
