# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
target_sources(quantoscope_plot PRIVATE
    ${PROJECT_SOURCE_DIR}/ui/plot/axis_tickers.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/figure_axes.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/bars_graph.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/figure_canvas.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/figure_caption.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/figure_clipboard.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/figure_columns.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/figure_csv.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/figure_export.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/figure_ground.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/figure_header.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/figure_labels.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/figure_links.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/figure_map.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/figure_marks.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/figure_npy.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/figure_pdf.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/figure_scene.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/figure_series.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/figure_side_bins.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/figure_style.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/figure_svg.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/figure_table_item.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/filled_graph.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/number_text.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/palettes.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/plot_canvas.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/plot_interaction.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/plot_interaction_keys.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/plot_overlay.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/plot_view.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/theme.cpp
    ${PROJECT_SOURCE_DIR}/ui/plot/view_range.cpp
)
