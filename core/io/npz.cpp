// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/npz.h"

#include "core/io/messages.h"
#include "core/io/npy.h"
#include "core/io/write_bytes.h"

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <sstream>

#include <zip.h>

namespace qs {
namespace {

constexpr std::string_view kEnding = ".npy";
constexpr std::uint64_t kStep = std::uint64_t{4} << 20;

struct DiscardArchive {
    void operator()(zip_t* archive) const { ::zip_discard(archive); }
};
struct CloseMember {
    void operator()(zip_file_t* file) const { ::zip_fclose(file); }
};
struct FreeSource {
    void operator()(zip_source_t* source) const { ::zip_source_free(source); }
};
using Archive = std::unique_ptr<zip_t, DiscardArchive>;
using Member = std::unique_ptr<zip_file_t, CloseMember>;
using Source = std::unique_ptr<zip_source_t, FreeSource>;

std::string reasonOf(zip_error_t& error)
{
    std::string text = ::zip_error_strerror(&error);
    ::zip_error_fini(&error);
    return text;
}

/// All of a member; its bytes are checked against the size and the checksum that the archive gives.
Result<Content> readMember(const std::string& path, zip_t* archive, const zip_stat_t& stat,
                           const JobContext& context)
{
    const Member file(::zip_fopen_index(archive, stat.index, 0));
    if (!file)
        return damaged(path, "a readable member", ::zip_strerror(archive));
    // The announced size is not believed before the bytes are there.
    std::vector<std::byte> bytes;
    std::uint64_t size = 0;
    for (;;) {
        if (context.stopRequested())
            return Error::cancelled();
        bytes.resize(static_cast<std::size_t>(std::min(stat.size + 1, size + kStep)));
        const auto got = ::zip_fread(file.get(), bytes.data() + size, bytes.size() - size);
        if (got < 0)
            return damaged(path, "undamaged data", ::zip_file_strerror(file.get()));
        if (got == 0)
            break;
        size += static_cast<std::uint64_t>(got);
        if (size > stat.size)
            return damaged(path, bytesText(stat.size) + " as the archive says", "more");
    }
    if (size != stat.size)
        return damaged(path, bytesText(stat.size) + " as the archive says", bytesText(size));
    bytes.resize(static_cast<std::size_t>(size));
    return contentOf(std::move(bytes));
}

/// Whether the record is there with which a zip archive ends: what a file that was cut off lacks. A
/// comment of at most 65,535 bytes may follow its 22 bytes (APPNOTE.TXT 6.3, 4.3.16).
bool hasEnd(std::span<const std::byte> bytes)
{
    constexpr std::array kEnd = {std::byte{'P'}, std::byte{'K'}, std::byte{5}, std::byte{6}};
    const auto tail = bytes.last(std::min<std::size_t>(bytes.size(), 65535 + 22));
    return std::search(tail.begin(), tail.end(), kEnd.begin(), kEnd.end()) != tail.end();
}

} // namespace

bool npzMatches(std::span<const std::byte> start)
{
    constexpr std::array kFile = {std::byte{'P'}, std::byte{'K'}, std::byte{3}, std::byte{4}};
    constexpr std::array kEmpty = {std::byte{'P'}, std::byte{'K'}, std::byte{5}, std::byte{6}};
    const auto begins = [&](const auto& magic) {
        return start.size() >= magic.size() &&
               std::equal(magic.begin(), magic.end(), start.begin());
    };
    return begins(kFile) || begins(kEmpty);
}

Result<std::optional<std::uint64_t>> npzAnnouncedSize(const std::string&,
                                                      std::span<const std::byte>)
{
    return std::optional<std::uint64_t>();
}

Result<TensorFile> readNpz(const std::string& path, const Content& content,
                           const JobContext& context)
{
    if (!npzMatches(content.bytes)) // libzip takes no bytes at all for an empty archive
        return damaged(path, "'PK' at the start of a .npz archive",
                       content.bytes.empty() ? "an empty file" : "other bytes", 0);
    zip_error_t error;
    ::zip_error_init(&error);
    Source source(
        ::zip_source_buffer_create(content.bytes.data(), content.bytes.size(), 0, &error));
    if (!source)
        return damaged(path, "a zip archive", reasonOf(error));
    const Archive archive(::zip_open_from_source(source.get(), ZIP_RDONLY | ZIP_CHECKCONS, &error));
    if (!archive && !hasEnd(content.bytes)) {
        ::zip_error_fini(&error);
        return damaged(path, "the list of members that ends a zip archive", "the end of the file",
                       content.bytes.size());
    }
    if (!archive)
        return damaged(path, "a zip archive of .npy files", reasonOf(error));
    source.release(); // the archive's now
    ::zip_error_fini(&error);

    TensorFile file;
    file.path = path;
    file.formatId = "npz";
    std::uint64_t total = 0;
    const auto count = ::zip_get_num_entries(archive.get(), 0);
    for (zip_int64_t i = 0; i < count; ++i) {
        if (context.stopRequested())
            return Error::cancelled();
        zip_stat_t stat;
        constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_INDEX;
        if (::zip_stat_index(archive.get(), static_cast<zip_uint64_t>(i), 0, &stat) != 0 ||
            (stat.valid & kNeeded) != kNeeded)
            return damaged(path, "a readable list of members", ::zip_strerror(archive.get()));
        std::string name = stat.name;
        if (name.ends_with('/'))
            continue; // a folder
        TensorEntry entry;
        entry.bytes = stat.size;
        const bool isArray = name.ends_with(kEnding);
        entry.name = isArray ? name.substr(0, name.size() - kEnding.size()) : name;
        total += std::min(stat.size, kMaxContentBytes);
        if (!isArray) {
            entry.problem = "expected a name that ends as .npy";
        } else if (total > kMaxContentBytes) {
            return damaged(path, "at most " + bytesText(kMaxContentBytes) + " of members", "more");
        } else {
            const auto member = readMember(path, archive.get(), stat, context);
            if (!member && member.error().kind == ErrorKind::Cancelled)
                return member.error();
            auto array = member ? readNpy(path + "/" + name, *member, context)
                                : Result<TensorFile>(member.error());
            if (!array && array.error().kind == ErrorKind::Cancelled)
                return array.error();
            if (array) {
                const std::string own = entry.name;
                entry = std::move(array->tensors.front());
                entry.name = own;
                if (entry.tensor)
                    entry.tensor = entry.tensor->renamed(own);
            } else {
                entry.problem = array.error().message;
            }
        }
        file.tensors.push_back(std::move(entry));
    }
    return file;
}

Result<void> writeNpz(const std::string& path, std::span<const Tensor> tensors, std::ostream& out,
                      const JobContext& context)
{
    zip_error_t error;
    ::zip_error_init(&error);
    // libzip seeks, a stream may not: the archive is made in memory.
    Source whole(::zip_source_buffer_create(nullptr, 0, 0, &error));
    if (!whole)
        return Error::io(path + ": " + reasonOf(error));
    ::zip_source_keep(whole.get());
    Archive archive(::zip_open_from_source(whole.get(), ZIP_CREATE | ZIP_TRUNCATE, &error));
    if (!archive) {
        ::zip_source_free(whole.get());
        return Error::io(path + ": " + reasonOf(error));
    }
    std::vector<std::string> members(tensors.size());
    std::set<std::string> names;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        std::ostringstream member;
        if (auto written = writeNpy(path, tensors.subspan(i, 1), member, context); !written)
            return written;
        members[i] = std::move(member).str();
        std::string name = tensors[i].name();
        if (name.empty())
            name = "arr_" + std::to_string(i);
        if (!names.insert(name).second)
            return Error::usage(path + ": expected a name for each tensor, found two of '" +
                                printable(name) + "'");
        zip_source_t* source =
            ::zip_source_buffer(archive.get(), members[i].data(), members[i].size(), 0);
        const auto index =
            source == nullptr ? zip_int64_t{-1}
                              : ::zip_file_add(archive.get(), (name + std::string(kEnding)).c_str(),
                                               source, ZIP_FL_ENC_UTF_8);
        if (index < 0) {
            ::zip_source_free(source);
            return Error::io(path + ": " + ::zip_strerror(archive.get()));
        }
        // Fixed time: the same tensors give the same bytes.
        constexpr zip_uint16_t kDosDate = (0 << 9) | (1 << 5) | 1; // 1980-01-01
        ::zip_set_file_compression(archive.get(), static_cast<zip_uint64_t>(index), ZIP_CM_STORE,
                                   0);
        ::zip_file_set_dostime(archive.get(), static_cast<zip_uint64_t>(index), 0, kDosDate, 0);
    }
    if (::zip_close(archive.get()) != 0)
        return Error::io(path + ": " + ::zip_strerror(archive.get()));
    archive.release();
    if (::zip_source_open(whole.get()) != 0)
        return Error::io(path + ": the archive cannot be read back");
    std::vector<std::byte> part(static_cast<std::size_t>(kStep));
    for (;;) {
        const auto got = ::zip_source_read(whole.get(), part.data(), part.size());
        if (got <= 0) {
            ::zip_source_close(whole.get());
            if (got < 0)
                return Error::io(path + ": the archive cannot be read back");
            return {};
        }
        if (auto written =
                writeBytes(out, std::span(part).first(static_cast<std::size_t>(got)), context);
            !written) {
            ::zip_source_close(whole.get());
            return written;
        }
    }
}

} // namespace qs
