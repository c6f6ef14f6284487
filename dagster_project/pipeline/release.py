"""A staged site becomes the published one: manifest, rename, link, and old releases removed.

In: the night, its warehouse and the staged folder. Out: `build/releases/<id>/` and `build/site`. Called by
`pipeline.publish`, after `pipeline.render`. The same inputs publish nothing new.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from dagster_project.core.errors import PublishError
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.render import code, input_digest, source_files
from dagster_project.publish import release as shelf
from dagster_project.publish.receipts import manifest_bytes
from dagster_project.spec.files import BUILTIN
from dagster_project.spec.loading import Workspace
from dagster_project.store.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class ReleaseResult:
    """What is published now; `new` is False if that release was published already."""

    release: str
    folder: Path
    new: bool


def release(night: Night, warehouse: Warehouse, staged: Path) -> ReleaseResult:
    """Publish the staged site, unless the same inputs are published already. Raises PublishError."""
    build = night.workspace.build
    name, inputs = _staged_build(staged)
    before = shelf.published(build)
    if before is not None and before.input_digest == inputs:
        shutil.rmtree(staged, ignore_errors=True)
        return ReleaseResult(before.id, before.folder, new=False)
    outputs = shelf.output_hashes(staged, before.folder if before else None)
    manifest = manifest_bytes(
        release=name,
        number=before.number + 1 if before else 1,
        as_of=night.as_of.isoformat(),
        organization=night.workspace.settings.name,
        input_digest=inputs,
        code=code(),
        inputs=_inputs(night.workspace, warehouse),
        definitions=_definitions(night.workspace),
        outputs=outputs,
        previous={"release": before.id, "manifest_sha256": before.sha256} if before else None,
    )
    folder = shelf.publish(build, staged, name, manifest)
    shelf.prune(build)
    return ReleaseResult(name, folder, new=True)


def unchanged(night: Night, warehouse: Warehouse) -> shelf.Release | None:
    """The published release, if it was made from exactly these inputs: then nothing needs to be rendered."""
    before = shelf.published(night.workspace.build)
    return before if before is not None and before.input_digest == input_digest(night, warehouse) else None


def _staged_build(staged: Path) -> tuple[str, str]:
    """Release id and inputs' digest, as the staged pages state them, so that the manifest states the same."""
    try:
        build = json.loads((staged / "api" / "build.json").read_bytes())
        return str(build["release"]), str(build["digest"])
    except (OSError, ValueError, KeyError) as error:
        raise PublishError(
            f"{staged} is not a staged site: api/build.json cannot be read ({error})"
        ) from error


def _inputs(workspace: Workspace, warehouse: Warehouse) -> dict[str, str]:
    """Source files, and the workspace's declared files."""
    declared = {name: sha for name, sha in workspace.files.items() if not _is_definition(name)}
    return source_files(warehouse) | declared


def _definitions(workspace: Workspace) -> dict[str, str]:
    return {name: sha for name, sha in workspace.files.items() if _is_definition(name)}


def _is_definition(name: str) -> bool:
    return name.removeprefix(BUILTIN).startswith("reports/")
