"""From a staged site to the published one: manifest, chain, and nothing new from the same inputs."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from dagster_project.core.errors import PublishError
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.release import release
from dagster_project.publish.receipts import file_sha256, release_id
from dagster_project.store.warehouse import Warehouse
from tests.site.fixture import AS_OF, write_workspace


def stage(night: Night, digest: str, text: str = "hello") -> Path:
    """A staged site of one page that says which inputs it was made of."""
    staged = night.workspace.build / ".staging"
    (staged / "api").mkdir(parents=True)
    (staged / "index.html").write_text(text)
    build = {"release": release_id(AS_OF.isoformat(), digest), "digest": digest}
    (staged / "api" / "build.json").write_text(json.dumps(build))
    return staged


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(write_workspace(tmp_path), AS_OF, dt.datetime(2014, 1, 2, tzinfo=dt.UTC))


def test_the_manifest_names_inputs_definitions_and_outputs(night: Night) -> None:
    """Every file of the site has its hash; source files, declared files and definitions stand apart."""
    with Warehouse.open(None) as warehouse:
        warehouse.run(
            "INSERT INTO ops.file (source, path, file_id, state) VALUES ('log', 'a.csv', 'abc', 'read')"
        )
        result = release(night, warehouse, stage(night, "d" * 64))
    manifest = json.loads((result.folder / "manifest.json").read_bytes())
    assert manifest["number"] == 1
    assert manifest["previous"] is None
    assert manifest["inputs"]["log: a.csv"] == "abc"
    assert "data/workspace.yml" in manifest["inputs"]
    assert "builtin:reports/pages/index.md" in manifest["definitions"]
    assert manifest["outputs"]["index.html"] == file_sha256(result.folder / "index.html")
    assert sorted(manifest["outputs"]) == ["api/build.json", "index.html"]


def test_the_chain_holds_the_hash_of_the_manifest_before(night: Night) -> None:
    """So an old release cannot be changed unseen."""
    with Warehouse.open(None) as warehouse:
        first = release(night, warehouse, stage(night, "a" * 64))
        second = release(night, warehouse, stage(night, "b" * 64))
    manifest = json.loads((second.folder / "manifest.json").read_bytes())
    assert manifest["number"] == 2
    assert manifest["previous"] == {
        "release": first.release,
        "manifest_sha256": file_sha256(first.folder / "manifest.json"),
    }


def test_the_same_inputs_publish_nothing_new(night: Night) -> None:
    """The staged folder goes, the published one stays as it is."""
    with Warehouse.open(None) as warehouse:
        first = release(night, warehouse, stage(night, "a" * 64))
        again = release(night, warehouse, stage(night, "a" * 64, "other text"))
    assert (again.release, again.new) == (first.release, False)
    assert (night.workspace.build / "site" / "index.html").read_text() == "hello"
    assert not (night.workspace.build / ".staging").exists()


def test_eight_releases_leave_seven(night: Night) -> None:
    """The oldest goes."""
    with Warehouse.open(None) as warehouse:
        results = [release(night, warehouse, stage(night, f"{n:064x}"[::-1])) for n in range(8)]
    kept = {folder.name for folder in (night.workspace.build / "releases").iterdir()}
    assert kept == {result.release for result in results[1:]}


def test_a_folder_that_is_no_staged_site_is_refused(night: Night, tmp_path: Path) -> None:
    """Nothing half-made is ever published."""
    (tmp_path / "half").mkdir()
    with Warehouse.open(None) as warehouse, pytest.raises(PublishError, match="not a staged site"):
        release(night, warehouse, tmp_path / "half")
    assert not (night.workspace.build / "site").exists()
