"""Which day a run reports, given the day asked for, the workspace's `as_of` and the time read by the command line.

Called by the two entry points, `commands` and `definitions.py`.
"""

from __future__ import annotations

import datetime as dt

from dagster_project.core.days import ONE_DAY
from dagster_project.core.errors import ModelboardError
from dagster_project.pipeline.ingest import ingest, newest_day
from dagster_project.pipeline.night import Night, Progress, no_progress
from dagster_project.spec.loading import Workspace
from dagster_project.store.warehouse import Warehouse


def night_for(
    workspace: Workspace, *, day: dt.date | None, now: dt.datetime, progress: Progress = no_progress
) -> Night:
    """The night for `day`, or for the workspace's own `as_of` if it is None. `now` is in UTC.

    The day still in progress is never the one reported: it becomes `running_day`. Raises ModelboardError if `day` is
    in the future.
    """
    today = now.astimezone(workspace.settings.zone).date()
    if day is not None and day > today:
        raise ModelboardError(
            f"{day} is in the future; the newest day that can be reported is {today - ONE_DAY}"
        )
    wanted = workspace.settings.as_of if day is None else day
    horizon = now + ONE_DAY
    if wanted == "newest":
        wanted = _newest(workspace, Night(workspace, today, horizon, progress=progress)) or today
    elif wanted == "today":
        wanted = today
    assert isinstance(wanted, dt.date)  # noqa: S101  narrowing: the two words are handled above
    if wanted >= today:
        return Night(workspace, today - ONE_DAY, horizon, running_day=today, progress=progress)
    return Night(workspace, wanted, horizon, progress=progress)


def why_empty(night: Night, warehouse: Warehouse) -> str:
    """One line that says why the night's pages are empty; '' if they are not, or if no source has requests.

    `remarks` reports what was read in vain; `reports/marts/out_of_sight.sql` tells readers of the home page what this
    line says.
    """
    start = night.as_of - (night.workspace.settings.main_window - 1) * ONE_DAY
    days = warehouse.frame("SELECT DISTINCT day FROM ops.part WHERE kind = 'requests' ORDER BY day")[
        "day"
    ].to_list()
    if not days:
        is_awaited = warehouse.value("SELECT count(*) FROM catalog.source WHERE kind = 'requests'")
        return "no requests were read" if is_awaited else ""
    if any(start <= day <= night.as_of or day == night.running_day for day in days):
        return ""
    which, nearest = ("newest", days[-1]) if days[-1] < start else ("oldest", days[0])
    return f"the {which} request is from {nearest}; use --as-of {nearest}, or as_of: newest in data/workspace.yml"


def _newest(workspace: Workspace, provisional: Night) -> dt.date | None:
    """The newest day of the logs, known only once they are read; the night's own ingest then has little left to do."""
    with Warehouse.open(workspace.warehouse) as warehouse:
        ingest(provisional, warehouse)
        return newest_day(warehouse)
