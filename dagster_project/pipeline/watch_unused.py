"""Models that get no requests any more: what their open alerts ask for, and whether retirement has ended them.

In: the declared models of an alert, the newest day with a request of each. Out: what to do, in words; whether all are
retired. A model that stopped for good would keep its alert for ever: after four silent weeks no weekday is due again,
and only its owner can say whether it is broken or gone. So the alert asks the owner. If the report ends with the
newest of all logs, a log that ends earlier may just have been exported earlier: the alert says so too. Callers:
pipeline.watch_alerts, pipeline.watch_plan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from dagster_project.core.days import ONE_DAY
from dagster_project.core.formatting import format_day
from dagster_project.spec.catalog import Model
from dagster_project.spec.rule import Rule
from dagster_project.store.warehouse import Warehouse

GONE_AFTER = dt.timedelta(days=28)
"""Days without a request after which a model may be gone rather than broken."""
OF_USE = ("heartbeat", "usage_drop", "slow_decline")
"""Methods that notice when requests stop."""


def newest_requests(warehouse: Warehouse) -> dict[str, dt.date]:
    """Model -> the newest day with a request."""
    rows = warehouse.frame(
        "SELECT model_id, max(day) FROM daily.traffic WHERE segment = '' AND requests > 0 GROUP BY ALL ORDER BY ALL"
    )
    return dict(rows.iter_rows())


def retired_by(models: Sequence[Model], as_of: dt.date) -> bool:
    """Whether there are models and all of them are retired by `as_of`."""
    return bool(models) and all(model.retired_on and model.retired_on <= as_of for model in models)


def what_to_do(
    rule: Rule, models: Sequence[Model], newest: Mapping[str, dt.date], as_of: dt.date, *, ends_newest: bool
) -> str:
    """What an open alert of a rule asks for. If models may be gone, or a log may have been exported earlier
    (`ends_newest`: the report ends with the newest log), it first asks whether that is so."""
    days = [newest[model.id] for model in models if model.id in newest]
    if rule.method not in OF_USE or not days:
        return rule.ask
    last = max(days)
    may_be = [_exported(last)] if ends_newest and rule.method == "heartbeat" else []
    if last + GONE_AFTER <= as_of:
        may_be.append(_gone(models, last))
    if not may_be:
        return rule.ask
    return " ".join(
        [
            f"No request has arrived since {format_day(last)}.",
            *may_be,
            f"Otherwise: {rule.ask[:1].lower()}{rule.ask[1:]}",
        ]
    )


def _gone(models: Sequence[Model], last: dt.date) -> str:
    entries = f"retired_on: {last + ONE_DAY} in the catalog"
    if len(models) == 1:
        return f"If {models[0].id} is no longer used, give it {entries}, and this alert ends."
    return f"If its {len(models)} models are no longer used, give each {entries}, and this alert ends."


def _exported(last: dt.date) -> str:
    return (
        "The report ends with the newest of all logs (as_of: newest in data/workspace.yml). If this one was only"
        f" exported earlier, nothing is wrong: as_of: {last} reports the last day that it reaches, and this alert ends."
    )
