"""What people declare about a model, as text by field: for `catalog.field` and for the history of declarations.

In: a `Model` and the workspace's targets. Out: dictionaries. Called by `catalog`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

from pydantic import BaseModel

from dagster_project.spec.catalog import Model, Value
from dagster_project.spec.targets import Target

DECLARED = (
    "owner",
    "executive",
    "purpose",
    "users",
    "out_of_scope",
    "limits",
    "risk_tier",
    "personal_data",
    "value",
    "fallback",
    "appeal",
    "next_review",
)
"""The twelve fields that only people can know; everything else is captured."""

PLAIN = (
    "title", "purpose", "decision_moment", "team", "business_unit", "owner", "executive", "users", "out_of_scope",
    "limits", "fallback", "appeal", "runbook", "personal_data", "next_review", "since", "retired_on", "pattern", "task",
    "positive", "unit", "threshold", "baseline", "label_delay_days",
)  # fmt: skip
"""Fields of a model that become columns of `catalog.model` unchanged."""


def declared_fields(model: Model, targets: Sequence[Target]) -> dict[str, str]:
    """Every declared field that has a value, as text; undeclared fields are left out."""
    fields: dict[str, object] = {name: getattr(model, name) for name in PLAIN}
    fields["stage"] = stage_before_retirement(model)
    if model.risk_tier:
        fields |= {"risk_tier": model.risk_tier.level, "risk_reason": model.risk_tier.reason}
    if model.reference:
        fields["reference"] = model.reference.words
    if model.experiment:
        fields["experiment"] = f"{model.experiment.start} to {model.experiment.end}: {model.experiment.id}"
    if model.value:
        fields |= _value_fields(model.value)
    fields["targets"] = ", ".join(sorted({t.metric for t in targets if t.fits(model)})) or None
    for name in ("segments", "groups", "depends_on", "tags"):
        fields[name] = ", ".join(getattr(model, name)) or None
    return {name: as_text(value) for name, value in sorted(fields.items()) if value is not None}


def _value_fields(value: Value) -> dict[str, object]:
    """The money side of a declaration; a cost of zero counts as undeclared."""
    agreed = value.sign_off.state == "agreed"
    cost = value.cost if value.cost.per_day or value.cost.per_1000 else None
    return {
        "value": _value_in_words(value),
        "cost": cost,
        "plan": value.plan_per_month,
        "sign_off": (value.sign_off.date or "agreed") if agreed else None,
    }


def _value_in_words(value: Value) -> str:
    currency = f" {value.currency}" if value.currency else ""
    if value.per_outcome:
        worth = value.per_outcome
        return f"tp {worth.tp:g}, fp {worth.fp:g}, fn {worth.fn:g}, tn {worth.tn:g}{currency} per outcome"
    if value.per_accepted is not None:
        return f"{value.per_accepted:g}{currency} per prediction used"
    against = "the simple alternative" if value.baseline_error is None else f"{value.baseline_error:g}"
    return f"{value.per_unit_error:g}{currency} per unit of error against {against}"


def as_text(value: object) -> str:
    """The same text for the same value, so that nights can be compared."""
    if isinstance(value, BaseModel):
        return json.dumps(value.model_dump(mode="json"), sort_keys=True)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def stage_before_retirement(model: Model) -> str:
    """A model retired on a known day was in production until then; the day itself is a field of its own."""
    return "production" if model.stage == "retired" and model.retired_on else model.stage


def stage_on(model: Model, day: dt.date) -> str:
    """The stage on a day; a model is retired from the day of its retirement on."""
    if model.retired_on is None:
        return model.stage
    return "retired" if model.retired_on <= day else stage_before_retirement(model)
