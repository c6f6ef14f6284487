"""Match labels with their requests, whenever they arrive; store them in the lake by day of the request.

A night first enters requests (`wait_for_labels`) and labels (`enter_labels`), each in the transaction of its
source, then matches everything that waits (`match_labels`). Only one label counts per request, the first by
label time. Called by `pipeline.ingest`, inside its transactions; `uncounted_labels` by
`pipeline.score_labels`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.store.columns import LABELLED, REQUESTS, no_rows, segment_value
from dagster_project.store.ingestion import enter_duplicates, enter_new_accepted, move_duplicates
from dagster_project.store.lake import live_paths
from dagster_project.store.parts import STREAM_ROWS, part_rows, write_parts
from dagster_project.store.portions import Query, named, sorted_by_model
from dagster_project.store.requests import Batch, Written, find_repeated
from dagster_project.store.statements import statement
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

SORT_MEMORY = "150MB"
"""The database's memory while labels that arrived with requests are sorted, one day of a model at a time: the
sort fills any share before it spills (with 300 MB, a million labels of a model took 140 MB more)."""
ENOUGH = 100
"""This many labels without a single yes are worth a question."""
UNCOUNTED_DAYS = 28
"""Labels that count for nothing are looked for on this many days with labels."""


@dataclass(frozen=True, slots=True)
class AwaitingLabels:
    """Which requests must wait for a label."""

    everyone: bool
    """All, because some source of outcomes may name any model."""
    models: tuple[str, ...]
    """Otherwise, those of these models."""
    inline_sources: tuple[str, ...]
    """Sources of requests that contain labels; their requests wait too."""
    segments: Mapping[str, Sequence[str]]
    """model -> its declared segments."""


def wait_for_labels(
    warehouse: Warehouse, root: Path, batch: Batch, written: Written, awaiting: AwaitingLabels
) -> int:
    """Let the requests of the written days wait, and make the labels that these days had unmatched again.

    Labels that arrived with requests of new days need no matching and are written at once. Returns how many
    these are.
    """
    days = list(written.days)
    labelled = live_paths(warehouse, root, "labelled", batch.source, days)
    if labelled:
        warehouse.run(statement("labels", "take_back_labels", none=no_rows(LABELLED)), {"labelled": labelled})
        forget_labelled(warehouse, root, labelled)
    warehouse.run(statement("labels", "forget_waiting"), {"source": batch.source, "days": days})
    if written.parts.is_empty():
        return 0
    segments, parameters = segments_of(written.types, awaiting.segments)
    parameters |= {**written.query.parameters, "source": batch.source, "zone": batch.zone}
    rows, n = written.query.rows, 0
    if "label" in written.types:
        if labelled or _awaited(warehouse, awaiting):
            warehouse.run(*_bound(statement("labels", "keep_inline", rows=rows), parameters))
        else:
            n = _write_at_once(warehouse, root, segments, Query(rows, parameters))
            rows = statement("labels", "without_label", rows=rows)
    parameters |= {
        "everyone": awaiting.everyone or batch.source in awaiting.inline_sources,
        "models": list(awaiting.models),
    }
    warehouse.run(*_bound(statement("labels", "wait", segments=segments, rows=rows), parameters))
    return n


def wait_again(warehouse: Warehouse, root: Path, awaiting: AwaitingLabels, since: dt.date) -> None:
    """Let the lake's requests from a day on wait, except those that already wait or have their label."""
    days = warehouse.rows(
        "SELECT DISTINCT source, day FROM ops.part WHERE kind = 'requests' AND day >= ? ORDER BY ALL", [since]
    )
    for source, day in days:
        stored = live_paths(warehouse, root, "requests", source, [day])
        labelled = live_paths(warehouse, root, "labelled", source, [day])
        lake = "FROM read_parquet($stored, union_by_name = true)"
        rows = f"SELECT * {lake} UNION ALL BY NAME {no_rows(REQUESTS)}"
        types = dict(
            warehouse.frame(f"DESCRIBE {rows}", {"stored": stored})["column_name", "column_type"].rows()
        )
        segments, parameters = segments_of(types, awaiting.segments)
        sql = statement(
            "labels", "wait_again", segments=segments, none=no_rows(REQUESTS), no_labels=no_rows(LABELLED),
            labels=statement("labels", "stored_labels") if labelled else "",
        )  # fmt: skip
        parameters |= {"source": source, "day": day, "stored": stored, "labelled": labelled}
        parameters |= {
            "everyone": awaiting.everyone or source in awaiting.inline_sources,
            "models": list(awaiting.models),
        }
        warehouse.run(*_bound(sql, parameters))


