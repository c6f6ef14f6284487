"""What a site includes from others: fonts, scripts and styles, each with version, licence and hash.

In: the staged site's `assets/`, the installed packages' versions. Out: one `ThirdPartyFile` per file, for the receipts
page. Called by `pipeline.render`; the texts of licences are written by `theme`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import distribution, version
from pathlib import Path
from typing import Final

from dagster_project.publish.explore import LIBRARY, LICENCE, PACKAGE

MATERIAL_LICENCE: Final = "assets/material-licence.txt"
INTER_LICENCE: Final = "assets/inter-licence.txt"
_MATERIAL: Final = ("Material for MkDocs", "mkdocs-material", "MIT", MATERIAL_LICENCE)
_VEGA: Final = ("Vega, with its expression interpreter", PACKAGE, "BSD-3-Clause", LICENCE)
_SOURCES: Final = (
    ("assets/inter.woff2", ("Inter, cut down to the characters of pages", "fontpkg-inter", "OFL-1.1", INTER_LICENCE)),
    ("assets/javascripts/", _MATERIAL),
    ("assets/stylesheets/", _MATERIAL),
    (LIBRARY, _VEGA),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ThirdPartyFile:
    """A third-party file: where and what it is, its package's version, its licence and where that text is."""

    path: str
    title: str
    version: str
    licence: str
    licence_path: str
    bytes: int
    sha256: str


def third_party_files(site: Path) -> tuple[ThirdPartyFile, ...]:
    """The third-party files under a site's `assets/`, by path."""
    found = []
    for path in sorted(p for p in (site / "assets").rglob("*") if p.is_file()):
        name = path.relative_to(site).as_posix()
        for start, (title, package, licence, text) in _SOURCES:
            if name.startswith(start):
                data = path.read_bytes()
                sha256 = hashlib.sha256(data).hexdigest()
                found.append(ThirdPartyFile(name, title, version(package), licence, text, len(data), sha256))
    return tuple(found)


def material_licence() -> str:
    """The theme's licence (MIT), which must accompany its scripts and styles."""
    text = distribution("mkdocs-material").read_text("licenses/LICENSE")
    assert text is not None  # noqa: S101  narrowing: the wheel carries it
    return text
