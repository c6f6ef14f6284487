"""What each output read from the views, so that the next build makes it again only if that has changed.

A page is a function of its template, the code, the look and the rows it reads. While it is made, `TracedViews` notes
the reads; the next build digests the rows that the same reads would find now. If the digests are equal, the page would
read the same rows again, so the previous release's file is reused ("verifying traces": Mokhov, Mitchell and Peyton
Jones, "Build Systems a la Carte", 2018). In: views whose rows carry marks. Out: the file to reuse for a path, if any,
and a file of reads. Called by `publish.templates` and `publish.api`; made and saved by `pipeline.render`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dagster_project.publish.views import Row, Views

if TYPE_CHECKING:
    import polars as pl

FIRST = "."
"""The `column` of a read of one cell of the view's first row; `value` then names the cell's own column."""


class Read(NamedTuple):
    """The rows of `view` whose `column` equals `value` (that of the output's row if `is_own`); all rows for ''."""

    view: str
    column: str
    value: str | int | float | bool | None
    is_own: bool = False


class Trace(NamedTuple):
    """An output of a release: its reads, the digest of what they found, and its file's size and time (ns)."""

    reads: tuple[Read, ...]
    digest: str
    bytes: int = 0
    written_ns: int = 0


class FirstRow(Mapping[str, object]):
    """The first row of a view, which notes the columns that are read."""

    def __init__(self, row: Row, view: str, reads: dict[Read, None]) -> None:
        """Wrap a row of `view`; its reads are added to `reads`."""
        self._row, self._view, self._reads = row, view, reads

    def __getitem__(self, key: str) -> object:
        """The value, noted."""
        value = self._row[key]
        self._reads[Read(self._view, FIRST, key)] = None
        return value

    def __iter__(self) -> Iterator[str]:
        """The columns' names; reading them is noted as a read of the whole view."""
        self._reads[Read(self._view, "", None)] = None
        return iter(self._row)

    def __len__(self) -> int:
        """How many columns there are."""
        return len(self._row)


@dataclass(frozen=True, slots=True)
class TracedViews:
    """Views that note what is read from them; `row` is the row that the output is made for."""

    views: Views
    row: Row | None = None
    reads: dict[Read, None] = field(default_factory=dict)

    def frame(self, view: str) -> pl.DataFrame:
        """As `Views.frame`."""
        self.reads[Read(view, "", None)] = None
        return self.views.frame(view)

    def rows(self, view: str) -> list[Row]:
        """As `Views.rows`."""
        self.reads[Read(view, "", None)] = None
        return self.views.rows(view)

    def where(self, view: str, **equal: object) -> list[Row]:
        """As `Views.where`."""
        column, value = next(iter(equal.items()))
        self.reads[self._slice(view, column, value)] = None
        return self.views.where(view, **equal)

    def one(self, view: str, **equal: object) -> Row | None:
        """As `Views.one`."""
        if equal:
            found = self.where(view, **equal)
            return found[0] if found else None
        row = self.views.one(view)
        self.reads[Read(view, FIRST, "")] = None
        return None if row is None else FirstRow(row, view, self.reads)

    def _slice(self, view: str, column: str, value: object) -> Read:
        if self.row is not None and column in self.row and self.row[column] == value:
            return Read(view, column, None, is_own=True)
        if value is None or isinstance(value, str | int | float | bool):
            return Read(view, column, value)
        return Read(view, "", None)


@dataclass(frozen=True, slots=True)
class Traces:
    """The outputs of the previous release with their traces, and those of this one as they are made.

    `base` is a digest of all that an output depends on besides rows: code, templates, look, settings.
    """

    views: Views
    base: str = ""
    previous: Path | None = None
    before: Mapping[str, Trace] = field(default_factory=dict)
    made: dict[str, Trace] = field(default_factory=dict)
    _shared: dict[tuple[Read, ...], tuple[Read, ...]] = field(default_factory=dict)
    """Interned reads: pages of one template mostly have the same ones, which are held once."""

    def holds(self, path: str, row: Row) -> Path | None:
        """The file of the previous release that can be reused for this output, or None."""
        trace = self.before.get(path)
        if trace is None or self.previous is None or trace.digest != self._digest(trace.reads, row):
            return None
        file = self.previous / path
        if _stamp(file) != (trace.bytes, trace.written_ns):
            return None
        self.made[path] = trace
        return file

    def note(self, path: str, traced: TracedViews) -> None:
        """Remember what an output read, unless a view's rows have no marks."""
        reads = tuple(traced.reads)
        digest = self._digest(reads, traced.row)
        if digest is not None:
            self.made[path] = Trace(self._shared.setdefault(reads, reads), digest)

    def _digest(self, reads: tuple[Read, ...], row: Row | None) -> str | None:
        total = hashlib.blake2b(self.base.encode(), digest_size=16)
        for read in reads:
            found = self._found(read, row)
            if found is None:
                return None
            total.update(len(found).to_bytes(8))
            total.update(found)
        return total.hexdigest()

    def _found(self, read: Read, row: Row | None) -> bytes | None:
        """What a read finds, as marks of rows; None if they have none, or the view or column is gone."""
        if read.column == FIRST:
            first = self.views.one(read.view) if read.view in self.views.names else None
            return (
                repr(first and first.get(str(read.value), "")).encode() if read.value else bytes(bool(first))
            )
        value = row[read.column] if read.is_own and row is not None else read.value
        return self.views.marks(read.view, read.column, value)


def load_traces(file: Path, release: str, base: str) -> dict[str, Trace]:
    """The traces saved with a release; none if those saved are of another release or another base."""
    if not file.is_file():
        return {}
    kept = json.loads(file.read_bytes())
    if (kept["release"], kept["base"]) != (release, base):
        return {}
    patterns = [tuple(Read(*read) for read in reads) for reads in kept["patterns"]]
    return {path: Trace(patterns[number], *rest) for path, (number, *rest) in kept["outputs"].items()}


def save_traces(traces: Traces, file: Path, release: str, staged: Path) -> None:
    """Write the traces of the staged outputs; pages of one template mostly share their reads."""
    patterns: dict[tuple[Read, ...], int] = {}
    outputs = {
        path: (patterns.setdefault(t.reads, len(patterns)), t.digest, *_stamp(staged / path))
        for path, t in traces.made.items()
    }
    kept = {"release": release, "base": traces.base, "patterns": list(patterns), "outputs": outputs}
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_suffix(".tmp")
    aside.write_text(json.dumps(kept, separators=(",", ":")), encoding="utf-8")
    aside.replace(file)


def _stamp(file: Path) -> tuple[int, int]:
    """Size and time of a file, which tell whether somebody has changed it."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_size, found.st_mtime_ns
