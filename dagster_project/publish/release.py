"""Releases on disk: `build/releases/<id>/` holds whole sites, `build/site` is a link to the one that is published.

In: a staged folder. Out: the swapped link. The site is whole at every moment: a release gets its manifest while
still staged, moves into place by a rename, and only then is the link replaced, by another rename. Called by
`pipeline.release` and `pipeline.verify`.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from dagster_project.core.errors import PublishError
from dagster_project.publish.receipts import MANIFEST, file_sha256, tree_hashes

RELEASES = "releases"
SITE = "site"
KEPT = 7


@dataclass(frozen=True, slots=True)
class Release:
    """A release on disk. `number` counts releases of the workspace from 1; `sha256` is its manifest's hash."""

    id: str
    folder: Path
    number: int
    input_digest: str
    sha256: str


def published(build: Path) -> Release | None:
    """The release that `build/site` leads to, or None. Raises PublishError if `site` is not a link."""
    site = build / SITE
    if not site.is_symlink():
        if site.exists():
            raise PublishError(f"{site} is not a link to a release; move it away and run again")
        return None
    folder = site.resolve()
    return read_release(folder) if (folder / MANIFEST).is_file() else None


def read_release(folder: Path) -> Release:
    """A release as its manifest describes it. Raises PublishError if that cannot be read."""
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_bytes())
        return Release(
            folder.name, folder, int(manifest["number"]), str(manifest["input_digest"]), file_sha256(path)
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PublishError(
            f"{path}: not a manifest of this version ({error}); move its folder away and run again"
        ) from error


def releases(build: Path) -> list[Release]:
    """All whole releases on disk, the newest first."""
    folders = [f for f in (build / RELEASES).glob("*") if (f / MANIFEST).is_file()]
    return sorted((read_release(f) for f in folders), key=lambda r: (-r.number, r.id))


def output_hashes(staged: Path, before: Path | None) -> dict[str, str]:
    """Hash of each file of a staged site; a file linked from the previous release keeps the hash in its manifest."""
    if before is None or not (before / MANIFEST).is_file():
        return tree_hashes(staged)
    known = json.loads((before / MANIFEST).read_bytes())["outputs"]
    found = {}
    for path in sorted(p for p in staged.rglob("*") if p.is_file()):
        name = path.relative_to(staged).as_posix()
        linked = name in known and (before / name).is_file() and path.samefile(before / name)
        found[name] = known[name] if linked else file_sha256(path)
    return found


def publish(build: Path, staged: Path, release_id: str, manifest: bytes) -> Path:
    """Write the manifest into the staged site, move the site to the releases and point the link at it."""
    (staged / MANIFEST).write_bytes(manifest)
    folder = build / RELEASES / release_id
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        remove(folder)
    staged.replace(folder)
    swap(build, release_id)
    return folder


def swap(build: Path, release_id: str) -> None:
    """Replace the link `site` in one step; it is relative, so that the workspace may be moved."""
    aside = build / f".{SITE}.next"
    aside.unlink(missing_ok=True)
    aside.symlink_to(Path(RELEASES) / release_id, target_is_directory=True)
    aside.replace(build / SITE)


def prune(build: Path, kept: int = KEPT) -> tuple[str, ...]:
    """Remove releases beyond the newest `kept`, and leftovers without a manifest; never the published one."""
    current = published(build)
    keep = {r.id for r in releases(build)[:kept]} | ({current.id} if current else set())
    removed = []
    for folder in sorted((build / RELEASES).glob("*")):
        if folder.name not in keep:
            remove(folder)
            removed.append(folder.name)
    return tuple(removed)


def remove(folder: Path) -> None:
    """Delete a release; it is renamed first, so that a half-deleted one is never taken for whole."""
    aside = folder.with_name(f".{folder.name}.removed")
    if aside.exists():
        shutil.rmtree(aside)
    folder.replace(aside)
    shutil.rmtree(aside)
