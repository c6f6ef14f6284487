"""Alerts for machines: `api/alerts.json`, a list of objects, and `api/alerts.atom`, a feed of them.

In: the view `page.alerts`. Out: documents for `api`, the same bytes for the same rows. The feed is valid even if the
site has no address: its ids are tag URIs (RFC 4151), its links relative to its own place. Called by `publish.api`.
"""

from __future__ import annotations

import datetime as dt
import re
from xml.sax.saxutils import escape, quoteattr

from dagster_project.core.naming import slug
from dagster_project.publish.views import Row, Views

KEYS = (
    "fingerprint", "rule", "segment", "feature", "metric", "severity", "state", "opened", "known_on", "last_seen",
    "repeats", "observed", "expected", "low", "high", "z", "n", "unit", "owner", "runbook", "deadline", "escalation",
    "cause", "cause_kind", "grouped_under", "value_exposed", "value_reason", "currency", "users_affected",
    "users_reason", "title", "message", "ask", "silenced_until", "silence_reason", "acknowledged", "mitigated",
    "reviewed", "answered_by", "verdict", "stated_cause", "incident",
)  # fmt: skip
AUTHORITY = "modelboard.invalid,2025"
"""The authority that issues the feed's ids: a name that can belong to nobody, so that it claims nothing false."""
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped."""
NEWEST = 100
"""Most alerts that the feed holds."""


def alerts_document(views: Views) -> list[dict[str, object]]:
    """Every alert of a year, worst first."""
    return [
        {key: row[key] for key in KEYS}
        | {"id": row["slug"], "model_id": row["model"], "resolved": row["ended"], "page": page_of(row)}
        for row in views.rows("alerts")
    ]


def page_of(row: Row) -> str:
    """The alert's page, from the site's root."""
    return f"alert/{row['slug']}.html"


def alerts_feed(views: Views, *, base_url: str = "") -> str:
    """An Atom feed (RFC 4287) of the newest alerts; an entry is updated when it fires again or is answered."""
    build = views.one("build") or {}
    organization, as_of = str(build.get("organization", "")), build.get("as_of")
    rows = sorted(views.rows("alerts"), key=lambda row: (str(_updated(row)), str(row["slug"])), reverse=True)
    entries = [_entry(row, base_url) for row in rows[:NEWEST]]
    newest = _updated(rows[0]) if rows else as_of
    name = _text(organization or "Modelboard")
    itself = _address(base_url, "api/alerts.atom", "alerts.atom")
    page = _address(base_url, "alerts.html", "../alerts.html")
    head = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<title>{name}: alerts</title>",
        f"<id>tag:{AUTHORITY}:{slug(organization or 'modelboard')}/alerts</id>",
        f"<updated>{_instant(newest)}</updated>",
        f"<author><name>{name}</name></author>",
        f'<link rel="self" type="application/atom+xml" href={quoteattr(itself)}/>',
        f'<link rel="alternate" type="text/html" href={quoteattr(page)}/>',
    ]
    return "\n".join([*head, *entries, "</feed>"]) + "\n"


def _entry(row: Row, base_url: str) -> str:
    address = _address(base_url, page_of(row), f"../{page_of(row)}")
    said = " ".join(filter(None, (str(row["message"]), f"State: {row['state']}.", f"Asked: {row['ask']}")))
    return (
        f"<entry><title>{_text(row['title'])}</title><id>tag:{AUTHORITY}:alert/{_text(row['slug'])}</id>"
        f"<updated>{_instant(_updated(row))}</updated><published>{_instant(row['known_on'])}</published>"
        f'<link rel="alternate" type="text/html" href={quoteattr(address)}/>'
        f'<category term={quoteattr(str(row["severity"]))}/><summary type="text">{_text(said)}</summary></entry>'
    )


def _updated(row: Row) -> dt.date | None:
    days = [row[key] for key in ("known_on", "last_seen", "acknowledged", "mitigated", "ended", "reviewed")]
    return max((day for day in days if isinstance(day, dt.date)), default=None)


def _instant(day: object) -> str:
    return f"{day}T00:00:00Z" if isinstance(day, dt.date) else "1970-01-01T00:00:00Z"


def _address(base_url: str, path: str, relative: str) -> str:
    return f"{base_url.rstrip('/')}/{path}" if base_url else relative


def _text(value: object) -> str:
    return escape(ILLEGAL.sub("\ufffd", str(value)))
