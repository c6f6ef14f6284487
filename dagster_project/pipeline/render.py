"""From figures to a staged site: page views, pages and the static API, all in one separate folder.

In: the night and its warehouse. Out: a folder of finished files and a RenderResult. Called by `pipeline.publish`,
before `pipeline.release`; `input_digest` tells whether anything changed at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import dagster_project
from dagster_project.pipeline.ingest_files import unmatched
from dagster_project.pipeline.ingest_mapping import outdated
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.render_definitions import put_definitions, put_state
from dagster_project.pipeline.render_readings import write_all
from dagster_project.pipeline.render_views import create_views
from dagster_project.pipeline.score_shown import show_windows
from dagster_project.publish.api import write_api
from dagster_project.publish.receipts import Code, digest, release_id, tree_hashes
from dagster_project.publish.release import published
from dagster_project.publish.traces import Traces, load_traces, save_traces
from dagster_project.spec.builtin import builtin_root
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    from dagster_project.publish.build import Place, Shell, Stamped
    from dagster_project.publish.release import Release
    from dagster_project.publish.templates import Page, Source
    from dagster_project.publish.views import Views
    from dagster_project.spec.loading import PageTemplate, Workspace

LAID = ("docs/", "overrides/")
"""Folders of `site` that a build reads, besides its mkdocs.yml; anything else, such as the screenshot, is no input."""
FEWEST_HEADINGS = 6
"""Pages with fewer headings have no table of contents and take the whole width."""
CACHE = "cache"
"""Folder below the build folder for what is costly to make and kept between nights."""
READS = f"{CACHE}/reads.json"
"""File below the build folder that notes what the pages of the newest release read."""
KEPT_STATE = (
    ("catalog.history", "model_id, field, value, valid_from, valid_to"),
    ("mart.maturity", "rubric, subject, pillar, day, level, score"),
    ("mart.milestone", "rubric, subject, milestone, day, state, since"),
)
"""Tables that remember earlier nights: besides the files, what they hold is an input of the pages."""


@dataclass(frozen=True, slots=True)
class RenderResult:
    """What was staged: pages in all, those linked from the previous release, bytes of all files, digest of inputs."""

    pages: int
    linked: int
    bytes: int
    digest: str
    release: str


def render(night: Night, warehouse: Warehouse, into: Path) -> RenderResult:
    """Write every page and the API into `into`, an empty or missing folder. Raises PublishError."""
    from dagster_project.publish.build import build_shell, finish, write_pages

    workspace = night.workspace
    inputs = input_digest(night, warehouse)
    name = release_id(night.as_of.isoformat(), inputs)
    into.mkdir(parents=True, exist_ok=True)
    sources = template_sources(workspace.pages)
    shell = (
        build_shell(  # before the views: with an empty cache it runs a second process, which needs memory too
            into,
            sites=site_folders(workspace),
            settings=workspace.settings,
            places=places(sources),
            as_of=night.as_of,
            cache=workspace.build / CACHE,
            draft=_draft(night),
        )
    )
    views = prepare(night, warehouse, inputs)
    write_all(
        warehouse, night.as_of, into / "api"
    )  # before the pages: sorting takes memory that they use afterwards
    before = published(workspace.build)
    traces = traces_of(workspace, views, into, shell, before)
    with warehouse.in_order():  # once, since each of hundreds of reads needs it
        written = write_pages(shell, _stamped(night, sources, traces, into), into, previous=traces.previous)
        finish(shell, written, into, base_url=workspace.settings.base_url)
        write_api(views, into, release=name, base_url=workspace.settings.base_url, traces=traces)
    save_traces(traces, workspace.build / READS, name, into)
    total = sum(path.stat().st_size for path in into.rglob("*") if path.is_file())
    return RenderResult(written.written + written.linked, written.linked, total, inputs, name)


def prepare(night: Night, warehouse: Warehouse, inputs: str) -> Views:
    """Put definitions and state into the warehouse, make the page views and return access to them."""
    with warehouse.transaction():
        show_windows(night, warehouse)
        put_definitions(night.workspace, warehouse)
        put_state(night, warehouse, inputs, dagster_project.__version__)
    return create_views(night.workspace.marts, warehouse)


def input_digest(night: Night, warehouse: Warehouse) -> str:
    """One SHA-256 over all a release is made from: days, the user's files, source files, kept state, code, look."""
    workspace = night.workspace
    parts = [
        ("as_of", night.as_of.isoformat()),
        ("running_day", night.running_day.isoformat() if night.running_day else ""),
        ("code", code().sha256),
        *((f"site: {name}", sha) for name, sha in _look(workspace).items()),
        *((f"workspace: {name}", sha) for name, sha in sorted(workspace.files.items())),
        *((f"source: {name}", file_id) for name, file_id in source_files(warehouse).items()),
        *((f"unmatched: {source}", "yes") for source in unmatched(warehouse)),
        *((f"outdated: {source}: {path}", "yes") for source, path in outdated(workspace, warehouse)),
        *((f"state: {table}", _fingerprint(warehouse, table, columns)) for table, columns in KEPT_STATE),
    ]  # fmt: skip
    return digest(parts)


