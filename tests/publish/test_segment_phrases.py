"""Sentences about segments and groups: what is said, and what is not said of too little data."""

from __future__ import annotations

from dagster_project.publish import segment_phrases as phrases
from dagster_project.publish.views import Row

NBSP = "\N{NO-BREAK SPACE}"
GAP: Row = {
    "compared": 3, "too_small": 1, "unit": "share", "difference": 0.2, "ratio": 2.0, "is_apart": True,
    "high_name": "a", "high_value": 0.4, "high_low": 0.35, "high_high": 0.45,
    "low_name": "b", "low_value": 0.2, "low_low": 0.15, "low_high": 0.25,
}  # fmt: skip


def test_groups_are_compared_only_with_enough_rows() -> None:
    """Two groups of a hundred rows are needed; overlapping intervals may be chance."""
    said = phrases.group_gap(GAP)
    assert said.startswith(f"highest a 40.0{NBSP}% (35")
    assert (
        f"20.0{NBSP}pp apart, 2.0 times as much; the intervals do not overlap; 1 group is too small" in said
    )
    assert "this may be chance" in phrases.group_gap({**GAP, "is_apart": False})
    few = phrases.group_gap({**GAP, "compared": 1, "too_small": 4})
    assert few == "not enough data: 1 of the 2 groups needed have 100 rows; 4 groups are too small to compare"


def test_segments_are_told_by_their_part_in_the_loss() -> None:
    """The largest part first, then the one that costs most for its size; nothing without losses."""
    segments: list[Row] = [
        {"segment": "o=A", "loss_share": 0.6, "label_share": 0.7},
        {"segment": "o=B", "loss_share": 0.4, "label_share": 0.3},
    ]
    said = phrases.ordered_by_loss(segments)
    assert said.startswith(f"o=A has the largest part of the loss, 60.0{NBSP}% of it with 70.0{NBSP}%")
    assert said.endswith(f"for its size o=B costs most, 40.0{NBSP}% with 30.0{NBSP}%")
    assert phrases.ordered_by_loss([{"segment": "o=A", "loss_share": None, "label_share": None}]) == ""


MODEL: Row = {"headline_title": "AUC", "headline_value": 0.7, "headline_unit": "1"}


def test_the_weakest_segment_is_lowest_or_highest_as_the_figure_is_meant() -> None:
    """There is a difference if its interval excludes the figure for all requests."""
    segments: list[Row] = [
        {"segment": name, "value": value, "low": value - 0.05, "high": value + 0.05, "unit": "1"}
        for name, value in (("a", 0.5), ("b", 0.72))
    ]
    assert phrases.weakest_segment(segments, MODEL, "up").startswith(
        "Weakest: a with AUC 0.500 (0.45 to 0.55) against 0.700 for all"
    )
    assert phrases.weakest_segment(segments, MODEL, "up").endswith(
        "its interval excludes the figure for all."
    )
    assert phrases.weakest_segment(segments, MODEL, "down").endswith("no difference is shown.")
    bare = [{**segments[0], "low": None}]
    assert phrases.weakest_segment(bare, MODEL, "up") == "Weakest: a with AUC 0.500 against 0.700 for all."
    assert phrases.weakest_segment([{**segments[0], "value": None}], MODEL, "up").startswith("No segment")


def test_gaps_are_counted_where_groups_are_large_enough() -> None:
    """None apart is said, and so is that none can be compared."""
    gap: Row = {**GAP, "dimension": "carrier"}
    near = {**gap, "is_apart": False}
    assert (
        phrases.gaps_lead([gap, near])
        == "2 figures by carrier: the intervals of highest and lowest do not overlap in 1"
    )
    assert phrases.gaps_lead([near]).endswith("do not overlap in none")
    assert phrases.gaps_lead([{**gap, "compared": 1}]).startswith("No figure has two groups of carrier")
