"""`reports/{summaries,metrics,facts,marts}/*.sql`: SQL with YAML front matter in a leading comment block."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from dagster_project.spec.base import Input, Name, Text, found, refuse
from dagster_project.spec.catalog import Model, Task

Better = Literal["up", "down", "neither"]
Apply = Literal[
    "count",
    "ratio",
    "share",
    "users",
    "quantile",
    "binary",
    "auc",
    "average_precision",
    "calibration_error",
    "loss",
    "regression",
    "percentage",
    "classes",
    "skill",
    "estimate",
    "estimate_error",
    "drift",
    "reconstruction",
]
"""The functions from rows to figures, defined in `pipeline.score_apply`."""
CHOICES: dict[str, tuple[str, tuple[str, ...]]] = {
    "quantile": ("q", ()),
    "binary": ("figure", ("accuracy", "precision", "recall", "specificity", "selection_rate", "f_beta")),
    "estimate": ("figure", ("accuracy", "precision", "recall", "specificity", "f_beta", "roc_auc")),
    "estimate_error": ("figure", ("mae", "rmse")),
    "classes": ("average", ("macro", "micro", "each")),
    "regression": ("figure", ("mae", "bias", "mse", "rmse", "r2")),
    "drift": (
        "statistic",
        (
            "psi",
            "js",
            "hellinger",
            "ks",
            "wasserstein",
            "wasserstein_raw",
            "chi_square",
            "cramers_v",
            "l_infinity",
            "unseen",
            "missing",
        ),
    ),
}
"""Function -> the argument it needs, and the values allowed (none listed: a share such as 0.95)."""
Brought = Literal[
    "scored", "scores", "timed", "judged", "arrived", "labelled", "labelled_scores", "likelihoods"
]
"""What a log may lack, as `span.logged_counts` counts it: requests with a score or prediction, with a score, a
latency, a status, an arrival time; labels that can be compared with an answer, with a score, and with the
probability of the actual class."""
Family = Literal["usage", "latency", "performance", "quality", "drift", "impact"]


class Thresholds(Input):
    """Thresholds for grades if no target is declared."""

    good: float
    poor: float


class MetricHead(Input):
    """Front matter of a metric; the file's name is the metric's id."""

    title: Name
    family: Family
    unit: Name
    """requests, ms, share, count, sd, bits, ... ; money is `currency`, `label` and `label squared` are the model's own,
    `feature` that of each feature."""
    better: Better
    definition: Text
    formula: Text
    source: Text | None = None
    """Paper, standard or library whose convention it is."""
    apply: Apply | None = None
    """The function that turns the SQL's columns into value, low, high; without one:
    numerator / denominator."""
    arguments: dict[str, Annotated[float | str, Field(union_mode="left_to_right")]] = Field(
        default_factory=dict
    )
    """What `apply` receives besides the columns."""
    minimum: int = 1
    """Smallest n for which a value is shown."""
    needs: dict[Brought, Name] = Field(default_factory=dict)
    """What the figure rests on, and what to say if it is missing; the first one missing is reported."""
    after: tuple[Name, ...] = ()
    """Metrics whose readings of the same night, in mart.reading, the SQL reads."""
    thresholds: Thresholds | None = None
    tasks: tuple[Task, ...] = ()
    """Only models of these tasks; empty: all."""
    pillar: Name = "O"
    weight: float = 1.0
    without_labels: bool = False
    """Performance: the figure rests on no labels of its own days, so none need to have come."""
    graded_over: Literal["leading", "longest"] = "leading"
    """Which window a scorecard reads: the leading one, or the longest there is for a figure that seasons move."""

    def unit_for(self, model: Model) -> str:
        """Return the unit of a model's figures; 'label' becomes the unit of its labels, or '1'."""
        own = model.unit or "1"
        squared = own if own == "1" else f"{own}²"
        return {"label": own, "label squared": squared}.get(self.unit, self.unit)

    @model_validator(mode="after")
    def _arguments_fit(self) -> MetricHead:
        name, choices = CHOICES.get(self.apply or "ratio", ("", ()))
        given = self.arguments.get(name)
        if name and given is None:
            raise refuse((("arguments",), f"apply: {self.apply} needs the argument {name!r}"))
        if choices and given not in choices:
            raise refuse((("arguments", name), f"expected one of {', '.join(choices)}, found {found(given)}"))
        if name and not choices and not (isinstance(given, float) and 0 < given < 1):
            raise refuse((("arguments", name), f"expected a number between 0 and 1, found {found(given)}"))
        return self


class StatementHead(Input):
    """Front matter of a summary, fact or mart."""

    title: Name
    definition: Text | None = None
    table: Name | None = None
    """Summaries: the daily table the rows go to."""
    unit: Name | None = None
    per: Literal["input", "feature_number", "feature_category", "labelled", "rule"] | None = None
