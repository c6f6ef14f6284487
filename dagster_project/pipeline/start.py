"""Which day a run reports: from the request, the workspace's `as_of`, and the time the command line read.

Called by the two doors, `commands` and `definitions.py`.
"""

from __future__ import annotations

import datetime as dt

from dagster_project.core.days import ONE_DAY
from dagster_project.core.errors import ModelboardError
from dagster_project.pipeline.ingest import ingest, newest_day
from dagster_project.pipeline.night import Night, Progress, silent
from dagster_project.spec.loading import Workspace
from dagster_project.store.warehouse import Warehouse


def night_for(
    workspace: Workspace, *, day: dt.date | None, now: dt.datetime, progress: Progress = silent
) -> Night:
    """The night for `day`, or for the workspace's own `as_of` when none is asked for. `now` is UTC.

    The day that is still going on is never the reported one: it becomes `running_day`. Raises ModelboardError for a
    day that is asked for and still to come.
    """
    today = now.astimezone(workspace.settings.zone).date()
    if day is not None and day > today:
        raise ModelboardError(
            f"{day} is still to come; the newest day that can be reported is {today - ONE_DAY}"
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


def out_of_sight(night: Night, warehouse: Warehouse) -> str:
    """In one line, why the night's pages are empty; '' where they are not, or no request is awaited.

    What was read in vain, `remarks` says;
    `reports/marts/out_of_sight.sql` says the same to the reader of the home page.
    """
    start = night.as_of - (night.workspace.settings.main_window - 1) * ONE_DAY
    days = warehouse.frame("SELECT DISTINCT day FROM ops.part WHERE kind = 'requests' ORDER BY day")[
        "day"
    ].to_list()
    if not days:
        is_awaited = warehouse.value("SELECT count(*) FROM catalog.source WHERE kind = 'requests'")
        return "no request was read" if is_awaited else ""
    if any(start <= day <= night.as_of or day == night.running_day for day in days):
        return ""
    which, nearest = ("newest", days[-1]) if days[-1] < start else ("oldest", days[0])
    return (
        f"the {which} request is of {nearest}; use --as-of {nearest}, or as_of: newest in data/workspace.yml"
    )


def _newest(workspace: Workspace, provisional: Night) -> dt.date | None:
    """The newest day of the logs is known only once they are read; the night's own ingest then finds them read."""
    with Warehouse.open(workspace.warehouse) as warehouse:
        ingest(provisional, warehouse)
        return newest_day(warehouse)
