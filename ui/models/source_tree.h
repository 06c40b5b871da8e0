// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/document/document.h"
#include "ui/models/source_store.h"

#include <QTreeWidget>

namespace qs {

/// Opened files with their tensors, and the generators. Choosing a tensor is an edit of the
/// document; tensors of types that cannot be read are listed greyed, with the reason.
class SourceTree : public QTreeWidget {
    Q_OBJECT

public:
    SourceTree(Document& document, SourceStore& store, QWidget* parent = nullptr);

private:
    void rebuild();
    void follow();
    void addFile(const QString& source);
    void choose(QTreeWidgetItem* item);

    Document& m_document;
    SourceStore& m_store;
    std::vector<std::string> m_sources; ///< what the tree shows
    bool m_rebuilding = false;
};

} // namespace qs
