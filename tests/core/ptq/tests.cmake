# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
# The golden data: tests/golden/make_ptq_golden.py.
foreach(subject adaround adaround_golden bias_correction dynamic_network equalization gram post_training)
    qs_test(test_${subject} ${CMAKE_CURRENT_LIST_DIR}/test_${subject}.cpp)
endforeach()
qs_test(test_oscillation ${CMAKE_CURRENT_LIST_DIR}/../qat/test_oscillation.cpp)
qs_test(test_dynamic_params ${CMAKE_CURRENT_LIST_DIR}/../calib/test_dynamic_params.cpp)
