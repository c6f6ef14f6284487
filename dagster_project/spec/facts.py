"""Facts beside the logs: training runs, CI runs, commits, deployments, incidents, and the columns of each.

Called by `spec.source`, `readers.facts` and `pipeline.ingest`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FactType = Literal[
    "text", "time", "day", "whole number", "number", "yes or no", "record", "record of figures"
]


@dataclass(frozen=True, slots=True)
class FactKind:
    """One table of schema `fact`, without file_id and source."""

    key: tuple[str, ...]
    """Columns that identify a fact: of rows that agree in them the last one wins. The first must be given."""
    time: str
    """The column that dates it; it must be given and may not lie in the future."""
    columns: dict[str, tuple[FactType, str]]
    """name -> how its values are read, and what they mean."""


_MODEL: tuple[FactType, str] = ("text", "The model's id; if not given, it belongs to no single model.")
_VERSION: tuple[FactType, str] = ("text", "Of the model.")

FACTS: dict[str, FactKind] = {
    "training_runs": FactKind(
        key=("run_id", "model_id"),
        time="started_at",
        columns={
            "run_id": ("text", "Names the run; required."),
            "model_id": _MODEL,
            "version": ("text", "The version it produced."),
            "started_at": ("time", "When it began; required."),
            "ended_at": ("time", "When the model was ready."),
            "trigger": ("text", "What started it: `manual`, `schedule`, `alert`, `drift` or similar."),
            "orchestrator_run_id": ("text", "Of the pipeline that ran it; a run started by hand has none."),
            "entry_point": ("text", "The script or task that was run."),
            "code_sha": ("text", "The commit of the training code."),
            "code_link": ("text", "Link to that commit."),
            "code_dirty": ("yes or no", "Whether there were uncommitted changes."),
            "artifact_uri": ("text", "Where the trained model is."),
            "artifact_sha256": ("text", "Its hash."),
            "data_uri": ("text", "Where the training data are."),
            "data_sha256": ("text", "Their hash."),
            "data_rows": ("whole number", "How many rows were trained on."),
            "data_from": ("day", "The first day of the training data."),
            "data_to": ("day", "The last."),
            "schema_sha256": ("text", "Hash of the data's columns and types."),
            "dependencies_uri": ("text", "Where the lock file is."),
            "dependencies_sha256": ("text", "Its hash."),
            "prediction_code": ("text", "Where the code that answers requests is."),
            "image_digest": ("text", "Of the container that serves the model."),
            "parameters": ("record", "Of the training."),
            "metrics": ("record of figures", "On the test set, by metric id."),
            "baseline_metrics": ("record of figures", "Of the simple alternative on the same rows."),
            "features": ("record", "The features and their types."),
            "importance": ("record", "Feature -> its importance, in shares."),
            "profile": ("record", "Distributions of the training data."),
        },
    ),
    "ci_runs": FactKind(
        key=("run_id", "model_id", "suite"),
        time="finished_at",
        columns={
            "run_id": ("text", "Names the run; required."),
            "model_id": ("text", "Whose code was tested; every model's if not given."),
            "commit_sha": ("text", "The commit that was tested."),
            "suite": ("text", "Which tests ran."),
            "state": ("text", "`pass`, `passed`, `success`, `succeeded` or `ok`; all else is not a pass."),
            "tests": ("whole number", "How many ran."),
            "failed": ("whole number", "How many of them failed."),
            "finished_at": ("time", "When it ended; required."),
            "link": ("text", "Link to the run."),
        },
    ),
    "commits": FactKind(
        key=("sha", "model_id"),
        time="committed_at",
        columns={
            "sha": ("text", "Names the commit; required."),
            "model_id": _MODEL,
            "author": ("text", "Who wrote it, by a name that identifies them."),
            "approver": ("text", "Who approved it; the author's own approval does not count."),
            "committed_at": ("time", "When it was made; required."),
            "message": ("text", "Its first line."),
            "link": ("text", "Link to it."),
        },
    ),
    "deployments": FactKind(
        key=("deployment_id", "model_id"),
        time="started_at",
        columns={
            "deployment_id": ("text", "Names the deployment; required."),
            "model_id": _MODEL,
            "version": _VERSION,
            "kind": ("text", "`full`, `canary`, `shadow`, `rollback` or similar."),
            "traffic_share": ("number", "Share of the traffic it takes, 0 to 1; all if not given."),
            "previous_version": ("text", "What it replaces."),
            "environment": ("text", "Only `production`, `prod` or no value count."),
            "started_at": ("time", "When it first took traffic; required."),
            "ended_at": ("time", "When it no longer took traffic."),
            "actor": ("text", "Who or what deployed."),
            "actor_kind": ("text", "`service`, `service account`, `pipeline` or `ci`; otherwise a person."),
            "gate": ("text", "The check that it had to pass."),
            "reason": ("text", "Why."),
        },
    ),
    "incidents": FactKind(
        key=("incident_id", "model_id"),
        time="started_at",
        columns={
            "incident_id": ("text", "Names the incident; required."),
            "model_id": _MODEL,
            "severity": ("text", "In the words of whoever keeps the list."),
            "title": ("text", "What happened, in a line."),
            "started_at": ("time", "When it began; required."),
            "detected_at": ("time", "When somebody or something noticed."),
            "acknowledged_at": ("time", "When somebody took it on."),
            "mitigated_at": ("time", "When it stopped doing harm."),
            "resolved_at": ("time", "When it was over."),
            "cause": ("text", "Why it happened."),
            "action": ("text", "What is being done so that it does not happen again."),
        },
    ),
}
"""What a source may contain, by kind. A row is rejected without its first key or time, or with a wrong
type."""
