// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/document/document.h"
#include "ui/models/source_store.h"
#include "ui/plot/theme.h"

#include <QMainWindow>

class QActionGroup;
class QLabel;
class QStackedWidget;

namespace qs {

class TensorWorkspace;
class TrainWorkspace;

/// The window: menus, toolbar, the two workspaces, opening and saving. Wiring only.
class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    explicit MainWindow(QWidget* parent = nullptr);

    Document& document() { return m_document; }
    SourceStore& sources() { return m_sources; }
    TensorWorkspace& tensorWorkspace() { return *m_tensor; }
    TrainWorkspace& trainWorkspace() { return *m_train; }

    /// Opens tensors, or a .qscope session (the last one wins). What cannot be opened is said in
    /// the window; what was shown stays.
    void openPaths(const QStringList& paths);
    /// The built-in example: a real sample tensor in four bits.
    void openExample();
    void setTheme(ThemeId theme);
    ThemeId theme() const { return m_theme; }

protected:
    bool eventFilter(QObject* object, QEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void buildActions();
    void addSource(const QString& path);
    bool openSession(const QString& path);
    void openDialog();
    bool save();
    bool saveAs();
    bool saveTo(const QString& path);
    bool mayDiscard();
    void exportPlot(const QString& panelId);
    void saveWeights();
    void showWorkspace(const std::string& id);
    void follow();
    void say(const QString& text, bool problem);

    Document m_document;
    SourceStore m_sources;
    ThemeId m_theme = ThemeId::Light;
    QStackedWidget* m_stack;
    TensorWorkspace* m_tensor;
    TrainWorkspace* m_train;
    QActionGroup* m_workspaces;
    QLabel* m_status;
    QString m_pendingSelect; ///< a file just opened: its main tensor is chosen when it is there
};

} // namespace qs
