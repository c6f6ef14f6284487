"""Ejecting built-in files."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.commands.eject import eject, list_ejectable
from dagster_project.core.errors import ModelboardError
from dagster_project.spec.builtin import builtin_root


def test_an_ejected_file_is_the_built_in_one(tmp_path: Path) -> None:
    """The copy lies at the same relative path and holds the same bytes."""
    target = eject(builtin_root(), tmp_path, "reports/metrics/error_share.sql")
    assert target == tmp_path / "reports" / "metrics" / "error_share.sql"
    assert target.read_bytes() == (builtin_root() / "reports/metrics/error_share.sql").read_bytes()


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    """Ejecting twice is refused."""
    eject(builtin_root(), tmp_path, "reports/metrics/error_share.sql")
    with pytest.raises(ModelboardError, match="in the workspace already"):
        eject(builtin_root(), tmp_path, "reports/metrics/error_share.sql")


@pytest.mark.parametrize(
    "path", ["../secret", "/etc/passwd", "data/workspace.yml", "reports/../pyproject.toml"]
)
def test_only_built_in_content_can_be_ejected(path: str, tmp_path: Path) -> None:
    """Paths that lead elsewhere are refused."""
    with pytest.raises(ModelboardError, match="expected a path below"):
        eject(builtin_root(), tmp_path, path)


def test_the_list_holds_metrics_pages_and_rubrics() -> None:
    """What can be ejected is listed by its relative path."""
    found = list_ejectable(builtin_root())
    assert "reports/rubrics/playbook.yml" in found
    assert "reports/metrics/requests.sql" in found
    assert found == sorted(found)
