"""Addresses of pages as seen from another page. Called by page templates and `pipeline.render`."""

from __future__ import annotations

import posixpath


def relative(source: str, target: str) -> str:
    """The link from page `source` to `target`, both paths inside the site: 'models/a.html' -> '../index.html'."""
    page, mark, anchor = target.partition("#")
    return posixpath.relpath(page, posixpath.dirname(source) or ".") + mark + anchor
