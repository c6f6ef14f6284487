"""Which (source, day) must be rolled up, and why: their files, the statements or what is known of a model changed.

A day's digest is `<requests>:<labels>:<known>`: a late label changes only the second part, so it never costs a
second reading of the day's requests. The third says what was known of the models when the day was rolled up.
When a model's declaration, grid or dictionary changes, the same transaction empties the digests of the days affected.
When its declaration, or its source's mapping or time zone, changes, its grids and dictionaries are learnt again, as if
the workspace had begun that way. Caller: pipeline.summarise.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dagster_project.core.naming import content_id, state_id
from dagster_project.pipeline.night import Night
from dagster_project.spec.catalog import Model
from dagster_project.spec.reference import Profile
from dagster_project.store.engine import KEEP_ROWS
from dagster_project.store.warehouse import Warehouse

COUNTED = "repeats where requests have ids"
"""What this package's own code counts besides the statements; if this text changes, all requests are recounted."""
READ, COUNTED_AS = "source ", "counted source "
"""Prefixes of the keys in ops.state that say with which mapping a source was read, and with which it was counted."""
GONE = "gone"
"""Digest of a day that was rolled up and has no files any more: its rows are removed."""


@dataclass(frozen=True, slots=True)
class Due:
    """One day of one source to be rolled up."""

    source: str
    day: dt.date
    digest: str
    requests: tuple[Path, ...]
    labelled: tuple[Path, ...]
    request_rows: int
    labelled_rows: int
    duplicates: int
    """Rows of the logs that repeat a request of this day."""
    labels_only: bool

    @property
    def rows(self) -> int:
        """Rows to read."""
        return self.labelled_rows + (0 if self.labels_only else self.request_rows)

    @property
    def rows_at_once(self) -> int:
        """Most rows in memory at a time: requests are released before labels are read."""
        return max(self.labelled_rows, 0 if self.labels_only else self.request_rows)


def relearn_sources(night: Night, warehouse: Warehouse) -> None:
    """Relearn the models of every source whose mapping, or cap on segment values, changed since the last run."""
    sql = "SELECT key, value FROM ops.state WHERE starts_with(key, $prefix) ORDER BY key"
    caps = {source.source: source.max_segment_values for source in night.workspace.sources}
    read = {key.removeprefix(READ): made for key, made in warehouse.rows(sql, {"prefix": READ})}
    now = {COUNTED_AS + source: f"{made} {caps.get(source)}" for source, made in read.items()}
    before = dict(warehouse.rows(sql, {"prefix": COUNTED_AS}))
    changed = [key for key, counted in now.items() if before.get(key) != counted]
    if not changed:
        return
    models = warehouse.frame(
        "SELECT DISTINCT model_id FROM daily.traffic WHERE list_contains($sources, source) ORDER BY ALL",
        {"sources": [key.removeprefix(COUNTED_AS) for key in changed if key in before]},
    )
    with warehouse.transaction():
        _relearn(warehouse, models["model_id"].to_list())
        for key in changed:
            values = {"key": key, "value": now[key]}
            warehouse.run("INSERT OR REPLACE INTO ops.state VALUES ($key, $value)", values)


def relearn_declarations(night: Night, warehouse: Warehouse) -> int:
    """Relearn every model whose declaration changed since the last run; return how many."""
    import polars as pl

    profiles = night.workspace.profiles
    now = {f"summarised/{p.value.id}": declaration_digest(p.value, profiles) for p in night.workspace.models}
    before = dict(
        warehouse.rows("SELECT key, value FROM ops.state WHERE key LIKE 'summarised/%' ORDER BY key")
    )
    changed = sorted(key for key in now.keys() | before.keys() if now.get(key) != before.get(key))
    if not changed:
        return 0
    with warehouse.transaction():
        _relearn(warehouse, [key.removeprefix("summarised/") for key in changed])
        warehouse.run("DELETE FROM ops.state WHERE list_contains(?, key)", [changed])
        rows = [(key, now[key]) for key in changed if key in now]
        warehouse.append(
            "ops.state", pl.DataFrame(rows, schema={"key": pl.String, "value": pl.String}, orient="row")
        )
    return len(changed)


def declaration_digest(model: Model, profiles: Mapping[str, Profile]) -> str:
    """SHA-256 of the part of a declaration that decides how the model's rows are counted."""
    kept = {
        "task",
        "threshold",
        "pattern",
        "segments",
        "features",
        "reference",
        "multivariate",
        "rules",
        "objective",
    }
    # A feature's importance weights its drift but not its counts; nor does the reason of a rule change what is counted.
    left_out = {"features": {"__all__": {"importance"}}, "rules": {"__all__": {"reason"}}}
    declared = model.model_dump(mode="json", include=kept, exclude=left_out)
    own = [note.reference.model_dump_json() for note in model.versions if note.reference]
    used = [profiles[path].model_dump_json() for path in model.profiles]
    texts = [json.dumps(declared, sort_keys=True), *own, *used]
    return content_id("\n".join(texts).encode())


