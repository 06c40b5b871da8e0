// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/source_tree.h"

#include "core/base/text.h"
#include "core/io/generators.h"
#include "ui/controls/forms.h"

#include <QFileInfo>
#include <QHeaderView>
#include <QScopedValueRollback>

namespace qs {
namespace {

constexpr int kSource = Qt::UserRole;
constexpr int kTensor = Qt::UserRole + 1;
/// Elements of the generators in the tree; the first is the one that is seen.
constexpr std::int64_t kGeneratorSizes[] = {1 << 20, 1 << 16, 1 << 24};

} // namespace

SourceTree::SourceTree(Document& document, SourceStore& store, QWidget* parent)
    : QTreeWidget(parent), m_document(document), m_store(store)
{
    setColumnCount(2);
    setHeaderLabels({tr("tensor"), tr("shape")});
    header()->setSectionResizeMode(0, QHeaderView::Stretch);
    header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    header()->setStretchLastSection(false);
    setAccessibleName(tr("Sources"));
    setToolTip(tr("Files with their tensors, and generators. Choose one to look at it."));
    setIndentation(12);
    setTextElideMode(Qt::ElideMiddle);
    connect(this, &QTreeWidget::currentItemChanged, this,
            [this](QTreeWidgetItem* item) { choose(item); });
    connect(&m_store, &SourceStore::loadingChanged, this, &SourceTree::rebuild);
    connect(&m_document, &Document::changed, this, &SourceTree::follow);
    rebuild();
}

void SourceTree::addFile(const QString& source)
{
    auto* top = new QTreeWidgetItem(this);
    const bool generator = source.startsWith(QLatin1String("generator:"));
    top->setText(0, generator ? source.mid(10) : QFileInfo(source).fileName());
    top->setToolTip(0, source);
    top->setFirstColumnSpanned(true);
    top->setFlags(Qt::ItemIsEnabled);
    top->setExpanded(true);
    if (m_store.isLoading(source)) {
        top->setText(0, tr("%1 (reading)").arg(top->text(0)));
        return;
    }
    const auto file = m_store.file(source);
    if (!file) {
        const QString problem = m_store.problem(source);
        if (!problem.isEmpty()) {
            top->setText(0, QStringLiteral("\u26a0 ") + top->text(0));
            top->setToolTip(0, problem);
        }
        return;
    }
    const auto& chosen = m_document.session().tensor;
    for (const auto& entry : file->tensors) {
        auto* item = new QTreeWidgetItem(top);
        item->setText(0, QString::fromStdString(entry.name));
        item->setText(1, QString::fromStdString(entry.shape.toString()));
        item->setData(0, kSource, source);
        item->setData(0, kTensor, QString::fromStdString(entry.name));
        const QString facts =
            tr("%1, %2, %3 elements")
                .arg(QString::fromStdString(entry.name), QString::fromStdString(entry.dtype),
                     QString::fromStdString(formatCount(entry.shape.numel())));
        item->setToolTip(0, entry.tensor ? facts
                                         : facts + QLatin1Char('\n') +
                                               QString::fromStdString(entry.problem));
        item->setToolTip(1, item->toolTip(0));
        if (!entry.tensor)
            item->setDisabled(true);
        if (chosen.source == source.toStdString() && chosen.tensor == entry.name)
            setCurrentItem(item);
    }
}

void SourceTree::rebuild()
{
    const QScopedValueRollback guard(m_rebuilding, true);
    clear();
    const auto& session = m_document.session();
    m_sources = session.sources;
    for (const auto& source : session.sources)
        addFile(QString::fromStdString(source));
    auto* top = new QTreeWidgetItem(this, {tr("Generators")});
    top->setFlags(Qt::ItemIsEnabled);
    top->setFirstColumnSpanned(true);
    bool listed = session.tensor.source.empty();
    const auto addGenerator = [&](QTreeWidgetItem* parent, const QString& name,
                                  const std::string& source, std::int64_t numel) {
        auto* item =
            new QTreeWidgetItem(parent, {name, QString::fromStdString(formatCount(numel))});
        item->setData(0, kSource, QString::fromStdString(source));
        item->setData(0, kTensor, QString());
        if (session.tensor.source == source) {
            setCurrentItem(item);
            listed = true;
        }
        return item;
    };
    for (const auto& generator : generators()) {
        QTreeWidgetItem* parent = top;
        for (const std::int64_t numel : kGeneratorSizes) {
            auto* item = addGenerator(
                parent, qs::text(generator.id),
                formatGenerator({std::string(generator.id), *qs::Shape::make({numel}), 1}), numel);
            item->setToolTip(0, qs::text(generator.description));
            if (parent == top)
                parent = item; // the other sizes are below the first
        }
    }
    // One of another size or seed, from the command line or a session.
    if (!listed && isGeneratorText(session.tensor.source)) {
        if (const auto spec = parseGenerator(session.tensor.source))
            addGenerator(top, QString::fromStdString(session.tensor.source).mid(10),
                         session.tensor.source, spec->shape.numel())
                ->setToolTip(0, QString::fromStdString(session.tensor.source));
    }
    top->setExpanded(true);
}

/// Edits are many, and few of them concern the tree: it is made anew only for other sources.
void SourceTree::follow()
{
    const auto& session = m_document.session();
    if (session.sources != m_sources)
        return rebuild();
    const auto source = QString::fromStdString(session.tensor.source);
    const auto tensor = QString::fromStdString(session.tensor.tensor);
    const QScopedValueRollback guard(m_rebuilding, true);
    for (QTreeWidgetItemIterator it(this); *it != nullptr; ++it) {
        if ((*it)->data(0, kSource).toString() == source && !source.isEmpty() &&
            (*it)->data(0, kTensor).toString() == tensor) {
            if (currentItem() != *it)
                setCurrentItem(*it);
            return;
        }
    }
    // Nothing of the tree is chosen: the next click on any row is a choice.
    setCurrentItem(nullptr);
}

void SourceTree::choose(QTreeWidgetItem* item)
{
    if (m_rebuilding || item == nullptr || item->data(0, kSource).isNull())
        return;
    const auto source = item->data(0, kSource).toString().toStdString();
    const auto tensor = item->data(0, kTensor).toString().toStdString();
    m_document.edit(tr("tensor"), QStringLiteral("tensor"),
                    [&](Session& session) { session.tensor.choose(source, tensor); });
}

} // namespace qs
