// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/file.h"

#include "core/base/parallel.h"
#include "core/io/messages.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <streambuf>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace qs {
namespace {

/// Smaller files are read: a mapped one that another program cuts short in place ends this program.
constexpr std::size_t kMapFrom = std::size_t{2} << 30;
constexpr std::size_t kReadStep = std::size_t{1} << 20;
constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kPiece = std::size_t{4} << 20;
constexpr std::size_t kManyPieces = std::size_t{16} << 20;
constexpr const char* kReadable = "a readable file";
constexpr const char* kWritable = "a writable path";

/// Closes what it holds.
class Descriptor {
public:
    explicit Descriptor(int fd) : m_fd(fd) {}
    ~Descriptor() { close(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int get() const { return m_fd; }
    bool ok() const { return m_fd >= 0; }
    /// Some file systems report a failed write only here. Returns errno, 0 for success.
    int close()
    {
        const int fd = std::exchange(m_fd, -1);
        return fd >= 0 && ::close(fd) != 0 ? errno : 0;
    }

private:
    int m_fd;
};

Result<Content> mapFile(const std::string& path, int fd, std::size_t size)
{
    void* const address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (address == MAP_FAILED)
        return unusable(path, kReadable, errno);
    const std::shared_ptr<const void> owner(
        address, [size](const void* mapped) { ::munmap(const_cast<void*>(mapped), size); });
    return Content{owner, {static_cast<const std::byte*>(address), size}};
}

/// For what has no size to trust: pipes, files of /proc, files that grow.
Result<Content> readToEnd(const std::string& path, int fd, std::size_t sizeHint,
                          const JobContext& context)
{
    std::vector<std::byte> bytes(sizeHint + 1);
    std::size_t size = 0;
    while (true) {
        if (context.stopRequested())
            return Error::cancelled();
        // A pipe may stay silent for ever: look up now and then.
        pollfd ready{fd, POLLIN, 0};
        if (::poll(&ready, 1, 50) == 0)
            continue;
        if (size == bytes.size())
            bytes.resize(std::max(kReadStep, 2 * size));
        const auto got = ::read(fd, bytes.data() + size, std::min(kReadStep, bytes.size() - size));
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got < 0)
            return unusable(path, kReadable, errno, size);
        if (got == 0)
            break;
        size += static_cast<std::size_t>(got);
        if (size > kMaxContentBytes)
            return damaged(path, "at most " + bytesText(kMaxContentBytes), "more");
    }
    bytes.resize(size);
    return contentOf(std::move(bytes));
}

/// A large file of known size, in pieces on all cores, into memory that nobody has zeroed before.
/// None where its size is another one by now: then it is read to wherever it ends.
std::optional<Content> readInPieces(int fd, std::size_t size, const JobContext& context)
{
    // In huge pages where the system has them: a fault for each 4 KiB takes as long as the reading.
    const std::size_t room = (size + kHugePage - 1) / kHugePage * kHugePage;
    auto* const memory = static_cast<std::byte*>(std::aligned_alloc(kHugePage, room));
    if (memory == nullptr)
        return std::nullopt;
    const std::shared_ptr<std::byte> bytes(memory, [](std::byte* p) { std::free(p); });
    ::madvise(memory, room, MADV_HUGEPAGE);
    std::atomic<bool> whole = true;
    const auto pieces = static_cast<std::int64_t>((size + kPiece - 1) / kPiece);
    forEachIndex(pieces, context, [&](std::int64_t piece) {
        std::size_t at = static_cast<std::size_t>(piece) * kPiece;
        const std::size_t end = std::min(at + kPiece, size);
        while (at < end && whole) {
            const auto got = ::pread(fd, bytes.get() + at, end - at, static_cast<off_t>(at));
            if (got > 0)
                at += static_cast<std::size_t>(got);
            else if (got == 0 || errno != EINTR)
                whole = false;
        }
    });
    std::byte more{};
    if (context.stopRequested() || !whole || ::pread(fd, &more, 1, static_cast<off_t>(size)) != 0)
        return std::nullopt;
    return Content{bytes, {bytes.get(), size}};
}

/// Writes to a descriptor and remembers why it failed, which std::ofstream does not tell.
class DescriptorBuffer : public std::streambuf {
public:
    explicit DescriptorBuffer(int fd) : m_fd(fd) { resetPut(); }

    int errorNumber() const { return m_error; }

protected:
    int_type overflow(int_type c) override
    {
        if (sync() != 0)
            return traits_type::eof();
        if (!traits_type::eq_int_type(c, traits_type::eof())) {
            *pptr() = traits_type::to_char_type(c);
            pbump(1);
        }
        return traits_type::not_eof(c);
    }

