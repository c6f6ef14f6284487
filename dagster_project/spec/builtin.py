"""Where to find the content that comes with Modelboard. Called by `loading`, pipeline, publish and `eject`."""

from __future__ import annotations

from pathlib import Path


def builtin_root() -> Path:
    """Return the folder that holds the built-in `reports/` and `site/`.

    In an installed package that is `dagster_project/builtin`; in a checkout it is the repository's root.
    """
    package = Path(__file__).resolve().parents[1]
    packaged = package / "builtin"
    return packaged if packaged.is_dir() else package.parent
