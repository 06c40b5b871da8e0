# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
target_sources(quantoscope_core PRIVATE
    ${PROJECT_SOURCE_DIR}/core/quant/dialect_kernel.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/dialect_rules.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/dtype.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/float_format.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/float_kernel.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/ggml.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/ggml_k_quants.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/ggml_kernel.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/ggml_legacy.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/ggml_search.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/levels_kernel.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/nudge.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/packing.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/qscheme.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/quant_params.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/quant_spec.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/quant_spec_json.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/quantizer.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/quantizer_kernel.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/uniform_kernel.cpp
)
