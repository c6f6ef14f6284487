"""Runs MkDocs in this process: the merged look in a temporary folder in, a folder of HTML out.

Also makes the policy, from a build of the same look without any content. Called by `build`; `preparing_assets` by
`pipeline.publish`.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from markupsafe import escape

from dagster_project.core.errors import PublishError
from dagster_project.core.naming import content_id
from dagster_project.publish import explore, fonts
from dagster_project.publish.policy import policy
from dagster_project.publish.subprocesses import preparing
from dagster_project.publish.third_party import INTER_LICENCE, MATERIAL_LICENCE, material_licence
from dagster_project.spec.workspace import Settings

_FONT: Final = "assets/inter.woff2"
_REFERENCE_PAGES: Final = {
    "index.md": "# Reference\n",
    "shell.md": "---\nshell: true\n---\n",
    "a/shell.md": "---\nshell: true\n---\n",
    "a/b/shell.md": "---\nshell: true\n---\n",
    "a/b/c/shell.md": "---\nshell: true\n---\n",
}
"""A page of each kind at each depth; Material's scripts differ by depth."""
_NOT_PUBLISHED: Final = (
    "sitemap.xml",
    "sitemap.xml.gz",
    "assets/javascripts/lunr",
    "assets/images/favicon.png",
)


@dataclass(frozen=True, slots=True)
class Look:
    """The `site` folders, later ones overriding earlier ones, and a folder for what is costly to make."""

    sites: tuple[Path, ...]
    cache: Path


def render(
    look: Look,
    target: Path,
    pages: Mapping[str, str],
    *,
    settings: Settings,
    policy: str,
    epoch: int,
    draft: str = "",
    tabs: Mapping[str, Sequence[tuple[str, str]]],
) -> None:
    """Build the look's own Markdown and `pages` (source -> text) into `target`; `tabs` come first in the navigation."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        lay_out(look, work, pages)
        changes = {"policy": policy, "draft": draft}
        _run(work, target, look.cache, settings=settings, tabs=tabs, extra=changes, epoch=epoch)
    _remove_ballast(target, keep_404=bool(settings.base_url))


def lay_out(look: Look, work: Path, pages: Mapping[str, str]) -> None:
    """Put all that an engine reads into `work`: settings, templates, hand-written pages, `pages`, files of packages."""
    _merge(look, work)
    _write_pages(work, pages)
    _lay_carried(work / "docs", look.cache)


def _write_pages(work: Path, pages: Mapping[str, str]) -> None:
    for source, text in pages.items():
        path = work / "docs" / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def preparing_assets() -> AbstractContextManager[None]:
    """Start making, in other processes, what `build` would wait for seconds for if its cache is empty."""
    return preparing(explore.make, fonts.make)


def _lay_carried(docs: Path, cache: Path) -> None:
    """Write what comes from installed packages besides the theme: font and chart library, with all licences."""
    scripts = explore.scripts(cache)
    (docs / _FONT).write_bytes(fonts.inter_woff2(cache))
    texts = {
        INTER_LICENCE: fonts.inter_licence(),
        MATERIAL_LICENCE: material_licence(),
        explore.LIBRARY: scripts.library,
        explore.SPECIFICATIONS: scripts.charts,
        explore.LICENCE: explore.licence(),
    }
    for name, text in texts.items():
        (docs / name).write_text(text, encoding="utf-8")


def reference_policy(look: Look, base_url: str) -> str:
    """The policy of a look, from a build without content; cached by a hash of all that can change it.

    The path of `base_url` is part of it: a script of the "not found" page contains it.
    """
    kept = look.cache / f"policy-{_fingerprint(look, base_url)}.txt"
    if kept.is_file():
        return kept.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        work, target = Path(folder) / "work", Path(folder) / "site"
        _merge(look, work)
        shutil.rmtree(work / "docs")
        _write_pages(work, _REFERENCE_PAGES)
        settings = Settings(name="Reference", base_url=base_url)
        _run(work, target, look.cache, settings=settings, tabs={}, extra={}, epoch=0)
        made = policy(p.read_text(encoding="utf-8") for p in sorted(target.rglob("*.html")))
    look.cache.mkdir(parents=True, exist_ok=True)
    aside = kept.with_suffix(".tmp")
    aside.write_text(made, encoding="utf-8")
    aside.replace(kept)
    return made


def _merge(look: Look, work: Path) -> None:
    """Copy the look's folders over each other, so that what a workspace lacks comes from the built-in one."""
    for site in look.sites:
        for part in ("docs", "overrides"):
            if (site / part).is_dir():
                shutil.copytree(site / part, work / part, dirs_exist_ok=True)
        if (site / "mkdocs.yml").is_file():
            work.mkdir(exist_ok=True)
            shutil.copyfile(site / "mkdocs.yml", work / "mkdocs.yml")
    if not (work / "mkdocs.yml").is_file():
        raise PublishError(f"no mkdocs.yml in {', '.join(str(site) for site in look.sites)}")


