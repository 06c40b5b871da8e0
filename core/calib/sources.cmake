# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
target_sources(quantoscope_core PRIVATE
    ${PROJECT_SOURCE_DIR}/core/calib/calculate_qparams.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/dialect_params.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/edit_spec.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/observer.cpp
    ${PROJECT_SOURCE_DIR}/core/calib/params_from_ranges.cpp
)
