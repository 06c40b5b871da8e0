// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/csv_table.h"

#include "core/base/memory.h"
#include "core/io/file.h"
#include "core/io/messages.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <string_view>

namespace qs {
namespace {

struct Number {
    bool isNumber = false;
    float value = 0;
};

std::string_view trimmed(std::string_view text)
{
    const auto begin = text.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

Number readNumber(std::string_view field)
{
    if (field.starts_with('+') && !field.starts_with("+-"))
        field.remove_prefix(1);
    const char* end = field.data() + field.size();
    Number number;
    const auto [at, code] = std::from_chars(field.data(), end, number.value);
    number.isNumber = at == end && !field.empty() && code != std::errc::invalid_argument;
    if (code == std::errc::result_out_of_range) {
        double wide = 0;
        const auto again = std::from_chars(field.data(), end, wide);
        number.value =
            again.ec == std::errc() && std::fabs(wide) < 1 ? static_cast<float>(wide) : HUGE_VALF;
    }
    return number;
}

char separatorOf(std::string_view line)
{
    for (const char separator : {';', '\t', ','})
        if (line.find(separator) != std::string_view::npos)
            return separator;
    return ' ';
}

/// Calls use(field) for each one; runs of spaces are one separator.
template <typename Use>
void forEachField(std::string_view line, char separator, Use use)
{
    const std::string_view ends = separator == ' ' ? " \t" : std::string_view(&separator, 1);
    while (true) {
        const auto at = line.find_first_of(ends);
        use(trimmed(line.substr(0, at)));
        if (at == std::string_view::npos)
            return;
        line = separator == ' ' ? trimmed(line.substr(at)) : line.substr(at + 1);
    }
}

class Reader {
public:
    Reader(const std::string& path, int targets) : m_path(path), m_targets(targets) {}

    Result<SampleSet> read(std::string_view text, const JobContext& context)
    {
        m_begin = text.data();
        if (text.starts_with("\xEF\xBB\xBF"))
            text.remove_prefix(3);
        const auto size = static_cast<double>(std::max<std::size_t>(text.size(), 1));
        for (std::string_view rest = text; !rest.empty();) {
            const auto end = std::min(rest.find('\n'), rest.size());
            const auto line = trimmed(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
            ++m_line;
            if (m_line % 1024 == 0) {
                if (context.stopRequested())
                    return Error::cancelled();
                context.report("Reading " + m_path, 1 - static_cast<double>(rest.size()) / size);
            }
            if (line.empty() || line.front() == '#')
                continue;
            auto ok = m_columns == 0 ? readFirst(line, text) : readLine(line);
            if (!ok)
                return ok.error();
        }
        if (m_rows == 0)
            return Error::data(m_path + ": expected lines of numbers, found none");
        return sampleSet();
    }

private:
    /// `at`: the part of the text that is wrong.
    Error wrong(const std::string& expected, const std::string& found, std::string_view at) const
    {
        return damaged(m_path + ": line " + std::to_string(m_line), expected, found,
                       static_cast<std::uint64_t>(at.data() - m_begin));
    }

    /// Learns separator and columns; the line may be a header.
    Result<void> readFirst(std::string_view line, std::string_view text)
    {
        m_separator = separatorOf(line);
        bool anyNumber = false;
        forEachField(line, m_separator, [&](std::string_view field) {
            anyNumber = anyNumber || readNumber(field).isNumber;
            ++m_columns;
        });
        const std::int64_t least = std::max<std::int64_t>(m_targets, 1) + 1;
        if (m_columns < least || m_columns > kMaxCsvColumns)
            return wrong(std::to_string(least) + " to " + std::to_string(kMaxCsvColumns) +
                             " columns (features, then " +
                             (m_targets == 0 ? "the class" : "the targets") + ")",
                         std::to_string(m_columns), line);
        // A number and its separator are two bytes at least.
        const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
        const auto most = std::min<std::int64_t>(lines * m_columns,
                                                 static_cast<std::int64_t>(text.size()) / 2 + 1);
        if (auto ok = checkMemory(static_cast<std::uint64_t>(most) * sizeof(float), m_path,
                                  "give a smaller file");
            !ok)
            return ok;
        m_samples.reserve(static_cast<std::size_t>(most));
        return anyNumber ? readLine(line) : Result<void>{};
    }

    Result<void> readLine(std::string_view line)
    {
        std::int64_t column = 0;
        Result<void> result;
        forEachField(line, m_separator, [&](std::string_view field) {
            if (result && column < m_columns)
                result = readField(field, column, line);
            ++column;
        });
        if (column != m_columns)
            return wrong(std::to_string(m_columns) + " columns as in the first line",
                         std::to_string(column), line);
        ++m_rows;
        return result;
    }

    Result<void> readField(std::string_view field, std::int64_t column, std::string_view line)
    {
        const auto number = readNumber(field);
        const std::string name = "column " + std::to_string(column + 1);
        if (!number.isNumber)
            return wrong("a number with a decimal point in " + name,
                         "'" + printable(field, 40) + "'", field.empty() ? line : field);
        if (!std::isfinite(number.value))
            return wrong("a finite float32 in " + name, "'" + printable(field, 40) + "'", field);
        if (m_targets == 0 && column == m_columns - 1) {
            const float label = number.value;
            if (label < 0 || label >= kMaxClasses || label != std::floor(label))
                return wrong("a class in " + name + ", a whole number from 0 to " +
                                 std::to_string(kMaxClasses - 1),
                             "'" + printable(field, 40) + "'", field);
            m_labels.push_back(static_cast<std::int32_t>(label));
        } else if (column >= m_columns - m_targets) {
            m_wanted.push_back(number.value);
        } else {
            m_samples.push_back(number.value);
        }
        return {};
    }

    Result<SampleSet> sampleSet()
    {
        const auto features = m_columns - std::max<std::int64_t>(m_targets, 1);
        const auto samples =
            Tensor::fromFloats(m_path, *Shape::make({m_rows, features}), std::move(m_samples));
        if (m_targets > 0)
            return SampleSet::makeRegression(
                samples, Tensor::fromFloats("targets", *Shape::make({m_rows, m_targets}),
                                            std::move(m_wanted)));
        return SampleSet::make(samples,
                               Tensor::fromVector("labels", ElementType::Int32,
                                                  *Shape::make({m_rows}), std::move(m_labels)));
    }

    const std::string& m_path;
    const std::int64_t m_targets;
    const char* m_begin = nullptr; ///< of the file
    char m_separator = ',';
    std::int64_t m_columns = 0;
    std::int64_t m_line = 0;
    std::int64_t m_rows = 0;
    std::vector<float> m_samples;
    std::vector<float> m_wanted;
    std::vector<std::int32_t> m_labels;
};

} // namespace

Result<SampleSet> readSampleLines(const std::string& path, int targets, const JobContext& context)
{
    std::error_code missing;
    const auto status = std::filesystem::status(path, missing);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
        return Error::io(path + ": expected a file of lines of numbers, found another thing");
    const auto size = std::filesystem::file_size(path, missing);
    if (!missing && size > kMaxCsvBytes)
        return Error::data(path + ": expected up to " + binaryBytesText(kMaxCsvBytes) + ", found " +
                           binaryBytesText(size));
    if (!missing)
        if (auto ok = checkMemory(size, path, "give a smaller file"); !ok)
            return ok.error();
    const auto content = readFile(path, context);
    if (!content)
        return content.error();
    const std::string_view text(reinterpret_cast<const char*>(content->bytes.data()),
                                content->bytes.size());
    return Reader(path, targets).read(text, context);
}

} // namespace qs
