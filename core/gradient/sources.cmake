# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
target_sources(quantoscope_core PRIVATE
    ${PROJECT_SOURCE_DIR}/core/gradient/dorefa.cpp
    ${PROJECT_SOURCE_DIR}/core/gradient/estimator_support.cpp
    ${PROJECT_SOURCE_DIR}/core/gradient/estimators.cpp
    ${PROJECT_SOURCE_DIR}/core/gradient/learnable.cpp
    ${PROJECT_SOURCE_DIR}/core/gradient/lsq.cpp
    ${PROJECT_SOURCE_DIR}/core/gradient/pact.cpp
    ${PROJECT_SOURCE_DIR}/core/gradient/straight_through.cpp
    ${PROJECT_SOURCE_DIR}/core/gradient/tensorflow_gradient.cpp
)
