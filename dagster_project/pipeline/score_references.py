"""What each model and version is compared with, span by span: fixed days, rolling days, or a profile.

In: declarations, the days with requests. Out: `Rule`s, and the frames that `store.spans` shows to the metrics:
which comparison each (model, version, span) has, and the days behind each comparison. Called by score_due and
score.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dagster_project.core.histogram import SCALE, SCORE_SCALE, K, edges, logit_edges
from dagster_project.core.naming import LABEL, PREDICTION, SCORE
from dagster_project.core.profile import binned
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.summarise_dictionaries import REFERENCE_DAYS, first_days, reference
from dagster_project.spec.catalog import Model, undeclared
from dagster_project.spec.reference import Profile, Reference
from dagster_project.store.spans import Comparisons, Span
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

PROFILE = {
    "profile": "String", "model_id": "String", "feature": "String", "kind": "String", "value": "String",
    "grid_from": "Date", "bin": "Int32", "n": "Float64", "s1": "Float64", "s2": "Float64",
}  # fmt: skip


COMPARED = {
    "model_id": "String", "version": "String", "day": "Date", "window_days": "Int32", "ref": "Int32",
    "labels_until": "Date",
}  # fmt: skip
REFERENCE = {
    "ref": "Int32", "model_id": "String", "only_version": "String", "start": "Date", "until": "Date",
    "profile": "String", "labels_until": "Date", "labels_by": "Date",
}  # fmt: skip
LEARNED = {
    "model_id": "String", "version": "String", "start": "Date", "until": "Date", "labels_by": "Date",
    "apart": "Boolean",
}  # fmt: skip
LABELS_WITHIN = 28
"""Labels of reference days count if they arrive at most this many days after they usually do: a stray one must not
move the reference, and with it every reading of the past."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How one model, as a whole (version '') or in one version, is compared."""

    model_id: str
    version: str
    first_day: dt.date
    """The day the model began (`first_days`)."""
    start: dt.date | None
    """First and last (`until`) of fixed days; None if they roll or a profile replaces them."""
    until: dt.date | None
    declared: Reference | None
    since: dt.date
    """The version's first day with requests; the model's if the rule is for the whole model."""
    only: str = ""
    """Count only this version's rows on the reference days; '': all."""
    label_days: int = 0
    """Labels of a day count once this many days have passed: the first ones to arrive are not like the rest."""

    @property
    def profile(self) -> str:
        """Path of the training profile; '' if there is none."""
        return (self.declared and self.declared.profile) or ""

    def days(self, span: Span) -> tuple[dt.date, dt.date] | None:
        """First and last reference day of a span; None if a profile is the reference or the log is too short."""
        if self.start and self.until:
            return self.start, self.until
        if self.declared is None or self.declared.rolling_days is None:
            return None
        until = span.members[0] - dt.timedelta(days=self.declared.lag_days)
        start = until - dt.timedelta(days=self.declared.rolling_days - 1)
        return (start, until) if start >= self.first_day else None

    def waiting(self, days: int) -> Rule:
        """The same rule if labels are seen to need `days` days to arrive; never fewer than declared."""
        return replace(self, label_days=max(self.label_days, days))

    def mature(self, as_of: dt.date) -> dt.date:
        """The last day whose labels count: younger days have only the labels that arrived early."""
        return as_of - dt.timedelta(days=self.label_days)

    def own_days(self, usual: int, as_of: dt.date) -> tuple[dt.date, dt.date, dt.date] | None:
        """First day, last day and last label day of a version's own reference; None until all have passed.

        `usual`: how many reference days the model has. The version needs as many: fewer would show less of how days
        differ than those that they replace.
        """
        start, until = self.since, self.since + dt.timedelta(days=max(usual, REFERENCE_DAYS) - 1)
        if self.only and self.start and self.until:
            start, until = self.start, self.until
        by = until + dt.timedelta(days=self.label_days)
        return (start, until, by) if by <= as_of else None

    def labels_by(self, until: dt.date, as_of: dt.date) -> dt.date:
        """The last day on which labels of reference days up to `until` may arrive; later ones change nothing."""
        return min(as_of, until + dt.timedelta(days=self.label_days + LABELS_WITHIN))


