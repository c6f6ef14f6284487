"""Names made from ids: safe everywhere, different for different ids."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.core.naming import content_id, slug, state_id

HOSTILE = (
    "", " ", ".", "..", "../../x", "/etc/passwd", "a/b", "a\\b", "a-b", "A-B", "a b", "a_b", "a.b", "C:", "con",
    "CON", "nul", "index", "Index", "-", "--", "-a", "a-", "<script>alert(1)</script>", "'; drop table x; --",
    "${HOME}", "%2e%2e", "model\x00id", "model\nid", "\ud800", "modèle", "modele", "模型", "模型二", "😀", "‮abc",
    "x" * 60, "x" * 61, "x" * 5000, "X" * 60, "late-departure", "late-departure ", "deadbeef", "m-deadbeef",
    slug("a/b"), slug("A-B"), slug(""), slug("模型"),
)  # fmt: skip


@pytest.mark.parametrize("identifier", ["late-departure", "a", "7", "v2", "x" * 60])
def test_an_id_that_is_safe_already_keeps_its_name(identifier: str) -> None:
    """Readable ids stay readable in links."""
    assert slug(identifier) == identifier


def test_a_cleaned_id_still_reads_like_the_id() -> None:
    """A person recognises the model in the address bar."""
    assert slug("Übersicht / Flüge").startswith("ubersicht-fluge-")


@given(st.one_of(st.text(), st.sampled_from(HOSTILE)))
def test_every_name_is_safe_for_paths_and_anchors(identifier: str) -> None:
    """Only a-z, 0-9 and inner hyphens, 1 to 60 long, and never a name that Windows or servers keep."""
    name = slug(identifier)
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?", name)
    assert name not in {"con", "nul", "aux", "prn", "com1", "lpt9", "index"}


def test_hostile_ids_get_different_names() -> None:
    """No id can take the page of another, not even by being spelled like the other's name."""
    names = [slug(identifier) for identifier in HOSTILE]
    assert len(set(names)) == len(set(HOSTILE))


@given(st.text(alphabet="aA-/.0f", max_size=12), st.text(alphabet="aA-/.0f", max_size=12))
def test_two_ids_share_a_name_only_if_they_are_one(one: str, other: str) -> None:
    """The name is injective on short ids out of characters that clean to the same."""
    assert (slug(one) == slug(other)) == (one == other)


def test_content_is_named_by_its_sha256() -> None:
    """The well-known digest of nothing."""
    assert content_id(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_state_is_told_from_another_by_its_lines() -> None:
    """The same lines give the same sixteen digits; another order is another state."""
    assert state_id(["a", "b"]) == content_id(b"a\nb")[:16]
    assert state_id(["a", "b"]) != state_id(["b", "a"])
