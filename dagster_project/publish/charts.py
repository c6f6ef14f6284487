"""Every chart of the site, as functions from data to Markup: the entry point for page templates.

Static SVG and HTML text, no script; each chart has a title that states a message, a description, one label
for screen readers, and its data in a table. Drawing is in `svg`, axes in `scales`, frames in `figures`.
"""

from dagster_project.publish.bars import bar_chart, histogram_pair, stacked_bars
from dagster_project.publish.glyphs import bullet, sparkline
from dagster_project.publish.levels import level_chart
from dagster_project.publish.lines import line_chart
from dagster_project.publish.multiples import small_multiples
from dagster_project.publish.reliability import calibration_chart
from dagster_project.publish.rows import interval_chart

__all__ = [
    "bar_chart",
    "bullet",
    "calibration_chart",
    "histogram_pair",
    "interval_chart",
    "level_chart",
    "line_chart",
    "small_multiples",
    "sparkline",
    "stacked_bars",
]