def _awaited(warehouse: Warehouse, awaiting: AwaitingLabels) -> bool:
    """Whether a source of outcomes may label the requests just written as well."""
    if awaiting.everyone:
        return True
    models = warehouse.frame("SELECT DISTINCT model_id FROM temp.model_day")["model_id"]
    return not set(awaiting.models).isdisjoint(models)


def _write_at_once(warehouse: Warehouse, root: Path, segments: str, query: Query) -> int:
    """Write the labelled files of days that had none, for labels that arrived with their requests."""
    sql = statement("labels", "labelled_at_once", rows=query.rows, segments=segments)
    with warehouse.within(SORT_MEMORY):
        rows = sorted_by_model(warehouse, sql, query)
        written = part_rows(write_parts(root, "labelled", rows, lambda _: tuple(LABELLED)))
    warehouse.append("ops.part", written)
    return int(written["rows"].sum())


def enter_labels(warehouse: Warehouse, root: Path, batch: Batch, awaiting: AwaitingLabels) -> None:
    """Enter a source's labels as unmatched and count them in its ledger; forget labels of replaced files."""
    if batch.replaced:
        _take_back(warehouse, root, sorted(batch.replaced))
        gone = {"source": batch.source, "file_ids": sorted(batch.replaced)}
        warehouse.run(statement("labels", "forget_labels"), gone)
    if not batch.spool:
        return
    parameters: dict[str, object] = {
        "source": batch.source,
        "spool": [str(path) for path in batch.spool],
        "left_out": sorted(batch.left_out),
        "inline_sources": list(awaiting.inline_sources),
    }
    new = statement("labels", "new_labels")
    pending = statement("labels", "pending_labels", new=new)
    find_repeated(warehouse, pending, "model_id, request_id", parameters)
    warehouse.run(statement("labels", "find_beaten", pending=pending), parameters)
    unbeaten = statement("labels", "unbeaten_labels", new=new)
    accepted = warehouse.frame(*_bound(statement("labels", "label_accepted", unbeaten=unbeaten), parameters))
    enter_new_accepted(warehouse, batch.source, accepted)
    duplicates = warehouse.frame(statement("labels", "label_duplicates"))
    enter_duplicates(warehouse, batch.source, _counts(duplicates.filter(duplicates["new"])))
    _move_duplicates(warehouse, duplicates.filter(~duplicates["new"]))
    warehouse.run(statement("labels", "drop_beaten"))
    warehouse.run(*_bound(statement("labels", "enter_labels", unbeaten=unbeaten), parameters))


def match_labels(
    warehouse: Warehouse, root: Path, awaiting: AwaitingLabels, expire_before: dt.date | None
) -> int:
    """Match everything that waits, and write the labelled files concerned; return the number of matches.

    Requests and labels older than `expire_before` then stop waiting.
    """
    inline = {"inline_sources": list(awaiting.inline_sources)}
    warehouse.run(statement("labels", "match"), inline)
    if _challenge(warehouse, root, expire_before):
        warehouse.run(statement("labels", "match"), inline)
    n = warehouse.value("SELECT count(*) FROM temp.matched WHERE place = 1")
    _write_labelled(warehouse, root)
    beaten = warehouse.frame(statement("labels", "beaten"))
    _move_duplicates(warehouse, beaten.filter(~beaten["source"].is_in(awaiting.inline_sources)))
    for name in ("drop_waiting", "drop_unmatched"):
        warehouse.run(statement("labels", name))
    warehouse.run(statement("labels", "drop_inline"), inline)
    if expire_before is not None:
        for name in ("expire_waiting", "expire_unmatched"):
            warehouse.run(statement("labels", name), {"before": expire_before})
    return int(str(n))


def _bound(sql: str, parameters: dict[str, object]) -> tuple[str, dict[str, object]]:
    """A statement with the parameters that it names."""
    return sql, named(sql, parameters)


def segments_of(
    types: Mapping[str, str], segments: Mapping[str, Sequence[str]]
) -> tuple[str, dict[str, object]]:
    """Return SQL for a row's segment texts, such as 'origin=JFK', by model; names and ids are parameters."""
    branches, parameters = [], dict[str, object]()
    for i, (model_id, names) in enumerate(sorted(segments.items())):
        texts = []
        for j, name in enumerate(names):
            parameters[f"segment_{i}_{j}"] = f"{name}="
            texts.append(f"$segment_{i}_{j} || {segment_value(name, types)}")
        parameters[f"model_{i}"] = model_id
        branches.append(f"WHEN model_id = $model_{i} THEN [{', '.join(texts)}]")
    if not branches:
        return "[]::varchar[]", parameters
    return f"CASE {' '.join(branches)} ELSE [] END::varchar[]", parameters


def forget_labelled(warehouse: Warehouse, root: Path, paths: Sequence[str]) -> None:
    """Remove files of labelled requests, given by absolute path, from the list."""
    relative = [Path(path).relative_to(root).as_posix() for path in paths]
    warehouse.run(statement("labels", "forget_labelled"), {"paths": relative})


