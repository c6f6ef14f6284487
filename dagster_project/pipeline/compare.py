"""Two files compared, column by column: profiles of both on the reference's grids, then a verdict a column.

Flows in: two paths (the first may be a saved profile), which columns, thresholds. Flows out: `Comparison`, and its
HTML and JSON from `publish`. No workspace, no warehouse. Caller: commands.compare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from dagster_project.core.column_profile import Column, Grid, Profile, better_grid, sampled_grid
from dagster_project.core.errors import SourceError
from dagster_project.core.verdicts import Comparison, Threshold, judge
from dagster_project.pipeline import compare_profile
from dagster_project.store import comparing


def compare(
    reference: Path, current: Path, columns: Sequence[str], thresholds: Mapping[str, Threshold]
) -> Comparison:
    """Compare two files. `columns` are names or patterns, none for all.

    Raises SourceError for a file that cannot be read or that lacks what was asked for.
    """
    if compare_profile.is_profile(current):
        raise SourceError(str(current), "is a saved profile, which can only stand for the reference")
    kept = compare_profile.is_profile(reference)
    before = compare_profile.load(reference) if kept else profile(reference, columns)
    columns = columns or before.asked
    before = replace(before, columns=tuple(c for c in before.columns if _wanted(c.name, columns)))
    now = profile(current, columns, before)
    _insist_on(columns, {column.name for side in (before, now) for column in side.columns}, reference)
    return judge(before, now, thresholds)


def report(comparison: Comparison) -> str:
    """Return the comparison as one HTML file."""
    from dagster_project.publish import compare as page

    return page.report(comparison)


def record(comparison: Comparison) -> dict[str, object]:
    """Return the comparison for machines, as `publish/schemas/compare.json` describes it."""
    from dagster_project.publish import compare_json

    return compare_json.record(comparison)


def profile(path: Path, columns: Sequence[str], reference: Profile | None = None) -> Profile:
    """Count a file's columns: on grids of its own, or where there is a reference on its grids and only its columns."""
    kept = {column.name: column.grid for column in reference.columns} if reference else {}
    with comparing.opened(path, lambda name: _wanted(name, columns)) as table:
        names = [name for name in table.types if _wanted(name, columns)]
        counted = [name for name in names if reference is None or name in kept]
        kinds = {name: comparing.kind_of(table.types[name]) for name in counted}
        numbers = [name for name in counted if kinds[name] == "number" and not kept.get(name)]
        sample = comparing.take_sample(
            table, numbers, [name for name in counted if kinds[name] == "category"]
        )
        fresh = {name: sampled_grid(values) for name, values in sample.items()}
        found = tuple(
            _counted(table, name, kept.get(name), fresh.get(name)) if name in kinds else _new(table, name)
            for name in names
        )
        return Profile(path.name, table.rows, found, tuple(columns))


def _new(table: comparing.Table, name: str) -> Column:
    """A column that the reference lacks: there is nothing to compare it with."""
    sql_type = table.types[name]
    return Column(name, sql_type, comparing.kind_of(sql_type), problem="the reference lacks it")


def _counted(table: comparing.Table, name: str, grid: Grid | None, fresh: Grid | None) -> Column:
    """Count a column as its kind wants; a grid of its own is taken anew once where it turns out not to fit."""
    kind = comparing.kind_of(table.types[name])
    if kind == "number":
        column = comparing.count_number(table, name, grid or fresh or Grid(0.0, 1.0))
        better = (
            better_grid(column.grid, column.tally) if grid is None and column.grid and column.tally else None
        )
        return comparing.count_number(table, name, better) if better else column
    if kind == "category":
        return comparing.count_category(table, name)
    return comparing.span(table, name) if kind == "time" else Column(name, table.types[name], "other")


def _wanted(name: str, columns: Sequence[str]) -> bool:
    """Whether a column was asked for by its name or by a pattern."""
    return not columns or any(name == asked or fnmatchcase(name, asked) for asked in columns)


def _insist_on(columns: Sequence[str], found: set[str], reference: Path) -> None:
    for asked in columns:
        if not any(_wanted(name, [asked]) for name in found):
            raise SourceError(str(reference), f"neither this file nor the other has a column {asked}")
    if not found:
        raise SourceError(str(reference), "neither this file nor the other has a column")
