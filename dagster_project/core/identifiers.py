"""Recognise numeric columns that only identify their rows: they have no distribution that could change.

In: a column's name, a sample of its values in file order, and the share of distinct values in all rows. Out:
yes or no. Caller: store.comparing.

Whole numbers that nearly all differ may be amounts as well as identifiers. They count as identifiers if the
column's name says so, if they rise (or fall) from row to row like a counter or a clock, or if no two are
equal and they fill their range evenly, like shuffled counters and random keys: amounts cluster somewhere.
"""

from __future__ import annotations

import re

import numpy as np

from dagster_project.core.types import Floats

NEARLY_ALL = 0.9
"""Above this share of distinct values a column may hold identifiers."""
FEWEST = 30
"""Values needed to say so."""
FEWEST_TO_FILL = 200
"""Values needed to say that they fill their range evenly."""
EVENLY = 0.1
"""They do up to this Kolmogorov-Smirnov statistic against the uniform distribution."""
NAMED = re.compile(r"(?:^|[^a-z])(?:id|ids|uuid|guid|key|index|rowid|row_number)$", re.IGNORECASE)
NAMED_IN_CAPITALS = re.compile(r"[a-z](?:Id|ID|Key|Index)$")


def may_identify(sample: Floats) -> bool:
    """Whether a sample (nan: missing) consists of whole numbers that nearly all differ."""
    there = sample[np.isfinite(sample)]
    if there.size < FEWEST or not np.array_equal(there, np.floor(there)):
        return False
    return len(np.unique(there)) > NEARLY_ALL * there.size


def identifies(name: str, sample: Floats, different: float) -> bool:
    """Whether a column that `may_identify` does so; `different`: the share of distinct values in all rows."""
    if different <= NEARLY_ALL:
        return False
    there = sample[np.isfinite(sample)]
    steps = np.diff(there)
    is_called = bool(NAMED.search(name) or NAMED_IN_CAPITALS.search(name))
    return is_called or bool((steps > 0).all() or (steps < 0).all()) or (different == 1 and _fills(there))


def _fills(values: Floats) -> bool:
    """Whether at least FEWEST_TO_FILL values lie evenly between the smallest and the largest."""
    if values.size < FEWEST_TO_FILL:
        return False
    ordered = np.sort(values)
    place = (ordered - ordered[0]) / (ordered[-1] - ordered[0])
    rank = np.arange(1, values.size + 1) / values.size
    return float(np.abs(place - rank).max()) <= EVENLY
