# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
target_sources(quantoscope_core PRIVATE
    ${PROJECT_SOURCE_DIR}/core/calib/calculate_qparams.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/dialect_params.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/dynamic_params.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/edit_spec.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/entropy.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/fixed_observers.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/histogram_observers.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/histogram_search.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/mse_problem.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/mse_range.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/numpy_histogram.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/optimal_ranges.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/optimal_scale.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/observer.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/params_from_ranges.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/percentile.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/range_observer.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/recorded_observers.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/set_observer.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/squared_error.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/torch_histogram.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/torch_sum.cpp
)