def _unlabel(warehouse: Warehouse, root: Path, source: str, day: dt.date) -> None:
    """Let a day's requests and labels wait for each other again."""
    paths = live_paths(warehouse, root, "labelled", source, [day])
    warehouse.run(statement("labels", "take_back_labels", none=no_rows(LABELLED)), {"labelled": paths})
    warehouse.run(
        statement("labels", "take_back_requests", none=no_rows(LABELLED)),
        {"labelled": paths, "source": source},
    )
    forget_labelled(warehouse, root, paths)


def _take_back(warehouse: Warehouse, root: Path, file_ids: Sequence[str]) -> None:
    found = warehouse.frame(statement("labels", "labelled_with_files"), {"file_ids": list(file_ids)})
    for source, day in found.iter_rows():
        _unlabel(warehouse, root, source, day)


def _challenge(warehouse: Warehouse, root: Path, since: dt.date | None) -> bool:
    """Take back the days on which a remaining label belongs to a request that already has one."""
    left = warehouse.value(
        "SELECT count(*) FROM lake.unmatched WHERE rowid NOT IN (SELECT label_row FROM temp.matched)"
    )
    paths = warehouse.frame(
        "SELECT path FROM ops.part WHERE kind = 'labelled' AND ($since IS NULL OR day >= $since) ORDER BY path",
        {"since": since},
    )
    if not left or paths.is_empty():
        return False
    labelled = [str(root / path) for path in paths["path"]]
    days = warehouse.frame(statement("labels", "challenged"), {"labelled": labelled, "root": f"{root}/"})
    for source, day in days.iter_rows():
        _unlabel(warehouse, root, source, day)
    return days.height > 0


def _write_labelled(warehouse: Warehouse, root: Path) -> None:
    """Write source by source, as sorting all at once would need memory for all."""
    days = warehouse.frame(statement("labels", "matched_days"))
    for (source,), group in days.group_by(["source"], maintain_order=True):
        _write_source(warehouse, root, str(source), group["day"].to_list())


def _write_source(warehouse: Warehouse, root: Path, source: str, days: Sequence[dt.date]) -> None:
    stored = live_paths(warehouse, root, "labelled", source, days)
    parameters: dict[str, object] = {"source": source} | ({"labelled": stored} if stored else {})
    fragment = statement("labels", "stored_labels") if stored else ""
    rows = warehouse.batches(
        statement("labels", "labelled_rows", stored=fragment), parameters, rows=STREAM_ROWS
    )
    written = write_parts(root, "labelled", rows, lambda _: tuple(LABELLED))
    if stored:
        forget_labelled(warehouse, root, stored)
    warehouse.append("ops.part", part_rows(written))


def _move_duplicates(warehouse: Warehouse, duplicates: pl.DataFrame) -> None:
    for (source,), group in duplicates.group_by(["source"], maintain_order=True):
        move_duplicates(warehouse, str(source), _counts(group))


def _counts(duplicates: pl.DataFrame) -> pl.DataFrame:
    return duplicates.select("file_id", "day", "duplicate")


def uncounted_labels(
    warehouse: Warehouse, root: Path, as_of: dt.date, yes: Mapping[str, Sequence[str]]
) -> pl.DataFrame:
    """Return model_id, source, n, first_day, last_day of labels that say nothing about their model, and why.

    Either they are words (`texts`: the most frequent); or numbers that all count as yes although some are
    beyond 1 (`codes`: the most frequent); or at least `ENOUGH` labels, none of which means yes (`yes`: what
    does, by their source). These are counted over the newest days with labels of each source, at most
    `UNCOUNTED_DAYS`. Or none of them has a request: `ids` is an id that they name, `waiting` that of a
    request waiting for its label.
    """
    import polars as pl

    asked = {"as_of": as_of, "days": UNCOUNTED_DAYS}
    suspects = warehouse.frame(statement("labels", "never_counted"), asked)
    models, paths = (suspects[name].unique().sort().to_list() for name in ("model_id", "path"))
    stored = statement("labels", "stored_labels") if paths else ""
    found = {"labelled": [str(root / path) for path in paths], "models": models, "as_of": as_of}
    found |= {"in_words": sorted(yes), "enough": ENOUGH}
    fragments = {"none": no_rows(LABELLED), "stored": stored}
    every = {
        name: warehouse.frame(*_bound(statement("labels", name, **fragments), found))
        for name in ("texts", "coded", "denied", "astray")
    }
    meant = [yes[source] for source in every["denied"]["source"]]
    every["denied"] = every["denied"].with_columns(pl.Series("yes", meant, dtype=pl.List(pl.String)))
    return pl.concat(every.values(), how="diagonal").sort("model_id", "source")
