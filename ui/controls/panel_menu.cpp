// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/panel_menu.h"

#include "ui/controls/forms.h"

#include <QActionGroup>
#include <QCoreApplication>
#include <QInputDialog>
#include <QMenu>

#include <functional>
#include <utility>

namespace qs {
namespace {

struct PanelMenu {
    Q_DECLARE_TR_FUNCTIONS(PanelMenu)
};

/// A submenu of which one row holds. `member` says where in the view the choice is kept.
template <typename E>
void addChoice(QMenu& menu, const QString& title, Document& document, E TensorView::*member,
               const std::vector<std::pair<E, QString>>& rows)
{
    auto* sub = menu.addMenu(title);
    auto* group = new QActionGroup(sub);
    for (const auto& [value, text] : rows) {
        auto* action = sub->addAction(text);
        action->setCheckable(true);
        action->setChecked(document.session().tensor.view.*member == value);
        group->addAction(action);
        QObject::connect(action, &QAction::triggered, sub, [&document, member, v = value, title] {
            document.edit(QString(title).remove(QLatin1Char('&')), {},
                          [&](Session& session) { session.tensor.view.*member = v; });
        });
    }
}

void addHistogram(QMenu& menu, Document& document)
{
    addChoice<HistogramOf>(menu, PanelMenu::tr("&Numbers"), document, &TensorView::histogramOf,
                           {{HistogramOf::Float, PanelMenu::tr("&float values")},
                            {HistogramOf::Dequantized, PanelMenu::tr("&dequantized values")},
                            {HistogramOf::Code, PanelMenu::tr("integer &codes")}});
    addChoice<CountScale>(menu, PanelMenu::tr("C&ounts"), document, &TensorView::counts,
                          {{CountScale::Linear, PanelMenu::tr("&linear")},
                           {CountScale::Log, PanelMenu::tr("lo&garithmic")},
                           {CountScale::Density, PanelMenu::tr("&density")}});
    std::vector<std::pair<int, QString>> bins{{0, PanelMenu::tr("as &many as can be filled")}};
    for (int n = 32; n <= 4096; n *= 2)
        bins.emplace_back(n, QString::number(n));
    addChoice<int>(menu, PanelMenu::tr("&Bins"), document, &TensorView::bins, bins);
}

void addSlice(QMenu& menu, Document& document, const TensorResult* result)
{
    addChoice<SliceOf>(menu, PanelMenu::tr("&Numbers"), document, &TensorView::sliceOf,
                       {{SliceOf::Float, PanelMenu::tr("&float values")},
                        {SliceOf::Code, PanelMenu::tr("integer &codes")},
                        {SliceOf::Dequantized, PanelMenu::tr("&dequantized values")},
                        {SliceOf::Error, PanelMenu::tr("&errors")}});
    if (result == nullptr)
        return;
    const auto& shape = result->facts->tensor.shape();
    for (int axis = 0; axis + 2 < shape.rank(); ++axis) {
        const auto size = shape[axis];
        auto* action = menu.addAction(PanelMenu::tr("Place along axis %1\u2026").arg(axis));
        QObject::connect(action, &QAction::triggered, &menu, [&document, axis, size] {
            const auto& at = document.session().tensor.view.sliceAt;
            const auto index = static_cast<std::size_t>(axis);
            const auto now = index < at.size() ? at[index] : 0;
            bool ok = false;
            const int place = QInputDialog::getInt(
                nullptr, PanelMenu::tr("Slice"),
                PanelMenu::tr("Place along axis %1, 0 to %2:").arg(axis).arg(size - 1),
                static_cast<int>(now), 0,
                static_cast<int>(std::min<std::int64_t>(size - 1, 1 << 30)), 1, &ok);
            if (ok)
                document.edit(PanelMenu::tr("slice"), {}, [&](Session& session) {
                    auto& to = session.tensor.view.sliceAt;
                    to.resize(std::max(to.size(), index + 1));
                    to[index] = place;
                });
        });
    }
}

} // namespace

void addPanelChoices(QMenu& menu, const PanelInfo& panel, Document& document,
                     const TensorResult* result)
{
    const QLatin1String id(panel.id);
    if (id == QLatin1String("histogram")) {
        addHistogram(menu, document);
    } else if (id == QLatin1String("error") || id == QLatin1String("error_histogram")) {
        addChoice<ErrorUnit>(menu, PanelMenu::tr("&Unit of errors"), document,
                             &TensorView::errorUnit,
                             {{ErrorUnit::Lsb, PanelMenu::tr("&LSB")},
                              {ErrorUnit::Value, PanelMenu::tr("&unit of the values")}});
    } else if (id == QLatin1String("channels")) {
        addChoice<ChannelOrder>(menu, PanelMenu::tr("&Order"), document, &TensorView::channelOrder,
                                {{ChannelOrder::Index, PanelMenu::tr("as they &are")},
                                 {ChannelOrder::Range, PanelMenu::tr("widest &range first")},
                                 {ChannelOrder::Sqnr, PanelMenu::tr("worst &SQNR first")}});
    } else if (id == QLatin1String("cells")) {
        addSlice(menu, document, result);
    }
    if (id == QLatin1String("cells") || id == QLatin1String("landscape"))
        addChoice<MapColors>(menu, PanelMenu::tr("&Colours"), document, &TensorView::mapColors,
                             {{MapColors::Viridis, PanelMenu::tr("&viridis")},
                              {MapColors::Cividis, PanelMenu::tr("&cividis")}});
}

void stepCounts(Document& document)
{
    document.edit(PanelMenu::tr("counts"), {}, [](Session& session) {
        auto& counts = session.tensor.view.counts;
        counts = counts == CountScale::Linear ? CountScale::Log
                 : counts == CountScale::Log  ? CountScale::Density
                                              : CountScale::Linear;
    });
}

void stepErrorUnit(Document& document)
{
    document.edit(PanelMenu::tr("unit of errors"), {}, [](Session& session) {
        auto& unit = session.tensor.view.errorUnit;
        unit = unit == ErrorUnit::Lsb ? ErrorUnit::Value : ErrorUnit::Lsb;
    });
}

} // namespace qs
