# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
qs_test(test_theme ${CMAKE_CURRENT_LIST_DIR}/test_theme.cpp LIBS quantoscope_plot)
qs_test(test_number_text ${CMAKE_CURRENT_LIST_DIR}/test_number_text.cpp LIBS quantoscope_plot)
qs_test(test_view_range ${CMAKE_CURRENT_LIST_DIR}/test_view_range.cpp LIBS quantoscope_plot)
qs_test(test_figure_export ${CMAKE_CURRENT_LIST_DIR}/test_figure_export.cpp LIBS quantoscope_plot)
qs_test(test_palettes ${CMAKE_CURRENT_LIST_DIR}/test_palettes.cpp LIBS quantoscope_plot)
qs_test(test_plot_view ${CMAKE_CURRENT_LIST_DIR}/test_plot_view.cpp LIBS quantoscope_plot)
qs_test(test_export_formats ${CMAKE_CURRENT_LIST_DIR}/test_export_formats.cpp LIBS quantoscope_plot Qt6::Svg)
qs_test(test_export_session ${CMAKE_CURRENT_LIST_DIR}/test_export_session.cpp LIBS quantoscope_plot)
qs_test(test_figure_sheet ${CMAKE_CURRENT_LIST_DIR}/test_figure_sheet.cpp LIBS quantoscope_plot Qt6::Svg)
