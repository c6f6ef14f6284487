"""Money: what models' decisions are worth, and how certain that is.

Evidence of a value: A randomised, B quasi-experimental, C pre/post or modelled, D declared. A and B are
measured, C and D declared; the two are never added. Amounts are in the model's currency; intervals are 90 %
over user buckets (`intervals`). None or nan means not computable. Callers: pipeline.value_measured,
pipeline.value_declared, pipeline.watch_money.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dagster_project.core.intervals import LEVEL, bucket_total, ratio_variance
from dagster_project.core.types import Floats, Numbers

DAYS_A_MONTH = 365.25 / 12
FEWEST_OUTCOMES = 100
"""Outcomes each arm of an experiment needs before its effect is shown."""
MISMATCH = 0.001
"""A split less likely than this under the planned shares is a sample-ratio mismatch (Fabijan et al. 2019)."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its 90 % interval; None if not available, with the reason in words."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: str = ""


def outcome_value(counts: Sequence[Numbers], unit_values: Sequence[float]) -> tuple[Floats, Floats, Floats]:
    """Return total value and interval [groups]: the sum over outcomes of count times declared value.

    `counts` are arrays [groups, buckets], one for each of `unit_values`: tp, fp, fn, tn, or accepted
    predictions, or units of error avoided. A window's value is that of its days' summed counts.
    """
    parts = [
        np.atleast_2d(np.asarray(count, dtype=np.float64)) * value
        for count, value in zip(counts, unit_values, strict=True)
    ]
    return bucket_total(np.sum(parts, axis=0))


def error_value(
    absolute_error: Numbers, baseline_error: Numbers, unit_value: float
) -> tuple[Floats, Floats, Floats]:
    """Return the value of errors avoided: unit value * (sum of the baseline's errors - sum of the model's).

    Arrays [groups, buckets] over the same rows, errors absolute and in the model's unit; negative if the
    simple alternative does better.
    """
    return outcome_value([baseline_error, absolute_error], [unit_value, -unit_value])


def incremental(
    treated_sum: Numbers, treated_n: Numbers, control_sum: Numbers, control_n: Numbers, level: float = LEVEL
) -> Money:
    """Return N_T * (mean Y_T - mean Y_C) of a randomised experiment, from outcome sums by user bucket.

    Each arm's variance is that of a ratio over its buckets, with the degrees of freedom of Welch and
    Satterthwaite. Below 100 outcomes or 8 filled buckets in an arm there is no value: an effect without its
    error means nothing.
    """
    arms = [np.asarray(a, dtype=np.float64) for a in (treated_sum, treated_n, control_sum, control_n)]
    n_t, n_c = int(arms[1].sum()), int(arms[3].sum())
    if min(n_t, n_c) < FEWEST_OUTCOMES:
        reason = f"not enough data: {min(n_t, n_c)} of {FEWEST_OUTCOMES} outcomes in the smaller arm"
        return Money(None, None, None, n_t + n_c, reason)
    treated, control = _arm(arms[0], arms[1]), _arm(arms[2], arms[3])
    variance = treated.variance + control.variance
    if not np.isfinite(variance):
        return Money(
            None, None, None, n_t + n_c, "not enough data: users fill fewer than 8 buckets of an arm"
        )
    value = n_t * (treated.mean - control.mean)
    half = n_t * _welch_t(treated, control, level) * variance**0.5
    return Money(value, value - half, value + half, n_t + n_c)


@dataclass(frozen=True, slots=True)
class _Arm:
    mean: float
    variance: float
    df: float


def _arm(sums: Floats, n: Floats) -> _Arm:
    ratio, variance, filled = ratio_variance(sums, n)
    return _Arm(float(ratio[0]), float(variance[0]), float(filled[0]) - 1)


def _welch_t(one: _Arm, other: _Arm, level: float) -> float:
    from scipy.special import stdtrit

    parts = one.variance**2 / one.df + other.variance**2 / other.df
    df = (one.variance + other.variance) ** 2 / parts if parts > 0 else one.df + other.df
    return float(stdtrit(df, (1 + level) / 2))


def sample_ratio(n_treated: int, n_control: int, planned_share: float) -> float:
    """Return the p-value of the split of units under the planned share of treated ones (chi square).

    Count what was randomised (users, not requests). Below `MISMATCH` the experiment is broken and its effect
    must not be shown as measured. nan without units or with a planned share of 0 or 1.
    """
    from scipy.special import chdtrc

    n = n_treated + n_control
    if n == 0 or not 0 < planned_share < 1:
        return float("nan")
    expected = n * planned_share
    statistic = (n_treated - expected) ** 2 / (expected * (1 - planned_share))
    return float(chdtrc(1, statistic))


def exposed(
    value: float, accepted: float, present: float, baseline: float, floor: float = 0.0
) -> float | None:
    """Return the value that lost quality puts at risk: V * (m0 - m) / max(m0 - m_baseline, floor).

    `value` V was measured at the accepted quality m0 (higher is better); m is the present quality. Never
    clipped: clipping at 0 would charge a healthy model about 9 % of V at 500 labels. Show it only if the loss
    of quality is itself a signal. None if any input is not a number, or if there is no lead to lose (and no
    floor).
    """
    lead = max(accepted - baseline, floor)
    if not np.all(np.isfinite([value, accepted, present, baseline])) or lead <= 0:
        return None
    return value * (accepted - present) / lead
