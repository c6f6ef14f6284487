"""Drawing: which numbers give which marks."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from dagster_project.publish import svg


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (-0.04, "0"), (12.0, "12"), (3.14159, "3.1"), (-2.55, "-2.5")]
)
def test_a_coordinate_is_as_short_as_one_decimal_allows(value: float, text: str) -> None:
    """Coordinates make most of a page's bytes."""
    assert svg.number(value) == text


def test_a_gap_breaks_the_line_and_a_lone_point_becomes_a_dot() -> None:
    """Missing days are never bridged, and a day between two gaps is still seen."""
    path = svg.line_path([(0, 0), (10, 5), None, (20, 5), None, (30, 1)])
    assert path == "M0 0l10 5M20 5h0M30 1h0"


def test_steps_do_not_drift_along_a_long_line() -> None:
    """Relative steps of rounded positions end where the last point is."""
    path = svg.line_path([(i / 3, i / 7) for i in range(3001)])
    numbers = [float(text) for text in re.findall(r"-?[0-9]*\.?[0-9]+", path)]
    assert sum(numbers[::2]) == pytest.approx(1000, abs=0.1)
    assert sum(numbers[1::2]) == pytest.approx(3000 / 7, abs=0.1)


def test_steps_are_written_as_short_as_they_can_be_read() -> None:
    """One letter for all of them, no zero before a point, and a minus sign parts numbers as well as a blank."""
    assert svg.line_path([(0, 93), (3, 110.5), (6, 86.5), (9, 87)]) == "M0 93l3 17.5 3-24 3 .5"


def test_a_band_is_closed_and_broken_where_either_side_is_unknown() -> None:
    """An interval needs both ends."""
    upper, lower = [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)], [(0.0, 9.0), None, (2.0, 9.0)]
    assert svg.band_path(upper, lower) == "M0 0l0 9zM2 0l0 9z"


def test_a_drawing_is_well_formed_stretches_and_is_hidden_from_screen_readers() -> None:
    """Its frame has the label."""
    marks = [
        svg.bar(0, 10, 5, 2, "poor"),
        svg.dot((3, 3), "good"),
        svg.level(4, "grid"),
        svg.outline(0, 0, 1, 1),
    ]
    root = ET.fromstring(svg.drawing(marks, height=20))
    assert root.attrib["preserveAspectRatio"] == "none"
    assert root.attrib["aria-hidden"] == "true"
    assert root[0].attrib | {"x": "0", "y": "2", "width": "5", "height": "8"} == root[0].attrib


def test_every_mark_has_a_colour_without_the_stylesheet() -> None:
    """Readers that know no CSS variables still see the chart."""
    marks = svg.stroke("M0 0h1", "actual") + svg.area("M0 0h1z", "interval") + svg.bar(0, 0, 1, 1, "")
    assert marks.count('="#') == 3
