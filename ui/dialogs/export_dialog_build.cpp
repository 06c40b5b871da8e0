// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/forms.h"
#include "ui/controls/interface_scale.h"
#include "ui/dialogs/export_dialog.h"
#include "ui/dialogs/export_preview.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QStyle>

namespace qs {
namespace {

QComboBox* combo(const QString& name, QWidget* parent)
{
    auto* box = new QComboBox(parent);
    box->setAccessibleName(name);
    return box;
}

QCheckBox* check(const QString& text, const QString& tip, QWidget* parent)
{
    auto* box = new QCheckBox(text, parent);
    QString name = text;
    box->setAccessibleName(name.remove(u'&'));
    box->setToolTip(tip);
    return box;
}

QDoubleSpinBox* spin(const QString& name, double least, double most, double step, int decimals,
                     QWidget* parent)
{
    auto* box = new QDoubleSpinBox(parent);
    box->setAccessibleName(name);
    box->setLocale(QLocale::c()); // a point everywhere
    box->setDecimals(decimals);
    box->setRange(least, most);
    box->setSingleStep(step);
    return box;
}

} // namespace

void ExportDialog::build()
{
    m_preview = new ExportPreview(this);
    auto* options = new QWidget(this);
    auto* form = new QFormLayout(options);
    form->setContentsMargins(0, 0, 0, 0);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    buildWhat(form);
    buildSize(form);
    buildLook(form);
    buildTitles(form);
    buildData(form);
    m_notice = new QLabel(this);
    m_notice->setObjectName(QStringLiteral("problem"));
    m_notice->setWordWrap(true);
    m_notice->setAccessibleName(tr("notice"));
    m_notice->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_export = buttons->addButton(tr("&Export\u2026"), QDialogButtonBox::AcceptRole);
    m_export->setAccessibleName(tr("export"));
    m_export->setToolTip(tr("Choose where to, and write"));
    m_export->setDefault(true);
    connect(buttons, &QDialogButtonBox::accepted, this, &ExportDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &ExportDialog::reject);

    auto* right = new QVBoxLayout;
    auto* scroller = new QScrollArea(this); // large letters need more height than there may be
    scroller->setFrameShape(QFrame::NoFrame);
    scroller->setWidgetResizable(true);
    scroller->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroller->setWidget(options);
    scroller->setFixedWidth(scaled(340) + style()->pixelMetric(QStyle::PM_ScrollBarExtent));
    right->addWidget(scroller, 1);
    right->addWidget(m_notice);
    right->addWidget(buttons);
    auto* layout = new QHBoxLayout(this);
    layout->addWidget(m_preview, 1);
    layout->addLayout(right);
    for (auto* box : {m_what, m_files, m_columns, m_format, m_text, m_theme, m_data})
        connect(box, &QComboBox::currentIndexChanged, this, &ExportDialog::follow);
    for (auto* box : {m_width, m_height, m_dpi, m_font})
        connect(box, &QDoubleSpinBox::valueChanged, this, &ExportDialog::follow);
    for (auto* box : {m_legend, m_zoom, m_caption, m_session})
        connect(box, &QCheckBox::toggled, this, &ExportDialog::follow);
}

void ExportDialog::buildWhat(QFormLayout* form)
{
    m_what = combo(tr("what"), this);
    const auto visible = std::count_if(m_job.items.begin(), m_job.items.end(),
                                       [](const ExportItem& item) { return item.visible; });
    m_what->addItems({tr("this panel"), tr("the visible panels (%1)").arg(visible),
                      tr("all panels (%1)").arg(m_job.items.size())});
    addRow(form, tr("&What"), m_what,
           tr("One panel goes to a file, several go to a folder, each called by its panel, or "
              "together to one file"));
    m_files = combo(tr("files"), this);
    m_files->addItems({tr("one file each"), tr("in one file")});
    m_files->setToolTip(tr("In one file: a PDF has a page for each panel, SVG and PNG show them "
                           "side by side, each of the size below"));
    m_columns = combo(tr("columns"), this);
    m_columns->addItem(tr("auto columns"));
    for (int i = 1; i <= kMostColumns; ++i)
        m_columns->addItem(i == 1 ? tr("1 column") : tr("%1 columns").arg(i));
    m_columns->setToolTip(
        tr("Panels side by side; auto: one below the other where they share their values"));
    addPair(form, tr("O&utput"), m_files, m_columns);
    m_panel = combo(tr("panel"), this);
    for (const auto& item : m_job.items)
        m_panel->addItem(panelTitle(*item.panel));
    addRow(form, tr("&Panel"), m_panel, tr("The panel in the preview"));
    connect(m_panel, &QComboBox::currentIndexChanged, this, [this] {
        showCaption();
        showTitles();
        if (!m_exporting)
            m_work.request(current());
        follow();
    });
    m_format = combo(tr("format"), this);
    m_format->addItem(tr("PDF"), static_cast<int>(ExportFormat::Pdf));
    m_format->addItem(tr("SVG"), static_cast<int>(ExportFormat::Svg));
    m_format->addItem(tr("PNG"), static_cast<int>(ExportFormat::Png));
    m_format->addItem(tr("CSV (data only)"), static_cast<int>(ExportFormat::Csv));
    m_format->addItem(tr("NPY (data only)"), static_cast<int>(ExportFormat::Npy));
    addRow(form, tr("&Format"), m_format,
           tr("PDF and SVG are lines and letters at any size, PNG is pixels; CSV and NPY are the "
              "numbers behind the picture"));
}

void ExportDialog::buildSize(QFormLayout* form)
{
    m_preset = combo(tr("size preset"), this);
    m_preset->addItems({tr("own size"), tr("one column, 85 \u00d7 60 mm"),
                        tr("page width, 180 \u00d7 110 mm"), tr("slide, 1280 \u00d7 800 px")});
    addRow(form, tr("Si&ze"), m_preset, tr("Sizes of journals' columns and of slides"));
    connect(m_preset, &QComboBox::activated, this, &ExportDialog::usePreset);
    m_width = spin(tr("width"), 20, 1200, 1, 1, this);
    m_height = spin(tr("height"), 20, 1200, 1, 1, this);
    m_units = combo(tr("unit"), this);
    m_units->addItems({tr("mm"), tr("px")});
    connect(m_units, &QComboBox::currentIndexChanged, this, &ExportDialog::changeUnit);
    m_width->setToolTip(tr("Width of the picture"));
    m_height->setToolTip(tr("Height of the picture"));
    m_units->setToolTip(tr("Unit of width and height; pixels are those of the resolution below"));
    auto* pair = addPair(form, tr("Width, &height"), m_width, m_height);
    // The unit stands beside the numbers it belongs to.
    int row = 0;
    QFormLayout::ItemRole role{};
    form->getWidgetPosition(pair, &row, &role);
    static_cast<QHBoxLayout*>(form->itemAt(row, QFormLayout::FieldRole)->layout())
        ->addWidget(m_units);
    m_dpi = spin(tr("resolution"), 72, 1200, 1, 0, this);
    m_dpi->setSuffix(tr(" dpi"));
    addRow(form, tr("&Resolution"), m_dpi, tr("Pixels per inch, 72 to 1200"));
    m_result = new QLabel(this);
    m_result->setObjectName(QStringLiteral("secondary"));
    m_result->setAccessibleName(tr("size of the picture"));
    form->addRow(QString(), m_result);
}

void ExportDialog::buildLook(QFormLayout* form)
{
    m_font = spin(tr("font size"), 5, 24, 0.5, 1, this);
    m_font->setSuffix(tr(" pt"));
    m_font->setToolTip(tr("Size of the letters in the picture's own size"));
    m_text = combo(tr("letters of an SVG"), this);
    m_text->addItems({tr("text or outlines"), tr("text"), tr("outlines")});
    m_text->setToolTip(tr("Text needs its fonts where the SVG is shown; outlines look the same "
                          "everywhere but cannot be searched or edited. Text or outlines: outlines "
                          "where there are Chinese, Japanese or Korean letters"));
    addPair(form, tr("F&ont, letters"), m_font, m_text);
    m_theme = combo(tr("theme"), this);
    for (const auto id : themeIds)
        m_theme->addItem(themeName(id), static_cast<int>(id));
    addRow(form, tr("&Theme"), m_theme, tr("Colours; print is black on white"));
    m_legend = check(tr("&Legend"), tr("The names of lines and areas above the axes"), this);
    m_zoom = check(tr("Zoomed &in"), tr("The stretch of values that the window shows"), this);
    m_zoom->setChecked(m_job.xView.has_value());
    auto* marks = new QHBoxLayout;
    marks->addWidget(m_legend);
    marks->addWidget(m_zoom);
    form->addRow(QString(), marks);
}

void ExportDialog::buildTitles(QFormLayout* form)
{
    const auto field = [&](const QString& name, const QString& tip) {
        auto* edit = new QLineEdit(this);
        edit->setAccessibleName(name);
        edit->setToolTip(tip);
        connect(edit, &QLineEdit::textChanged, this, [this] {
            m_titles[current()] = {m_title->text(), m_xTitle->text(), m_yTitle->text()};
            follow();
        });
        return edit;
    };
    m_title = field(tr("title"), tr("The title of this panel's picture; empty: its own"));
    form->addRow(tr("&Main title"), m_title);
    m_xTitle = field(tr("x axis"), tr("The title of its x axis; empty: its own. The unit stays"));
    m_yTitle = field(tr("y axis"), tr("The title of its y axis; empty: its own. The unit stays"));
    addPair(form, tr("&Axes x, y"), m_xTitle, m_yTitle);
    m_caption = check(tr("&Caption below"), tr("A text under the picture"), this);
    form->addRow(QString(), m_caption);
    m_captionText = new QPlainTextEdit(this);
    m_captionText->setAccessibleName(tr("caption"));
    m_captionText->setToolTip(
        tr("The text under this panel; empty: what made it, its parameters and numbers"));
    m_captionText->setTabChangesFocus(true);
    m_captionText->setFixedHeight(78);
    form->addRow(m_captionText);
    connect(m_captionText, &QPlainTextEdit::textChanged, this, [this] {
        m_captions[current()] = m_captionText->toPlainText();
        follow();
    });
}

void ExportDialog::buildData(QFormLayout* form)
{
    m_data = combo(tr("data beside the picture"), this);
    m_data->addItem(tr("none"));
    m_data->addItem(tr("CSV"), static_cast<int>(ExportFormat::Csv));
    m_data->addItem(tr("NPY"), static_cast<int>(ExportFormat::Npy));
    addRow(form, tr("&Data beside it"), m_data,
           tr("The numbers behind the picture, in a file of the same name"));
    m_session = check(tr("&Session inside"),
                      tr("Each file carries the session: opened or dropped here, it shows what "
                         "made it. Names of files are in it"),
                      this);
    form->addRow(QString(), m_session);
}

} // namespace qs
