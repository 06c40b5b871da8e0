// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/compare_bar.h"

#include "ui/controls/forms.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QMenu>
#include <QScopedValueRollback>
#include <QToolButton>

#include <algorithm>

namespace qs {
namespace {

/// "int4 per_tensor_affine, mse": what a person would tell it by.
std::string snapshotName(const QuantSpec& spec, const std::vector<Snapshot>& others)
{
    const std::string base = std::string(info(spec.dtype).name) + " " +
                             std::string(info(spec.qschemeInUse()).name) + ", " + spec.observer;
    const auto taken = [&](const std::string& name) {
        return std::any_of(others.begin(), others.end(),
                           [&](const Snapshot& s) { return s.name == name; });
    };
    std::string name = base;
    for (int i = 2; taken(name); ++i)
        name = base + " " + std::to_string(i);
    return name;
}

} // namespace

void toggleAB(Document& document)
{
    const auto swap = [](Session& session) {
        auto& tensor = session.tensor;
        std::swap(tensor.spec, *tensor.other);
        tensor.showsB = !tensor.showsB;
    };
    if (document.session().tensor.other)
        document.adjustView(swap);
    else
        document.edit(CompareBar::tr("begin B"), {}, [](Session& session) {
            session.tensor.other = session.tensor.spec;
            session.tensor.showsB = true;
        });
}

void toggleOverlay(Document& document)
{
    document.edit(CompareBar::tr("overlay"), {}, [](Session& session) {
        auto& tensor = session.tensor;
        tensor.view.overlay = !tensor.view.overlay;
        if (tensor.view.overlay && !tensor.other) {
            tensor.other = tensor.spec;
            tensor.showsB = true;
        }
    });
}

void keepSnapshot(Document& document)
{
    document.edit(CompareBar::tr("keep a snapshot"), {}, [](Session& session) {
        auto& tensor = session.tensor;
        tensor.snapshots.push_back({snapshotName(tensor.spec, tensor.snapshots), tensor.spec});
    });
}

CompareBar::CompareBar(Document& document, QWidget* parent)
    : QWidget(parent),
      m_document(document),
      m_a(new QToolButton(this)),
      m_b(new QToolButton(this)),
      m_overlay(new QCheckBox(tr("o&verlay"), this)),
      m_snapshots(new QToolButton(this))
{
    const auto side = [this](QToolButton* button, const QString& name, bool isB) {
        button->setText(name);
        button->setCheckable(true);
        button->setObjectName(QStringLiteral("side"));
        button->setAccessibleName(tr("configuration %1").arg(name));
        button->setFocusPolicy(Qt::StrongFocus);
        connect(button, &QToolButton::clicked, this, [this, isB] {
            if (m_document.session().tensor.showsB != isB)
                toggleAB(m_document);
            follow();
        });
    };
    side(m_a, QStringLiteral("A"), false);
    side(m_b, QStringLiteral("B"), true);
    m_a->setToolTip(tr("The first configuration (\\ goes from one to the other). Axes stay."));
    m_b->setToolTip(tr("The second configuration (\\ goes from one to the other). Begins as a copy "
                       "of the first."));
    m_overlay->setToolTip(tr("Draws the other configuration over this one, dashed (O)."));
    m_overlay->setAccessibleName(tr("overlay"));
    m_snapshots->setText(tr("Snapshots"));
    m_snapshots->setToolTip(tr("Configurations kept under a name: use one, or compare with it."));
    m_snapshots->setPopupMode(QToolButton::InstantPopup);
    m_snapshots->setFocusPolicy(Qt::StrongFocus);
    auto* menu = new QMenu(m_snapshots);
    m_snapshots->setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, &CompareBar::fillSnapshots);
    connect(m_overlay, &QCheckBox::toggled, this, [this] {
        if (!m_following)
            toggleOverlay(m_document);
    });
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(2, 4, 2, 0);
    layout->setSpacing(2);
    layout->addWidget(m_a);
    layout->addWidget(m_b);
    layout->addSpacing(6);
    layout->addWidget(m_overlay);
    layout->addStretch(1);
    layout->addWidget(m_snapshots);
    connect(&m_document, &Document::changed, this, &CompareBar::follow);
    follow();
}

void CompareBar::follow()
{
    const QScopedValueRollback guard(m_following, true);
    const auto& tensor = m_document.session().tensor;
    m_a->setChecked(!tensor.showsB);
    m_b->setChecked(tensor.showsB);
    m_overlay->setChecked(tensor.view.overlay);
}

void CompareBar::fillSnapshots()
{
    auto* menu = m_snapshots->menu();
    menu->clear();
    menu->addAction(tr("&Keep what is in force"), this, [this] { keepSnapshot(m_document); });
    const auto& tensor = m_document.session().tensor;
    if (tensor.other)
        menu->addAction(tr("&End the comparison"), this, [this] {
            m_document.edit(tr("end the comparison"), {}, [](Session& session) {
                session.tensor.other.reset();
                session.tensor.showsB = false;
                session.tensor.view.overlay = false;
            });
        });
    menu->addSeparator();
    for (std::size_t i = 0; i < tensor.snapshots.size(); ++i) {
        const auto name = QString::fromStdString(tensor.snapshots[i].name);
        auto* each = menu->addMenu(QString(name).replace(QLatin1Char('&'), QStringLiteral("&&")));
        each->addAction(tr("&Use"), this, [this, i, name] {
            m_document.edit(tr("use '%1'").arg(name), {}, [i](Session& session) {
                session.tensor.spec = session.tensor.snapshots[i].spec;
            });
        });
        each->addAction(tr("&Compare with it"), this, [this, i, name] {
            m_document.edit(tr("compare with '%1'").arg(name), {}, [i](Session& session) {
                session.tensor.other = session.tensor.snapshots[i].spec;
            });
        });
        each->addAction(tr("Re&name\u2026"), this, [this, i, name] {
            const auto next =
                QInputDialog::getText(this, tr("Rename"), tr("Name:"), QLineEdit::Normal, name);
            if (!next.isEmpty())
                m_document.edit(tr("rename a snapshot"), {}, [&](Session& session) {
                    session.tensor.snapshots[i].name = next.toStdString();
                });
        });
        each->addAction(tr("&Remove"), this, [this, i] {
            m_document.edit(tr("remove a snapshot"), {}, [i](Session& session) {
                auto& all = session.tensor.snapshots;
                all.erase(all.begin() + static_cast<std::ptrdiff_t>(i));
            });
        });
    }
    if (tensor.snapshots.empty())
        menu->addAction(tr("none kept yet"))->setEnabled(false);
}

} // namespace qs
