# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
foreach(subject golden kernels network)
    qs_test(tst_integer_${subject} ${CMAKE_CURRENT_LIST_DIR}/tst_integer_${subject}.cpp)
endforeach()

# The golden data are PyTorch's (tests/golden/make_integer_golden.py) and gemmlowp's
# (make_gemmlowp_golden.cpp).
