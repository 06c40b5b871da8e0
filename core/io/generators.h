// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/base/rng.h"
#include "core/tensor/tensor.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace qs {

/// One row of THE generator table: values to look at where there is no file.
struct GeneratorInfo {
    std::string_view id;          ///< "normal"; kept for ever: sessions store it
    std::string_view description; ///< "Standard normal"
    /// Writes elements first … first + out.size() - 1 of the seed. Element i is a pure function of
    /// (seed, i), so neither the size of the tensor nor the number of threads changes it.
    void (*fill)(std::uint64_t seed, std::uint64_t first, std::span<float> out);
};

// With u(i) = CounterRng(seed).uniform(i), in double, then rounded to float32:
//   normal           Φ⁻¹(u): mean 0, standard deviation 1
//   laplace          ln(2u) for u < ½, else -ln(2(1-u)): density e^-|x| / 2, variance 2
//   uniform          2u - 1, in [-1, 1]
//   relu             max(0, normal): activations behind a ReLU, half of them zero
//   normal_outliers  normal, where each element with probability 0.001 (by another stream of
//   numbers)
//                    is multiplied by 20
std::span<const GeneratorInfo> generators();
const GeneratorInfo* findGenerator(std::string_view id);

/// Which values to make. Equal specifications give equal bits.
struct GeneratorSpec {
    std::string id = "normal";
    Shape shape = *Shape::make({65536});
    std::uint64_t seed = 1;

    bool operator==(const GeneratorSpec&) const = default;
};

/// The most elements a generator makes: 2^32.
inline constexpr std::int64_t kMaxGeneratedElements = std::int64_t{1} << 32;

/// A float32 tensor named after the generator.
/// Errors: Usage for an unknown id or too many elements; Data where memory does not suffice;
/// cancelled.
Result<Tensor> generate(const GeneratorSpec& spec, const JobContext& context = {});

/// Whether the text is meant as a generator: starts with "generator:".
bool isGeneratorText(std::string_view text);

/// Reads "generator:ID", optionally followed by "?" and some of numel=N, shape=AxBxC (one of both;
/// "shape=" is a scalar) and seed=S, joined by "&". Defaults: 65,536 elements, seed 1.
/// Errors: Usage, naming the text and what would have been valid.
Result<GeneratorSpec> parseGenerator(std::string_view text);

/// The text that parses to the specification: "generator:normal?numel=65536&seed=1".
std::string formatGenerator(const GeneratorSpec& spec);

} // namespace qs