def find_rules(night: Night, warehouse: Warehouse) -> list[Rule]:
    """The rules of every model with requests, and of its versions if it has several."""
    models = {placed.value.id: placed.value for placed in night.workspace.models}
    seen: dict[str, dict[str, tuple[dt.date, dt.date]]] = {}
    rows = warehouse.rows(
        "SELECT model_id, version, min(day), max(day) FROM daily.traffic WHERE segment = '' GROUP BY ALL ORDER BY ALL"
    )
    for model_id, version, first, last in rows:
        seen.setdefault(model_id, {})[version] = (first, last)
    served = "SELECT DISTINCT model_id, day FROM daily.traffic WHERE segment = '' ORDER BY ALL"
    began = first_days(warehouse.frame(served))
    return [
        rule
        for model_id, versions in seen.items()
        for rule in _rules(models.get(model_id) or undeclared(model_id), versions, began[model_id])
    ]


def _rules(model: Model, versions: Mapping[str, tuple[dt.date, dt.date]], first: dt.date) -> list[Rule]:
    own = {note.version: note.reference for note in model.versions if note.reference}
    late = math.ceil(model.label_delay_days or 0)
    whole = own.get(next(iter(versions))) if len(versions) == 1 else None
    rules = [_rule(model, "", first, whole or model.reference, first, "", late)]
    for version in versions if len(versions) > 1 else ():
        declared = own.get(version)
        only = version if declared and declared.days and _served(versions[version], declared.days) else ""
        since = max(first, versions[version][0])
        rules.append(_rule(model, version, first, declared or model.reference, since, only, late))
    return rules


def _rule(
    model: Model,
    version: str,
    first: dt.date,
    declared: Reference | None,
    since: dt.date,
    only: str,
    late: int,
) -> Rule:
    start, until = declared.days or (None, None) if declared else reference(model, first)
    return Rule(model.id, version, first, start, until, declared, since, only, late)


def _served(days: tuple[dt.date, dt.date], wanted: tuple[dt.date, dt.date]) -> bool:
    return days[0] <= wanted[1] and days[1] >= wanted[0]


def usual_days(rules: Iterable[Rule], as_of: dt.date) -> pl.DataFrame:
    """model_id, start, until, labels_by: the days that show how a model usually behaves, else its first ones.

    Labels of these days count if they arrive by `labels_by`; later ones change nothing.
    """
    first = dt.timedelta(days=REFERENCE_DAYS - 1)
    rows = []
    for rule in rules:
        if not rule.version:
            until = rule.until or rule.first_day + first
            rows.append((rule.model_id, rule.start or rule.first_day, until, rule.labels_by(until, as_of)))
    schema = {"model_id": "String", "start": "Date", "until": "Date", "labels_by": "Date"}
    return _frame(schema, rows)


def estimate_reference_days(rules: Sequence[Rule], as_of: dt.date) -> pl.DataFrame:
    """model_id, version, start, until, labels_by, apart: what estimates learn from, for the model ('') and by version.

    A version that began after the model's reference days did has days apart from them: as many from its first one on,
    or those declared. NULL until they and their labels are there, so that past estimates are recomputed once and not
    every night.
    """
    usual = usual_days(rules, as_of)
    of_model = {model_id: (start, until, by) for model_id, start, until, by in usual.iter_rows()}
    rows: list[tuple[object, ...]] = [(m, "", *days, False) for m, days in of_model.items()]
    for rule in rules:
        if rule.version:
            start, until, by = of_model[rule.model_id]
            apart = bool(rule.only) or rule.since > max(start, rule.first_day)
            days = rule.own_days((until - start).days + 1, as_of) if apart else (start, until, by)
            rows.append((rule.model_id, rule.version, *(days or (None, None, None)), apart))
    return _frame(LEARNED, rows)


