// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/reorder.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cstring>

namespace qs {
namespace {

template <std::size_t Size>
void reverseEach(const std::byte* from, std::byte* to, std::int64_t count)
{
    for (std::int64_t i = 0; i < count; ++i) {
        for (std::size_t k = 0; k < Size; ++k)
            to[k] = from[Size - 1 - k];
        from += Size;
        to += Size;
    }
}

/// Column-major to row-major: for each index of the axes between, a transposition of the first and
/// the last axis, in tiles that fit the cache. At least two axes, no size zero.
template <std::size_t Size>
bool toRowMajor(const Shape& shape, const std::byte* from, std::byte* to, const JobContext& context)
{
    constexpr std::int64_t kTile = 32;
    const std::int64_t rows = shape[0];
    const std::int64_t columns = shape[shape.rank() - 1];
    const std::int64_t between = shape.numel() / rows / columns;
    const std::int64_t bands = (rows + kTile - 1) / kTile;
    return forEachIndex(between * bands, context, [&](std::int64_t job) {
        const std::int64_t middle = job / bands;
        // The same middle index, counted with the first of its axes varying fastest.
        std::int64_t reversed = 0;
        std::int64_t rest = middle;
        std::int64_t weight = between;
        for (int axis = shape.rank() - 2; axis >= 1; --axis) {
            weight /= shape[axis];
            reversed += rest % shape[axis] * weight;
            rest /= shape[axis];
        }
        const std::int64_t rowBegin = job % bands * kTile;
        const std::int64_t rowEnd = std::min(rowBegin + kTile, rows);
        for (std::int64_t tile = 0; tile < columns; tile += kTile) {
            const std::int64_t tileEnd = std::min(tile + kTile, columns);
            for (std::int64_t i = rowBegin; i < rowEnd; ++i) {
                for (std::int64_t j = tile; j < tileEnd; ++j) {
                    const std::int64_t source = i + rows * (reversed + between * j);
                    const std::int64_t target = (i * between + middle) * columns + j;
                    std::memcpy(to + target * static_cast<std::int64_t>(Size),
                                from + source * static_cast<std::int64_t>(Size), Size);
                }
            }
        }
    });
}

} // namespace

Result<Content> swapByteOrder(std::span<const std::byte> bytes, std::size_t elementSize,
                              const JobContext& context)
{
    std::vector<std::byte> swapped(bytes.size());
    const auto count = static_cast<std::int64_t>(bytes.size() / elementSize);
    const bool done =
        forEachBlock(count, context, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
            const std::size_t at = static_cast<std::size_t>(begin) * elementSize;
            const std::byte* from = bytes.data() + at;
            std::byte* to = swapped.data() + at;
            if (elementSize == 2)
                reverseEach<2>(from, to, end - begin);
            else if (elementSize == 4)
                reverseEach<4>(from, to, end - begin);
            else if (elementSize == 8)
                reverseEach<8>(from, to, end - begin);
            else
                reverseEach<1>(from, to, end - begin);
        });
    if (!done)
        return Error::cancelled();
    return contentOf(std::move(swapped));
}

Result<Content> rowMajorCopy(const Shape& shape, std::size_t elementSize,
                             std::span<const std::byte> bytes, const JobContext& context)
{
    std::vector<std::byte> copy(bytes.size());
    bool done = false;
    if (elementSize == 1)
        done = toRowMajor<1>(shape, bytes.data(), copy.data(), context);
    else if (elementSize == 2)
        done = toRowMajor<2>(shape, bytes.data(), copy.data(), context);
    else if (elementSize == 4)
        done = toRowMajor<4>(shape, bytes.data(), copy.data(), context);
    else
        done = toRowMajor<8>(shape, bytes.data(), copy.data(), context);
    if (!done)
        return Error::cancelled();
    return contentOf(std::move(copy));
}

} // namespace qs
