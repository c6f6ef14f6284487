"""The static API beside the pages: JSON and tables whose shapes are described by the schemas next to them.

In: `Views` and the readings as frames and Arrow batches. Out: files below `api/`, the same bytes for the same
rows: keys sorted, floats as their shortest text, unknown values null and never NaN. Called by `pipeline.render`.
Shapes are stable within a SCHEMA_VERSION: keys may be added, none is renamed or removed.
"""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from json.encoder import encode_basestring
from pathlib import Path
from typing import IO, TYPE_CHECKING

from dagster_project.core.errors import PublishError
from dagster_project.publish.alerts_api import alerts_document, alerts_feed
from dagster_project.publish.traces import TracedViews, Traces
from dagster_project.publish.views import Row, Views

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

SCHEMA_VERSION = 1
ROWS_A_GROUP = 100_000
READING_COLUMNS = (
    "model_id", "version", "metric", "segment", "feature", "day", "window_days", "value", "unit", "numerator",
    "denominator", "n", "low", "high", "grade", "reason",
)  # fmt: skip
MILESTONE_KEYS = (
    "title", "level", "state", "raw_state", "method", "value", "threshold", "evidence", "since", "expires", "next_step",
)  # fmt: skip
MODEL_PARTS = (
    "health", "readings", "features", "consumers", "segments", "deployments", "incidents", "impact", "label_delay",
    "confusion", "calibration", "estimates", "test_set", "fairness", "fairness_gaps",
)  # fmt: skip
"""Views whose rows of a model are in its document, each under the view's name."""
_RENAMED = {"model": "id", "model_id": "id"}
FORMULA = r"^[=+\-@\t\r]"
"""Matches the beginning of a text that a spreadsheet would compute."""


def write_api(
    views: Views, into: Path, *, release: str, base_url: str = "", traces: Traces | None = None
) -> None:
    """Write every JSON document, the inputs' list and the schemas into `into`/api.

    Documents of models that the `traces` know to be unchanged are links to the previous release.
    """
    folder = into / "api"
    (folder / "models").mkdir(parents=True, exist_ok=True)
    _write(folder / "build.json", build_document(views, release))
    write_list(folder / "models.json", "models", models_listed(views))
    _write_models(views, folder / "models", traces or Traces(views))
    _write(folder / "alerts.json", alerts_document(views))
    (folder / "alerts.atom").write_text(alerts_feed(views, base_url=base_url), encoding="utf-8", newline="\n")
    _write(folder / "ledger.json", ledger_document(views))
    _write(folder / "maturity.json", maturity_document(views))
    _write(folder / "playbook.json", playbook_document(views))
    files = views.frame("files").select("source", "path", "file_id", "size", "state", "rows_read")
    write_csv(files, folder / "inputs.csv")
    write_schemas(folder / "schema")


def write_readings(folder: Path, batches: pa.RecordBatchReader, newest: dt.date) -> None:
    """Write readings.parquet, in row groups of a fixed size, and readings.csv with the day `newest`; order is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "readings.csv").open("wb") as file:
        copied = _copying_day(batches, newest, file)
        _write_parquet(folder / "readings.parquet", copied, batches.schema)


def _copying_day(batches: pa.RecordBatchReader, day: dt.date, file: IO[bytes]) -> Iterator[pa.RecordBatch]:
    """Pass the batches on unchanged, writing their rows of a day to `file` as CSV."""
    import polars as pl

    _put_csv(pl.DataFrame(_no_rows(batches.schema)).select(READING_COLUMNS), file, header=True)
    for batch in batches:
        is_of_day = pl.Series(batch.column("day")) == day
        if is_of_day.any():
            _put_csv(pl.DataFrame(batch).filter(is_of_day).select(READING_COLUMNS), file, header=False)
        yield batch


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    """Write a CSV that is safe to open in a spreadsheet: text that looks like a formula is prefixed with ' (OWASP)."""
    with path.open("wb") as file:
        _put_csv(frame, file, header=True)


def _put_csv(frame: pl.DataFrame, file: IO[bytes], *, header: bool) -> None:
    import polars as pl

    text = pl.col(pl.String)
    harmless = pl.when(text.str.contains(FORMULA)).then(pl.format("'{}", text)).otherwise(text)
    frame.with_columns(harmless.name.keep()).write_csv(file, include_header=header)


def build_document(views: Views, release: str) -> dict[str, object]:
    """What this build is: release, days, organization, counts, digest and the version of these shapes."""
    return {"schema_version": SCHEMA_VERSION, "release": release} | dict(views.one("build") or {})


def models_listed(views: Views) -> Iterator[dict[str, object]]:
    """Every model with its leading figures and where its page and its own document are."""
    for m in views.frame("models").iter_rows(named=True):
        yield _renamed(m) | {"page": f"models/{m['slug']}.html", "api": f"api/models/{m['slug']}.json"}


def _write_models(views: Views, folder: Path, traces: Traces) -> None:
    models = views.frame("models").sort("slug")
    views.expect(models)
    for model in models.iter_rows(named=True):
        name = f"{model['slug']}.json"
        place, path = _inside(folder, name), f"api/models/{name}"
        kept = traces.holds(path, model)
        if kept is not None:
            os.link(kept, place)
            continue
        traced = TracedViews(views, model)
        traced.where("models", model=model["model"])
        _write(place, model_document(traced, model))
        traces.note(path, traced)