    std::streamsize xsputn(const char* text, std::streamsize count) override
    {
        if (count > epptr() - pptr()) {
            // Large pieces skip the buffer.
            if (sync() != 0 || !writeAll(text, static_cast<std::size_t>(count)))
                return 0;
            return count;
        }
        std::copy_n(text, count, pptr());
        pbump(static_cast<int>(count));
        return count;
    }

    int sync() override
    {
        const bool done = writeAll(pbase(), static_cast<std::size_t>(pptr() - pbase()));
        resetPut();
        return done ? 0 : -1;
    }

private:
    void resetPut() { setp(m_buffer.data(), m_buffer.data() + m_buffer.size()); }

    bool writeAll(const char* text, std::size_t count)
    {
        while (count > 0 && m_error == 0) {
            const auto done = ::write(m_fd, text, count);
            if (done < 0) {
                if (errno != EINTR)
                    m_error = errno;
                continue;
            }
            text += done;
            count -= static_cast<std::size_t>(done);
        }
        return m_error == 0;
    }

    int m_fd;
    int m_error = 0;
    std::array<char, 65536> m_buffer;
};

/// Runs writer on the descriptor and closes it.
Result<void> writeTo(Descriptor& file, const std::string& path,
                     const std::function<Result<void>(std::ostream&)>& writer)
{
    DescriptorBuffer buffer(file.get());
    std::ostream stream(&buffer);
    const auto written = writer(stream);
    stream.flush();
    const int closeError = file.close();
    if (buffer.errorNumber() != 0)
        return unusable(path, kWritable, buffer.errorNumber());
    if (!written)
        return written.error();
    if (closeError != 0)
        return unusable(path, kWritable, closeError);
    if (!stream)
        return unusable(path, kWritable, EIO);
    return {};
}

/// Short whatever the target is called, so that a name of the full length still works.
std::string temporaryName()
{
    static std::atomic<unsigned> counter{0};
    return ".quantoscope-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp";
}

} // namespace

Content contentOf(std::vector<std::byte> bytes)
{
    const auto owner = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
    return {owner, *owner};
}

Result<Content> readFile(const std::string& path, const JobContext& context)
{
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
        return unusable(path, kReadable, errno);
    if (S_ISDIR(status.st_mode))
        return unusable(path, kReadable, EISDIR);
    if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode)) {
        auto error = damaged(path, kReadable, "a device or a socket");
        error.kind = ErrorKind::Io;
        return error;
    }
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.ok())
        return unusable(path, kReadable, errno);
    // Asked again: the file may have been replaced since.
    if (::fstat(file.get(), &status) != 0)
        return unusable(path, kReadable, errno);
    const auto size = S_ISREG(status.st_mode) ? static_cast<std::size_t>(status.st_size) : 0;
    if (size >= kMapFrom)
        return mapFile(path, file.get(), size);
    if (size >= kManyPieces) {
        if (auto content = readInPieces(file.get(), size, context))
            return std::move(*content);
    }
    return readToEnd(path, file.get(), size, context);
}

Result<void> checkWritable(const std::string& path)
{
    const auto slash = path.find_last_of('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    if (::access(folder.c_str(), W_OK) != 0)
        return unusable(path, kWritable, errno);
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
        return unusable(path, kWritable, EISDIR);
    return {};
}

Result<void> writeAtomically(const std::string& path,
                             const std::function<Result<void>(std::ostream&)>& writer)
{
    namespace fs = std::filesystem;
    struct stat status {};
    const bool exists = ::stat(path.c_str(), &status) == 0;
    if (exists && S_ISDIR(status.st_mode))
        return unusable(path, kWritable, EISDIR);
    if (exists && !S_ISREG(status.st_mode)) {
        // Renaming onto /dev/null would replace it.
        Descriptor device(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        if (!device.ok())
            return unusable(path, kWritable, errno);
        return writeTo(device, path, writer);
    }
    if (exists && ::access(path.c_str(), W_OK) != 0)
        return unusable(path, kWritable, errno);

    std::error_code ignored;
    const fs::path target = exists ? fs::canonical(path, ignored) : fs::path(path);
    if (target.empty() || !target.has_filename())
        return unusable(path, kWritable, ENOENT);
    const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
    const std::string temporary = (folder / temporaryName()).string();
    Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!file.ok())
        return unusable(path, kWritable, errno);
    if (exists && ::fchmod(file.get(), status.st_mode & 07777) != 0)
        ignored.clear(); // a file system without permissions: the content matters more

    auto result = writeTo(file, path, writer);
    if (result && ::rename(temporary.c_str(), target.c_str()) != 0)
        result = unusable(path, kWritable, errno);
    if (!result)
        ::unlink(temporary.c_str());
    return result;
}

} // namespace qs
