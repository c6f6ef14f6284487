"""Readings computed a second time, straight from the lake's rows, by none of the code that made them.

In: rows of one model and span of days. Out: metric -> figure, and how far a published figure may be from it.
Called by `pipeline.verify`. Plain definitions on whole rows: no bins, no stored sums, no `core`.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import polars as pl

Figures: TypeAlias = dict[str, float | None]
"""Metric -> figure; None if it cannot be computed."""
USERS_COUNTED_EXACTLY = 10_000
SMALLEST_PROBABILITY = 1e-15


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far apart two computations may be: absolutely, and as a share of the figure."""

    absolute: float = 0.0
    relative: float = 0.0

    def allows(self, published: float, recomputed: float) -> bool:
        """Whether the difference is within either bound."""
        return abs(published - recomputed) <= max(self.absolute, self.relative * abs(recomputed))


EXACT, ROUNDED = Tolerance(), Tolerance(absolute=1e-9)
BINNED_LATENCY = Tolerance(relative=0.0101)
"""Bins are 2 % wide: their geometric middle is within 1 % of every latency in them."""
TOLERANCES = {
    "requests": EXACT, "records": EXACT, "active_consumers": EXACT, "active_users": EXACT, "error_share": ROUNDED,
    "late_share": ROUNDED, "accuracy": ROUNDED, "precision": ROUNDED, "recall": ROUNDED, "f1": ROUNDED, "f2": ROUNDED,
    "f05": ROUNDED, "specificity": ROUNDED, "selection_rate": ROUNDED, "brier": Tolerance(absolute=1e-6),
    "latency_p50_ms": BINNED_LATENCY, "latency_p90_ms": BINNED_LATENCY, "latency_p95_ms": BINNED_LATENCY,
    "latency_p99_ms": BINNED_LATENCY, "largest_consumer_share": ROUNDED, "tokens_in": EXACT, "tokens_out": EXACT,
    "tokens_per_request": ROUNDED, "availability": ROUNDED, "average_precision": Tolerance(absolute=0.01),
    "bias": Tolerance(absolute=0.002, relative=0.001),
    "roc_auc": Tolerance(absolute=0.003), "log_loss": Tolerance(absolute=1e-6),
    "mse": Tolerance(absolute=0.01, relative=0.001), "rmse": Tolerance(absolute=0.005, relative=0.001),
    "mae": Tolerance(absolute=0.002, relative=0.001), "r2": Tolerance(absolute=0.001),
    "mape": Tolerance(absolute=1e-5, relative=0.001), "mae_skill": Tolerance(absolute=0.001),
}  # fmt: skip
"""The metrics that are recomputed, with their tolerances. Sums of errors are kept in steps of 2^-10 of the model's
unit."""
RARER = "rows of the rarer label"
OF_REQUESTS = frozenset({
    "requests", "records", "active_consumers", "active_users", "error_share", "late_share", "latency_p50_ms",
    "latency_p90_ms", "latency_p95_ms", "latency_p99_ms", "largest_consumer_share", "tokens_in", "tokens_out",
    "tokens_per_request", "availability",
})  # fmt: skip


WIDER = {"roc_auc": 0.08, "average_precision": 0.3}
"""The tolerance added, before division by the root of the number of rows of the rarer label. It is larger for average
precision, which a single positive above or below its neighbours in a step may change."""


def tolerance(metric: str, figures: Figures) -> Tolerance:
    """The tolerance of a metric; that of an area under a curve is wider if one label is rare.

    Scores are kept in steps of 0.1 log odds. Pairs within one step are ordered by the steps' means, whose error
    falls with the square root of the number of rows of the rarer label.
    """
    rarer = figures.get(RARER)
    if metric in WIDER and rarer:
        return Tolerance(absolute=TOLERANCES[metric].absolute + WIDER[metric] / math.sqrt(rarer))
    return TOLERANCES[metric]


