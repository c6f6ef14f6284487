"""Finding a workspace's files: nothing that is there goes unseen."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dagster_project.core.errors import WorkspaceError
from dagster_project.spec.files import Shelf


def shelf(root: Path) -> Shelf:
    (root / "data" / "catalog" / "team").mkdir(parents=True)
    for name in ("a.yml", "team/b.yml", ".hidden.yml", "notes.txt"):
        (root / "data" / "catalog" / name).write_text("id: a\n", encoding="utf-8")
    return Shelf(root, root / "builtin")


def test_files_are_found_in_folders_below_without_hidden_ones(tmp_path: Path) -> None:
    """By name; a folder that is not there holds none."""
    found = shelf(tmp_path).own("data/catalog", ".yml")
    assert [f.name for f in found] == ["data/catalog/a.yml", "data/catalog/team/b.yml"]
    assert shelf(tmp_path / "other").own("data/sources", ".yml") == []


def test_a_folder_that_may_not_be_listed_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else its declarations would vanish, and the night be published without them."""
    made, listed = shelf(tmp_path), os.scandir

    def closed(place: str | Path) -> object:
        if str(place).endswith("team"):
            raise PermissionError(13, "Permission denied", str(place))
        return listed(place)

    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(WorkspaceError, match="data/catalog/team: cannot be opened: Permission denied"):
        made.own("data/catalog", ".yml")
