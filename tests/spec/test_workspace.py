"""What follows from the organization's settings."""

from __future__ import annotations

import pytest

from dagster_project.spec.workspace import Settings


@pytest.mark.parametrize(("windows", "leading"), [((1, 7, 28, 90), 28), ((14, 1, 7), 14)])
def test_the_leading_window_is_28_days_where_it_is_counted(windows: tuple[int, ...], leading: int) -> None:
    """Else the longest there is."""
    assert Settings(name="A", windows=windows).main_window == leading
