// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/formats.h"

#include "core/base/text.h"
#include "core/io/generators.h"
#include "core/io/gzip.h"
#include "core/io/idx.h"
#include "core/io/messages.h"
#include "core/io/npy.h"
#include "core/io/npz.h"
#include "core/io/safetensors.h"

#include <algorithm>
#include <new>
#include <stdexcept>

namespace qs {
namespace {

constexpr std::string_view kNpyEndings[] = {".npy"};
constexpr std::string_view kNpzEndings[] = {".npz"};
constexpr std::string_view kSafetensorsEndings[] = {".safetensors"};
constexpr std::string_view kIdxEndings[] = {".idx", "-ubyte"}; // train-images-idx3-ubyte

/// In the order of recognition: idx last, its first bytes are the least distinctive ones.
constexpr FormatInfo kTable[] = {
    {"npy", "NumPy array", kNpyEndings, npyMatches, npyAnnouncedSize, readNpy, writeNpy},
    {"npz", "NumPy arrays", kNpzEndings, npzMatches, npzAnnouncedSize, readNpz, writeNpz},
    {"safetensors", "safetensors model", kSafetensorsEndings, safetensorsMatches,
     safetensorsAnnouncedSize, readSafetensors, writeSafetensors},
    {"idx", "IDX data set (MNIST)", kIdxEndings, idxMatches, idxAnnouncedSize, readIdx, nullptr},
};

bool endsWith(std::string_view path, std::string_view ending)
{
    if (path.size() <= ending.size())
        return false;
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    };
    return std::ranges::equal(path.substr(path.size() - ending.size()), ending, {}, lower);
}

const FormatInfo* formatByContent(std::span<const std::byte> bytes)
{
    const auto start = bytes.first(std::min(bytes.size(), kSniffBytes));
    const auto at = std::ranges::find_if(
        kTable, [start](const FormatInfo& format) { return format.matches(start); });
    return at != std::end(kTable) ? at : nullptr;
}

const FormatInfo* formatByEnding(std::string_view path)
{
    for (const auto& format : kTable) {
        for (const auto ending : format.endings) {
            if (endsWith(path, ending))
                return &format;
        }
    }
    return nullptr;
}

/// "one of NumPy array (.npy), …": what a reader or a writer would have taken.
std::string knownFormats(bool writable)
{
    std::vector<std::string> names;
    for (const auto& format : kTable) {
        if (!writable || format.write != nullptr)
            names.push_back(std::string(format.description) + " (" +
                            std::string(format.endings.front()) + ")");
    }
    return (names.size() > 1 ? "one of " : "a ") + join(names);
}

std::vector<FileFilter> filters(bool writing)
{
    std::vector<FileFilter> result;
    for (const auto& format : kTable) {
        if (writing && format.write == nullptr)
            continue;
        FileFilter filter{std::string(format.description), {}};
        for (const auto ending : format.endings) {
            filter.patterns.push_back("*" + std::string(ending));
            if (!writing)
                filter.patterns.push_back("*" + std::string(ending) + ".gz");
        }
        result.push_back(std::move(filter));
    }
    return result;
}

/// The first bytes as a person can look at them: "'PK\x03\x04'".
std::string startText(std::span<const std::byte> bytes)
{
    if (bytes.empty())
        return "an empty file";
    std::string text;
    for (const auto byte : bytes.first(std::min<std::size_t>(bytes.size(), 8))) {
        const auto c = static_cast<char>(byte);
        static constexpr std::string_view kDigits = "0123456789abcdef";
        if (c >= 0x20 && c < 0x7F) {
            text += c;
        } else {
            const auto value = std::to_integer<std::size_t>(byte);
            text += {'\\', 'x', kDigits[value / 16], kDigits[value % 16]};
        }
    }
    return "a file that starts with '" + text + "'";
}

/// The format of the bytes, or of the path where no format fits them.
Result<const FormatInfo*> chooseFormat(const std::string& path, std::string_view ungzippedPath,
                                       std::span<const std::byte> start)
{
    if (const auto* format = formatByContent(start))
        return format;
    if (const auto* format = formatByEnding(ungzippedPath)) {
        if (start.empty())
            return damaged(path, std::string(format->description), "an empty file", 0);
        return format;
    }
    return damaged(path, knownFormats(false), startText(start), 0);
}

Result<TensorFile> readFileOfTensors(const std::string& path, const JobContext& context)
{
    auto content = readFile(path, context);
    if (!content)
        return content.error();
    std::string_view inner = path;
    if (endsWith(path, ".gz"))
        inner.remove_suffix(3);
    if (!isGzip(content->bytes)) {
        const auto format = chooseFormat(path, inner, content->bytes);
        if (!format)
            return format.error();
        return (*format)->read(path, *content, context);
    }
    const auto format = chooseFormat(path, inner, inflatePrefix(content->bytes, kSniffBytes));
    if (!format)
        return format.error();
    const auto inflated = inflateGzip(
        path, content->bytes,
        [&](std::span<const std::byte> start) { return (*format)->announcedSize(path, start); },
        context);
    if (!inflated)
        return inflated.error();
    auto file = (*format)->read(path, *inflated, context);
    return file ? std::move(file) : insideGzip(file.error());
}

} // namespace

std::span<const FormatInfo> fileFormats()
{
    return kTable;
}

std::vector<FileFilter> readFilters()
{
    return filters(false);
}

std::vector<FileFilter> writeFilters()
{
    return filters(true);
}

Result<TensorFile> readTensors(const std::string& path, const JobContext& context)
{
    try {
        if (isGeneratorText(path)) {
            const auto spec = parseGenerator(path);
            if (!spec)
                return spec.error();
            auto tensor = generate(*spec, context);
            if (!tensor)
                return tensor.error();
            return singleTensorFile(path, "generator", *std::move(tensor));
        }
        return readFileOfTensors(path, context);
    } catch (const std::bad_alloc&) {
        return outOfMemory(path);
    } catch (const std::length_error&) {
        return outOfMemory(path);
    }
}

Result<void> writeTensors(const std::string& path, std::span<const Tensor> tensors,
                          const JobContext& context)
{
    const auto* format = formatByEnding(path);
    if (format == nullptr || format->write == nullptr) {
        auto error = damaged(path, "a name that ends as " + knownFormats(true), "another ending");
        error.kind = ErrorKind::Usage;
        return error;
    }
    return writeAtomically(
        path, [&](std::ostream& out) { return format->write(path, tensors, out, context); });
}

} // namespace qs
