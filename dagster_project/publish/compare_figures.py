"""The pictures of a comparison: reference and current distribution of one column, on bars that people can read.

In: a `Verdict` with both columns. Out: a figure, or nothing if there is nothing to draw. Caller: publish.compare.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

import numpy as np
from markupsafe import Markup

from dagster_project.core.column_profile import Column, Grid, Tally, values
from dagster_project.core.comparison import aligned
from dagster_project.core.formatting import format_value
from dagster_project.core.types import Floats, Ints
from dagster_project.core.verdicts import Verdict
from dagster_project.publish.bars import histogram_pair
from dagster_project.publish.scales import value_scale

BARS: Final = 30
FEW: Final = 12
"""Up to this many different values have a bar each."""
SHOWN: Final = 8
"""Categories with a bar of their own."""
LONGEST: Final = 40
ENDS: Final = (0.01, 0.99)
"""The picture covers this middle part of both sides together."""


def distribution(verdict: Verdict) -> Markup:
    """Draw a column's two distributions; nothing for times, new columns and columns that were not counted."""
    reference, current = verdict.reference, verdict.current
    if reference is None or current is None:
        return Markup()
    if reference.grid and reference.tally and current.tally and reference.tally.n and current.tally.n:
        return _numbers(reference.grid, reference.tally, current.tally)
    if reference.categories and current.categories:
        return _categories(reference, current)
    return Markup()


def _numbers(grid: Grid, reference: Tally, current: Tally) -> Markup:
    if max(len(reference.codes), len(current.codes)) <= FEW:
        codes, r, c = aligned(reference, current)
        if len(codes) <= FEW:
            labels: list[str | float] = [
                format_value(float(f"{value:.6g}"), "1") for value in values(grid, codes).tolist()
            ]
            return _pair(labels, (r / r.sum()).tolist(), (c / c.sum()).tolist(), "")
    edges = np.array(value_scale(_middle(grid, reference, current), intervals=BARS).ticks)
    before, _ = _bars(grid, reference, edges)
    now, beyond = _bars(grid, current, edges)
    note = f"; the end bars include the {format_value(beyond, 'share')} beyond them" if beyond else ""
    return _pair(edges.tolist(), before, now, note)


def _middle(grid: Grid, reference: Tally, current: Tally) -> list[float]:
    """The first and the last value that the picture covers."""
    sides = [(side.codes, _reached(side)) for side in (reference, current)]
    first, last = min(int(codes[0]) for codes, _ in sides), max(int(codes[-1]) for codes, _ in sides)

    def share(code: int) -> float:
        parts = [sums[codes.searchsorted(code, side="right")] / sums[-1] for codes, sums in sides]
        return float(sum(parts)) / 2

    low, high = (first + bisect_left(range(first, last), end, key=share) for end in ENDS)
    ends: list[float] = values(grid, np.array([low, high, first, last])).tolist()
    return ends[:2] if ends[0] < ends[1] else ends[2:]


def _bars(grid: Grid, side: Tally, edges: Floats) -> tuple[list[float], float]:
    """Shares of a side's values between the edges, where the end bars include all beyond them, and the share beyond."""
    x, reached = values(grid, side.codes), _reached(side)
    n = reached[-1]
    cuts = np.concatenate([[0], reached[x.searchsorted(edges[1:-1])], [n]])
    inside = reached[x.searchsorted(edges[-1], side="right")] - reached[x.searchsorted(edges[0])]
    return (np.diff(cuts) / n).tolist(), float((n - inside) / n)


def _reached(side: Tally) -> Ints:
    """Running sums of the counts, from 0 on."""
    return np.concatenate([[0], side.counts]).cumsum()


def _categories(reference: Column, current: Column) -> Markup:
    before, now = dict(reference.categories or {}), dict(current.categories or {})
    n_r, n_c = sum(before.values()), sum(now.values())
    share = {name: (before.get(name, 0) / n_r, now.get(name, 0) / n_c) for name in before | now}
    most = SHOWN if len(share) > SHOWN + 1 else len(share)
    shown = sorted(share, key=lambda name: (-max(share[name]), name))[:most]
    rest = (sum(share[name][i] for name in share if name not in shown) for i in (0, 1))
    rows = [(_short(name, name in before), *share[name]) for name in shown]
    if len(share) > len(shown):
        rows.append((f"all {len(share) - len(shown)} others", next(rest), next(rest)))
    return _pair([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows], "")


def _short(name: str, seen: bool) -> str:
    text = (name if len(name) <= LONGEST else name[: LONGEST - 1] + "…") or "(empty text)"
    return text if seen else f"{text} (unseen)"


def _pair(labels: list[str] | list[str | float], before: list[float], now: list[float], note: str) -> Markup:
    return histogram_pair(
        labels,
        before,
        now,
        title="Distribution",
        description=f"Share of the values that are present{note}",
        unit="",
        height=120,
    )
