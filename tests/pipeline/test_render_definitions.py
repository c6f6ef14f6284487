"""What the warehouse says about a metric for its receipt."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dagster_project.pipeline.render_definitions import put_definitions
from dagster_project.spec.builtin import builtin_root
from dagster_project.spec.loading import load_workspace
from dagster_project.store.warehouse import Warehouse

METRIC = Path("reports/metrics/roc_auc.sql")


def recomputed(root: Path) -> set[str]:
    """The metrics that a receipt says `modelboard verify` recomputes."""
    with Warehouse.open(None) as warehouse:
        put_definitions(load_workspace(root), warehouse)
        return set(warehouse.frame("SELECT metric FROM catalog.metric WHERE is_recomputed")["metric"])


@pytest.mark.parametrize(("is_own", "said"), [(False, True), (True, False)])
def test_a_metric_of_the_workspaces_own_is_not_said_to_be_recomputed(
    tmp_path: Path, is_own: bool, said: bool
) -> None:
    """Verification has plain definitions of the built-in metrics only, even if another file has the same name."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "workspace.yml").write_text("name: A\n", encoding="utf-8")
    if is_own:
        (tmp_path / METRIC).parent.mkdir(parents=True)
        shutil.copy(builtin_root() / METRIC, tmp_path / METRIC)
    found = recomputed(tmp_path)
    assert ("roc_auc" in found) == said
    assert "requests" in found
    assert "calibration_error" not in found


def test_the_metrics_of_the_checkout_itself_are_built_in() -> None:
    """Its root is both the workspace and the built-in content, so no file is marked as built in."""
    assert {"roc_auc", "requests", "missing_share"} <= recomputed(builtin_root())
