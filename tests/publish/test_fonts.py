"""The font: made once, the same every time."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from dagster_project.publish.fonts import inter_woff2
from dagster_project.publish.subprocesses import run_in_process


@pytest.mark.slow
def test_the_font_is_the_same_bytes_each_time(cache: Path, tmp_path: Path) -> None:
    """Otherwise every night would publish a new file."""
    made = inter_woff2(cache)
    run_in_process.cache_clear()
    assert inter_woff2(tmp_path) == made


def test_the_font_has_every_character_that_pages_write(cache: Path) -> None:
    """Digits, shapes, thin spaces, minus, currencies."""
    from fontTools.ttLib import TTFont

    from dagster_project.publish.status import GRADES, STATES

    font = TTFont(io.BytesIO(inter_woff2(cache)))
    shapes = "".join(shape for _, shape, _ in (*GRADES.values(), *STATES.values()))
    wanted = f"{shapes}0123456789 %\u202f\u00a0\u2212€£¥·–—“”…≤≥×±µσ²äéłß"
    assert not [c for c in wanted if ord(c) not in font.getBestCmap()]
    assert [(a.axisTag, a.minValue, a.maxValue) for a in font["fvar"].axes] == [("wght", 400, 700)]


def test_digits_may_stand_in_columns_and_letters_are_kerned(cache: Path) -> None:
    """Tables ask for figures of one width."""
    from fontTools.ttLib import TTFont

    font = TTFont(io.BytesIO(inter_woff2(cache)))
    features = {
        r.FeatureTag for table in ("GSUB", "GPOS") for r in font[table].table.FeatureList.FeatureRecord
    }
    assert {"tnum", "kern", "case", "frac"} <= features
