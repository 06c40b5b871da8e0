# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
target_sources(quantoscope_core PRIVATE
    ${PROJECT_SOURCE_DIR}/core/nn/conv2d.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/fake_quantize.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/linear.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/lr_schedule.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/model.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/network.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/network_quantization.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/network_backward.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/network_forward.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/network_functions.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/network_loss.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/network_state.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/network_weights.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/activation_layers.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/batch_norm.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/learned_quantizer.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/model_json.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/pool_layers.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/optimizer.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/qat_change.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/qat_config.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/qat_config_json.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/simple_layers.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/matrix_product.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/checkpoint.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/tiled_product.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/train_recipe.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/trainer.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/weight_oscillation.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/weights_file.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/twin_trainer.cpp
)
# Only quantizer arithmetic must round twice where x*y + z could round once: sums of products may
# use fused multiply-add, which is twice as fast and no less exact.
set_source_files_properties(
    ${PROJECT_SOURCE_DIR}/core/nn/conv2d.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/matrix_product.cpp
    ${PROJECT_SOURCE_DIR}/core/nn/tiled_product.cpp
    PROPERTIES COMPILE_OPTIONS -ffp-contract=fast)
# g++ 12 takes the undefined lanes of its own AVX-512 intrinsics for a mistake of Eigen's (PR 105593).
set_property(SOURCE ${PROJECT_SOURCE_DIR}/core/nn/matrix_product.cpp
    APPEND PROPERTY COMPILE_OPTIONS -Wno-maybe-uninitialized)
