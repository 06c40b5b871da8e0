// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/sweep.h"

#include "app/commands/sweep_options.h"
#include "app/commands/sweep_row.h"
#include "core/base/text.h"
#include "core/io/formats.h"
#include "core/io/generators.h"
#include "core/io/messages.h"
#include "core/sweep/csv.h"
#include "core/sweep/sweep_plan.h"

#include <cmath>
#include <memory>
#include <optional>

namespace qs {
namespace {

/// One run of the command. Files are opened one after the other, each once; for a shard of several
/// files once more before, because the shards depend on all tensors.
class SweepRun {
public:
    SweepRun(const SweepOptions& options, CommandContext& context)
        : m_options(options), m_context(context)
    {
    }

    Result<void> run()
    {
        if (auto ok = setUp(); !ok)
            return ok;
        auto done = m_shard.given ? runShard() : runAll();
        clearProgress();
        if (!done)
            return done;
        return finish();
    }

private:
    Result<void> setUp()
    {
        const auto axes = axesOf(m_options);
        if (!axes)
            return axes.error();
        auto specs = sweepSpecs(*axes);
        if (!specs)
            return specs.error();
        m_specs = std::move(*specs);
        const auto shard = shardOf(m_options);
        if (!shard)
            return shard.error();
        m_shard = *shard;
        for (const auto& path : m_options.files) {
            if (!isGeneratorText(path))
                continue;
            if (const auto generator = parseGenerator(path); !generator)
                return generator.error();
        }
        m_asked = askedJson(m_options, *axes, m_specs.size());
        return checkOutput(m_options.output, m_options.files);
    }

    std::int64_t configurations() const { return static_cast<std::int64_t>(m_specs.size()); }

    /// Tells how far all of it is: file `index`, of which `within` is done.
    JobContext jobOf(std::size_t index, const std::string& name,
                     const std::shared_ptr<std::pair<double, double>>& within)
    {
        if (!m_context.showProgress)
            return JobContext(m_context.stop);
        return JobContext(m_context.stop, [this, index, name, within](std::string_view stage,
                                                                      double fraction) {
            const auto& [from, to] = *within;
            const double files = static_cast<double>(m_options.files.size());
            const double all = (static_cast<double>(index) + from + (to - from) * fraction) / files;
            m_context.err << "\r\x1b[K" << printable(name, 60) << ": " << stage << ' '
                          << static_cast<int>(100 * all) << " %" << std::flush;
        });
    }

    void clearProgress()
    {
        if (m_context.showProgress)
            m_context.err << "\r\x1b[K" << std::flush;
    }

    /// Opens a file unless it is open already; the one before is closed first. Nothing where it
    /// cannot be read, which is told at the end. Errors: cancelled.
    Result<const TensorFile*> open(std::size_t index)
    {
        if (m_file && m_fileIndex == index)
            return &*m_file;
        m_file.reset();
        const auto& path = m_options.files[index];
        auto file = readTensors(
            path, jobOf(index, path, std::make_shared<std::pair<double, double>>(0.0, 0.0)));
        if (!file && file.error().kind == ErrorKind::Cancelled)
            return file.error();
        if (!file) {
            fail(index, file.error());
            return nullptr;
        }
        m_file = std::move(*file);
        m_fileIndex = index;
        return &*m_file;
    }

    void fail(std::size_t index, const Error& error)
    {
        m_failures.push_back(Error{ErrorKind::Data, error.message});
        m_unreadable.push_back({{"file", m_options.files[index]}, {"error", error.message}});
    }

    Result<SweepSource> list(std::size_t index)
    {
        const auto file = open(index);
        if (!file)
            return file.error();
        if (*file == nullptr)
            return SweepSource{m_options.files[index], false, {}};
        return sourceOf(**file, m_options.tensors);
    }

    Result<void> runAll()
    {
        std::int64_t nextRow = 1;
        std::size_t tensors = 0;
        for (std::size_t i = 0; i < m_options.files.size(); ++i) {
            const auto source = list(i);
            if (!source)
                return source.error();
            const auto tasks = tasksOf(*source, i, configurations(), nextRow);
            nextRow += static_cast<std::int64_t>(tasks.size()) * configurations();
            tensors += tasks.size();
            if (auto done = runTasks(*source, tasks); !done)
                return done;
        }
        return checkFound(tensors);
    }

    Result<void> runShard()
    {
        std::vector<SweepSource> sources;
        std::size_t tensors = 0;
        for (std::size_t i = 0; i < m_options.files.size(); ++i) {
            auto source = list(i);
            if (!source)
                return source.error();
            tensors += source->tensors.size();
            sources.push_back(std::move(*source));
        }
        if (auto found = checkFound(tensors); !found)
            return found;
        const auto tasks = shardTasks(sources, configurations(), m_shard.k, m_shard.n);
        for (std::size_t at = 0; at < tasks.size();) {
            const auto i = tasks[at].source;
            std::size_t end = at;
            while (end < tasks.size() && tasks[end].source == i)
                ++end;
            const auto again = list(i);
            if (!again)
                return again.error();
            if (!(*again == sources[i]))
                return damaged(sources[i].path, "the tensors that were there a moment ago",
                               "others");
            if (auto done =
                    runTasks(sources[i], {tasks.begin() + static_cast<std::ptrdiff_t>(at),
                                          tasks.begin() + static_cast<std::ptrdiff_t>(end)});
                !done)
                return done;
            at = end;
        }
        SweepStamp stamp;
        // Figures of another version may differ.
        stamp.sweep = sweepFingerprint(
            m_asked.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
                QUANTOSCOPE_VERSION,
            sources);
        stamp.shard = m_shard.k;
        stamp.shards = m_shard.n;
        stamp.shardRows = static_cast<std::int64_t>(m_rows.numbers.size());
        stamp.rows = rowCount(sources, configurations());
        m_stamp = std::move(stamp);
        return {};
    }

