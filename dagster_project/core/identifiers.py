"""Which columns of numbers only name their rows: they have no distribution that could change.

In: a column's name, a sample of its values in the file's order, the share of different ones in all rows. Out: yes or
no. Caller: store.comparing.

Whole numbers that nearly all differ may be amounts as well as names. They are taken for names where the column is
called so, where they rise (or fall) row by row as a counter or a clock does, or where no two are alike and they fill
their range evenly, as counters in any order and random keys do: amounts crowd somewhere.
"""

from __future__ import annotations

import re

import numpy as np

from dagster_project.core.types import Floats

NEARLY_ALL = 0.9
"""Share of different values from which on a column may hold identifiers."""
FEWEST = 30
"""Values that it takes to say so."""
FEWEST_TO_FILL = 200
"""Values that it takes to say that they fill their range evenly."""
EVENLY = 0.1
"""Kolmogorov-Smirnov statistic against the uniform distribution up to which they do."""
NAMED = re.compile(r"(?:^|[^a-z])(?:id|ids|uuid|guid|key|index|rowid|row_number)$", re.IGNORECASE)
NAMED_IN_CAPITALS = re.compile(r"[a-z](?:Id|ID|Key|Index)$")


def may_identify(sample: Floats) -> bool:
    """Whether a sample, nan where it is missing, is of whole numbers that nearly all differ."""
    there = sample[np.isfinite(sample)]
    if there.size < FEWEST or not np.array_equal(there, np.floor(there)):
        return False
    return len(np.unique(there)) > NEARLY_ALL * there.size


def identifies(name: str, sample: Floats, different: float) -> bool:
    """Whether a column that `may_identify` names its rows; `different` is the share of different values in all rows."""
    if different <= NEARLY_ALL:
        return False
    there = sample[np.isfinite(sample)]
    steps = np.diff(there)
    is_called = bool(NAMED.search(name) or NAMED_IN_CAPITALS.search(name))
    return is_called or bool((steps > 0).all() or (steps < 0).all()) or (different == 1 and _fills(there))


def _fills(values: Floats) -> bool:
    """Whether values, at least FEWEST_TO_FILL, are spread evenly between the smallest and the largest."""
    if values.size < FEWEST_TO_FILL:
        return False
    ordered = np.sort(values)
    place = (ordered - ordered[0]) / (ordered[-1] - ordered[0])
    rank = np.arange(1, values.size + 1) / values.size
    return float(np.abs(place - rank).max()) <= EVENLY