def request_figures(rows: pl.DataFrame) -> Figures:
    """Figures of usage, latency and lateness of some requests."""
    latency = sorted(v for v in rows["latency_ms"].to_list() if v is not None and math.isfinite(v))
    n = rows.height
    users = rows["user_hash"].drop_nulls().n_unique()
    tokens_in, tokens_out = int(rows["tokens_in"].sum()), int(rows["tokens_out"].sum())
    asking = Counter(name for name in rows["consumer"].to_list() if name)
    return {
        "requests": n,
        "records": int(rows["records"].sum()),
        "error_share": _ratio(int(rows["error"].sum()), rows["error"].count()),
        "late_share": _ratio(int(rows["late"].sum()), rows["late"].count()),
        "active_consumers": len(asking),
        "largest_consumer_share": _ratio(max(asking.values(), default=0), asking.total()),
        "availability": _ratio(n - int(rows["error"].sum()), n),
        "tokens_in": tokens_in,
        "tokens_out": tokens_out,
        "tokens_per_request": _ratio(tokens_in + tokens_out, n),
        "active_users": users if users < USERS_COUNTED_EXACTLY else None,
        **{f"latency_p{p}_ms": _at_share(latency, p) for p in (50, 90, 95, 99)},
    }


def label_figures(rows: pl.DataFrame, task: str | None, threshold: float | None) -> Figures:
    """Figures of performance of some labelled requests; without a declared task, the rows decide what it is."""
    if task == "multiclass":
        return _classes(rows.select("prediction_text", "prediction", "label_text", "label", "scores").rows())
    figures: Figures = {}
    records = rows.select("score", "prediction", "label", "baseline").rows()
    known = [row[:3] for row in records if _finite(row[2])]
    if task in (None, "binary"):
        binary = known if task else [row for row in known if _finite(row[0])]
        decided = [row for row in binary if _finite(row[0]) or _finite(row[1])]
        if task or decided:
            figures |= _binary(decided, threshold)
    if task in (None, "regression"):
        answered = [r for r in records if _finite(r[2]) and _finite(r[1]) and (task or not _finite(r[0]))]
        figures |= _regression([(p, y) for _, p, y, _ in answered])
        figures["mae_skill"] = _skill([(p, y, b) for _, p, y, b in answered if _finite(b)])
    return figures


def _binary(rows: list[tuple[float | None, float | None, float]], threshold: float | None) -> Figures:
    decided = [(_decision(s, p, threshold), y > 0.5) for s, p, y in rows]
    tp, fp, fn, tn = (
        decided.count(pair) for pair in ((True, True), (True, False), (False, True), (False, False))
    )
    scored = [(s, y > 0.5) for s, _, y in rows if s is not None and math.isfinite(s)]
    losses = [-math.log(min(max(s if y else 1 - s, SMALLEST_PROBABILITY), 1.0)) for s, y in scored]
    return {
        "accuracy": _ratio(tp + tn, len(decided)),
        "precision": _ratio(tp, tp + fp),
        "recall": _ratio(tp, tp + fn),
        "f1": _ratio(2 * tp, 2 * tp + fp + fn),
        "f2": _ratio(5 * tp, 5 * tp + 4 * fn + fp),
        "f05": _ratio(1.25 * tp, 1.25 * tp + 0.25 * fn + fp),
        "specificity": _ratio(tn, tn + fp),
        "selection_rate": _ratio(tp + fp, len(decided)),
        "brier": _ratio(math.fsum((s - y) ** 2 for s, y in scored), len(scored)),
        "log_loss": _ratio(math.fsum(losses), len(losses)),
        "roc_auc": _area(scored),
        "average_precision": _average_precision(scored),
        RARER: min(sum(y for _, y in scored), sum(not y for _, y in scored)),
    }


