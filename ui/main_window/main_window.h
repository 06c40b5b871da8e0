// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/dialogs/export_job.h"
#include "ui/document/document.h"
#include "ui/jobs/recovery.h"
#include "ui/models/recent_files.h"
#include "ui/models/source_store.h"
#include "ui/panels/panel.h"
#include "ui/plot/theme.h"

#include <QKeySequence>
#include <QMainWindow>

#include <array>
#include <functional>
#include <string_view>

class QActionGroup;
class QLabel;
class QStackedWidget;

namespace qs {

class CommandPalette;
class FocusRing;
class HistoryDialog;
class Keymap;
class RecoveryBar;
class ShortcutSheet;
class TensorWorkspace;
class TrainWorkspace;

/// The window: menus, toolbar, the two workspaces, opening and saving. Wiring only.
/// main_window_actions.cpp has its menus, main_window_look.cpp its View menu, themes, sizes and
/// columns, main_window_files.cpp what it opens and saves,
/// main_window_exports.cpp what it exports and copies.
class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    explicit MainWindow(QWidget* parent = nullptr);
    ~MainWindow() override;

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
    /// A theme's name, or "auto" (and whatever is no name): as the system's windows were when the
    /// program started. Remembered in the settings.
    void chooseTheme(const QString& name);
    /// The size of all letters and of what is around them, one of interfaceSizes, at once.
    void setInterfaceSize(int percent);
    /// The same, remembered in the settings.
    void chooseInterfaceSize(int percent);
    /// Hides the columns beside the plots of a workspace that would be wider than the screen, and
    /// says so.
    void makeRoom();
    /// Takes over what was chosen for every session: the theme, the interface's size, the commands'
    /// keys. What of the settings is no value of theirs is left out.
    void restorePreferences();
    Keymap& keymap() { return *m_keymap; }
    RecentFiles& recentFiles() { return m_recent; }
    /// Keeps unsaved work in `folder` from now on, and offers what others left there.
    void startRecovery(const QString& folder, Recovery::Timing timing);

protected:
    bool eventFilter(QObject* object, QEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    QAction* addAction(QMenu* menu, const char* id, const QString& text,
                       const QList<QKeySequence>& keys, const QString& tip,
                       const std::function<void()>& slot);
    void buildActions();
    QToolBar* toolBar();
    void buildFileMenu(QMenu* menu);
    void buildEditMenu(QMenu* menu);
    void buildViewMenu(QMenu* menu);
    void buildColumns(QMenu* menu);
    void buildThemeMenu(QMenu* menu);
    void buildSizeMenu(QMenu* menu);
    void buildParametersMenu(QMenu* menu);
    void buildTensorMenu(QMenu* menu);
    void buildTrainMenu(QMenu* menu);
    void buildHelpMenu(QMenu* menu);
    void addSource(const QString& path);
    void selectLoaded(const QString& source);
    bool openSession(const QString& path);
    void openDialog();
    bool save();
    bool saveAs();
    bool saveTo(const QString& path);
    bool hasUnsavedWork() const;
    bool mayDiscard();
    void restore(const Leftover& leftover);
    void keepUnsaved();
    PanelInput inputOf(const PanelInfo& panel) const;
    QString focusedPanel() const;
    ExportJob exportJob(const QString& panelId) const;
    void exportPlots(const QString& panelId);
    void copyPlot(const QString& panelId, bool numbers);
    void showTable(const QString& panelId);
    void saveWeights();
    void showWorkspace(const std::string& id);
    std::array<std::string_view, 2> columnsInFront() const;
    bool isColumnShown(int which) const;
    void showColumn(int which, bool shown);
    void follow();
    void say(const QString& text, bool problem);

    Document m_document;
    SourceStore m_sources;
    RecentFiles m_recent;
    ThemeId m_theme = ThemeId::Light;
    QStackedWidget* m_stack;
    FocusRing* m_focusRing;
    RecoveryBar* m_recoveryBar;
    TensorWorkspace* m_tensor;
    TrainWorkspace* m_train;
    CommandPalette* m_palette;
    Keymap* m_keymap;
    ShortcutSheet* m_sheet;
    HistoryDialog* m_history = nullptr; ///< made when it is asked for
    Recovery* m_recovery = nullptr;     ///< none until startRecovery()
    QActionGroup* m_workspaces;
    QActionGroup* m_themes;
    QActionGroup* m_sizes;
    QAction* m_columns[3]; ///< both, the left one, the right one
    QAction* m_export;
    QAction* m_back;
    QAction* m_forward;
    QAction* m_stop;
    QAction* m_saveWeights;
    QLabel* m_status;
    QString m_pendingSelect; ///< a file just opened: its main tensor is chosen when it is there
};

} // namespace qs
