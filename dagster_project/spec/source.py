"""`data/sources/*.yml`: where logs are and how their columns map to the canonical ones."""

from __future__ import annotations

import codecs
import math
from collections.abc import Mapping
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from dagster_project.core.naming import case_folded
from dagster_project.spec.base import FeatureName, Finding, Input, Name, Text, Zone, found, refuse, unknown
from dagster_project.spec.facts import FACTS

Kind = Literal["requests", "outcomes", "training_runs", "ci_runs", "commits", "deployments", "incidents"]
Format = Literal["parquet", "csv", "jsonl"]
Unit = Literal["ns", "us", "ms", "s", "min", "h", "share", "percent", "1"]

REQUEST_COLUMNS = {
    "event_time": "When the model was called; required.",
    "arrival_time": "When the row reached the log; gives arrival delays and late rows.",
    "request_id": "Finds the request's label in another source, and its duplicates.",
    "model_id": "Which model was called, a column or a constant; required.",
    "version": "Of the model.",
    "deployment": "Where the model ran, such as a region or a cluster; may be a segment.",
    "pattern": "How it was called: rest, batch, stream or other.",
    "consumer": "The application or team that called it.",
    "user": "The person it was about; hashed on reading.",
    "records": "Records in a batch; 1 if not given.",
    "latency_ms": "How long the answer took, in any `unit` of time.",
    "status": "How the request ended; `errors` says which ones are errors.",
    "score": "Binary models: the probability of a positive, 0 to 1; multiclass models: of the class answered.",
    "prediction": "The answer: a number, a class, or 1 and 0.",
    "baseline": "What the simple alternative answered to the same request, a column or a constant such as the median"
    " of the past; quality is then measured against it, row by row.",
    "label": "The truth: a number, a class, or 1 and 0 (`positive` says which text means 1).",
    "label_time": "When the truth was known; the day of the request if not given.",
    "tokens_in": "Tokens that a language model read.",
    "tokens_out": "Tokens that it wrote.",
    "cost": "Of the request, in the workspace's currency.",
    "eligible": "How many records could have been scored, for coverage; a run may state it once.",
}
"""What a request may contain, and what it means."""
LONGEST_NAME = 255
"""Most bytes of a file's name that a file system accepts."""
OUTCOME_COLUMNS = {
    "request_id": "Of the request that the truth belongs to; required.",
    "model_id": "Whose request it was; any model's if not given.",
    "label": REQUEST_COLUMNS["label"] + " Required.",
    "label_time": "When the truth was known; the day of the request if not given.",
}
"""What an outcome may contain."""
NEEDED = {"requests": ("event_time", "model_id"), "outcomes": ("request_id", "label")}
"""What a source must map, by its kind; columns of facts may also be found by their documented names."""


def _as_written(value: object) -> object:
    """Turn text into a number if it reads back the same: `str(constant)` is then what was written."""
    if isinstance(value, str):
        for kind in (int, float):
            with suppress(ValueError):
                if str(kind(value)) == value and math.isfinite(kind(value)):
                    return kind(value)
    return value


def _one_or_many(value: object) -> object:
    """Read a single text as a list of one."""
    return value if isinstance(value, (list, tuple)) else [value]


def _one_delimiter(value: str) -> str:
    if not value.isascii() or value in '\0"\r\n':
        raise ValueError(f"expected one ASCII character, such as ; or \\t, found {found(value)}")
    return value


Delimiter = Annotated[
    str,
    StringConstraints(min_length=1, max_length=1, strip_whitespace=False),
    AfterValidator(_one_delimiter),
]


