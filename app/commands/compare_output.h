// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/compare/advice.h"
#include "core/compare/guide.h"

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

namespace qs {

/// Everything that the command found out.
struct CompareResult {
    std::string model;
    std::string data;
    std::string weights;
    std::int64_t testSamples = 0;
    std::int64_t calibrationSamples = 0;
    std::int64_t batch = 0;
    std::vector<MethodReport> methods;
    Guide guide;
    std::string layersOf; ///< the method that the following are of; empty: not asked for
    std::vector<LayerFigures> layers;
    std::vector<LayerSensitivity> sensitivity;
    std::vector<LayerAdvice> advice;
};

void printCompare(std::ostream& out, const CompareResult& result);
/// {"model", "data", "weights", "test_samples", "calibration_samples", "batch", "methods":
/// [{"method", "accuracy", "loss", "integer_accuracy", "integer_loss", "model_bytes",
/// "ms_per_1000_samples", …}], "guide": {…}, and with --layers "layers_of", "layers": […],
/// "sensitivity": […], "advice": […]}. What there is not is null.
nlohmann::ordered_json compareJson(const CompareResult& result);

} // namespace qs