def model_document(views: TracedViews, model: Row) -> dict[str, object]:
    """One model with everything its page shows."""
    name = model["model"]
    parts = {
        part: [_without(row, "model", "model_slug", "model_title") for row in views.where(part, model=name)]
        for part in MODEL_PARTS
    }
    versions, items = views.where("versions", model=name), views.where("metadata", model=name)
    described = [
        _without(version, "model")
        | {
            "metadata": [
                _without(item, "model", "version", "position")
                for item in items
                if item["version"] == version["version"]
            ]
        }
        for version in versions
    ]
    return _renamed(model) | parts | {"versions": described}


def ledger_document(views: Views) -> dict[str, object]:
    """Freshness and balance of every source, the main window by day, files set aside, rows rejected."""
    return {
        "sources": views.rows("ledger"),
        "freshness": views.rows("freshness"),
        "days": views.rows("ledger_days"),
        "set_aside": [f for f in views.rows("files") if f["state"] != "read"],
        "rejected": views.rows("rejects"),
    }


def maturity_document(views: Views) -> dict[str, object]:
    """`{"rubrics": [...]}`: one entry per rubric and subject, with its milestones."""
    rubrics = []
    for m in views.where("maturity", pillar=""):
        milestones = [
            {"id": s["milestone"]} | {key: s[key] for key in MILESTONE_KEYS}
            for s in views.where("milestones", subject=m["subject"], rubric=m["rubric"])
        ]
        rubrics.append({
            "id": m["rubric"], "title": m["rubric_title"], "scope": m["scope"], "subject": m["subject"],
            "level": m["level"], "score": m["score"], "waived_score": m["waived_score"], "coverage": m["coverage"],
            "milestones": milestones,
        })  # fmt: skip
    return {"rubrics": rubrics}


def playbook_document(views: Views) -> dict[str, object]:
    """The checklist by section, with progress."""
    sections = [
        _without(s, "section", "position")
        | {"id": s["section"], "items": [_item(i) for i in views.where("checklist", section=s["section"])]}
        for s in views.rows("sections")
    ]
    return {"sections": sections}


def write_schemas(folder: Path) -> None:
    """Copy the JSON Schemas of the documents beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    for schema in sorted((Path(__file__).parent / "schemas").glob("*.json")):
        (folder / schema.name).write_bytes(schema.read_bytes())


def to_json(document: object) -> str:
    """JSON with sorted keys; days and instants as ISO 8601, NaN and infinities as null."""
    return _json(document, "\n") + "\n"


def write_list(path: Path, key: str, items: Iterable[object]) -> None:
    """Write the document `{key: [...]}` one item at a time, so that thousands are never held together."""
    n, margin = 0, "\n  "
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"{{\n {encode_basestring(key)}: [")
        for n, item in enumerate(items, start=1):
            file.write(f"{',' if n > 1 else ''}{margin}{_json(item, margin)}")
        file.write("\n ]\n}\n" if n else "]\n}\n")


def _write(path: Path, document: object) -> None:
    path.write_text(to_json(document), encoding="utf-8", newline="\n")


def _inside(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise PublishError(f"{name!r} is outside the site")
    return path


def _item(row: Row) -> dict[str, object]:
    return _without(row, "section", "item") | {"id": row["item"]}


def _renamed(row: Row) -> dict[str, object]:
    return {_RENAMED.get(key, key): value for key, value in row.items()}


def _without(row: Row, *keys: str) -> dict[str, object]:
    return {key: value for key, value in row.items() if key not in keys}


def _json(value: object, margin: str) -> str:
    """JSON as `json.dumps` writes it with an indent of 1, in one pass over the value; `margin` begins a line."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "true" if value else "false"
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, float):
        return float.__repr__(value) if math.isfinite(value) else "null"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, Mapping):
        inner = margin + " "
        items = [
            f"{encode_basestring(str(key))}: {_json(item, inner)}" for key, item in sorted(value.items())
        ]
        return f"{{{inner}{f',{inner}'.join(items)}{margin}}}" if items else "{}"
    if isinstance(value, list | tuple):
        inner = margin + " "
        return f"[{inner}{f',{inner}'.join([_json(v, inner) for v in value])}{margin}]" if value else "[]"
    return _json(_plain(value), margin)


def _plain(value: object) -> str | int | float:
    """Days, instants and decimals as types that JSON has."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat() if value.tzinfo else value.isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _write_parquet(path: Path, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> None:
    """Row groups of exactly ROWS_A_GROUP rows, so that the bytes do not depend on how the batches were cut."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetWriter(path, schema, compression="zstd", store_schema=False) as writer:
        held = _no_rows(schema)
        for batch in batches:
            held = pa.concat_tables([held, pa.Table.from_batches([batch])])
            while held.num_rows >= ROWS_A_GROUP:
                writer.write_table(held.slice(0, ROWS_A_GROUP).combine_chunks(), row_group_size=ROWS_A_GROUP)
                held = held.slice(ROWS_A_GROUP)
        if held.num_rows:
            writer.write_table(held.combine_chunks(), row_group_size=ROWS_A_GROUP)


def _no_rows(schema: pa.Schema) -> pa.Table:
    """A table without rows. `schema.empty_table()` makes one from lists, for which pyarrow loads pandas if it can."""
    import pyarrow as pa

    return pa.Table.from_batches([], schema=schema)
