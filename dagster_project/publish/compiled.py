"""Compiled templates, kept from night to night: compiling those of the theme takes as long as filling them.

In: the folder for what is costly to make. Called by `theme` for MkDocs' templates, by `pipeline.render` for those of
pages.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from jinja2 import Environment, FileSystemBytecodeCache
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import Files

from dagster_project.core.naming import content_id


def compiled_folder(cache: Path, kind: str, made_by: str) -> Path:
    """The folder of templates of a kind that were compiled by the same makers; those by others are removed."""
    folder = cache / f"{kind}-{content_id(made_by.encode())[:16]}"
    for other in cache.glob(f"{kind}-*"):
        if other != folder:
            shutil.rmtree(other)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class ByName(FileSystemBytecodeCache):
    """One file a template, wherever the template lies: MkDocs works in a new folder each time.

    Jinja keeps the checksum of a template's text beside its code, and compiles what has another.
    """

    def get_cache_key(self, name: str, filename: str | None = None) -> str:  # noqa: ARG002  its place changes
        """The file's name."""
        return content_id(name.encode())[:16]


class Compiled(BasePlugin):  # type: ignore[type-arg, no-untyped-call]
    """Lets MkDocs take compiled templates from a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:  # noqa: ARG002  its form
        """Called once, before the first template is asked for."""
        env.bytecode_cache = ByName(str(self.folder), "%s")
        return env
