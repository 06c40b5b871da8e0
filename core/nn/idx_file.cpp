// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/idx_dataset.h"

#include <memory>
#include <zlib.h>

namespace qs {

Result<Tensor> readIdxFile(const std::string& path, const JobContext& context)
{
    const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
    if (!file)
        return Error::io(path + ": cannot be opened");
    const auto damaged = [&](const std::string& what) {
        return Error::data(path + ": " + what);
    };
    unsigned char head[4];
    if (gzread(file.get(), head, 4) != 4 || head[0] != 0 || head[1] != 0 || head[2] != 8)
        return damaged("expected an IDX file of unsigned bytes");
    std::vector<std::int64_t> sizes;
    for (int d = 0; d < head[3]; ++d) {
        unsigned char size[4];
        if (gzread(file.get(), size, 4) != 4)
            return damaged("ends in its header");
        sizes.push_back((std::int64_t{size[0]} << 24) | (size[1] << 16) | (size[2] << 8) | size[3]);
    }
    auto shape = Shape::make(std::move(sizes));
    if (!shape)
        return damaged(shape.error().message);
    // Grown as it is read: the header's sizes are not to be trusted with memory.
    std::vector<std::uint8_t> bytes;
    constexpr std::size_t block = 1 << 20;
    while (static_cast<std::int64_t>(bytes.size()) <= shape->numel()) {
        if (context.stopRequested())
            return Error::cancelled();
        const std::size_t had = bytes.size();
        bytes.resize(had + block);
        const int got = gzread(file.get(), bytes.data() + had, block);
        if (got < 0)
            return damaged("damaged gzip data");
        bytes.resize(had + static_cast<std::size_t>(got));
        if (got == 0)
            break;
    }
    if (static_cast<std::int64_t>(bytes.size()) != shape->numel())
        return damaged("expected " + std::to_string(shape->numel()) + " bytes of data, found " +
                       (static_cast<std::int64_t>(bytes.size()) > shape->numel()
                            ? std::string("more")
                            : std::to_string(bytes.size())));
    return Tensor::fromVector(path, ElementType::Uint8, std::move(*shape), std::move(bytes));
}

} // namespace qs
