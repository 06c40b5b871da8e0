// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What the panels' tests draw: tensors through quantizers, with the studies that pictures need.
#include "core/base/rng.h"
#include "ui/panels/panel.h"

#include <cmath>

namespace qs {

inline std::vector<float> normal(std::int64_t n)
{
    const CounterRng rng(7);
    std::vector<float> values(static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(inverseNormal(rng.uniform(i)));
    return values;
}

inline PanelInput inputOf(const QuantSpec& spec, Shape shape, std::vector<float> values,
                          std::int64_t channel = 0)
{
    TensorPipeline pipeline;
    auto result = pipeline.run({Tensor::fromFloats("w", shape, std::move(values)), spec, channel});
    if (!result)
        qFatal("%s", result.error().message.c_str());
    PanelInput input;
    input.tensor = *result;
    return input;
}

inline PanelInput inputOf(const QuantSpec& spec, std::vector<float> values)
{
    const auto n = static_cast<std::int64_t>(values.size());
    return inputOf(spec, *Shape::make({n}), std::move(values));
}

inline Figure figureOf(const char* id, PanelInput input)
{
    const auto& panel = *panelById(QLatin1String(id));
    if (panel.study != StudyKind::None) {
        TensorPipeline pipeline;
        TensorStudies studies(pipeline);
        const auto& result = *input.tensor;
        const auto study = studies.run(
            {{result.facts->tensor, result.report->spec, result.channel.value_or(0)}, panel.study});
        if (!study) {
            input.studyNote = QString::fromStdString(study.error().message);
            return panel.build(input);
        }
        input.study = *study;
    }
    return panel.build(input);
}

inline const Series& named(const Figure& figure, const char* csvName)
{
    for (const auto& series : figure.series) {
        if (series.csvName == QString::fromUtf8(csvName))
            return series;
    }
    qFatal("no series %s", csvName);
}

inline QuantSpec specOf(DType dtype)
{
    QuantSpec spec;
    spec.dtype = dtype;
    if (dtype == DType::Codebook)
        spec.codebook = {-1.0F, -0.25F, -0.1F, 0.0F, 0.3F, 1.0F};
    return spec;
}

} // namespace qs
