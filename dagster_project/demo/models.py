"""The demo's models: what each predicts, at which moment, from what, and when its versions were trained.

A table and nothing else, read by every module of `demo`. What people would declare about the models (owners,
value, limits) is in `data/catalog/`, not here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Moment = Literal["scheduled hour", "night before", "departure"]
Target = Literal["late", "cancelled", "arrival_delay_min", "air_time_min", "gain_min"]
Estimator = Literal["logistic", "ridge", "huber"]

YEAR_START = dt.date(2013, 1, 1)
TRAINING_END = dt.date(2013, 1, 21)
FIRST_DAY = dt.date(2013, 1, 22)
LAST_DAY = dt.date(2013, 12, 31)
LATE_MINUTES = 15
"""A flight that arrives more than this many minutes late counts as late."""
CANARY_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class DemoVersion:
    """One version, trained in the night before `live_from` on what was known by then."""

    version: str
    train_from: dt.date
    train_to: dt.date
    live_from: dt.date
    full_from: dt.date
    """Before this day it only serves a share of the users."""
    trigger: str


@dataclass(frozen=True, slots=True)
class DemoModel:
    """One model of the demo."""

    id: str
    moment: Moment
    target: Target
    estimator: Estimator
    strength: float
    """Regularisation: C of the logistic regression, alpha of the others."""
    numeric: tuple[str, ...]
    categorical: tuple[str, ...]
    versions: tuple[DemoVersion, ...]
    in_batches: bool = False
    """One call per batch: the log has duration and record count once per call, on its first row."""
    logs_latency: bool = True
    last_day: dt.date | None = None
    """Last day in use; None if still in use."""

    @property
    def binary(self) -> bool:
        """Whether it predicts a probability."""
        return self.estimator == "logistic"


FIRST = DemoVersion("v1", YEAR_START, TRAINING_END, FIRST_DAY, FIRST_DAY, "manual")
RETRAINED = DemoVersion(
    "v2", YEAR_START, dt.date(2013, 3, 31), dt.date(2013, 4, 1), dt.date(2013, 5, 1), "new data"
)

MODELS = (
    DemoModel(
        id="late-arrival",
        moment="scheduled hour",
        target="late",
        estimator="logistic",
        strength=0.05,
        numeric=("scheduled_hour", "distance_mi", "humidity_pct", "wind_mph", "rain_in", "visibility_mi"),
        categorical=("carrier", "origin"),
        versions=(FIRST, RETRAINED),
    ),
    DemoModel(
        id="cancellation-risk",
        moment="scheduled hour",
        target="cancelled",
        estimator="logistic",
        strength=0.02,
        numeric=("scheduled_hour", "distance_mi", "wind_mph", "rain_in", "visibility_mi"),
        categorical=("carrier", "origin"),
        versions=(FIRST,),
        in_batches=True,
    ),
    DemoModel(
        id="arrival-delay-live",
        moment="departure",
        target="arrival_delay_min",
        estimator="huber",
        strength=1.0,
        numeric=("departure_delay_min", "distance_mi"),
        categorical=("carrier", "origin"),
        versions=(FIRST,),
    ),
    DemoModel(
        id="air-time",
        moment="departure",
        target="air_time_min",
        estimator="ridge",
        strength=1.0,
        numeric=("distance_mi", "scheduled_hour", "wind_mph"),
        categorical=("carrier", "origin", "dest"),
        versions=(FIRST,),
    ),
    DemoModel(
        id="arrival-delay-plan",
        moment="night before",
        target="arrival_delay_min",
        estimator="ridge",
        strength=30.0,
        numeric=("scheduled_hour", "humidity_pct", "delay_yesterday_min"),
        categorical=("carrier", "origin"),
        versions=(FIRST,),
        in_batches=True,
        logs_latency=False,
    ),
    DemoModel(
        id="gain-in-air",
        moment="departure",
        target="gain_min",
        estimator="ridge",
        strength=10.0,
        numeric=("scheduled_hour", "wind_mph"),
        categorical=("carrier", "origin"),
        versions=(FIRST,),
        last_day=dt.date(2013, 6, 30),
    ),
)
