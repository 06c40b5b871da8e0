// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/document/document.h"
#include "ui/jobs/tensor_answers.h"
#include "ui/main_window/panel_grid.h"
#include "ui/models/source_store.h"

#include <QWidget>

class QProgressBar;
class QPushButton;
class QTimer;

namespace qs {

class ColumnSplitter;
class FactsCard;
class PlotGestures;
class QuantizerControls;
class ResultBox;
class TensorNotes;
class ValueCard;

/// Sources on the left, the panels in the middle, the quantizer and its results on the right.
/// Wiring only: TensorAnswers asks in the background for what the document says, the newest answers
/// go to the controls, the panels and the result box.
class TensorWorkspace : public QWidget {
    Q_OBJECT

public:
    TensorWorkspace(Document& document, SourceStore& store, QWidget* parent = nullptr);

    void setTheme(ThemeId theme);
    /// The picture that has the focus, or the first one: what an export writes.
    const Figure& focusedFigure() const;
    QString focusedPanel() const;
    /// The panels that can be seen, in order.
    std::vector<const PanelInfo*> visiblePanels() const;
    PanelInput panelInput(const PanelInfo& panel) const { return m_answers.input(panel); }
    PanelInput panelInput() const;
    /// Whether everything that was asked is answered. The index may still be on its way.
    bool isIdle() const { return m_answers.isIdle(); }
    TensorAnswers& answers() { return m_answers; }
    /// What sorts the values in the background.
    IndexJob& indexJob() { return m_answers.indexJob(); }
    Document& document() { return m_document; }
    PlotGestures& gestures() { return *m_gestures; }
    PanelGrid& grid() { return *m_grid; }
    /// One line about what is shown.
    QString status() const;
    /// A file could not be opened: said above the plots until the next file is opened.
    void showFileProblem(const QString& message);
    /// Stops the computation under way; the last good state stays. What Esc does.
    void cancel() { m_answers.cancel(); }
    /// What the keys of cancel() are, for the button's text.
    void setCancelKeys(const QString& keys);
    /// Shows all of the x axis again.
    void resetViews();
    /// Takes over the interface's size.
    void rescale();

signals:
    /// Something to say in the status bar: status(), or help.
    void statusChanged(const QString& text);
    void resultShown();
    void exportRequested(const QString& panelId);
    /// The plot's picture, or its numbers, to the clipboard; its numbers in a window.
    void copyRequested(const QString& panelId, bool data);
    void tableRequested(const QString& panelId);

private:
    QWidget* buildLeft(SourceStore& store);
    QWidget* buildCentre();
    QWidget* buildRight();
    void follow();
    void connectPlace(int place);
    void showMenu(int place, const QPoint& at);
    void refreshAll();
    void refreshNotes();
    void refreshFigures();
    void refreshStudies();
    void refreshFacts();
    void refreshBusy();

    Document& m_document;
    TensorAnswers m_answers;
    TensorView m_shown; ///< what the views were last set from
    PanelGrid* m_grid;
    PlotGestures* m_gestures;
    ColumnSplitter* m_splitter;
    TensorNotes* m_notes;
    QWidget* m_progressRow; ///< shown when a computation takes more than a second
    QProgressBar* m_progress;
    QPushButton* m_cancel;
    QTimer* m_progressDelay;
    FactsCard* m_facts;
    ValueCard* m_value;
    QuantizerControls* m_controls;
    ResultBox* m_resultBox;
    std::string m_source; ///< what was chosen when a file could not be opened
    bool m_linking = false;
};

} // namespace qs
