"""A profile as a JSON file of counts, so that a reference is counted once and compared with every night.

A number's counts are base64 of zlib of integers (steps between codes, then counts), read ten times faster than text; a
prefix such as "i2:" says how wide the integers are. Earlier profiles have no prefix and 64 bits.

Flows in and out: `core.column_profile.Profile`. A saved profile holds no rows, but the categories it counts and the
earliest and latest times. What a file says is checked before it is used. Callers: pipeline.compare, commands.
"""

from __future__ import annotations

import base64
import json
import math
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import numpy as np

from dagster_project.core.column_profile import Column, Grid, Kind, Profile, Tally
from dagster_project.core.errors import SourceError
from dagster_project.core.types import Ints

ENDING = ".profile.json"
VERSION = 1
LARGEST_TALLY = 4 * 2**20
"""Most numbers in a packed tally."""
WIDTHS: Mapping[str, np.dtype[Any]] = {"i2": np.dtype("<i2"), "i4": np.dtype("<i4"), "i8": np.dtype("<i8")}
"""The narrowest that holds all numbers of a column is used, so that there is less to unpack."""


def is_profile(path: Path) -> bool:
    """Whether a file's name says that it is a saved profile."""
    return path.name.endswith(ENDING)


def save(profile: Profile, path: Path) -> None:
    """Write a profile; the same profile gives the same bytes."""
    document = {
        "modelboard_profile": VERSION,
        "name": profile.name,
        "rows": profile.rows,
        "asked": list(profile.asked),
        "columns": [_record(column) for column in profile.columns],
    }
    path.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def load(path: Path) -> Profile:
    """Read a saved profile. Raises SourceError, with the reason, for anything else."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document.get("modelboard_profile") != VERSION:
            raise SourceError(
                str(path), f"is not a profile of version {VERSION}; save it again with --save-profile"
            )
        columns = tuple(_column(record) for record in document["columns"])
        return Profile(
            str(document["name"]),
            _count(document["rows"], least=1),
            columns,
            tuple(map(str, document["asked"])),
        )
    except FileNotFoundError as error:
        raise SourceError(str(path), "no such file") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(str(path), f"is not a saved profile: {type(error).__name__}: {error}") from error


def _record(column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": column.name,
        "type": column.type,
        "kind": column.kind,
        "missing": column.missing,
    }
    if column.grid is not None and column.tally is not None:
        found |= {"infinite": column.infinite, "centre": column.grid.centre, "scale": column.grid.scale}
        steps = np.diff(column.tally.codes, prepend=0)
        found["tally"] = _packed(np.concatenate([steps, column.tally.counts]))
    if column.categories is not None:
        found["categories"] = list(column.categories.items())
    if column.span is not None:
        found["span"] = column.span
    return found | ({"problem": column.problem} if column.problem else {})


def _column(record: dict[str, Any]) -> Column:
    kind: Kind = record["kind"]
    if kind not in get_args(Kind):
        raise ValueError(f"unknown kind {kind!r}")
    grid = tally = categories = None
    if kind == "number" and "problem" not in record:
        grid = Grid(_finite(record["centre"]), _finite(record["scale"]))
        steps, counts = np.array_split(_unpacked(record["tally"]), 2)
        if len(steps) != len(counts) or (steps[1:] < 1).any() or (counts < 1).any() or not grid.scale > 0:
            raise ValueError("codes must increase, counts be at least 1, scales be above 0")
        tally = Tally(np.cumsum(steps), counts)
    if "categories" in record:
        categories = {str(category): _count(n, least=1) for category, n in record["categories"]}
    span = record.get("span")
    return Column(
        str(record["name"]), str(record["type"]), kind, _count(record["missing"]), _count(record.get("infinite", 0)),
        grid, tally, categories, None if span is None else (str(span[0]), str(span[1])), str(record.get("problem", "")),
    )  # fmt: skip


def _packed(numbers: Ints) -> str:
    low, high = (int(end) for end in (numbers.min(initial=0), numbers.max(initial=0)))
    name, width = next(
        (n, w) for n, w in WIDTHS.items() if np.iinfo(w).min <= low and high <= np.iinfo(w).max
    )
    return f"{name}:{base64.b64encode(zlib.compress(numbers.astype(width).tobytes())).decode('ascii')}"


def _unpacked(text: str) -> Ints:
    """The numbers again; a crafted text cannot fill the memory."""
    name, _, packed = text.rpartition(":")
    width = WIDTHS[name or "i8"]
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(base64.b64decode(packed, validate=True), LARGEST_TALLY * width.itemsize)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not unpacker.eof:
        raise ValueError("a tally is truncated, or larger than that of any column")
    return np.frombuffer(raw, dtype=width).astype(np.int64)


def _count(value: object, least: int = 0) -> int:
    if type(value) is not int or value < least:
        raise ValueError(f"expected a count of at least {least}, not {value!r}")
    return value


def _finite(value: object) -> float:
    if not isinstance(value, float | int) or not math.isfinite(value):
        raise ValueError(f"expected a finite number, not {value!r}")
    return float(value)
