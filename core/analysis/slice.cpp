// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/slice.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

/// Elements evaluated at a time; a multiple of every block of ggml.
constexpr std::int64_t kPiece = 4096;

/// How much an element stands out; -1 where it says nothing.
float sizeOf(float v)
{
    return std::isfinite(v) ? std::fabs(v) : -1;
}

struct Piece {
    std::vector<float> y = std::vector<float>(kPiece);
    std::vector<float> t = std::vector<float>(kPiece);
    std::vector<float> clip = std::vector<float>(kPiece);
    std::vector<float> lsb = std::vector<float>(kPiece);
    std::vector<std::int32_t> code = std::vector<std::int32_t>(kPiece);
};

} // namespace

SlicePlace SlicePlace::of(const Shape& shape, const std::vector<std::int64_t>& at)
{
    SlicePlace place;
    const int rank = shape.rank();
    if (rank > 0)
        place.columns = shape[rank - 1];
    if (rank > 1)
        place.rows = shape[rank - 2];
    for (int axis = 0; axis < rank - 2; ++axis) {
        const auto wanted = static_cast<std::size_t>(axis) < at.size()
                                ? at[static_cast<std::size_t>(axis)]
                                : std::int64_t{0};
        const auto last = std::max<std::int64_t>(shape[axis] - 1, 0);
        place.at.push_back(std::clamp<std::int64_t>(wanted, 0, last));
        place.begin = place.begin * shape[axis] + place.at.back();
    }
    if (shape.numel() == 0) {
        place.begin = 0;
        place.rows = 0;
        return place;
    }
    place.begin *= place.rows * place.columns;
    return place;
}

std::string SlicePlace::toString(const Shape& shape) const
{
    std::string text = "[";
    for (int axis = 0; axis < shape.rank(); ++axis) {
        text += axis > 0 ? ", " : "";
        text += static_cast<std::size_t>(axis) < at.size()
                    ? std::to_string(at[static_cast<std::size_t>(axis)])
                    : ":";
    }
    return text + "]";
}

Result<SliceCells> sliceCells(const Tensor& tensor, const Quantizer& quantizer,
                              const SlicePlace& place, std::int64_t mostSide,
                              const JobContext& context)
{
    const auto blocks = [mostSide](std::int64_t n) {
        return std::max<std::int64_t>((n + mostSide - 1) / mostSide, 1);
    };
    SliceCells cells;
    cells.place = place;
    cells.blockRows = blocks(place.rows);
    cells.blockColumns = blocks(place.columns);
    cells.rows = (place.rows + cells.blockRows - 1) / cells.blockRows;
    cells.columns = (place.columns + cells.blockColumns - 1) / cells.blockColumns;
    const auto count = static_cast<std::size_t>(cells.rows * cells.columns);
    cells.largest.resize(count);
    cells.worst.resize(count);
    // Rows of cells are whole runs of elements, which no other row of cells has a part in. Pieces
    // begin where ggml's blocks do: its rows are whole blocks.
    const bool done = forEachIndex(cells.rows, context, [&](std::int64_t row) {
        thread_local Piece piece;
        thread_local std::vector<float> buffer;
        const std::int64_t firstRow = row * cells.blockRows;
        const std::int64_t lastRow = std::min(firstRow + cells.blockRows, place.rows);
        const std::int64_t end = place.begin + lastRow * place.columns;
        std::int64_t at = place.begin + firstRow * place.columns;
        std::int64_t column = 0;
        for (; at < end && !context.stopRequested(); at += kPiece) {
            const auto x = tensor.read(at, std::min(at + kPiece, end), buffer);
            quantizer.evaluate(x, at,
                               {piece.y.data(), piece.t.data(), piece.clip.data(), piece.lsb.data(),
                                piece.code.data()});
            for (std::size_t i = 0; i < x.size(); ++i) {
                const auto cell =
                    static_cast<std::size_t>(row * cells.columns + column / cells.blockColumns);
                const SliceElement element{at + static_cast<std::int64_t>(i),
                                           x[i],
                                           piece.y[i],
                                           piece.lsb[i],
                                           piece.code[i],
                                           piece.clip[i] != 0};
                auto& largest = cells.largest[cell];
                if (largest.index < 0 || sizeOf(x[i]) > sizeOf(largest.x))
                    largest = element;
                auto& worst = cells.worst[cell];
                const auto sizeOfError = [](const SliceElement& e) {
                    return std::isfinite(e.x) && std::isfinite(e.y) ? std::fabs(e.error()) : -1.0;
                };
                if (worst.index < 0 || sizeOfError(element) > sizeOfError(worst))
                    worst = element;
                if (++column == place.columns)
                    column = 0;
            }
        }
    });
    if (!done)
        return Error::cancelled();
    return cells;
}

} // namespace qs
