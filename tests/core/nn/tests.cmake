# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
foreach(subject checkpoint fake_quantize layers lr_schedule model_json network_golden network_properties optimizer
        qat_change qat_estimators_golden qat_network_golden quantizer_places trainer twin_trainer)
    qs_test(tst_${subject} ${CMAKE_CURRENT_LIST_DIR}/tst_${subject}.cpp)
endforeach()
qs_test(tst_train_command ${CMAKE_CURRENT_LIST_DIR}/tst_train_command.cpp)
add_dependencies(tst_train_command quantoscope-cli)
set_tests_properties(tst_train_command PROPERTIES RUN_SERIAL TRUE) # it measures, too

# The golden data are PyTorch's: tests/golden/make_nn_*golden.py. The benchmark runs PyTorch beside us.
add_executable(bench_train ${PROJECT_SOURCE_DIR}/tests/bench/bench_train.cpp)
target_link_libraries(bench_train PRIVATE quantoscope_core)
target_compile_definitions(bench_train PRIVATE QS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
add_executable(bench_network ${PROJECT_SOURCE_DIR}/tests/bench/bench_network.cpp)
target_link_libraries(bench_network PRIVATE quantoscope_core)
target_compile_definitions(bench_network PRIVATE QS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