def _classes(
    rows: list[tuple[str | None, float | None, str | None, float | None, list[Any] | None]],
) -> Figures:
    pairs = [(_class(a, b), _class(c, d), scores) for a, b, c, d, scores in rows]
    known = [(answered, came, scores) for answered, came, scores in pairs if answered and came]
    given = [({s["class"]: s["p"] for s in scores}, came) for _, came, scores in known if scores]
    losses = [-math.log(min(max(p.get(came, 0.0), SMALLEST_PROBABILITY), 1.0)) for p, came in given]
    squares = [(p - (name == came)) ** 2 for shares, came in given for name, p in shares.items()]
    strange = sum(came not in p for p, came in given)
    return {
        "accuracy": _ratio(sum(answered == came for answered, came, _ in known), len(known)),
        "log_loss": _ratio(math.fsum(losses), len(losses)),
        "brier": _ratio(math.fsum(squares) + strange, len(given)),
    }


def _class(text: str | None, number: float | None) -> str | None:
    """The name of a class: its text, or its number, a whole one without a point."""
    if text is not None or number is None or not math.isfinite(number):
        return text
    return str(int(number)) if number == int(number) else str(number)


def _regression(pairs: list[tuple[float, float]]) -> Figures:
    n = len(pairs)
    errors = [prediction - label for prediction, label in pairs]
    mean_label = _ratio(math.fsum(label for _, label in pairs), n)
    squares = math.fsum(e * e for e in errors)
    spread = math.fsum((label - (mean_label or 0.0)) ** 2 for _, label in pairs)
    mse = _ratio(squares, n)
    return {
        "mse": mse,
        "rmse": None if mse is None else math.sqrt(mse),
        "mae": _ratio(math.fsum(abs(e) for e in errors), n),
        "bias": _ratio(math.fsum(errors), n),
        "mape": _ratio(math.fsum(abs((p - y) / y) for p, y in pairs if y), sum(bool(y) for _, y in pairs)),
        "r2": None if not spread else 1 - squares / spread,
    }


def _skill(rows: list[tuple[float, float, float]]) -> float | None:
    """1 - mean absolute error / that of the baseline, of (prediction, label, baseline)."""
    share = _ratio(math.fsum(abs(p - y) for p, y, _ in rows), math.fsum(abs(b - y) for _, y, b in rows))
    return None if share is None else 1 - share


def _decision(score: float | None, prediction: float | None, threshold: float | None) -> bool:
    """Score against the declared threshold; without one the logged prediction, then the score, against 0.5."""
    if threshold is not None and score is not None:
        return score >= threshold
    given = prediction if prediction is not None else score
    return given is not None and given >= 0.5


def _area(scored: list[tuple[float, bool]]) -> float | None:
    """Area under the ROC curve by ranks (Mann and Whitney 1947), ties at their mean rank."""
    positives = sum(y for _, y in scored)
    negatives = len(scored) - positives
    if not positives or not negatives:
        return None
    ordered = sorted(scored, key=_score)
    ranks, start = 0.0, 0
    while start < len(ordered):
        end = start
        while end < len(ordered) and ordered[end][0] == ordered[start][0]:
            end += 1
        ranks += (start + 1 + end) / 2 * sum(y for _, y in ordered[start:end])
        start = end
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives)


def _average_precision(scored: list[tuple[float, bool]]) -> float | None:
    """Precision at each score, from the highest down, weighted by the positives that have it."""
    positives = Counter(s for s, y in scored if y)
    rows = Counter(s for s, _ in scored)
    total, above, hits = 0.0, 0, 0
    for score in sorted(rows, reverse=True):
        above, hits = above + rows[score], hits + positives[score]
        total += positives[score] * hits / above
    return _ratio(total, hits)


def _score(row: tuple[float, bool]) -> float:
    return row[0]


def _at_share(ordered: list[float], percent: int) -> float | None:
    """The smallest value with at least `percent` of 100 of the values at or below it."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else None


def _ratio(top: float, bottom: float) -> float | None:
    return top / bottom if bottom else None


def _finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