def _relearn(warehouse: Warehouse, models: Sequence[str]) -> None:
    """Forget the grids and dictionaries of some models, and mark all their days, which then rebuild them."""
    mark(warehouse, models, dt.date.min)
    for table in ("ops.grid", "ops.category"):
        warehouse.run(f"DELETE FROM {table} WHERE list_contains(?, model_id)", [models])  # noqa: S608  fixed names


def mark(warehouse: Warehouse, models: Iterable[str], since: dt.date) -> None:
    """Mark the days from `since` on that hold one of the models, so that they are rolled up again."""
    warehouse.run(
        """
        UPDATE ops.summarised SET digest = '' WHERE (source, day) IN (
          SELECT source, day FROM daily.traffic WHERE list_contains(?, model_id) AND day >= ?
        )
        """,
        [sorted(set(models)), since],
    )


def find_due(night: Night, warehouse: Warehouse) -> list[Due]:
    """The days that differ from what was last rolled up, by source and day."""
    done = {
        (source, day): digest
        for source, day, digest in warehouse.rows("SELECT source, day, digest FROM ops.summarised")
    }
    parts = _parts(night, warehouse)
    repeats = _duplicates(warehouse)
    statements = _statement_digests(night)
    due = []
    for key in sorted(parts.keys() | done.keys()):
        before, own = done.get(key, ""), parts.get(key, ())
        digest = _files_digest(own, (*statements, repeats.get(key, 0)))
        if digest != files_digest(before):
            due.append(_due(night, key, own, repeats.get(key, 0), digest, before))
    return due


def files_digest(digest: str) -> str:
    """The first two parts of a stored digest: what the files decide."""
    return digest.rpartition(":")[0]


def chunks(due: Sequence[Due], rows: int = KEEP_ROWS) -> Iterator[list[Due]]:
    """Days of one source to roll up together, as many as can be read with at most `rows` rows in memory."""
    chunk: list[Due] = []
    n = 0
    for one in due:
        if chunk and (chunk[0].source != one.source or n + one.rows_at_once > rows):
            yield chunk
            chunk, n = [], 0
        chunk.append(one)
        n += one.rows_at_once
    if chunk:
        yield chunk


Part = tuple[str, str, int]
"""kind, path, rows"""


def _parts(night: Night, warehouse: Warehouse) -> dict[tuple[str, dt.date], list[Part]]:
    rows = warehouse.rows(
        "SELECT source, day, kind, path, rows FROM ops.part WHERE day <= ? OR day = ? ORDER BY source, day, kind, path",
        [night.as_of, night.running_day],
    )
    parts: dict[tuple[str, dt.date], list[Part]] = {}
    for source, day, kind, path, n in rows:
        parts.setdefault((source, day), []).append((kind, path, n))
    return parts


def _statement_digests(night: Night) -> tuple[str, str]:
    """One digest of the statements that read requests, and one of those that read labels."""
    texts: dict[bool, list[str]] = {False: [], True: []}
    for statement in sorted(night.workspace.summaries, key=lambda s: s.id):
        texts[statement.head.per == "labelled"].append(statement.sql)
    return state_id([COUNTED, *texts[False]]), state_id(texts[True])


def _duplicates(warehouse: Warehouse) -> dict[tuple[str, dt.date], int]:
    rows = warehouse.rows(
        """
        SELECT source, day, sum(duplicate)::BIGINT FROM ops.ledger
        WHERE kind = 'requests' AND duplicate > 0 GROUP BY source, day
        """
    )
    return {(source, day): n for source, day, n in rows}


def _files_digest(parts: Sequence[Part], made_by: tuple[str, str, int]) -> str:
    """`<requests>:<labels>` of a day's files; `made_by`: digests of the statements, and the day's duplicates."""
    if not parts:
        return GONE
    requests = [path for kind, path, _ in parts if kind == "requests"]
    labelled = [path for kind, path, _ in parts if kind == "labelled"]
    of_requests = state_id([made_by[0], str(made_by[2]), *requests]) if requests else ""
    return f"{of_requests}:{state_id([made_by[1], *labelled]) if labelled else ''}"


def _due(
    night: Night, key: tuple[str, dt.date], parts: Sequence[Part], duplicates: int, digest: str, before: str
) -> Due:
    requests = [part for part in parts if part[0] == "requests"]
    labelled = [part for part in parts if part[0] == "labelled"]
    same_requests = digest.split(":")[0] == before.split(":")[0]
    return Due(
        source=key[0],
        day=key[1],
        digest=digest,
        requests=tuple(lake_path(night, part[1]) for part in requests),
        labelled=tuple(lake_path(night, part[1]) for part in labelled),
        request_rows=sum(part[2] for part in requests),
        labelled_rows=sum(part[2] for part in labelled),
        duplicates=duplicates,
        labels_only=bool(requests) and same_requests,
    )


def lake_path(night: Night, path: str) -> Path:
    """The file of a part named in `ops.part`, where paths are relative to the workspace."""
    return night.workspace.root / path
