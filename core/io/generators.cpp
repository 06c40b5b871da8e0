// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/generators.h"

#include "core/base/parallel.h"
#include "core/base/text.h"
#include "core/io/messages.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <new>
#include <optional>

namespace qs {
namespace {

constexpr std::string_view kPrefix = "generator:";
constexpr double kOutlierProbability = 0.001;
constexpr double kOutlierFactor = 20;

void fillNormal(std::uint64_t seed, std::uint64_t first, std::span<float> out)
{
    const CounterRng rng(seed);
    for (auto& x : out)
        x = static_cast<float>(inverseNormal(rng.uniform(first++)));
}

void fillLaplace(std::uint64_t seed, std::uint64_t first, std::span<float> out)
{
    const CounterRng rng(seed);
    for (auto& x : out) {
        const double u = rng.uniform(first++);
        x = static_cast<float>(u < 0.5 ? std::log(2 * u) : -std::log(2 * (1 - u)));
    }
}

void fillUniform(std::uint64_t seed, std::uint64_t first, std::span<float> out)
{
    const CounterRng rng(seed);
    for (auto& x : out)
        x = static_cast<float>(2 * rng.uniform(first++) - 1);
}

void fillRelu(std::uint64_t seed, std::uint64_t first, std::span<float> out)
{
    const CounterRng rng(seed);
    for (auto& x : out) {
        const double u = rng.uniform(first++);
        x = u > 0.5 ? static_cast<float>(inverseNormal(u)) : 0.0F;
    }
}

void fillNormalOutliers(std::uint64_t seed, std::uint64_t first, std::span<float> out)
{
    const CounterRng rng(seed);
    const CounterRng chooser(~seed);
    for (auto& x : out) {
        const double value = inverseNormal(rng.uniform(first));
        const bool outlier = chooser.uniform(first++) < kOutlierProbability;
        x = static_cast<float>(outlier ? kOutlierFactor * value : value);
    }
}

constexpr GeneratorInfo kTable[] = {
    {"normal", "Standard normal", fillNormal},
    {"laplace", "Laplace, scale 1", fillLaplace},
    {"uniform", "Uniform from -1 to 1", fillUniform},
    {"relu", "Standard normal behind a ReLU", fillRelu},
    {"normal_outliers", "Standard normal, one element in 1000 multiplied by 20",
     fillNormalOutliers},
};

Error wrong(std::string_view text, std::string_view expected, std::string_view found)
{
    return Error::usage(printable(text) + ": expected " + std::string(expected) + ", found '" +
                        printable(found) + "'");
}

std::string knownIds()
{
    std::vector<std::string> ids;
    for (const auto& row : kTable)
        ids.emplace_back(row.id);
    return "one of " + join(ids);
}

/// All of the text as a decimal number.
template <typename T>
std::optional<T> wholeNumber(std::string_view text)
{
    T value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

/// The part before the separator; text becomes what follows it.
std::string_view cut(std::string_view& text, char separator)
{
    const auto at = text.find(separator);
    const auto part = text.substr(0, at);
    text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
    return part;
}

std::optional<Shape> parseSizes(std::string_view text)
{
    std::vector<std::int64_t> sizes;
    if (text.ends_with('x'))
        return std::nullopt;
    while (!text.empty()) {
        const auto size = wholeNumber<std::int64_t>(cut(text, 'x'));
        if (!size)
            return std::nullopt;
        sizes.push_back(*size);
    }
    auto shape = Shape::make(std::move(sizes));
    if (!shape || shape->numel() > kMaxGeneratedElements)
        return std::nullopt;
    return *std::move(shape);
}

} // namespace

std::span<const GeneratorInfo> generators()
{
    return kTable;
}

const GeneratorInfo* findGenerator(std::string_view id)
{
    const auto* at = std::ranges::find(kTable, id, &GeneratorInfo::id);
    return at != std::end(kTable) ? at : nullptr;
}

Result<Tensor> generate(const GeneratorSpec& spec, const JobContext& context)
{
    const auto* row = findGenerator(spec.id);
    if (row == nullptr)
        return wrong(kPrefix, knownIds(), spec.id);
    const std::int64_t numel = spec.shape.numel();
    if (numel > kMaxGeneratedElements)
        return wrong(formatGenerator(spec), "at most 2^32 elements", spec.shape.toString());
    try {
        // Not a vector: filling it with zeros first would cost as much as a cheap generator.
        const auto values =
            std::make_shared_for_overwrite<float[]>(static_cast<std::size_t>(numel));
        const std::span<float> all(values.get(), static_cast<std::size_t>(numel));
        const bool done =
            forEachBlock(numel, context, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
                row->fill(spec.seed, static_cast<std::uint64_t>(begin),
                          all.subspan(static_cast<std::size_t>(begin),
                                      static_cast<std::size_t>(end - begin)));
            });
        if (!done)
            return Error::cancelled();
        return Tensor::make(spec.id, ElementType::Float32, spec.shape, values, std::as_bytes(all));
    } catch (const std::bad_alloc&) {
        return outOfMemory(formatGenerator(spec));
    }
}

bool isGeneratorText(std::string_view text)
{
    return text.starts_with(kPrefix);
}

Result<GeneratorSpec> parseGenerator(std::string_view text)
{
    if (!isGeneratorText(text))
        return wrong(text, "generator:ID?numel=N&seed=S", text);
    std::string_view rest = text.substr(kPrefix.size());
    GeneratorSpec spec;
    spec.id = cut(rest, '?');
    if (findGenerator(spec.id) == nullptr)
        return wrong(text, knownIds(), spec.id);
    bool sized = false;
    bool seeded = false;
    while (!rest.empty()) {
        const auto option = cut(rest, '&');
        std::string_view value = option;
        const auto key = cut(value, '=');
        if ((key == "numel" || key == "shape") && !std::exchange(sized, true)) {
            const bool oneNumber = !value.empty() && value.find('x') == std::string_view::npos;
            const auto shape = key == "numel" && !oneNumber ? std::nullopt : parseSizes(value);
            if (!shape)
                return wrong(text,
                             key == "numel" ? "numel of 0 to 2^32"
                                            : "shape such as 64x20x5x5 of at most 2^32 elements",
                             value);
            spec.shape = *shape;
        } else if (key == "seed" && !std::exchange(seeded, true)) {
            const auto seed = wholeNumber<std::uint64_t>(value);
            if (!seed)
                return wrong(text, "seed of 0 to 2^64 - 1", value);
            spec.seed = *seed;
        } else {
            return wrong(text, "numel or shape and seed, each at most once", option);
        }
    }
    return spec;
}

std::string formatGenerator(const GeneratorSpec& spec)
{
    std::string text = std::string(kPrefix) + spec.id;
    if (spec.shape.rank() == 1) {
        text += "?numel=" + std::to_string(spec.shape.numel());
    } else {
        std::vector<std::string> sizes;
        for (const auto size : spec.shape.sizes())
            sizes.push_back(std::to_string(size));
        text += "?shape=" + join(sizes, "x");
    }
    return text + "&seed=" + std::to_string(spec.seed);
}

} // namespace qs
