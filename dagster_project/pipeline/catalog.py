"""The catalog: every model and version, what is declared about it, what was captured, and since when.

In: the workspace's declared models, `daily.traffic`, `fact.training_runs`, `fact.deployments`, so it runs after the
summaries. Out: `catalog.model`, `version`, `field` (rebuilt) and `history` (extended). Nothing later than
`night.as_of` counts. Called by the nightly job.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dagster_project.core.naming import slug
from dagster_project.pipeline.catalog_declared import DECLARED, PLAIN, declared_fields, stage_on
from dagster_project.pipeline.catalog_history import CurrentValue, History, Interval, Key, extended_history
from dagster_project.pipeline.catalog_metadata import ITEMS, Item, metadata_items, next_missing
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.summarise_dictionaries import REFERENCE_DAYS
from dagster_project.spec.catalog import Model, VersionNote, undeclared
from dagster_project.spec.loading import Placed
from dagster_project.store.statements import text_of
from dagster_project.store.warehouse import Warehouse

SERVING_DAYS = 7
"""A version that served within this many days of its model's last request counts as in production."""

Row = dict[str, object]
Versions = Mapping[str, Sequence[Row]]
"""Rows of `store/catalog_versions.sql` by model."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """What a refresh found."""

    models: int
    undeclared: int
    versions: int
    complete_versions: int
    """Versions with all six metadata items."""
    changes: int
    """Declarations and metadata that began or ended on this night's day."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One model and what is known about it: its declaration (if any) and its versions with their items."""

    model: Model
    placed: Placed[Model] | None
    versions: Sequence[Row]
    items: Mapping[str, tuple[Item, ...]]
    """Metadata items by version."""

    @property
    def place(self) -> str:
        """File and line of the declaration; '' if there is none."""
        return f"{self.placed.file}:{self.placed.line}" if self.placed else ""


def refresh(night: Night, warehouse: Warehouse) -> Catalog:
    """Rebuild the catalog as of the night's day, and extend the history of declarations."""
    entries = _entries(night, warehouse)
    before = _read_history(warehouse)
    history = extended_history(before, _found(entries, before, night), night.as_of)
    versions = [row for entry in entries for row in _version_rows(entry, night.as_of)]
    with warehouse.transaction():
        warehouse.fill("catalog.model", _model_rows(entries, night))
        warehouse.fill("catalog.version", versions)
        warehouse.fill("catalog.field", [row for entry in entries for row in _field_rows(entry, history)])
        warehouse.fill("catalog.history", _history_rows(history))
    return Catalog(
        models=len(entries),
        undeclared=sum(entry.placed is None for entry in entries),
        versions=len(versions),
        complete_versions=sum(row["items"] == len(ITEMS) for row in versions),
        changes=sum(night.as_of in (i.valid_from, i.valid_to) for of_key in history.values() for i in of_key),
    )


def _entries(night: Night, warehouse: Warehouse) -> list[Entry]:
    """Declared models, and those known only from logs or facts, by id."""
    zone = night.workspace.settings.timezone
    seen: dict[str, list[Row]] = {}
    for row in warehouse.frame(text_of("catalog_versions"), {"as_of": night.as_of, "zone": zone}).to_dicts():
        seen.setdefault(str(row["model_id"]), []).append(row)
    placed = {p.value.id: p for p in night.workspace.models}
    return [
        _entry(model_id, placed.get(model_id), seen, night.as_of)
        for model_id in sorted(placed.keys() | seen.keys())
    ]


def _entry(model_id: str, placed: Placed[Model] | None, seen: Versions, as_of: dt.date) -> Entry:
    model = placed.value if placed else undeclared(model_id)
    notes = {note.version: note for note in model.versions}
    rows = list(seen.get(model_id, ()))
    known = {str(row["version"]) for row in rows}
    rows += [_noted(note) for version, note in sorted(notes.items()) if version not in known]
    place = f"{placed.file}:{placed.line}" if placed else ""
    items = {str(r["version"]): metadata_items(r, notes.get(str(r["version"])), place, as_of) for r in rows}
    return Entry(model, placed, rows, items)


def _noted(note: VersionNote) -> Row:
    """A version known only from its note."""
    return {"version": note.version, "requests": 0}


def _found(entries: Iterable[Entry], before: History, night: Night) -> dict[Key, CurrentValue]:
    """What is true this night: declared fields, and the metadata items that are present."""
    found: dict[Key, CurrentValue] = {}
    for entry in entries:
        model, since = entry.model, _news_since(entry.model, before)
        if entry.placed:
            for field, value in declared_fields(model, night.workspace.targets).items():
                found[model.id, "", field] = CurrentValue(value, "declared", since)
        for version, items in entry.items.items():
            for item in (item for item in items if item.present):
                stated = CurrentValue(item.lasting or "", item.method, item.observed_at or since)
                found[model.id, version, item.field] = stated
    return found


def _news_since(model: Model, before: History) -> dt.date | None:
    """The day from which tonight's news holds: the model's `since`, or None once an earlier night has used it."""
    seen = before.get((model.id, "", "since"), ())
    return None if seen and seen[-1].value == str(model.since) else model.since


