# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
qs_test(test_text ${CMAKE_CURRENT_SOURCE_DIR}/core/base/test_text.cpp)
qs_test(test_quantizer ${CMAKE_CURRENT_SOURCE_DIR}/core/quant/test_quantizer.cpp)
qs_test(test_quantizer_golden ${CMAKE_CURRENT_SOURCE_DIR}/core/quant/test_quantizer_golden.cpp)
qs_test(test_estimators ${CMAKE_CURRENT_SOURCE_DIR}/core/gradient/test_estimators.cpp)
qs_test(test_gradients ${CMAKE_CURRENT_SOURCE_DIR}/core/gradient/test_gradients.cpp)
qs_test(test_gradients_golden ${CMAKE_CURRENT_SOURCE_DIR}/core/gradient/test_gradients_golden.cpp)
qs_test(test_tensorflow_gradient ${CMAKE_CURRENT_SOURCE_DIR}/core/gradient/test_tensorflow_gradient.cpp)
qs_test(test_edit_spec ${CMAKE_CURRENT_SOURCE_DIR}/core/calib/test_edit_spec.cpp)
qs_test(test_report ${CMAKE_CURRENT_SOURCE_DIR}/core/analysis/test_report.cpp)
qs_test(test_session_file ${CMAKE_CURRENT_SOURCE_DIR}/core/session/test_session_file.cpp)
include(${CMAKE_CURRENT_SOURCE_DIR}/core/quant/dialect_tests.cmake)
include(${CMAKE_CURRENT_SOURCE_DIR}/core/io/tests.cmake)
include(${CMAKE_CURRENT_SOURCE_DIR}/core/nn/tests.cmake)

add_executable(bench_quantize ${CMAKE_CURRENT_SOURCE_DIR}/bench/bench_quantize.cpp)
target_link_libraries(bench_quantize PRIVATE quantoscope_core)
target_compile_definitions(bench_quantize PRIVATE QS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
