# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
target_sources(quantoscope_core PRIVATE
    ${PROJECT_SOURCE_DIR}/core/session/embedded_session.cpp
    ${PROJECT_SOURCE_DIR}/core/session/session.cpp
    ${PROJECT_SOURCE_DIR}/core/session/session_file.cpp
    ${PROJECT_SOURCE_DIR}/core/session/tensor_view.cpp
    ${PROJECT_SOURCE_DIR}/core/session/training_curves.cpp
    ${PROJECT_SOURCE_DIR}/core/session/window_view.cpp
)
