# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
target_sources(quantoscope_plot PRIVATE
    ${PROJECT_SOURCE_DIR}/ui/plot/figure_export.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/plot_view.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/theme.cpp
)