class Column(Input):
    """Where a canonical column comes from: a column of the file, or a constant."""

    column: Name | None = None
    """Name of the column in the file; a dot reaches into a nested record of JSON Lines or Parquet."""
    constant: Annotated[str | int | float | bool | None, BeforeValidator(_as_written)] = None
    """The same value for every row: a number if it reads back as written, otherwise text (`1.10`, `007`)."""
    unit: Unit = "1"
    """Unit in the file; latency is converted to ms, shares to 0..1."""
    format: Name | None = None
    """strptime format of a time written as text; ISO 8601 needs none. For numbers `epoch_s`, `epoch_ms` or
    `epoch_us`."""
    timezone: Zone | None = None
    """Zone of times without an offset; the source's if not given."""
    feature_type: Literal["number", "category"] | None = None
    """Features: how the values are read; inferred from the data if not given."""
    positive: Annotated[tuple[Name, ...], BeforeValidator(_one_or_many)] = ()
    """Yes and no written as texts or codes: which one, or which ones, count as 1; every other value counts as 0."""

    @model_validator(mode="after")
    def _one(self) -> Column:
        if (self.column is None) == (self.constant is None):
            raise ValueError("expected exactly one of column, constant")
        return self


class Source(Input):
    """One kind of file: its place, its format, and the way its columns map."""

    source: Name
    """The source's own name."""
    kind: Kind = "requests"
    """What a row is: a request to a model, the outcome of one, or a fact beside them."""
    title: Text | None = None
    """What the files are, in words."""
    format: Format | None = None
    """Inferred from the file's name if not given (.parquet, .csv[.gz|.zst], .jsonl/.ndjson[.gz|.zst])."""
    files: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Globs, relative to the workspace's root, or whole paths; `**` reaches into folders."""
    timezone: Zone = "UTC"
    """IANA zone of times without an offset."""
    delimiter: Delimiter = ","
    """CSV: what separates two fields; one ASCII character."""
    decimal: Literal[".", ","] = "."
    """CSV: what separates whole from fraction in a number."""
    thousands: Literal[".", ",", " ", "'"] | None = None
    """CSV: what separates thousands in a number; by default a point if `decimal` is a comma."""
    encoding: Name = "utf-8"
    """CSV: how the text is encoded, such as utf-8, windows-1252 or utf-16."""
    columns: dict[str, Column] = Field(default_factory=dict)
    """canonical column -> where it comes from. A plain text is the name of a column. Of facts, what
    is not mapped is read from the file's column of that name."""
    features: dict[FeatureName, Column] = Field(default_factory=dict)
    """feature -> where it comes from. A list of names, or "*" for every column not mapped otherwise."""
    scores: dict[Name, Column] = Field(default_factory=dict)
    """Multiclass models: class -> the column of its probability, 0 to 1. The score is then that of the class
    answered; the likeliest class is the answer where no `prediction` is mapped."""
    all_other_columns_are_features: bool = False
    """Every column of the file that is not mapped otherwise is a feature; the same as `features: "*"`."""
    errors: tuple[str, ...] = ()
    """Statuses that count as errors; where empty: numbers of 500 and above, and error, failed, timeout. A row
    without a status is neither an error nor a success."""
    late_after_hours: float = Field(default=24.0, ge=0, le=8760)
    """With `arrival_time`: a row that arrives this long after the end of its day is late."""
    max_segment_values: int = Field(default=50, ge=1, le=1000)
    """How many values of a segment are shown separately; rarer ones are counted together."""

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        data = dict(data)
        if isinstance(data.get("files"), str):
            data["files"] = [data["files"]]
        if isinstance(data.get("columns"), dict):
            data["columns"] = {k: _short(v) for k, v in data["columns"].items()}
        if isinstance(data.get("scores"), dict):
            data["scores"] = {k: _short(v) for k, v in data["scores"].items()}
        features = data.get("features")
        if features == "*":
            data["features"], data["all_other_columns_are_features"] = {}, True
        elif isinstance(features, list):
            data["features"] = _named(features)
        elif isinstance(features, dict):
            data["features"] = {k: _short(v) for k, v in features.items()}
        return data

    @field_validator("features")
    @classmethod
    def _names_differ(cls, features: dict[str, Column]) -> dict[str, Column]:
        first: dict[str, str] = {}
        wrong: list[Finding] = [
            ((name,), f"differs from {other!r} only in upper and lower case; rename one of them")
            for name in features
            if (other := first.setdefault(case_folded(name), name)) != name
        ]
        if wrong:
            raise refuse(*wrong)
        return features

    @field_validator("files")
    @classmethod
    def _globs(cls, files: tuple[str, ...]) -> tuple[str, ...]:
        wrong: list[Finding] = []
        for position, pattern in enumerate(files):
            expected = _glob_problem(pattern)
            if expected:
                wrong.append(((position,), f"{expected}, found {found(pattern)}"))
        if wrong:
            raise refuse(*wrong)
        return files

    @model_validator(mode="after")
    def _marks_differ(self) -> Source:
        if self.thousands == self.decimal:
            raise refuse(
                (("thousands",), f"expected a different mark than decimal, found {found(self.thousands)}")
            )
        return self

    @property
    def between_thousands(self) -> str:
        """The separator between thousands; '' if there is none."""
        return self.thousands or ("." if self.decimal == "," else "")

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, encoding: str) -> str:
        # Also refused: `hex` and `zip`, which do not encode text, `undefined`, and names that contain a NUL.
        with suppress(LookupError, ValueError):
            "a".encode(encoding)
            return codecs.lookup(encoding).name
        raise refuse(((), f"expected utf-8, windows-1252, utf-16 or the like, found {found(encoding)}"))

    @model_validator(mode="after")
    def _scores_fit(self) -> Source:
        if self.scores and self.kind != "requests":
            raise refuse((("scores",), f"is for kind requests; the kind is {self.kind}"))
        if self.scores and "score" in self.columns:
            raise refuse(
                (("scores",), "conflicts with the column score, which follows from it; give only one of them")
            )
        return self

    @model_validator(mode="after")
    def _columns_fit_kind(self) -> Source:
        known = _columns_of(self.kind)
        findings: list[Finding] = [
            (("columns", name), unknown("canonical column", name, known))
            for name in self.columns
            if name not in known
        ]
        missing: list[Finding] = [
            (("columns", name), "is missing; say which column of the file, or which constant, it is")
            for name in NEEDED.get(self.kind, ())
            if name not in self.columns
        ]
        findings = findings or missing  # a mistyped name is the likely reason why another one is missing
        if findings:
            raise refuse(*findings)
        return self


