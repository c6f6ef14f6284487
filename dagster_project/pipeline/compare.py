"""Two files compared, column by column: profiles of both on the reference's grids, then a verdict on each column.

Flows in: two paths (the first may be a saved profile), which columns, thresholds. Flows out: `Comparison`, and its
HTML and JSON from `publish`. No workspace, no warehouse. Caller: commands.compare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from dagster_project.core.column_profile import Column, Grid, Kind, Profile, better_grid, sampled_grid
from dagster_project.core.errors import SourceError
from dagster_project.core.verdicts import Comparison, Threshold, judge
from dagster_project.pipeline import compare_profile
from dagster_project.store import comparing


def compare(
    reference: Path, current: Path, columns: Sequence[str], thresholds: Mapping[str, Threshold]
) -> Comparison:
    """Compare two files. `columns` are names or patterns, empty for all.

    Raises SourceError for a file that cannot be read, and for a column that neither file has.
    """
    if compare_profile.is_profile(current):
        raise SourceError(str(current), "is a saved profile, which can only be the reference")
    kept = compare_profile.is_profile(reference)
    before = compare_profile.load(reference) if kept else profile(reference, columns)
    columns = columns or before.asked
    before = replace(before, columns=tuple(c for c in before.columns if _wanted(c.name, columns)))
    now = profile(current, columns, before)
    _require_known(columns, {column.name for side in (before, now) for column in side.columns}, reference)
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
    """Count a file's columns, on grids of its own or, if there is a reference, on the reference's grids."""
    with comparing.opened(path, lambda name: _wanted(name, columns)) as table:
        names = [name for name in table.types if _wanted(name, columns)]
        if reference is None:
            found = _first(table, names, columns)
        else:
            kept = {column.name: column for column in reference.columns}
            found = tuple(_second(table, name, kept.get(name)) for name in names)
        return Profile(path.name, table.rows, found, tuple(columns))


def _first(table: comparing.Table, names: Sequence[str], asked: Sequence[str]) -> tuple[Column, ...]:
    """Count the reference: a sample gives each number its grid, and tells identifiers from numbers and categories.

    A number that was asked for by its full name is counted whatever it looks like.
    """
    kinds = {name: comparing.kind_of(table.types[name]) for name in names}
    numbers, categories = ([name for name in names if kinds[name] == kind] for kind in ("number", "category"))
    sample = comparing.take_sample(table, numbers, categories)
    named = comparing.identifying(table, {n: values for n, values in sample.items() if n not in asked})
    found = []
    for name in names:
        if name in named:
            found.append(
                Column(name, table.types[name], "number", problem=f"an identifier, {comparing.IDENTIFIER}")
            )
        elif name in sample:
            found.append(_number(table, name, sampled_grid(sample[name])))
        else:
            found.append(_counted(table, name, kinds[name]))
    return tuple(found)


def _number(table: comparing.Table, name: str, grid: Grid) -> Column:
    """Count a number; if the grid turns out not to fit, it is retaken once."""
    column = comparing.count_number(table, name, grid)
    better = better_grid(grid, column.tally) if column.tally else None
    return comparing.count_number(table, name, better) if better else column


def _second(table: comparing.Table, name: str, reference: Column | None) -> Column:
    """Count a column of the current file if the reference has one to compare it with."""
    sql_type = table.types[name]
    kind = comparing.kind_of(sql_type)
    if reference is not None and reference.kind not in (kind, "other") and comparing.is_empty(table, name):
        return Column(name, sql_type, reference.kind, missing=table.rows)
    if reference is None or reference.kind != kind or reference.problem:
        return Column(name, sql_type, kind, problem="the reference has nothing to compare it with")
    if reference.grid is not None:
        return comparing.count_number(table, name, reference.grid)
    return _counted(table, name, kind, sampled=False)


def _counted(table: comparing.Table, name: str, kind: Kind, *, sampled: bool = True) -> Column:
    """Count a column that is not a number."""
    if kind == "category":
        return comparing.count_category(table, name, sampled=sampled)
    return comparing.span(table, name) if kind == "time" else Column(name, table.types[name], "other")


def _wanted(name: str, columns: Sequence[str]) -> bool:
    """Whether a column was asked for by its name or by a pattern."""
    return not columns or any(name == asked or fnmatchcase(name, asked) for asked in columns)


def _require_known(columns: Sequence[str], found: set[str], reference: Path) -> None:
    for asked in columns:
        if not any(_wanted(name, [asked]) for name in found):
            raise SourceError(str(reference), f"neither this file nor the other has a column {asked}")
    if not found:
        raise SourceError(str(reference), "neither this file nor the other has any column")
