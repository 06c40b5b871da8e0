# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
target_sources(quantoscope_core PRIVATE
    ${PROJECT_SOURCE_DIR}/core/qat/dampening.cpp
    ${PROJECT_SOURCE_DIR}/core/qat/oscillation.cpp
    ${PROJECT_SOURCE_DIR}/core/qat/oscillation_state.cpp
)
