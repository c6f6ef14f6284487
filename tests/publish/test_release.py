"""Releases on disk: the link always leads to a whole site, old ones go, linked files keep their hash."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from dagster_project.core.errors import PublishError
from dagster_project.publish import release
from dagster_project.publish.receipts import tree_hashes


def put(build: Path, name: str, number: int, text: str = "x") -> Path:
    """Publish a tiny site."""
    staged = build / ".staging"
    staged.mkdir(parents=True)
    (staged / "index.html").write_text(text)
    outputs = release.output_hashes(staged, None)
    manifest = json.dumps(
        {"number": number, "input_digest": f"digest {name}", "outputs": outputs, "previous": None}
    )
    return release.publish(build, staged, name, manifest.encode())


def test_nothing_is_published_at_first(tmp_path: Path) -> None:
    """No link, no release."""
    assert release.published(tmp_path) is None


def test_the_link_leads_to_the_newest(tmp_path: Path) -> None:
    """It is relative, so a moved workspace still opens."""
    put(tmp_path, "one", 1)
    put(tmp_path, "two", 2)
    assert (tmp_path / "site").readlink() == Path("releases/two")
    current = release.published(tmp_path)
    assert current is not None
    assert (current.id, current.number, current.input_digest) == ("two", 2, "digest two")


def test_a_release_that_was_not_linked_is_made_again(tmp_path: Path) -> None:
    """A night killed between rename and link leaves a folder that the next one replaces."""
    folder = tmp_path / "releases" / "one"
    folder.mkdir(parents=True)
    (folder / "half.html").write_text("left over")
    put(tmp_path, "one", 1)
    assert sorted(p.name for p in (tmp_path / "site").iterdir()) == ["index.html", "manifest.json"]


def test_old_releases_go_but_never_the_published_one(tmp_path: Path) -> None:
    """The published one stays even when it is the oldest."""
    for n in range(1, 6):
        put(tmp_path, f"r{n}", n)
    release.swap(tmp_path, "r1")
    assert release.prune(tmp_path, kept=2) == ("r2", "r3")
    assert sorted(p.name for p in (tmp_path / "releases").iterdir()) == ["r1", "r4", "r5"]


def test_leftovers_without_a_manifest_go(tmp_path: Path) -> None:
    """Half a release is none."""
    put(tmp_path, "one", 1)
    (tmp_path / "releases" / "half").mkdir()
    assert release.prune(tmp_path) == ("half",)


def test_a_folder_in_place_of_the_link_is_not_overwritten(tmp_path: Path) -> None:
    """Somebody's own folder is not ours to replace."""
    (tmp_path / "site").mkdir()
    with pytest.raises(PublishError, match="not a link"):
        release.published(tmp_path)


def test_a_linked_file_keeps_the_hash_noted_before(tmp_path: Path) -> None:
    """A file shared with the release before is not read again; one that differs is."""
    before = put(tmp_path, "one", 1)
    staged = tmp_path / "next"
    staged.mkdir()
    os.link(before / "index.html", staged / "index.html")
    (staged / "new.html").write_text("y")
    noted = json.loads((before / "manifest.json").read_bytes())["outputs"]
    hashes = release.output_hashes(staged, before)
    assert hashes["index.html"] == noted["index.html"]
    assert hashes == tree_hashes(staged)


def test_a_broken_manifest_is_named(tmp_path: Path) -> None:
    """The error says which file."""
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(PublishError, match=r"manifest\.json: not a manifest .* move its folder away"):
        release.read_release(tmp_path)
