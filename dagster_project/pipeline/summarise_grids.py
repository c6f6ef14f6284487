"""The softsign grid of every (model, feature): where it comes from and when it changes.

Centre and scale are taken from about 1,000 finite values of the feature's first days, the same number from each day,
since a single day may be untypical. A day counts for at most 64 values. While there are fewer than 1,000 in all, that
is for 16 days at least, the grid is provisional and is retaken at 1, 4, 16, ... values, so that it depends on the lake
alone and changes at most five times; each change marks the feature's days. A day of at least 100 values with more than
10 % of them in the two outermost bins of a frozen grid begins a new one: the old one has gone blind. A provisional
grid will still widen, so it never breaks. Caller: summarise_features.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from dagster_project.core.histogram import K, centre_scale
from dagster_project.core.naming import OUTPUT, PREDICTION
from dagster_project.pipeline.summarise_due import mark
from dagster_project.pipeline.summarise_sampled import OF_A_DAY, VALUES, of_first_days, sample, step
from dagster_project.pipeline.summarise_scans import Chunk, constants, feature_column
from dagster_project.store.engine import Lookup, Scan
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

    from dagster_project.pipeline.night import Night

BLIND_SHARE = 0.1
"""With more than this share of a day's values in its outermost bins, a grid is blind."""
AT_ONCE = 50
"""How many features one statement looks at."""
FEWEST_TO_BREAK = 100
"""A day with fewer finite values never breaks a grid: its outermost bins still show drift."""
ODD = "count(CASE WHEN abs({x}) > 1.7976931348623157e308 THEN 1 END)"
"""How many values are NaN or infinite: counting the rare ones is cheaper than counting all others."""


@dataclass(frozen=True, slots=True)
class Grid:
    """One row of `ops.grid`; a category has one too, without centre and scale."""

    model_id: str
    feature: str
    from_day: dt.date
    kind: str
    centre: float | None = None
    scale: float | None = None
    n: int = 0
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What a chunk holds of one (model, feature)."""

    model_id: str
    feature: str
    kind: str
    finite: Mapping[dt.date, int]
    """How many finite numbers each day with values has; 0 for categories."""

    @property
    def first_day(self) -> dt.date:
        """The first day with values."""
        return min(self.finite)


Book = dict[tuple[str, str], list[Grid]]
"""The grids of each (model, feature), oldest first."""


def forget_unmapped(warehouse: Warehouse) -> None:
    """Drop the grids of features that no day of the lake holds any more, and mark the days that counted them missing.

    A source with a new mapping is read again: a feature that it no longer names is not one that stopped arriving.
    """
    known = "NOT starts_with(feature, ?) AND feature NOT IN (SELECT feature FROM ops.feature_day)"
    gone = warehouse.rows(
        f"SELECT model_id, min(from_day) FROM ops.grid WHERE {known} GROUP BY model_id ORDER BY model_id",  # noqa: S608
        [OUTPUT],
    )
    for model_id, since in gone:
        mark(warehouse, [model_id], since)
    if gone:
        for table in ("ops.grid", "ops.category"):
            warehouse.run(f"DELETE FROM {table} WHERE {known}", [OUTPUT])  # noqa: S608  fixed names


def update(night: Night, warehouse: Warehouse, chunk: Chunk) -> None:
    """Bring `ops.grid` up to date with the chunk's features: new ones, and those with more values than before."""
    book = read(warehouse, chunk)
    seen = _look(chunk, book)
    begun = [_begun(one, book.get((one.model_id, one.feature))) for one in seen]
    _write(warehouse, [new for new in begun if new is not None])
    _retake(night, warehouse, chunk, {(one.model_id, one.feature): one.finite for one in seen})


def read(warehouse: Warehouse, chunk: Chunk) -> Book:
    """The grids of the chunk's models."""
    rows = warehouse.rows(
        """
        SELECT model_id, feature, from_day, kind, centre, scale, n, frozen FROM ops.grid
        WHERE list_contains(?, model_id) ORDER BY model_id, feature, from_day
        """,
        [chunk.model_ids],
    )
    book: Book = {}
    for row in rows:
        book.setdefault((row[0], row[1]), []).append(Grid(*row))
    return book


