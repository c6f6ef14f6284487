"""The playbook's six metadata items of a version: what is captured, inferred from the lake, declared, or missing.

In: one row of `store/catalog_versions.sql` and the version's note. Out: `Item`s. Called by `catalog`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dagster_project.spec.catalog import Declared, VersionNote

ITEMS = (
    "artifact",
    "training_data",
    "training_code",
    "dependencies",
    "prediction_code",
    "historical_predictions",
)
"""In the order in which to supply missing ones: without the artifact nothing else can be tied to it."""

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Item:
    """One metadata item of one version."""

    field: str
    value: str | None
    source: str
    method: str
    observed_at: dt.date | None
    lasting: str | None = None
    """What history keeps: the value without the part that grows every night."""

    @property
    def present(self) -> bool:
        """Whether there is anything to show an auditor."""
        return self.method != "missing"


def metadata_items(row: Row, note: VersionNote | None, place: str, as_of: dt.date) -> tuple[Item, ...]:
    """The six items, in order; what a pipeline captured wins over what is declared in the file `place`."""
    return tuple(
        _captured(row, field)
        or _inferred(row, field)
        or _declared(note, field, place, as_of)
        or _missing(field)
        for field in ITEMS
    )


def next_missing(items: Sequence[Item]) -> str | None:
    """The first missing item in the order of `ITEMS`; None when all six are there."""
    return next((item.field for item in items if not item.present), None)


def _captured(row: Row, field: str) -> Item | None:
    """The item as recorded by the version's newest training run."""
    if row.get("run_id") is None and row.get("run_day") is None:
        return None
    texts = {
        "artifact": _joined(row["artifact_uri"], _digest(row["artifact_sha256"])),
        "training_data": _training_data(row),
        "training_code": _training_code(row),
        "dependencies": _joined(row["dependencies_uri"], _digest(row["dependencies_sha256"]))
        or _joined(row["image_digest"]),
        "prediction_code": _joined(row["prediction_code"]),
    }
    value = texts.get(field)
    day = row["run_day"]
    if not value or not isinstance(day, dt.date):
        return None
    return Item(field, value, f"training run {row['run_id'] or ''}".strip(), "auto", day, value)


def _training_data(row: Row) -> str | None:
    if row["data_uri"] is None and row["data_sha256"] is None:
        return None
    rows = f"{row['data_rows']} rows" if row["data_rows"] is not None else None
    days = f"{row['data_from']} to {row['data_to']}" if row["data_from"] and row["data_to"] else None
    return _joined(row["data_uri"], rows, days, _digest(row["data_sha256"]))


def _training_code(row: Row) -> str | None:
    dirty = "with uncommitted changes" if row["code_dirty"] else None
    value = _joined(row["code_link"], row["code_sha"])
    return _joined(value, dirty) if value else None


def _inferred(row: Row, field: str) -> Item | None:
    """Stored predictions are seen in the lake itself; nobody has to declare them."""
    first = row.get("first_day")
    if field != "historical_predictions" or not isinstance(first, dt.date):
        return None
    value = f"{row['requests']} requests from {first} to {row['last_day']} in the lake"
    return Item(field, value, "lake", "inferred", first, f"in the lake since {first}")


def _declared(note: VersionNote | None, field: str, place: str, as_of: dt.date) -> Item | None:
    stated: Declared | None = getattr(note, field) if note else None
    if stated is None or (stated.date is not None and stated.date > as_of):
        return None
    return Item(field, stated.value, place, "declared", stated.date, stated.value)


def _missing(field: str) -> Item:
    return Item(field, None, "", "missing", None)


def _digest(value: object) -> str | None:
    return f"sha256 {value}" if value else None


def _joined(*parts: object) -> str | None:
    return ", ".join(str(part) for part in parts if part) or None
