# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
foreach(subject golden kernels network)
    qs_test(tst_integer_${subject} ${CMAKE_CURRENT_LIST_DIR}/tst_integer_${subject}.cpp)
endforeach()

# The golden data are PyTorch's (tests/golden/make_integer_golden.py) and gemmlowp's
# (make_gemmlowp_golden.cpp). The benchmark runs PyTorch beside us.
add_executable(bench_integer ${PROJECT_SOURCE_DIR}/tests/bench/bench_integer.cpp)
target_link_libraries(bench_integer PRIVATE quantoscope_core)
target_compile_definitions(bench_integer PRIVATE QS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
