"""What drift is measured against: fixed days, rolling days, or a profile written by a training job.

`reference:` of a model or of one of its versions in `data/catalog/`. A profile is a JSON file below `data/`; its
format is described in `site/docs/about/methods.md` and written by `core.profile.profile`.
"""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from dagster_project.spec.base import Day, Finding, Input, Name, refuse

Json = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class Reference(Input):
    """One of: start and end; rolling_days and lag_days; profile. Fixed days should not be the training days."""

    start: Day | None = None
    end: Day | None = None
    rolling_days: int | None = Field(default=None, ge=7, le=400)
    """This many days before each window."""
    lag_days: int = Field(default=7, ge=1, le=400)
    """With rolling_days: they end this many days before the window begins; slow drift must not be its own reference."""
    profile: Json | None = None
    """A JSON file below data/ with the distributions of the training data."""

    @model_validator(mode="after")
    def _one_way(self) -> Reference:
        fixed = self.start is not None or self.end is not None
        if fixed + (self.rolling_days is not None) + (self.profile is not None) != 1:
            raise ValueError("give start and end, or rolling_days, or profile")
        if fixed and (self.start is None or self.end is None):
            raise refuse((("start" if self.start is None else "end",), "is missing"))
        if self.start and self.end and self.end < self.start:
            raise refuse((("end",), f"end {self.end} is before start {self.start}"))
        if "lag_days" in self.model_fields_set and self.rolling_days is None:
            raise refuse((("lag_days",), "belongs to rolling_days"))
        return self

    @model_validator(mode="after")
    def _profile_below_data(self) -> Reference:
        parts = (self.profile or "").split("/")
        if self.profile and (".." in parts or "" in parts or not self.profile.endswith(".json")):
            raise refuse((("profile",), f"expected a .json file below data/, found {self.profile!r}"))
        return self

    @property
    def days(self) -> tuple[dt.date, dt.date] | None:
        """First and last of the fixed days."""
        return (self.start, self.end) if self.start and self.end else None

    @property
    def words(self) -> str:
        """The reference in words."""
        if self.days:
            return f"{self.start} to {self.end}"
        if self.rolling_days:
            return f"{self.rolling_days} days that end {self.lag_days} days before each window"
        return f"training profile {self.profile}"


class ProfileFeature(Input):
    """The distribution of one feature (or of output:prediction, output:score, output:label) in the training data."""

    quantiles: Annotated[tuple[float, ...], Field(min_length=2, max_length=10_001)] | None = None
    """Numbers: the values at equal steps of probability, the smallest first, the largest last."""
    categories: dict[str, Annotated[int, Field(ge=0)]] | None = None
    """Categories: rows by value."""
    missing: int = Field(default=0, ge=0)
    """Rows without a value."""

    @model_validator(mode="after")
    def _one_kind(self) -> ProfileFeature:
        if (self.quantiles is None) == (self.categories is None):
            raise ValueError("give exactly one of quantiles, categories")
        numbers = self.quantiles or ()
        falls = [i for i, (a, b) in enumerate(itertools.pairwise(numbers), 1) if b < a]
        if falls:
            raise refuse((("quantiles", falls[0]), "is smaller than the quantile before it"))
        return self


class Profile(Input):
    """A training profile: `rows` rows, with each feature's distribution."""

    format: Literal["modelboard profile 1"]
    rows: int = Field(ge=1)
    first_day: Day | None = None
    last_day: Day | None = None
    made_by: Name | None = None
    """The run that wrote it."""
    features: Annotated[dict[Name, ProfileFeature], Field(min_length=1)]

    @model_validator(mode="after")
    def _rows_fit(self) -> Profile:
        findings: list[Finding] = []
        for name, feature in self.features.items():
            held = feature.missing + sum((feature.categories or {}).values())
            if held > self.rows:
                findings.append(
                    (("features", name), f"has {held} rows, more than the {self.rows} of the profile")
                )
        if findings:
            raise refuse(*findings)
        return self
