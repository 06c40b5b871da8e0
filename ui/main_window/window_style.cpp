// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/window_style.h"

#include "ui/controls/interface_scale.h"

#include <QApplication>
#include <QIconEngine>
#include <QPainter>
#include <QProxyStyle>
#include <QRegularExpression>
#include <QStyleFactory>
#include <QStyleOption>

#include <algorithm>
#include <optional>

namespace qs {
namespace {

/// A cross in the text's colour: the one of Qt is too faint on white.
class ClearIcon : public QIconEngine {
public:
    void paint(QPainter* painter, const QRect& rect, QIcon::Mode, QIcon::State) override
    {
        const QRectF cross = QRectF(rect).adjusted(rect.width() * 0.3, rect.height() * 0.3,
                                                   -rect.width() * 0.3, -rect.height() * 0.3);
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(QPen(QApplication::palette().color(QPalette::Text),
                             std::max(2.0, rect.width() / 8.0), Qt::SolidLine, Qt::RoundCap));
        painter->drawLine(cross.topLeft(), cross.bottomRight());
        painter->drawLine(cross.bottomLeft(), cross.topRight());
    }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap picture(size);
        picture.fill(Qt::transparent);
        QPainter painter(&picture);
        paint(&painter, picture.rect(), mode, state);
        return picture;
    }
    QIconEngine* clone() const override { return new ClearIcon(*this); }
};

/// Fusion draws outlines as the window's colour, darker: on black none would be seen. These get
/// another window colour, and with it light outlines; it fills nothing in them. The outlines of
/// boxes to tick and of sliders, which say what they are by nothing else, need more contrast than
/// Fusion's in every theme.
class WindowStyle : public QProxyStyle {
public:
    WindowStyle() : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) {}

    /// Fusion's sizes follow the screen, not the letters.
    int pixelMetric(PixelMetric metric, const QStyleOption* option,
                    const QWidget* widget) const override
    {
        const int usual = QProxyStyle::pixelMetric(metric, option, widget);
        switch (metric) {
        case PM_IndicatorWidth:
        case PM_IndicatorHeight:
        case PM_ExclusiveIndicatorWidth:
        case PM_ExclusiveIndicatorHeight:
        case PM_ScrollBarExtent:
        case PM_ScrollBarSliderMin:
        case PM_SliderThickness:
        case PM_SliderControlThickness:
        case PM_SliderLength:
        case PM_ButtonMargin:
        case PM_MenuButtonIndicator:
        case PM_CheckBoxLabelSpacing:
        case PM_RadioButtonLabelSpacing:
        case PM_SmallIconSize:
        case PM_ButtonIconSize:
        case PM_ListViewIconSize:
        case PM_TabBarTabHSpace:
        case PM_TabBarTabVSpace:
        case PM_TreeViewIndentation:
        case PM_MenuBarItemSpacing:
        case PM_LayoutHorizontalSpacing:
        case PM_LayoutVerticalSpacing:
            return usual > 0 ? scaled(usual) : usual;
        default:
            return usual;
        }
    }

    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget) const override
    {
        switch (element) {
        case PE_PanelLineEdit:
        case PE_FrameLineEdit:
        case PE_PanelButtonCommand:
        case PE_IndicatorCheckBox:
        case PE_IndicatorRadioButton:
        case PE_Frame:
        case PE_FrameMenu:
        case PE_FrameTabWidget:
            if (const auto outline = outlineOf(*option, isIndicator(element))) {
                const Outlined look(option, *outline);
                QProxyStyle::drawPrimitive(element, option, painter, widget);
                return;
            }
            break;
        default:
            break;
        }
        QProxyStyle::drawPrimitive(element, option, painter, widget);
    }

    QIcon standardIcon(StandardPixmap icon, const QStyleOption* option,
                       const QWidget* widget) const override
    {
        return icon == SP_LineEditClearButton ? QIcon(new ClearIcon)
                                              : QProxyStyle::standardIcon(icon, option, widget);
    }

    void drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                     const QWidget* widget) const override
    {
        if (!isBlack(*option)) {
            QProxyStyle::drawControl(element, option, painter, widget);
        } else if (element == CE_TabBarTabShape) {
            drawTab(*option, *painter);
        } else if (element == CE_ProgressBarGroove) {
            const Outlined look(option, Qt::white);
            QProxyStyle::drawControl(element, option, painter, widget);
        } else {
            QProxyStyle::drawControl(element, option, painter, widget);
        }
    }

    void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                            QPainter* painter, const QWidget* widget) const override
    {
        const bool outlined = control == CC_ComboBox || control == CC_SpinBox ||
                              control == CC_Slider || control == CC_ScrollBar;
        const auto outline = outlineOf(*option, control == CC_Slider);
        if (outlined && outline) {
            const Outlined look(option, *outline);
            QProxyStyle::drawComplexControl(control, option, painter, widget);
            return;
        }
        QProxyStyle::drawComplexControl(control, option, painter, widget);
    }

