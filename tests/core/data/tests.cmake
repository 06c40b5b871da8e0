# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
# The golden data are scikit-learn's: tests/golden/make_data_golden.py.
foreach(subject augmentation csv_dataset dataset digits hold_out plane_datasets sample_set)
    qs_test(tst_${subject} ${CMAKE_CURRENT_LIST_DIR}/tst_${subject}.cpp)
endforeach()
