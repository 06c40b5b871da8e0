# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
target_sources(quantoscope_core PRIVATE
    ${PROJECT_SOURCE_DIR}/core/compare/advice.cpp
    ${PROJECT_SOURCE_DIR}/core/compare/compare_methods.cpp
    ${PROJECT_SOURCE_DIR}/core/compare/coverage.cpp
    ${PROJECT_SOURCE_DIR}/core/compare/diagnosis.cpp
    ${PROJECT_SOURCE_DIR}/core/compare/error_figures.cpp
    ${PROJECT_SOURCE_DIR}/core/compare/guide.cpp
    ${PROJECT_SOURCE_DIR}/core/compare/layer_report.cpp
    ${PROJECT_SOURCE_DIR}/core/compare/model_bytes.cpp
    ${PROJECT_SOURCE_DIR}/core/compare/model_score.cpp
    ${PROJECT_SOURCE_DIR}/core/compare/module_switches.cpp
    ${PROJECT_SOURCE_DIR}/core/compare/qat_weights.cpp
    ${PROJECT_SOURCE_DIR}/core/compare/value_facts.cpp
)
