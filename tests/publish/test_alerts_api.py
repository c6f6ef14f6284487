"""Alerts for machines: the list fits its schema, the feed is XML whatever the texts hold."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import polars as pl
import pytest

from dagster_project.publish import api
from dagster_project.publish.alerts_api import KEYS, alerts_document, alerts_feed
from dagster_project.publish.views import Views

ATOM = "{http://www.w3.org/2005/Atom}"
DAY = dt.date(2025, 3, 3)
NUMBERS = ("observed", "expected", "low", "high", "z", "value_exposed")
COUNTS = ("repeats", "n", "users_affected")
DAYS = (
    "opened",
    "known_on",
    "last_seen",
    "deadline",
    "silenced_until",
    "acknowledged",
    "mitigated",
    "reviewed",
)


def views(*changes: dict[str, object]) -> Views:
    """The view of alerts, each with the changes given, and that of the build."""
    rows = []
    for i, change in enumerate(changes):
        row: dict[str, object] = {key: f"{key}-{i}" for key in (*KEYS, "slug", "model")}
        row |= (
            dict.fromkeys(NUMBERS, 0.5)
            | dict.fromkeys(COUNTS, 3)
            | dict.fromkeys(DAYS, DAY)
            | {"ended": None}
        )
        row |= {"severity": "high", "state": "open", "cause_kind": "schema", "verdict": "true alarm"}
        rows.append(row | change)
    frames = {
        "alerts": pl.DataFrame(rows, infer_schema_length=None),
        "build": pl.DataFrame({"organization": ["A & B <Ltd>"], "as_of": [DAY]}),
    }
    return Views(frozenset(frames), frames.__getitem__)


def test_the_list_fits_the_schema_beside_it() -> None:
    """Unknown figures are null."""
    schema = json.loads((Path(api.__file__).parent / "schemas" / "alerts.json").read_text(encoding="utf-8"))
    document = json.loads(
        api.to_json(alerts_document(views({}, {"expected": None, "ended": DAY, "cause_kind": None})))
    )
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(document)
    assert [alert["id"] for alert in document] == ["slug-0", "slug-1"]
    assert document[1]["resolved"] == "2025-03-03"


@pytest.mark.parametrize("hostile", ["<script>&\"'", "\x00\x0b\x1b", "]]>", "\ud7ff\ufffe"])
def test_the_feed_is_xml_whatever_a_text_holds(hostile: str) -> None:
    """Escaped if possible, replaced if XML cannot express it."""
    feed = ET.fromstring(alerts_feed(views({"title": hostile, "message": hostile, "ask": hostile})).encode())
    assert feed.findtext(f"{ATOM}title") == "A & B <Ltd>: alerts"
    assert len(feed.findall(f"{ATOM}entry")) == 1


def test_the_feed_has_what_atom_asks_for() -> None:
    """Ids, times and authors; entries in the order they changed."""
    feed = ET.fromstring(alerts_feed(views({}, {"acknowledged": DAY + dt.timedelta(days=1)})).encode())
    entries = feed.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") or "" for entry in entries]
    assert ids == [f"tag:modelboard.invalid,2025:alert/slug-{i}" for i in (1, 0)]
    assert feed.findtext(f"{ATOM}updated") == "2025-03-04T00:00:00Z"
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    assert all(entry.findtext(f"{ATOM}updated") and entry.findtext(f"{ATOM}title") for entry in entries)


def test_links_are_relative_without_an_address_and_absolute_with_one() -> None:
    """The feed works from a folder."""
    for base_url, start in (
        ("", "../alert/"),
        ("https://x.example/board/", "https://x.example/board/alert/"),
    ):
        feed = ET.fromstring(alerts_feed(views({}), base_url=base_url).encode())
        (link,) = feed.findall(f"{ATOM}entry/{ATOM}link")
        assert link.attrib["href"] == f"{start}slug-0.html"


def test_no_alert_is_an_empty_feed() -> None:
    """Still valid: it has a time."""
    feed = ET.fromstring(alerts_feed(views({})).replace("<entry>", "<entry>").encode())
    assert feed.tag == f"{ATOM}feed"
    frames = {"alerts": views({}).frame("alerts").clear(), "build": views({}).frame("build")}
    empty = ET.fromstring(alerts_feed(Views(frozenset(frames), frames.__getitem__)).encode())
    assert empty.findtext(f"{ATOM}updated") == "2025-03-03T00:00:00Z"