def _read_history(warehouse: Warehouse) -> History:
    frame = warehouse.frame(
        "SELECT model_id, version, field, value, method, valid_from, valid_to FROM catalog.history"
        " ORDER BY model_id, version, field, valid_from"
    )
    history: dict[Key, list[Interval]] = {}
    for model_id, version, field, *interval in frame.iter_rows():
        history.setdefault((model_id, version, field), []).append(Interval(*interval))
    return {key: tuple(intervals) for key, intervals in history.items()}


def _history_rows(history: History) -> list[Row]:
    return [
        {
            "model_id": model_id,
            "version": version,
            "field": field,
            "value": interval.value,
            "method": interval.method,
            "valid_from": interval.valid_from,
            "valid_to": interval.valid_to,
        }
        for (model_id, version, field), intervals in history.items()
        for interval in intervals
    ]


def _model_rows(entries: Sequence[Entry], night: Night) -> list[Row]:
    """The rows of `catalog.model`; an undeclared model has its id for a title."""
    titles = night.workspace.titles
    return [_model_row(entry, titles.get(entry.model.id, entry.model.id), night) for entry in entries]


def _model_row(entry: Entry, title: str, night: Night) -> Row:
    model = entry.model
    days = [day for row in entry.versions for day in (row.get("first_day"), row.get("last_day"))]
    seen = sorted(day for day in days if isinstance(day, dt.date))
    return (
        {name: getattr(model, name) for name in PLAIN}
        | {
            "model_id": model.id,
            "slug": slug(model.id),
            "title": title,
            "declared": entry.placed is not None,
            "file": entry.placed.file if entry.placed else None,
            "line": entry.placed.line if entry.placed else None,
            "risk_tier": model.risk_tier.level if model.risk_tier else None,
            "risk_reason": model.risk_tier.reason if model.risk_tier else None,
            "stage": stage_on(model, night.as_of),
            "first_day": seen[0] if seen else None,
            "last_day": seen[-1] if seen else None,
            "tags": list(model.tags),
            "depends_on": list(model.depends_on),
            "segments": list(model.segments),
            "groups": list(model.groups),
        }
        | _reference(model, seen, night)
    )


def _reference(model: Model, seen: Sequence[dt.date], night: Night) -> Row:
    """The reference days of the main window; a training profile has the days it was made from, if it says so."""
    given = model.reference
    start, end, method = None, None, given.words if given else None
    if given and given.days:
        (start, end), method = given.days, "declared"
    elif given and given.profile:
        profile = night.workspace.profiles[given.profile]
        start, end = profile.first_day, profile.last_day
    elif given and given.rolling_days:
        before = night.workspace.settings.main_window - 1 + given.lag_days
        end = night.as_of - dt.timedelta(days=before)
        start = end - dt.timedelta(days=given.rolling_days - 1)
    elif seen:
        start, end = seen[0], seen[0] + dt.timedelta(days=REFERENCE_DAYS - 1)
        method = f"first {REFERENCE_DAYS} days"
    return {"reference_start": start, "reference_end": end, "reference_method": method}


def _version_rows(entry: Entry, as_of: dt.date) -> list[Row]:
    last = max(
        (day for row in entry.versions if isinstance(day := row.get("last_day"), dt.date)), default=None
    )
    rows = []
    for row in entry.versions:
        items = entry.items[str(row["version"])]
        present = sum(item.present for item in items)
        rows.append(
            {
                "model_id": entry.model.id,
                "version": row["version"],
                "first_day": row.get("first_day"),
                "last_day": row.get("last_day"),
                "requests": row["requests"],
                "run_id": row.get("run_id"),
                "deployed_at": row.get("deployed_at"),
                "stage": _version_stage(row, last, stage_on(entry.model, as_of)),
                "items": present,
                "completeness": present / len(ITEMS),
                "next_missing": next_missing(items),
            }
        )
    return rows


def _version_stage(row: Row, last: dt.date | None, model_stage: str) -> str:
    """Its model's stage if it served recently; 'retired' if it was replaced; 'development' if it never served."""
    served = row.get("last_day")
    if not isinstance(served, dt.date) or last is None:
        return "development"
    return model_stage if served > last - dt.timedelta(days=SERVING_DAYS) else "retired"


def _field_rows(entry: Entry, history: History) -> list[Row]:
    """The twelve declared fields of the model, then the six metadata items of each version."""
    model_id = entry.model.id
    rows: list[Row] = []
    for field in DECLARED:
        last = (history.get((model_id, "", field)) or (None,))[-1]
        stated = last if last and last.valid_to is None else None
        rows.append(
            _field_row(
                model_id,
                "",
                Item(field, stated.value, entry.place, "declared", stated.valid_from)
                if stated
                else Item(field, None, "", "missing", None),
            )
        )
    for version, items in entry.items.items():
        rows += [_field_row(model_id, version, item) for item in items]
    return rows


def _field_row(model_id: str, version: str, item: Item) -> Row:
    return {
        "model_id": model_id,
        "version": version,
        "field": item.field,
        "value": item.value,
        "source": item.source,
        "method": item.method,
        "observed_at": item.observed_at,
    }
