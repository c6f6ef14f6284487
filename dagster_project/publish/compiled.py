"""Where compiled templates are kept: compiling the theme's takes as long as rendering them, so the code is kept.

In: the folder for what is costly to make. Called by `theme` for MkDocs' templates, by `pipeline.render` for those of
pages.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin

from dagster_project.core.naming import content_id


def compiled_folder(cache: Path, kind: str, made_by: str) -> Path:
    """The folder for templates of a kind compiled by the versions in `made_by`; those of others are removed."""
    folder = cache / f"{kind}-{content_id(made_by.encode())[:16]}"
    for other in cache.glob(f"{kind}-*"):
        if other != folder:
            shutil.rmtree(other)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class ByName(FileSystemBytecodeCache):
    """One file per template, wherever the template is, since MkDocs works in a new folder each time.

    Jinja keeps the checksum of a template's text beside its code, and recompiles a template whose checksum differs.
    """

    def get_cache_key(self, name: str, filename: str | None = None) -> str:  # noqa: ARG002  its path changes
        """A key made from the template's name alone."""
        return content_id(name.encode())[:16]


class Shown(FileSystemLoader):
    """Templates below folders, except in hidden ones: MkDocs lists all templates to find those to copy."""

    def list_templates(self) -> list[str]:
        """Names of all, without the theme's 14,000 icons; any of these can still be loaded by name."""
        found: set[str] = set()
        for place in self.searchpath:
            for folder, inner, names in os.walk(place, followlinks=self.followlinks):
                inner[:] = [name for name in inner if not name.startswith(".")]
                found.update(Path(folder, name).relative_to(place).as_posix() for name in names)
        return sorted(found)


class Compiled(BasePlugin):  # type: ignore[type-arg, no-untyped-call]
    """Makes MkDocs take compiled templates from a folder, and list only what is not hidden."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Called once, before MkDocs makes the theme's environment and lists its templates."""
        theme = config.theme
        plain = theme.get_env

        def environment() -> Environment:
            env = plain()
            env.loader = Shown(theme.dirs)
            env.bytecode_cache = ByName(str(self.folder), "%s")
            return env

        setattr(theme, "get_env", environment)  # noqa: B010  MkDocs offers no other way
        return config
