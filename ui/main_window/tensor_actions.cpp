// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/tensor_actions.h"

#include "core/calib/observer.h"
#include "ui/controls/compare_bar.h"
#include "ui/controls/forms.h"
#include "ui/controls/panel_menu.h"
#include "ui/dialogs/choose_elements_dialog.h"
#include "ui/main_window/plot_gestures.h"
#include "ui/main_window/tensor_workspace.h"
#include "ui/models/command_list.h"

#include <QAction>

#include <functional>

namespace qs {
namespace {

struct TensorActions {
    Q_DECLARE_TR_FUNCTIONS(TensorActions)
};

} // namespace

QList<QAction*> tensorActions(TensorWorkspace& workspace)
{
    auto& document = workspace.document();
    auto& gestures = workspace.gestures();
    QList<QAction*> actions;
    const auto add = [&](const char* id, const QString& text, const QKeySequence& key,
                         const QString& tip, const std::function<void()>& slot) {
        auto* action = withId(new QAction(text, &workspace), QLatin1String(id));
        action->setShortcut(key);
        setTip(*action, tip);
        QObject::connect(action, &QAction::triggered, &workspace, slot);
        actions << action;
        return action;
    };
    const auto separator = [&] {
        auto* line = new QAction(&workspace);
        line->setSeparator(true);
        actions << line;
    };
    const auto tr = [](const char* source) {
        return TensorActions::tr(source);
    };
    add("tensor.ab", tr("&A | B"), QKeySequence(Qt::Key_Backslash),
        tr("Go to the other configuration; the axes stay. The first time B begins as a copy of A."),
        [&document] { toggleAB(document); });
    add("tensor.overlay", tr("&Overlay the other side"), QKeySequence(Qt::Key_O),
        tr("Draw the other configuration over this one, dashed"),
        [&document] { toggleOverlay(document); });
    add("tensor.snapshot", tr("&Keep a snapshot"), QKeySequence(Qt::CTRL | Qt::Key_B),
        tr("Keep the configuration in force under a name"),
        [&document] { keepSnapshot(document); });
    separator();
    add("tensor.fewer_bits", tr("&Fewer bits"), QKeySequence(Qt::Key_BracketLeft),
        tr("The dtype of the same kind with the next fewer bits"),
        [&gestures] { gestures.stepBits(-1); });
    add("tensor.more_bits", tr("&More bits"), QKeySequence(Qt::Key_BracketRight),
        tr("The dtype of the same kind with the next more bits"),
        [&gestures] { gestures.stepBits(1); });
    add("tensor.smaller_scale", tr("&Smaller scale"), QKeySequence(Qt::Key_Comma),
        tr("A twelfth of an octave less; Ctrl and the wheel over a plot do the same"),
        [&gestures] { gestures.turnScale(-1); });
    add("tensor.larger_scale", tr("&Larger scale"), QKeySequence(Qt::Key_Period),
        tr("A twelfth of an octave more; Ctrl and the wheel over a plot do the same"),
        [&gestures] { gestures.turnScale(1); });
    separator();
    add("tensor.counts", tr("Histogram's &counts: linear, logarithmic, density"),
        QKeySequence(Qt::Key_L), tr("The next axis of the histogram's counts"),
        [&document] { stepCounts(document); });
    add("tensor.error_unit", tr("&Unit of errors: LSB, values'"), QKeySequence(Qt::Key_U),
        tr("The other unit of the errors"), [&document] { stepErrorUnit(document); });
    add("tensor.choose", tr("Choose &elements\u2026"), QKeySequence(Qt::CTRL | Qt::Key_G),
        tr("Type which element is picked, and which values, codes or errors are selected"),
        [&workspace, &document] {
            const auto& result = workspace.answers().result();
            if (!result)
                return;
            ChooseElementsDialog dialog(result->facts->tensor.shape(),
                                        document.session().tensor.view, &workspace);
            if (dialog.exec() != QDialog::Accepted)
                return;
            document.adjustView([&](Session& session) {
                session.tensor.view.picked = dialog.picked();
                session.tensor.view.brush = dialog.selection();
            });
        });
    add("tensor.stop", tr("S&top, or take back picked and selected"), QKeySequence(Qt::Key_Escape),
        tr("Stop what is being computed; else no element is picked and none are selected"),
        [&workspace, &document] {
            if (workspace.answers().busy())
                return workspace.cancel();
            document.adjustView([](Session& session) {
                session.tensor.view.picked.reset();
                session.tensor.view.brush.reset();
            });
        });
    add("tensor.all", tr("Show all &values"), QKeySequence(Qt::Key_R), tr("Undo every zoom"),
        [&workspace] { workspace.resetViews(); });
    return actions;
}

void addTensorCommands(TensorWorkspace& workspace)
{
    auto& document = workspace.document();
    const auto add = [&](const QString& id, const QString& text, const QString& group,
                         const QString& tip, const std::function<void()>& slot) {
        auto* action = withId(new QAction(text, &workspace), id);
        setTip(*action, tip);
        QObject::connect(action, &QAction::triggered, &workspace, slot);
        workspace.addAction(asCommand(action, group));
    };
    for (const auto& panel : panels()) {
        if (panel.workspace != WorkspaceId::Tensor)
            continue;
        add(QStringLiteral("panel.") + QLatin1String(panel.id), panelTitle(panel),
            TensorActions::tr("Show"), panelHelp(panel),
            [&workspace, id = QString::fromLatin1(panel.id)] {
                const auto last = static_cast<int>(workspace.grid().places().size()) - 1;
                emit workspace.grid().panelChosen(last, id);
            });
    }
    for (const auto& row : dtypes())
        add(QStringLiteral("dtype.") + text(row.name), text(row.name), QStringLiteral("dtype"),
            TensorActions::tr("Quantize to this dtype"),
            [&workspace, dtype = row.id] { workspace.gestures().chooseDType(dtype); });
    for (const auto& row : observers())
        add(QStringLiteral("observer.") + text(row.name), text(row.name),
            QStringLiteral("observer"), text(row.description),
            [&document, name = std::string(row.name)] {
                document.edit(TensorActions::tr("observer"), {},
                              [&](Session& session) { session.tensor.spec.observer = name; });
            });
}

} // namespace qs