def _look(workspace: Workspace) -> dict[str, str]:
    """Hashes of the hand-written pages, styles and scripts; the workspace's override the built-in ones."""
    builtin, own = site_folders(workspace)
    found = tree_hashes(builtin) | (tree_hashes(own) if own else {})
    return {name: sha for name, sha in found.items() if name.startswith(LAID) or name == "mkdocs.yml"}


@cache
def code() -> Code:
    """The installed package: its version, and one hash over its files, taken once per process."""
    root = Path(dagster_project.__file__).parent
    return Code(dagster_project.__version__, digest(tree_hashes(root).items()))


def source_files(warehouse: Warehouse) -> dict[str, str]:
    """'source: path' -> the file's hash (first 16 hex digits) and state, of every source file that was seen."""
    rows = warehouse.frame("SELECT source, path, file_id, state FROM ops.file ORDER BY source, path")
    return {
        f"{source}: {path}": file_id if state == "read" else f"{file_id} {state}"
        for source, path, file_id, state in rows.iter_rows()
    }


def site_folders(workspace: Workspace) -> tuple[Path, Path | None]:
    """The built-in `site` folder, and the workspace's own if it has one."""
    builtin, own = builtin_root() / "site", workspace.root / "site"
    return builtin, own if own.is_dir() and own.resolve() != builtin.resolve() else None


def template_sources(pages: tuple[PageTemplate, ...]) -> list[Source]:
    """The page templates in the order of the navigation."""
    from dagster_project.publish.templates import Source

    ordered = sorted(pages, key=lambda page: (page.head.order, page.id))
    return [Source(page.id, page.head, page.body, page.file, page.line) for page in ordered]


def places(sources: list[Source]) -> list[Place]:
    """The place of each template's pages; that of a template of many pages is a folder."""
    from dagster_project.publish.build import Place

    return [
        Place(
            f"{source.address}/" if source.head.for_each else f"{source.address}.html",
            source.head.title,
            source.head.section,
        )
        for source in sources
    ]


def traces_of(workspace: Workspace, views: Views, into: Path, shell: Shell, before: Release | None) -> Traces:
    """What the previous release read, if everything but the rows it read is unchanged; else empty traces."""
    from dagster_project.publish.third_party import third_party_files

    settings = workspace.settings
    base = digest([
        ("code", code().sha256),
        *((f"package {name}", version(name)) for name in ("jinja2", "markupsafe", "nh3")),
        *((page.file, f"{page.line} {page.head.model_dump_json()} {page.body}") for page in workspace.pages),
        *((part.file, part.body) for part in workspace.parts),
        ("settings", settings.model_dump_json()),
        ("look", repr((sorted(shell.pieces.items()), shell.policy, third_party_files(into)))),
    ])  # fmt: skip
    if before is None:
        return Traces(views, base)
    kept = load_traces(workspace.build / READS, before.id, base)
    return Traces(views, base, before.folder, kept)


def _stamped(night: Night, sources: list[Source], traces: Traces, into: Path) -> Iterator[Stamped]:
    from dagster_project.publish.templates import render_pages
    from dagster_project.publish.third_party import third_party_files

    settings = night.workspace.settings
    pages = render_pages(
        sources,
        traces.views,
        parts=night.workspace.parts,
        repository_url=settings.repository_url,
        currency=settings.currency,
        third_party=third_party_files(into),
        traces=traces,
        compiled=compiled_templates(night.workspace.build / CACHE),
    )
    for done, page in enumerate(pages, start=1):
        if done % 100 == 0:
            night.progress("render", done, done)
        yield _as_stamped(page)


def compiled_templates(folder: Path) -> Path:
    """The folder of templates compiled by this code and this Jinja."""
    from dagster_project.publish.compiled import compiled_folder

    return compiled_folder(folder, "templates", f"{code().sha256} {version('jinja2')}")


def _as_stamped(page: Page) -> Stamped:
    from markupsafe import Markup

    from dagster_project.publish.build import Stamped, headings

    if page.body is None:
        return Stamped(page.path, page.title, Markup(), search=page.search, reused=page.reused)
    found = headings(page.body)
    toc = found if len(found) >= FEWEST_HEADINGS else ()
    return Stamped(
        page.path, page.title, page.body, toc=toc, search=page.search, description=page.description
    )


def _draft(night: Night) -> str:
    return f"{night.running_day} is not over; its figures are partial." if night.running_day else ""


def _fingerprint(warehouse: Warehouse, table: str, columns: str) -> str:
    """A hash over a table's rows that does not depend on their order."""
    found = warehouse.value(
        f"SELECT count(*) || ':' || coalesce(bit_xor(md5_number(row({columns})::varchar)), 0) FROM {table}"  # noqa: S608
    )
    return str(found)
