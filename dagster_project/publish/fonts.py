"""The site's font: Inter (OFL) from its installed package, cut down to what pages use, as one WOFF2 file.

The same package and code points give the same bytes; the result is kept in a cache folder by their hash.
Called by `theme`.
"""

from __future__ import annotations

import io
from importlib.resources import files
from pathlib import Path
from typing import Final

from dagster_project.core.naming import content_id
from dagster_project.publish.subprocesses import cached_file

_RANGES: Final = ((0x20, 0x7E), (0xA0, 0x17F), (0x2010, 0x2027), (0x2030, 0x203A), (0x20A0, 0x20BF))
_SINGLE: Final = "\u02c6\u02dc\u0394\u03a3\u03b1\u03b2\u03b3\u03b4\u03ba\u03bb\u03bc\u03c0\u03c1\u03c3\u03c4\u03c7\u2009\u202f\u2044\u2070\u00b9\u2074\u2080\u2081\u2082\u2122\u2190\u2191\u2192\u2193\u2196\u2197\u2198\u2199\u2202\u2205\u2206\u2211\u2212\u221a\u221e\u2248\u2260\u2264\u2265\u2298\u25a0\u25a1\u25b2\u25b3\u25b6\u25bc\u25cb\u25cf\u25c6\u25c7\u26a0\u2713\u2717"  # noqa: E501
_FEATURES: Final = (
    "kern",
    "liga",
    "calt",
    "ccmp",
    "locl",
    "mark",
    "mkmk",
    "tnum",
    "case",
    "frac",
    "sups",
    "subs",
)
_WEIGHTS: Final = (400, 700)
_TEXT_SIZE: Final = 14
_RECIPE: Final = "2"
"""Raise it when `make` changes, so that cached files are replaced."""


def inter_woff2(folder: Path) -> bytes:
    """The font file, made once, then read from `folder`. Weights 400 to 700, text size."""
    import fontTools
    import uharfbuzz

    versions = f"{fontTools.version} {uharfbuzz.__version__}"
    recipe = f"{_RECIPE} {versions} {_RANGES} {_SINGLE} {_FEATURES} {_WEIGHTS}".encode()
    return cached_file(folder / f"inter-{content_id(_source() + recipe)[:16]}.woff2", make)


def inter_licence() -> str:
    """The font's licence (SIL OFL 1.1), which must accompany it."""
    return (files("fontpkg_inter") / "LICENSE").read_text(encoding="utf-8")


def _source() -> bytes:
    return (files("fontpkg_inter") / "files" / "Inter[opsz,wght].ttf").read_bytes()


def make() -> bytes:
    """The font file's bytes."""
    from fontTools.ttLib import TTFont

    font = TTFont(io.BytesIO(_cut_down(_source())), recalcTimestamp=False)
    font.flavor = "woff2"
    out = io.BytesIO()
    font.save(out, reorderTables=True)
    return out.getvalue()


def _cut_down(source: bytes) -> bytes:
    """The font with only the characters, features and weights that pages use; uncompressed, without hints."""
    import uharfbuzz as hb

    face, wanted = hb.Face(source), hb.SubsetInput()
    wanted.flags = (
        hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE | hb.SubsetFlags.OPTIMIZE_IUP_DELTAS
    )
    wanted.unicode_set.update({c for a, b in _RANGES for c in range(a, b + 1)} | set(map(ord, _SINGLE)))
    wanted.layout_feature_tag_set.clear()
    wanted.layout_feature_tag_set.update({int.from_bytes(tag.encode()) for tag in _FEATURES})
    wanted.pin_axis_location(face, "opsz", _TEXT_SIZE)
    wanted.set_axis_range(face, "wght", *_WEIGHTS, _WEIGHTS[0])
    return bytes(wanted.subset(face).blob.data)