def _run(
    work: Path,
    target: Path,
    cache: Path,
    *,
    settings: Settings,
    tabs: Mapping[str, Sequence[tuple[str, str]]],
    extra: Mapping[str, str],
    epoch: int,
) -> None:
    """One MkDocs build. Names are escaped here, because the theme's templates do not escape them."""
    from mkdocs.commands.build import build
    from mkdocs.config import load_config
    from mkdocs.exceptions import Abort, MkDocsException

    from dagster_project.publish.compiled import Compiled, compiled_folder

    makers = " ".join(version(name) for name in ("jinja2", "mkdocs", "mkdocs-material"))
    try:
        with _build_day(epoch):
            config = load_config(
                str(work / "mkdocs.yml"),
                site_name=escape(settings.name),
                site_url=settings.base_url,
                docs_dir=str(work / "docs"),
                site_dir=str(target),
                copyright=escape(settings.about or ""),
            )
            config.extra.update(extra)
            config.nav = _navigation(tabs, config.nav) if tabs else None
            config.plugins["compiled"] = Compiled(compiled_folder(cache, "theme", makers))
            build(config)
    except (MkDocsException, Abort) as error:
        raise PublishError(f"MkDocs could not build the site: {error}") from error


def _navigation(tabs: Mapping[str, Sequence[tuple[str, str]]], own: list[Any] | None) -> list[Any] | None:
    """Generated sections first, then the look's own entries; one with the title of a section is added to it."""
    sections: dict[str, list[Any]] = {
        title: [{str(escape(name)): source} for name, source in pages] for title, pages in tabs.items()
    }
    for entry in own or []:
        (title, content), *_ = entry.items() if isinstance(entry, dict) else [(None, entry)]
        if title is None:
            sections.setdefault(str(content), []).append(content)
        else:
            sections.setdefault(title, []).extend(
                content if isinstance(content, list) else [{title: content}]
            )
    found = []
    for title, entries in sections.items():
        single = len(entries) == 1 and isinstance(entries[0], dict)
        found.append({escape(title): next(iter(entries[0].values())) if single else entries})
    return found or None


@contextmanager
def _build_day(epoch: int) -> Iterator[None]:
    """Give MkDocs the report's day as that of the build, in SOURCE_DATE_EPOCH; it would read the clock otherwise."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = str(epoch)
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before


def _remove_ballast(target: Path, *, keep_404: bool) -> None:
    """Delete what no page uses: source maps, stemmers of other languages; a 404 page needs the site's address."""
    for name in (*_NOT_PUBLISHED, *(() if keep_404 else ("404.html",))):
        path = target / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for path in target.rglob("*.map"):
        path.unlink()


def _fingerprint(look: Look, base_url: str) -> str:
    """A hash of the theme's version, of the look's templates and settings, and of the site's address."""
    files = [
        p for site in look.sites for p in sorted([*(site / "overrides").rglob("*"), site / "mkdocs.yml"])
    ]
    parts = [version("mkdocs"), version("mkdocs-material"), sorted(_REFERENCE_PAGES.items()), base_url]
    contents = [p.read_text(encoding="utf-8") for p in files if p.is_file()]
    return content_id(json.dumps([parts, contents]).encode())[:16]