def _columns_of(kind: Kind) -> Mapping[str, object]:
    """What a source of this kind may contain."""
    if kind == "requests":
        return REQUEST_COLUMNS
    return OUTCOME_COLUMNS if kind == "outcomes" else FACTS[kind].columns


class Sources(Input):
    """A file that declares many sources."""

    sources: tuple[Source, ...] = ()


def _glob_problem(pattern: str) -> str:
    """What was expected instead of a glob that no file system can look for; '' if the glob is valid."""
    parts = pattern.split("/")
    if any("**" in part and part != "**" for part in parts):
        return "** must stand alone between two /"
    if pattern.startswith("~"):
        return "write the whole path instead of ~"
    if not PurePosixPath(pattern.lstrip("/")).parts:
        return "expected the names of files, such as logs/*.csv"
    if "\0" in pattern or any(len(part.encode()) > LONGEST_NAME for part in parts):
        return f"expected names of at most {LONGEST_NAME} bytes without NUL"
    return ""


def _short(value: object) -> object:
    """Read a plain text as the name of a column."""
    return {"column": value} if isinstance(value, str) else value


def _named(features: list[object]) -> dict[str, object]:
    """A list of feature names as a mapping from feature to the column of that name."""
    named: dict[str, object] = {}
    for position, name in enumerate(features):
        if not isinstance(name, str):
            raise refuse((("features", position), f"expected the name of a column, found {found(name)}"))
        if name in named:
            raise refuse((("features", position), f"{name!r} appears twice"))
        named[name] = {"column": name}
    return named
