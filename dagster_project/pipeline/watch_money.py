"""What an alert may cost: value exposed by a loss of quality, and how many users were served on the day.

Value exposed = V (m0 - m) / max(m0 - b, floor), with m signed so that higher is better: m0 is the accepted quality, m
the present one, b that of the simple alternative, V the model's value per month before the alert. It is computed only
for alerts about a loss of quality; if anything is missing, the reason says what. In: an alert, targets, impact.
Caller: pipeline.watch_alerts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from dagster_project.core.impact import DAYS_A_MONTH, exposed
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.score_grade import chosen_target
from dagster_project.spec.catalog import Model
from dagster_project.store.warehouse import Warehouse

BEFORE_DAYS = 28
FLOOR_SHARE = 0.05
"""The smallest lead over the alternative to divide by, as a share of the accepted quality."""
COIN = {"roc_auc": 0.5}
"""Quality of the simple alternative, where the metric itself implies it."""
LOWER_IS_BETTER = ("mae", "rmse", "mse", "log_loss")


@dataclass(frozen=True, slots=True)
class Exposed:
    """Money per month, or why it is not known."""

    value: float | None
    currency: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Money:
    """Declared value by model and day, and active users by model and day."""

    night: Night
    by_day: Mapping[str, Mapping[dt.date, tuple[float, str]]]
    users: Mapping[tuple[str, dt.date], int]

    @classmethod
    def of(cls, night: Night, warehouse: Warehouse, days: list[dt.date]) -> Money:
        """Read what alerts opened on these days need."""
        rows = warehouse.frame(
            "SELECT model_id, day, value, currency FROM mart.impact"
            " WHERE window_days = 1 AND kind = 'declared' AND value IS NOT NULL ORDER BY ALL"
        )
        by_day: dict[str, dict[dt.date, tuple[float, str]]] = {}
        for model_id, day, value, currency in rows.iter_rows():
            by_day.setdefault(model_id, {})[day] = (value, currency)
        users = warehouse.frame(
            "SELECT model_id, day, value FROM mart.reading WHERE metric = 'active_users' AND version = ''"
            " AND segment = '' AND window_days = 1 AND value IS NOT NULL AND list_contains($days, day) ORDER BY ALL",
            {"days": days},
        )
        return cls(night, by_day, {(m, day): round(value) for m, day, value in users.iter_rows()})

    def exposed(
        self, model: Model, metric: str, family: str, opened: dt.date, observed: float | None
    ) -> Exposed:
        """Value exposed per month by an alert about this metric."""
        if family != "performance":
            return Exposed(None, None, "only a loss of quality can be priced, and this is not one")
        target = chosen_target(self.night.workspace.targets, metric, model, "")
        if target is None or observed is None:
            return Exposed(
                None, None, "no accepted quality is declared: a target of this metric would state it"
            )
        alternative = self._alternative(model, metric)
        if alternative is None:
            return Exposed(None, None, "the simple alternative's figure for this metric is not known")
        worth = self._value_before(model.id, opened)
        if worth is None:
            return Exposed(None, None, f"no value was counted in the {BEFORE_DAYS} days before")
        value, currency = worth
        if value <= 0:
            return Exposed(None, currency, f"it added no value in the {BEFORE_DAYS} days before")
        sign = -1.0 if metric in LOWER_IS_BETTER else 1.0
        accepted, present, simple = sign * target.good, sign * observed, sign * alternative
        at_risk = exposed(value, accepted, present, simple, floor=FLOOR_SHARE * abs(accepted))
        reason = (
            None if at_risk is not None else "the accepted quality is no better than the simple alternative"
        )
        return Exposed(at_risk, currency, reason)

    def users_on(self, model_id: str, day: dt.date) -> tuple[int | None, str | None]:
        """Active users on the day, or why they are not known."""
        count = self.users.get((model_id, day))
        return count, None if count is not None else "no user is logged"

    @staticmethod
    def _alternative(model: Model, metric: str) -> float | None:
        if metric == "mae" and model.value is not None:
            return model.value.baseline_error
        return COIN.get(metric)

    def _value_before(self, model_id: str, opened: dt.date) -> tuple[float, str] | None:
        """Money per month at the pace of the days before the alert."""
        days = self.by_day.get(model_id, {})
        found = [
            days[d] for back in range(1, BEFORE_DAYS + 1) if (d := opened - dt.timedelta(days=back)) in days
        ]
        if not found:
            return None
        return sum(value for value, _ in found) / len(found) * DAYS_A_MONTH, found[0][1]