def of_kind(warehouse: Warehouse, chunk: Chunk, kind: str) -> pl.DataFrame:
    """model_id, feature, from_day, centre, scale, frozen for the chunk's models, by feature, model and day."""
    return warehouse.frame(
        """
        SELECT model_id, feature, from_day, centre, scale, frozen FROM ops.grid
        WHERE list_contains(?, model_id) AND kind = ? ORDER BY feature, model_id, from_day
        """,
        [chunk.model_ids, kind],
    )


def blind_from(night: Night, rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """model_id, day: for each model, the first day on which one feature's grid is blind.

    `rows` has model_id, day, grid_from, bin, n; `known` the feature's grids (model_id, from_day, frozen). A grid's own
    first day and the running day never break it.
    """
    import polars as pl

    frozen = known.filter("frozen").select("model_id", grid_from="from_day")
    finite = rows.join(frozen, on=["model_id", "grid_from"], how="semi").filter(
        pl.col("bin").abs() <= K, pl.col("day") > pl.col("grid_from"), pl.col("day") <= night.as_of
    )
    counted = finite.group_by("model_id", "day").agg(
        pl.col("n").sum().alias("n"), pl.col("n").filter(pl.col("bin").abs() == K).sum().alias("outer")
    )
    blind = counted.filter(pl.col("n") >= FEWEST_TO_BREAK, pl.col("outer") > BLIND_SHARE * pl.col("n"))
    return blind.group_by("model_id").agg(pl.col("day").min()).sort("model_id")


def replace_from(
    night: Night, warehouse: Warehouse, chunk: Chunk, feature: str, breaks: pl.DataFrame
) -> None:
    """Give a feature of some models a new grid from the day on which its old one is blind."""
    new = [Grid(model_id, feature, day, "number") for model_id, day in breaks.iter_rows()]
    _write(warehouse, [(None, grid) for grid in new])
    _retake(night, warehouse, chunk, {})


def _look(chunk: Chunk, book: Book) -> list[Seen]:
    """Count the values of every column that is new to a model, begins earlier than known, or has a provisional grid."""
    import polars as pl

    wanted = [
        probe
        for probe in _probes(chunk)
        if not all(_settled(book.get((model_id, probe[0])), chunk) for model_id in chunk.model_ids)
    ]
    seen: dict[tuple[str, str], Seen] = {}
    for probes in (wanted[i : i + AT_ONCE] for i in range(0, len(wanted), AT_ONCE)):
        counted = _count_values(chunk, probes).join(chunk.keys, on="key")
        for i, (feature, kind) in enumerate(probes):
            by_day = counted.filter(pl.col(f"there_{i}") > 0).group_by("model_id", "day")
            rows = by_day.agg(pl.col(f"finite_{i}").sum()).sort("model_id", "day")
            for (model_id,), days in rows.group_by("model_id", maintain_order=True):
                kept = _kept_kind(chunk, str(model_id), feature, kind, book)
                if feature != PREDICTION or kept == kind:
                    finite = dict(days.select("day", f"finite_{i}").iter_rows())
                    seen.setdefault((str(model_id), feature), Seen(str(model_id), feature, kept, finite))
    return list(seen.values())


def _probes(chunk: Chunk) -> list[tuple[str, str]]:
    """Every feature with the kind that the files hold, and the models' predictions as both kinds."""
    loaded = chunk.engine.loaded
    names = [column.removeprefix("f:") for column in sorted(loaded) if column.startswith("f:")]
    features = [(name, "category" if loaded[f"f:{name}"] == "VARCHAR" else "number") for name in names]
    return [*features, (PREDICTION, "category"), (PREDICTION, "number")]


def _kept_kind(chunk: Chunk, model_id: str, feature: str, kind: str, book: Book) -> str:
    """The kind that a feature is counted as: the one declared, else the one before, else the files'."""
    given, grids = chunk.declared(model_id).features.get(feature), book.get((model_id, feature))
    return (given and given.type) or (grids[0].kind if grids else kind)


def _count_values(chunk: Chunk, probes: Sequence[tuple[str, str]]) -> pl.DataFrame:
    """key, and for the i-th probe there_<i>, finite_<i>: how many values a group has, and how many finite numbers."""
    columns, counts = {"key": "k.key"}, []
    for i, (feature, kind) in enumerate(probes):
        columns[f"x_{i}"] = feature_column(chunk.engine, feature, kind)
        finite = f"count(x_{i}) - {ODD.format(x=f'x_{i}')}" if kind == "number" else "0"
        counts.append(f"count(x_{i}) AS there_{i}, CAST({finite} AS BIGINT) AS finite_{i}")
    statement = f"SELECT key, {', '.join(counts)} FROM seen GROUP BY key ORDER BY key"  # noqa: S608  made here
    keys = Lookup("k", constants(chunk, chunk.keys), chunk.on)
    return chunk.engine.rollup(statement, Scan("seen", columns, (keys,)))


def _settled(grids: list[Grid] | None, chunk: Chunk) -> bool:
    return grids is not None and grids[-1].frozen and grids[0].from_day <= chunk.days[0]


def _begun(seen: Seen, grids: list[Grid] | None) -> tuple[Grid | None, Grid] | None:
    """The grid a feature begins with, or its first one moved to an earlier day; None if there is nothing to do."""
    if grids is None or grids[0].kind != seen.kind:
        return None, Grid(
            seen.model_id, seen.feature, seen.first_day, seen.kind, frozen=seen.kind == "category"
        )
    if seen.first_day < grids[0].from_day:
        return grids[0], replace(grids[0], from_day=seen.first_day)
    return None


def _write(warehouse: Warehouse, changes: Sequence[tuple[Grid | None, Grid]]) -> None:
    """Replace each old grid (if any) with the new one and mark the days it covers."""
    import polars as pl

    if not changes:
        return
    moved = [old for old, new in changes if old is not None and old.from_day != new.from_day]
    for old in moved:
        warehouse.run(
            "DELETE FROM ops.grid WHERE model_id = ? AND feature = ? AND from_day = ?",
            [old.model_id, old.feature, old.from_day],
        )
    warehouse.put("ops.grid", pl.DataFrame([asdict(new) for _, new in changes], infer_schema_length=None))
    for day in sorted({new.from_day for _, new in changes}):
        mark(warehouse, (new.model_id for _, new in changes if new.from_day == day), day)


def _retake(
    night: Night, warehouse: Warehouse, chunk: Chunk, fresh: Mapping[tuple[str, str], Mapping[dt.date, int]]
) -> None:
    """Retake centre and scale for every provisional grid of the chunk's models that has enough new values."""
    counted = _counted(warehouse, chunk)
    wanted: dict[tuple[str, dt.date], list[Grid]] = {}
    for key, grids in read(warehouse, chunk).items():
        last = grids[-1]
        by_day = {**counted.get((*key, last.from_day), {}), **fresh.get(key, {})}
        n = sum(min(finite, OF_A_DAY) for finite in by_day.values())
        if not last.frozen and (last.n == 0 or step(n) > last.n):
            wanted.setdefault((last.feature, last.from_day), []).append(last)
    changes: list[tuple[Grid | None, Grid]] = []
    for (feature, from_day), grids in sorted(wanted.items(), key=lambda item: item[0]):
        values = sample(night, warehouse, chunk, feature, from_day, [g.model_id for g in grids])
        taken = of_first_days(values)
        changes += [(old, new) for old in grids if (new := _taken(old, taken.get(old.model_id))).n > old.n]
    _write(warehouse, changes)


def _counted(warehouse: Warehouse, chunk: Chunk) -> dict[tuple[str, str, dt.date], dict[dt.date, int]]:
    """How many finite values each day outside the chunk holds, for each provisional grid."""
    rows = warehouse.rows(
        """
        SELECT h.model_id, h.feature, h.grid_from, h.day, sum(h.n)::BIGINT
        FROM daily.feature_hist AS h
        JOIN ops.grid AS g ON g.model_id = h.model_id AND g.feature = h.feature AND g.from_day = h.grid_from
        WHERE NOT g.frozen AND list_contains(?, h.model_id) AND h.bin BETWEEN -127 AND 127
          AND NOT (h.source = ? AND list_contains(?, h.day))
        GROUP BY ALL ORDER BY ALL
        """,
        [chunk.model_ids, chunk.source, list(chunk.days)],
    )
    found: dict[tuple[str, str, dt.date], dict[dt.date, int]] = {}
    for model_id, feature, from_day, day, n in rows:
        found.setdefault((model_id, feature, from_day), {})[day] = n
    return found


def _taken(grid: Grid, values: tuple[int, pl.Series] | None) -> Grid:
    """The grid taken from its model's first days."""
    if values is None:
        return grid
    n, chosen = values
    centre, scale = centre_scale(chosen.to_numpy())
    return replace(grid, centre=centre, scale=scale, n=n, frozen=n == VALUES)
