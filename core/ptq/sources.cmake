# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
target_sources(quantoscope_core PRIVATE
    ${PROJECT_SOURCE_DIR}/core/ptq/adaround.cpp
    ${PROJECT_SOURCE_DIR}/core/ptq/adaround_network.cpp
    ${PROJECT_SOURCE_DIR}/core/ptq/bias_correction.cpp
    ${PROJECT_SOURCE_DIR}/core/ptq/calibrate.cpp
    ${PROJECT_SOURCE_DIR}/core/ptq/correct_biases.cpp
    ${PROJECT_SOURCE_DIR}/core/ptq/dynamic_network.cpp
    ${PROJECT_SOURCE_DIR}/core/ptq/equalization.cpp
    ${PROJECT_SOURCE_DIR}/core/ptq/equalize_network.cpp
    ${PROJECT_SOURCE_DIR}/core/ptq/gram.cpp
    ${PROJECT_SOURCE_DIR}/core/ptq/image_rows.cpp
    ${PROJECT_SOURCE_DIR}/core/ptq/network_samples.cpp
    ${PROJECT_SOURCE_DIR}/core/ptq/post_training.cpp
    ${PROJECT_SOURCE_DIR}/core/ptq/ptq_checks.cpp
    ${PROJECT_SOURCE_DIR}/core/ptq/ptq_method.cpp
    ${PROJECT_SOURCE_DIR}/core/ptq/rounding_block.cpp
    ${PROJECT_SOURCE_DIR}/core/ptq/rounding_choice.cpp
)
# Sums of products may use fused multiply-add, as in core/nn; g++ 12 takes undefined lanes of its own
# AVX-512 intrinsics for a mistake of Eigen's (PR 105593).
set_source_files_properties(
    ${PROJECT_SOURCE_DIR}/core/ptq/gram.cpp
    ${PROJECT_SOURCE_DIR}/core/ptq/rounding_block.cpp
    PROPERTIES COMPILE_OPTIONS "-ffp-contract=fast;-Wno-maybe-uninitialized")
