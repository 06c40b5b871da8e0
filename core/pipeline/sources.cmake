# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
target_sources(quantoscope_core PRIVATE
    ${PROJECT_SOURCE_DIR}/core/pipeline/choice_studies.cpp
    ${PROJECT_SOURCE_DIR}/core/pipeline/index_store.cpp
    ${PROJECT_SOURCE_DIR}/core/pipeline/quantizer_study.cpp
    ${PROJECT_SOURCE_DIR}/core/pipeline/session_request.cpp
    ${PROJECT_SOURCE_DIR}/core/pipeline/tensor_pipeline.cpp
    ${PROJECT_SOURCE_DIR}/core/pipeline/tensor_study.cpp
)
