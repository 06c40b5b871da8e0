# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
target_sources(quantoscope_core PRIVATE
    ${PROJECT_SOURCE_DIR}/core/analysis/analyze.cpp
    ${PROJECT_SOURCE_DIR}/core/analysis/bit_inspector.cpp
    ${PROJECT_SOURCE_DIR}/core/analysis/calibration_board.cpp
    ${PROJECT_SOURCE_DIR}/core/analysis/channel_errors.cpp
    ${PROJECT_SOURCE_DIR}/core/analysis/dialect_report.cpp
    ${PROJECT_SOURCE_DIR}/core/analysis/error_curves.cpp
    ${PROJECT_SOURCE_DIR}/core/analysis/error_histogram.cpp
    ${PROJECT_SOURCE_DIR}/core/analysis/error_landscape.cpp
    ${PROJECT_SOURCE_DIR}/core/analysis/error_sums.cpp
    ${PROJECT_SOURCE_DIR}/core/analysis/histogram.cpp
    ${PROJECT_SOURCE_DIR}/core/analysis/indexed_histogram.cpp
    ${PROJECT_SOURCE_DIR}/core/analysis/indexed_report.cpp
    ${PROJECT_SOURCE_DIR}/core/analysis/metrics.cpp
    ${PROJECT_SOURCE_DIR}/core/analysis/non_finite.cpp
    ${PROJECT_SOURCE_DIR}/core/analysis/rate_distortion.cpp
    ${PROJECT_SOURCE_DIR}/core/analysis/report.cpp
    ${PROJECT_SOURCE_DIR}/core/analysis/rule_swaps.cpp
    ${PROJECT_SOURCE_DIR}/core/analysis/selected_elements.cpp
    ${PROJECT_SOURCE_DIR}/core/analysis/slice.cpp
    ${PROJECT_SOURCE_DIR}/core/analysis/value_counter.cpp
    ${PROJECT_SOURCE_DIR}/core/analysis/wide_codes.cpp
)
