"""Rows that the next pages read: a part at a time, and the same rows as from the whole view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl
import pytest

from dagster_project.core.errors import PublishError
from dagster_project.publish import read_ahead
from dagster_project.publish.grouped import MARK
from dagster_project.publish.read_ahead import ReadAhead
from dagster_project.publish.views import Views

MODELS = [f"m{i:02}" for i in range(40)]
ROWS = pl.DataFrame({"model": [m for m in MODELS for _ in range(3)], "n": range(120)}).with_columns(
    pl.format("{}", pl.col("n")).str.zfill(32).alias(MARK)
)


@dataclass
class Asked:
    """Parts of one view that note which values they were asked for."""

    values: list[Sequence[str]] = field(default_factory=list)

    def counts(self, view: str, column: str, values: Sequence[str]) -> Mapping[object, int]:
        """Of the rows above."""
        return Counter(ROWS[column]) if column in ROWS.columns else {}

    def part(self, view: str, column: str, values: Sequence[str]) -> pl.DataFrame:
        """Of the rows above."""
        self.values.append(values)
        return ROWS.filter(pl.col(column).is_in(values))


def whole(view: str) -> pl.DataFrame:
    """A reader without parts."""
    return ROWS


def models(names: Sequence[str]) -> pl.DataFrame:
    """The rows that pages are made for."""
    return pl.DataFrame({"model": names, "place": range(len(names))})


@pytest.mark.parametrize("order", [MODELS, MODELS[::-1], MODELS[1::2] + MODELS[::2]])
def test_parts_hold_what_the_whole_view_holds(order: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """In whatever order the pages come, rows and marks are those of the whole view, and few parts are read."""
    monkeypatch.setattr(read_ahead, "MOST_VALUES", 7)
    asked, plain = Asked(), Views(frozenset({"v"}), whole)
    views = Views(frozenset({"v"}), whole, ReadAhead(asked))
    views.expect(models(order))
    for name in order:
        assert views.where("v", model=name) == plain.where("v", model=name)
        assert views.marks("v", "model", name) == plain.marks("v", "model", name)
    assert [len(values) for values in asked.values] == [7, 7, 7, 7, 7, 5]


def test_a_part_has_few_rows_however_many_values_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value's rows are never split."""
    monkeypatch.setattr(read_ahead, "MOST_ROWS", 7)
    asked = Asked()
    views = Views(frozenset({"v"}), whole, ReadAhead(asked))
    views.expect(models(MODELS[:5]))
    assert all(len(views.where("v", model=name)) == 3 for name in MODELS[:5])
    assert [len(values) for values in asked.values] == [2, 2, 1]


def test_values_without_rows_take_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most models have no alert: one part is enough for all of them."""
    monkeypatch.setattr(read_ahead, "MOST_VALUES", 2)
    asked = Asked()
    views = Views(frozenset({"v"}), whole, ReadAhead(asked))
    names = ["m00", *(f"x{i}" for i in range(50)), "m01"]
    views.expect(models(names))
    assert [len(views.where("v", model=name)) for name in names] == [3, *[0] * 50, 3]
    assert asked.values == [["m00", "m01"]]


def test_what_is_no_coming_row_is_read_of_the_whole_view() -> None:
    """A page that reads another model than its own, and a column that does not exist."""
    asked = Asked()
    views = Views(frozenset({"v"}), whole, ReadAhead(asked))
    views.expect(models(MODELS[:2]))
    with pytest.raises(PublishError, match="no column 'place'"):
        views.where("v", place="m00")
    assert len(views.where("v", model="m09")) == 3
    assert not asked.values
