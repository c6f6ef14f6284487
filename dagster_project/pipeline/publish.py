"""The last stage: if any input changed, a site is staged, checked and released. Caller: the `site` asset."""

from __future__ import annotations

import shutil
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from dagster_project.core.errors import CheckError
from dagster_project.pipeline.check import Check, record
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.release import release, unchanged
from dagster_project.pipeline.render import CACHE, render
from dagster_project.publish.receipts import MANIFEST
from dagster_project.publish.release import published
from dagster_project.publish.site_check import site_faults
from dagster_project.spec.loading import Workspace
from dagster_project.store.warehouse import Warehouse

STAGING = ".staging"
MEMORY = "100MB"
"""The database's share while pages are made: the rows that they read are held in addition to it."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What the site is now. `pages` and `linked` are 0 if nothing changed."""

    release: str
    index: Path
    changed: bool
    pages: int
    linked: int
    bytes: int


def preparing_first_site(workspace: Workspace) -> AbstractContextManager[None]:
    """Before a workspace's first site, make what it needs from installed packages while other stages run."""
    if (workspace.build / CACHE).exists():
        return nullcontext()
    from dagster_project.publish.theme import preparing_assets

    return preparing_assets()


def publish(night: Night, warehouse: Warehouse) -> Publication:
    """Publish the night's figures. If it raises PublishError or CheckError, the last site stays as it was."""
    build = night.workspace.build
    index = build / "site" / "index.html"
    same = unchanged(night, warehouse)
    if same is not None:
        return Publication(same.id, index, changed=False, pages=0, linked=0, bytes=0)
    staged = build / STAGING
    if staged.exists():
        shutil.rmtree(staged)
    with warehouse.within(MEMORY):
        rendered = render(night, warehouse, staged)
    before = published(build)
    wrong = site_faults(
        staged,
        base_url=night.workspace.settings.base_url,
        to_come=frozenset({MANIFEST}),
        previous=before.folder if before else None,
    )
    record(
        warehouse, [Check("site holds together", not wrong, "; ".join(wrong) or f"{rendered.pages} pages")]
    )
    if wrong:
        raise CheckError("the new site does not hold together, the last one stays: " + "; ".join(wrong))
    released = release(night, warehouse, staged)
    return Publication(
        released.release,
        index,
        changed=released.new,
        pages=rendered.pages,
        linked=rendered.linked,
        bytes=rendered.bytes,
    )
