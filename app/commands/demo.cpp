// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/demo.h"

#include "app/commands/render_session.h"
#include "app/gui_application.h"

#include "ui/main_window/samples.h"
#include <QApplication>

#include <filesystem>
#include <memory>

namespace qs {
namespace {

/// Training images of the demo: 400 steps, of which the second half has 4-bit weights.
constexpr std::int64_t kTrainImages = 25600;
constexpr std::int64_t kTestImages = 2000;
constexpr std::int64_t kChangeAt = 200;

Result<std::shared_ptr<const TwinSnapshot>> trainExample(Session& session, CommandContext& context)
{
    const JobContext job(context.stop);
    auto& recipe = session.train.recipe;
    recipe.epochs = 1;
    recipe.limitTrain = kTrainImages;
    recipe.limitTest = kTestImages;
    const auto data = readDataset(recipe.data, job);
    if (!data)
        return data.error();
    const auto trainer = TwinTrainer::make(recipe, *data);
    if (!trainer)
        return trainer.error();
    QatConfig four = *recipe.qat;
    four.all.weight->dtype = DType::Int4;
    bool changed = false;
    std::shared_ptr<const TwinSnapshot> last;
    // The snapshot after the evaluation at kChangeAt comes before the next step, on this thread:
    // the change falls on the same step on every machine.
    const auto end = (*trainer)->run(job, [&](std::shared_ptr<const TwinSnapshot> snapshot) {
        if (!changed && snapshot->step >= kChangeAt) {
            changed = true;
            (*trainer)->requestQuantization(four);
        }
        last = std::move(snapshot);
    });
    if (!end)
        return end.error();
    recipe.qat = four;
    return last;
}

Result<void> run(const RenderOptions& options, CommandContext& context)
{
    const auto gui = offscreenApplication();
    SessionFile file;
    file.session = exampleSession(samplePath().toStdString());
    auto training = trainExample(file.session, context);
    if (training)
        file.training = std::move(*training);
    else if (training.error().kind == ErrorKind::Cancelled)
        return training.error();
    else
        context.err << "quantoscope: the training is left out: " << training.error().message
                    << '\n';
    if (auto drawn = renderSession(file, options, context); !drawn)
        return drawn;
    const auto path = std::filesystem::path(options.output) / "demo.qscope";
    if (!std::filesystem::is_directory(options.output))
        return {};
    if (auto written = writeSession(path, file); !written)
        return written;
    context.out << path.string() << '\n';
    return {};
}

} // namespace

Command demoCommand()
{
    return {"demo", "Draw the built-in example session to files",
            [](CLI::App& app) -> CommandAction {
                const auto options = std::make_shared<RenderOptions>();
                addRenderOptions(app, *options);
                return [options](CommandContext& context) {
                    return run(*options, context);
                };
            }};
}

} // namespace qs
