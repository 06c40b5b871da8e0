# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
# What draws the window's states and judges them: for the program and for the test.
set(screenshots ${CMAKE_CURRENT_SOURCE_DIR}/screenshots)
add_library(screenshot_suite STATIC
    ${screenshots}/capture.cpp
    ${screenshots}/checks.cpp
    ${screenshots}/color_sight.cpp
    ${screenshots}/dialog_states.cpp
    ${screenshots}/mark_checks.cpp
    ${screenshots}/more_states.cpp
    ${screenshots}/note_states.cpp
    ${screenshots}/plot_checks.cpp
    ${screenshots}/plot_paint.cpp
    ${screenshots}/plot_spots.cpp
    ${screenshots}/record.cpp
    ${screenshots}/shell_checks.cpp
    ${screenshots}/states.cpp
    ${screenshots}/text_checks.cpp
    ${screenshots}/text_recorder.cpp
    ${screenshots}/trouble_states.cpp
    ${screenshots}/window_checks.cpp
)
target_link_libraries(screenshot_suite
    PUBLIC quantoscope_ui Qt6::Test
    PRIVATE QCustomPlotQt6::QCustomPlotQt6)
add_dependencies(screenshot_suite samples)
add_executable(make_screenshots ${screenshots}/make_screenshots.cpp)
target_link_libraries(make_screenshots PRIVATE screenshot_suite)
qs_test(tst_checks ${screenshots}/tst_checks.cpp ${screenshots}/sound_capture.cpp
    LIBS screenshot_suite)
qs_test(tst_mark_checks ${screenshots}/tst_mark_checks.cpp ${screenshots}/sound_capture.cpp
    LIBS screenshot_suite)
qs_test(tst_screenshots ${screenshots}/tst_screenshots.cpp LIBS screenshot_suite)
# The same at two device pixels a pixel: whatever keeps pixels of its own has to follow.
add_test(NAME tst_screenshots_2x COMMAND tst_screenshots windowStates)
set_tests_properties(tst_screenshots_2x PROPERTIES
    ENVIRONMENT "QT_QPA_PLATFORM=offscreen;LC_ALL=C.UTF-8;QT_SCALE_FACTOR=2" TIMEOUT 600)
set_tests_properties(tst_screenshots PROPERTIES TIMEOUT 600)
