"""`reports/pages/*.md`: the front matter of a page; its body is Jinja over `page.*` views."""

from __future__ import annotations

from pydantic import Field

from dagster_project.spec.base import Input, Name, Text


class PageHead(Input):
    """Front matter of a page template; the file's name is the page's address."""

    title: Name
    section: Name | None = None
    """Navigation entry it belongs to; none: not in the navigation."""
    order: int = 100
    for_each: Name | None = None
    """A `page.*` view: one page for each of its rows, addressed by the row's `slug`, in a folder of this
    file's name."""
    description: Text | None = None
    search: tuple[Name, ...] = Field(default=())
    """Columns of the row that the search index holds."""
