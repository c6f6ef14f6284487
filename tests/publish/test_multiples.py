"""Small multiples: one scale for all, gaps stay gaps, hostile names stay text."""

from __future__ import annotations

import datetime as dt
import math
import re

import pytest

from dagster_project.publish.multiples import Panel, small_multiples

DAYS = [dt.date(2025, 5, 1) + dt.timedelta(days=i) for i in range(4)]


def drawn(*panels: Panel) -> str:
    return str(small_multiples(DAYS, panels, title="t", description="d", unit="1"))


def test_all_panels_share_one_scale() -> None:
    """The same reading has the same height, whatever else its panel shows."""
    found = drawn(Panel("small", [0.1, 0.1, 0.1, 0.1]), Panel("large", [0.1, 0.9, 0.9, 0.1]))
    starts = [float(y) for y in re.findall(r'class="mb-s-actual"[^>]* d="M0 ([0-9.]+)', found)]
    assert len(starts) == 2
    assert starts[0] == starts[1]


def test_a_gap_stays_a_gap() -> None:
    """A day without a reading breaks the line instead of reading 0."""
    path = re.search(r'class="mb-s-actual"[^>]* d="([^"]+)"', drawn(Panel("x", [0.5, None, math.nan, 0.7])))
    assert path is not None
    assert path[1].count("M") == 2


def test_the_table_says_when_a_panel_left_what_is_usual() -> None:
    """Newest, highest, the usual range and the day, in words."""
    found = drawn(Panel("x", [0.1, 0.2, 0.6, 0.5], usual=0.3, since=DAYS[2]), Panel("y", [0.1] * 4))
    row = re.search(r'<th scope="row">x(.*?)(?:<tr>|</table>)', found)
    assert row is not None
    assert re.findall(r"<td>([^<]*)", row[1]) == ["0.500", "0.600", "0.300", "3 May 2025"]
    assert "not out" in found


def test_a_name_from_outside_is_text() -> None:
    """A feature named like a script is shown as it is."""
    found = drawn(Panel("<script>x</script>", [0.1] * 4))
    assert "<script>" not in found


def test_without_a_reading_nothing_is_drawn() -> None:
    """Words in place of an empty picture; a panel of another length is refused."""
    assert "svg" not in drawn(Panel("x", [None] * 4))
    with pytest.raises(ValueError, match="one reading per day"):
        drawn(Panel("x", [0.1]))
