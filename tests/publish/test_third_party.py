"""What a site includes from others is listed with version, licence and hash."""

from __future__ import annotations

import hashlib
from pathlib import Path

from dagster_project.publish.third_party import material_licence, third_party_files


def test_every_file_of_others_is_named_with_hash_and_licence(sample: Path) -> None:
    """The font, the theme's scripts and styles; not the site's own."""
    found = {c.path: c for c in third_party_files(sample)}
    font = found["assets/inter.woff2"]
    assert font.licence == "OFL-1.1"
    assert font.sha256 == hashlib.sha256((sample / "assets/inter.woff2").read_bytes()).hexdigest()
    assert all((sample / c.licence_path).is_file() for c in found.values())
    assert any(path.endswith(".min.js") for path in found)
    assert not {"assets/tables.js", "assets/page.css", "assets/icon.svg"} & found.keys()


def test_the_licence_of_the_theme_is_its_own() -> None:
    """Not that of an icon set that it ships."""
    assert "Martin Donath" in material_licence()