private:
    static bool isBlack(const QStyleOption& option)
    {
        return option.palette.color(QPalette::Window) == Qt::black;
    }

    static bool isIndicator(PrimitiveElement element)
    {
        return element == PE_IndicatorCheckBox || element == PE_IndicatorRadioButton;
    }

    /// The window colour whose outlines can be seen; nothing: Fusion's own may stay.
    static std::optional<QColor> outlineOf(const QStyleOption& option, bool needed)
    {
        if (isBlack(option))
            return QColor(Qt::white);
        // Darker by 1.4, then lighter by 1.1: 3:1 with the windows of both other themes.
        return needed && (option.state & State_Enabled) ? std::optional(QColor(0xAE, 0xAE, 0xAE))
                                                        : std::nullopt;
    }

    /// A frame; the tab in front has a bar along its top, too.
    static void drawTab(const QStyleOption& option, QPainter& painter)
    {
        painter.save();
        painter.fillRect(option.rect, option.palette.base());
        painter.setPen(option.palette.color(QPalette::Text));
        painter.drawRect(option.rect.adjusted(0, 0, -1, -1));
        if (option.state & State_Selected)
            painter.fillRect(QRect(option.rect.left(), option.rect.top(), option.rect.width(), 4),
                             option.palette.highlight());
        painter.restore();
    }

    /// The option's window colour is another while this lives. Every option is made by its widget
    /// for the one call, so that nobody sees the change; a copy would need the option's own type.
    class Outlined {
    public:
        Outlined(const QStyleOption* option, const QColor& window)
            : m_option(*const_cast<QStyleOption*>(option)), m_palette(option->palette)
        {
            m_option.palette.setColor(QPalette::Window, window);
        }
        ~Outlined() { m_option.palette = m_palette; }
        Outlined(const Outlined&) = delete;
        Outlined& operator=(const Outlined&) = delete;

    private:
        QStyleOption& m_option;
        QPalette m_palette;
    };
};

struct Extra {
    const char* banner; ///< behind the text of messages
    const char* problem;
    const char* bannerBorder;
};

Extra extraOf(ThemeId theme)
{
    switch (theme) {
    case ThemeId::Dark:
        return {"#3A3420", "#FF8A80", "#3A3420"};
    case ThemeId::HighContrast:
        return {"#000000", "#FFB3AB", "#FFE94D"};
    case ThemeId::Light:
    case ThemeId::Print:
        break;
    }
    return {"#FFF4D6", "#B71C1C", "#FFF4D6"};
}

/// Lengths as "4px" at the interface's size; lines of one pixel stay.
QString withScaledPixels(const QString& sheet)
{
    static const QRegularExpression length(QStringLiteral("\\b(\\d+)px"));
    QString text;
    qsizetype end = 0;
    for (auto it = length.globalMatch(sheet); it.hasNext();) {
        const auto match = it.next();
        const int pixels = match.captured(1).toInt();
        text += sheet.mid(end, match.capturedStart() - end);
        text += QString::number(pixels > 1 ? scaled(pixels) : pixels) + QStringLiteral("px");
        end = match.capturedEnd();
    }
    return text + sheet.mid(end);
}

} // namespace

QStyle* makeWindowStyle()
{
    return new WindowStyle;
}

ThemeId systemTheme()
{
    static const ThemeId theme = themeOf(QApplication::palette());
    return theme;
}

QString windowStyleSheet(ThemeId theme)
{
    const auto& colors = plotTheme(theme);
    const Extra extra = extraOf(theme);
    const auto latin1 = [](const char* text) {
        return QString::fromLatin1(text);
    };
    const QColor line = theme == ThemeId::HighContrast ? colors.axisLine : colors.grid;
    const QString sheet =
        QStringLiteral(
            "QLabel#secondary { color: %1; }"
            "QLabel#banner, QFrame#bar { background: %2; color: %3; border: 1px solid %6;"
            " border-radius: 4px; }"
            "QLabel#banner { padding: 6px 8px; }"
            "QLabel#fieldMessage, QLabel#problem { color: %4; }"
            "QToolTip { color: %3; background: %2; border: 1px solid %1; padding: 3px; }"
            "QToolBar { spacing: 4px; padding: 3px; }"
            "QToolButton { padding: 4px 8px; }"
            "QToolButton#panelTab { padding: 2px 7px; }"
            "QToolButton#panelMenu { padding: 0px; }"
            "QToolButton#side { padding: 4px 10px; }"
            "QToolButton#side:checked { background: palette(highlight);"
            " color: palette(highlighted-text); border-radius: 3px; }"
            "QGroupBox { font-weight: 600; border: 1px solid %5; border-radius: 4px;"
            " margin-top: 18px; padding-top: 4px; }"
            "QGroupBox::title { subcontrol-origin: margin; subcontrol-position: top left;"
            " left: 2px; top: 0px; }"
            "QFrame#commandPalette { background: palette(window); border: 1px solid %7; "
            "border-radius: 4px; }"
            "QTableView { background: transparent; }"
            "QHeaderView { background: transparent; }"
            "QTableCornerButton::section { background: transparent; border: none; }"
            "QHeaderView::section { background: transparent; border: none; padding: 1px 4px; }")
            .arg(colors.secondaryText.name(), latin1(extra.banner), colors.text.name(),
                 latin1(extra.problem), line.name(), latin1(extra.bannerBorder),
                 colors.axisLine.name());
    return withScaledPixels(sheet);
}

} // namespace qs
