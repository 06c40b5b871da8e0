# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
target_sources(quantoscope_core PRIVATE
    ${PROJECT_SOURCE_DIR}/core/quant/dorefa.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/dtype.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/estimator_support.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/estimators.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/learnable.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/lsq.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/nudge.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/pact.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/qscheme.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/quant_params.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/quant_spec_json.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/quantizer.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/straight_through.cpp
    ${PROJECT_SOURCE_DIR}/core/quant/tensorflow_gradient.cpp
)
