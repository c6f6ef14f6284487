"""What `span.*` shows once a night is over: the windows that its figures cover, so that a receipt's SQL can be run.

In: a warehouse with readings. Out: the same, its spans pointed at the night's day, whatever used them last.
Called by `pipeline.render`.
"""

from __future__ import annotations

from dagster_project.pipeline.night import Night
from dagster_project.pipeline.score import served_versions
from dagster_project.pipeline.score_labels import mature_lags
from dagster_project.pipeline.score_references import comparisons, estimate_reference_days, find_rules
from dagster_project.store.spans import Span, set_spans
from dagster_project.store.warehouse import Warehouse


def show_windows(night: Night, warehouse: Warehouse) -> None:
    """Point the views at every window that ends on the night's day, of all models and versions."""
    lags = mature_lags(warehouse.frame("SELECT * FROM mart.label_arrival ORDER BY ALL"))
    rules = [rule.waiting(lags.get(rule.model_id, 0)) for rule in find_rules(night, warehouse)]
    spans = [Span(night.as_of, window) for window in night.workspace.settings.windows]
    versions = served_versions(warehouse)
    held = comparisons(night, rules, spans, versions["model_id"])
    set_spans(warehouse, spans, versions, held, night.as_of)
    warehouse.replace("span.estimate_reference", estimate_reference_days(rules, night.as_of))