    /// A pattern that fits nothing is a mistake, unless what it fits may be in an unreadable file.
    Result<void> checkFound(std::size_t tensors) const
    {
        if (tensors > 0 || !m_failures.empty())
            return {};
        if (m_options.tensors.empty())
            return damaged(m_options.files.front(), "at least one tensor", "none");
        return Error::usage(
            "--tensor: expected the name of a tensor or a pattern of names, found " +
            printable(join(m_options.tensors)) + ", which no tensor has");
    }

    Result<void> runTasks(const SweepSource& source, const std::vector<SweepTask>& tasks)
    {
        double all = 0;
        for (const auto& task : tasks)
            all += workOf(source, task);
        double finished = 0;
        for (const auto& task : tasks) {
            const double next = finished + workOf(source, task);
            const auto within =
                std::make_shared<std::pair<double, double>>(finished / all, next / all);
            if (auto done = runTask(source, task, within); !done)
                return done;
            finished = next;
        }
        return {};
    }

    static double workOf(const SweepSource& source, const SweepTask& task)
    {
        return static_cast<double>(source.tensors[task.tensor].shape.numel() + 1) *
               static_cast<double>(task.count);
    }

    Result<void> runTask(const SweepSource& source, const SweepTask& task,
                         const std::shared_ptr<std::pair<double, double>>& within)
    {
        const auto& listed = source.tensors[task.tensor];
        const auto& entry = m_file->tensors[listed.entry];
        const auto specs = std::span(m_specs).subspan(static_cast<std::size_t>(task.first),
                                                      static_cast<std::size_t>(task.count));
        const auto job = jobOf(task.source, listed.name, within);
        const auto addRow = [&](std::size_t i, const Result<SweepOutcome>& outcome) {
            m_anyWorked = m_anyWorked || outcome;
            if (!outcome && !m_firstError)
                m_firstError = source.path + ": tensor '" + printable(listed.name) +
                               "': " + outcome.error().message;
            write(task.firstRow + static_cast<std::int64_t>(i),
                  outcome ? sweepRow(source.path, *entry.tensor, *outcome)
                          : sweepErrorRow(source.path, listed.name, listed.shape, specs[i],
                                          outcome.error().message));
        };
        if (entry.tensor)
            return sweepTensor(*entry.tensor, specs, job, addRow);
        for (std::size_t i = 0; i < specs.size(); ++i)
            addRow(i, Error::data(entry.problem));
        return {};
    }

    void write(std::int64_t number, const nlohmann::ordered_json& row)
    {
        m_rows.numbers.push_back(number);
        m_rows.texts.push_back(m_options.output.json ? jsonRowText(row) : csvLine(csvFields(row)));
    }

    Result<void> finish()
    {
        if (!m_unreadable.empty())
            m_asked["unreadable"] = m_unreadable;
        const bool any = !m_rows.texts.empty() || m_failures.empty();
        if (any || m_stamp) {
            const auto asked =
                m_asked.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
            if (auto written =
                    writeSweep(m_options.output, m_context, sweepColumns(), asked, m_rows, m_stamp);
                !written)
                return written;
        }
        // Whether a whole sweep failed is for merge to tell: a part may be one row with an error.
        if (!m_anyWorked && m_firstError && !m_shard.given)
            m_failures.push_back(Error::data("none of " + std::to_string(m_rows.texts.size()) +
                                             " rows worked: " + *m_firstError));
        if (m_failures.empty())
            return {};
        for (std::size_t i = 0; i + 1 < m_failures.size(); ++i)
            m_context.err << "quantoscope: " << m_failures[i].message << '\n';
        return m_failures.back();
    }

    const SweepOptions& m_options;
    CommandContext& m_context;
    std::vector<QuantSpec> m_specs;
    Shard m_shard;
    nlohmann::ordered_json m_asked;
    nlohmann::ordered_json m_unreadable = nlohmann::ordered_json::array();
    std::vector<Error> m_failures; ///< of files, each told in a line
    std::optional<TensorFile> m_file;
    std::size_t m_fileIndex = 0;
    SweepRows m_rows;
    std::optional<SweepStamp> m_stamp;
    bool m_anyWorked = false;
    std::optional<std::string> m_firstError;
};

} // namespace

Command sweepCommand()
{
    return {"sweep", "Quantize many tensors in many ways: a row of figures for each",
            [](CLI::App& app) -> CommandAction {
                const auto o = std::make_shared<SweepOptions>();
                addSweepOptions(app, *o);
                return [o](CommandContext& context) {
                    return SweepRun(*o, context).run();
                };
            }};
}

} // namespace qs