def comparisons(
    night: Night, rules: Iterable[Rule], spans: Sequence[Span], models: Iterable[str]
) -> Comparisons:
    """The frames for some spans of some models: each distinct pair of days (or profile) is one reference."""
    among = set(models)
    wanted = [rule for rule in rules if rule.model_id in among]
    numbers: dict[tuple[object, ...], int] = {}
    compared = []
    for rule in wanted:
        mature = rule.mature(night.as_of)
        for span in spans:
            days = rule.days(span)
            if days is None and not rule.profile:
                continue
            by = rule.labels_by(days[1], night.as_of) if days else None
            key = (rule.model_id, rule.only, *(days or (None, None)), rule.profile, mature, by)
            place = numbers.setdefault(key, len(numbers))
            compared.append((rule.model_id, rule.version, span.day, span.window_days, place, mature))
    keys = [(place, *key) for key, place in numbers.items()]
    return Comparisons(_frame(COMPARED, compared), _frame(REFERENCE, keys))


def _frame(schema: Mapping[str, str], rows: Sequence[Sequence[object]]) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(
        rows, schema={name: getattr(pl, dtype) for name, dtype in schema.items()}, orient="row"
    )


def profile_rows(night: Night, warehouse: Warehouse, rules: Iterable[Rule]) -> pl.DataFrame:
    """Rows of `catalog.profile`: the profiles of these rules on the grids of their models."""
    named = sorted({(rule.model_id, rule.profile) for rule in rules if rule.profile})
    if not named:
        return _frame(PROFILE, [])
    grids = warehouse.rows(
        """
        SELECT model_id, feature, from_day, centre, scale FROM ops.grid WHERE kind = 'number' AND scale > 0
        QUALIFY row_number() OVER (PARTITION BY model_id, feature ORDER BY from_day DESC) = 1
        """
    )
    known = {(model_id, feature): grid for model_id, feature, *grid in grids}
    rows: list[tuple[object, ...]] = []
    for model_id, path in named:
        rows += [(path, model_id, *row) for row in _on_grids(night.workspace.profiles[path], model_id, known)]
    return _frame(PROFILE, rows).sort(list(PROFILE))


def _on_grids(
    profile: Profile, model_id: str, grids: Mapping[tuple[str, str], Sequence[object]]
) -> list[tuple[object, ...]]:
    """feature, kind, value, grid_from, bin, n, s1, s2 of every feature that the model has a grid for."""
    rows: list[tuple[object, ...]] = []
    for name, feature in sorted(profile.features.items()):
        if feature.categories is not None:
            counts = [*feature.categories.items(), (None, feature.missing)]
            rows += [(name, "category", v, None, None, n, 0.0, 0.0) for v, n in counts if n]
            continue
        grid = grids.get((model_id, PREDICTION if name == LABEL else name))
        if name != SCORE and grid is None:
            continue
        from_day, centre, scale = grid or (None, 0.0, 1.0)
        # The format guarantees at least two quantiles.
        q = (np.asarray(feature.quantiles) - centre) / scale
        borders, unit = (logit_edges(), SCORE_SCALE) if name == SCORE else (edges(), SCALE)
        sums = binned(np.clip(q, -(2.0**20), 2.0**20), profile.rows - feature.missing, borders)
        kind = "score" if name == SCORE else "number"
        for b, (n, s1, s2) in enumerate(zip(*(a.tolist() for a in sums), strict=True)):
            if n > 0:
                rows.append((name, kind, None, from_day, b - K, n, s1 * unit, s2 * unit**2))
        if feature.missing:
            rows.append((name, kind, None, from_day, 999, float(feature.missing), 0.0, 0.0))
    return rows
