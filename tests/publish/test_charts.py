"""Charts: what each shows, says and leaves out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from dagster_project.publish import bars, charts, figures
from tests.publish.hostile import HOSTILE, Elements, assert_harmless

DAYS = [dt.date(2013, 12, 1) + dt.timedelta(days=i) for i in range(31)]
WORDS: dict[str, Any] = {"title": "Quality fell", "description": "AUC by day."}
Chart = Callable[[str], Markup]

EVERY_CHART: dict[str, Chart] = {
    "line": lambda text: charts.line_chart(
        DAYS, [1.0] * 31, title=text, description=text, unit=text, currency=text, target=1.0, target_label=text,
        annotations=((DAYS[3], text),), earlier=[2.0] * 31, earlier_label=text, file=f"x/{text}",
    ),
    "bars over names": lambda text: charts.bar_chart([text, "b"], [1, -2], title=text, description=text, unit=text),
    "bars over days": lambda text: charts.bar_chart(DAYS, [1] * 31, title=text, description=text, unit=text),
    "stacked": lambda text: charts.stacked_bars(
        [text], ((text, [1], "poor"),), title=text, description=text, unit=text
    ),
    "intervals": lambda text: charts.interval_chart(
        [(text, 1, 0, 2, True)], title=text, description=text, unit="currency", currency=text
    ),
    "histograms of names": lambda text: charts.histogram_pair(
        [text], [1], [1], title=text, description=text, unit=text
    ),
    "histograms": lambda text: charts.histogram_pair([0.0, 1.0], [1], [1], title=text, description=text, unit=text),
    "levels": lambda text: charts.level_chart(DAYS, [1] * 31, title=text, description=text, names=(text, text)),
    "bullet": lambda text: charts.bullet(1, good=2, poor=0, unit=text, currency=text, label=text),
    "sparkline": lambda text: charts.sparkline([1, 2], label=text, unit=text),
    "card": lambda text: figures.card(text, text, unit=text, note=text, grade=text, href=f"x/{text}"),
}  # fmt: skip


@pytest.mark.parametrize("chart", EVERY_CHART.values(), ids=EVERY_CHART)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_becomes_markup(chart: Chart, text: str) -> None:
    """Names come from logs and registries."""
    html = chart(text)
    assert_harmless(html, allowed_scripts=html.count('<script type="application/json"'))


@pytest.mark.parametrize("chart", EVERY_CHART.values(), ids=EVERY_CHART)
def test_the_same_inputs_make_the_same_bytes(chart: Chart) -> None:
    """A page is rewritten only when something changed."""
    assert chart("same") == chart("same")


def test_a_line_chart_says_title_description_range_and_gaps() -> None:
    """Readers who cannot see the picture get the same message."""
    values: list[float | None] = [0.6 + i / 1000 for i in range(31)]
    values[4] = None
    values[5] = float("nan")
    html = charts.line_chart(DAYS, values, **WORDS, unit="1", target=0.62, limits=(0.61, 0.59, 0.63))
    assert "Latest 0.630 on 31 Dec 2013" in html
    assert "29 days, 2 without a value" in html
    assert "routine variation 0.59 to 0.63; target 0.620" in html
    assert "Quality fell" in Elements(html).text
    assert "AUC by day." in Elements(html).text


def test_the_last_value_of_a_line_that_ended_before_the_chart_has_its_day() -> None:
    """At the right edge it would look like today's; a few days without a figure, such as a weekend, are not an end."""
    for n, said in ((31, "7.00"), (30, "7.00"), (20, "7.00 on 20\u00a0Dec")):
        html = charts.line_chart(DAYS, [7.0] * n + [None] * (31 - n), **WORDS, unit="1")
        assert re.findall(r'mb-end--actual"[^>]*>([^<]+)<', html) == [said]


def test_a_gap_is_not_bridged() -> None:
    """Unknown is not zero, and not the mean of its neighbours."""
    html = charts.line_chart(DAYS[:4], [1, None, 3, 4], **WORDS, unit="1")
    path = re.search(r'class="mb-s-actual"[^>]* d="([^"]+)"', html)
    assert path is not None
    assert path[1].count("M") == 2


def test_without_any_value_the_chart_says_so_and_draws_nothing() -> None:
    """An empty axis would look like zero."""
    html = charts.line_chart(DAYS, [None] * 31, **WORDS, unit="ms")
    assert "Not available: no day has a value." in html
    assert "<svg" not in html
    assert charts.level_chart(DAYS, [None] * 31, **WORDS).count("<svg") == 0
    assert charts.line_chart([], [], **WORDS, unit="ms").count("<svg") == 0


def test_a_day_that_is_not_over_is_dotted_and_named() -> None:
    """A partial day is never compared as if it were whole."""
    html = charts.line_chart(DAYS, [5.0] * 31, **WORDS, unit="requests", partial_from=DAYS[-1])
    assert 'class="mb-s-partial"' in html
    assert "31 Dec 2013 (partial)" in html
    assert "day not over yet" in html
    assert "mb-s-partial" not in charts.line_chart(DAYS, [5.0] * 31, **WORDS, unit="requests")


def test_only_a_signal_has_a_colour_of_good_or_bad() -> None:
    """The rest is routine variation."""
    plain = charts.line_chart(DAYS, [5.0] * 31, **WORDS, unit="1", limits=(5, 4, 6))
    marked = charts.line_chart(
        DAYS, [5.0] * 31, **WORDS, unit="1", limits=(5, 4, 6), signals=((DAYS[3], "poor"),)
    )
    assert "mb-m-poor" not in plain
    assert marked.count("mb-m-poor") == 1


def test_the_table_holds_the_newest_days_and_says_how_many_are_left_out() -> None:
    """The page stays small; a file has the rest."""
    html = charts.line_chart(DAYS, [5.0] * 31, **WORDS, unit="1", table_rows=10, file="a/b.csv")
    assert html.count('<th scope="row">') == 10
    assert "22 Dec 2013" in html
    assert "21 Dec 2013" not in Elements(html).text
    assert "21 earlier rows" in html
    assert '<a href="a/b.csv">b.csv</a>' in html


def test_weeks_are_not_told_as_days() -> None:
    """Of days that do not follow each other the label counts points."""
    html = charts.line_chart(DAYS[::7], [5.0, None, 5.0, 5.0, 5.0], **WORDS, unit="1")
    assert "4 points, 1 without a value" in html


def test_the_table_holds_every_day_that_is_marked() -> None:
    """A signal and an event that the chart shows are told in words too, however old."""
    html = charts.line_chart(
        DAYS, [5.0] * 31, **WORDS, unit="1", table_rows=10,
        signals=((DAYS[3], "poor"),), annotations=((DAYS[5], "release"),),
    )  # fmt: skip
    assert "4 Dec 2013 (signal)" in html
    assert '<th scope="row">6 Dec 2013<' in html
    assert html.count('<th scope="row">') == 12
    assert "19 earlier rows" in html


def test_the_columns_of_the_table_are_called_as_in_the_legend() -> None:
    """The second series need not be from an earlier time."""
    html = charts.line_chart(
        DAYS, [5.0] * 31, **WORDS, unit="1", low=[4.0] * 31, high=[6.0] * 31, interval_label="sampling",
        earlier=[5.5] * 31, earlier_label="estimated",
    )  # fmt: skip
    assert re.findall('<th scope="col">([^<]*)', html) == ["Day", "Value", "Sampling", "Estimated"]


def test_events_outside_the_span_are_left_out_and_the_others_numbered() -> None:
    """A number on the chart always has its line below."""
    events = ((dt.date(2012, 1, 1), "long ago"), (DAYS[5], "version 2"))
    html = charts.line_chart(DAYS, [5.0] * 31, **WORDS, unit="1", annotations=events)
    assert "long ago" not in html
    assert "6 Dec 2013: version 2" in html
    assert ">1</span>" in html


def test_events_too_close_for_two_numbers_share_a_mark() -> None:
    """Otherwise the second number would cover the first; each still has its line below."""
    events = ((DAYS[5], "opened"), (DAYS[6], "resolved"), (DAYS[20], "version 2"))
    html = charts.line_chart(DAYS, [5.0] * 31, **WORDS, unit="1", annotations=events)
    assert re.findall(r'class="mb-event"[^>]*>([^<]*)<', html) == ["1, 2", "3"]
    assert html.count("<li>") == 3


def test_series_of_different_lengths_are_refused() -> None:
    """A shifted series would be a wrong chart."""
    with pytest.raises(ValueError, match="31 days, but 30 values"):
        charts.line_chart(DAYS, [1.0] * 30, **WORDS, unit="1")
    with pytest.raises(ValueError, match="different lengths"):
        charts.bar_chart(["a", "b"], [1], **WORDS, unit="1")


@given(
    st.lists(st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True)), min_size=31, max_size=31)
)
def test_no_number_ever_reaches_a_drawing_as_nan_or_infinity(values: list[float | None]) -> None:
    """A drawing with 'nan' in it is not drawn at all by browsers."""
    html = charts.line_chart(DAYS, values, **WORDS, unit="1", low=values, high=values, earlier=values)
    html += charts.bar_chart(DAYS, values, **WORDS, unit="1") + charts.sparkline(values, label="x")
    assert not re.search(r'(?:d|x|y|width|height|style)="[^"]*(?:nan|inf)', html)


def test_rows_say_not_available_where_a_value_is_unknown() -> None:
    """An empty bar would look like zero."""
    html = charts.bar_chart(["a", "b"], [None, 3], **WORDS, unit="requests", plan=[4, 4], earlier=[1, 1])
    assert Elements(html).text.count("not available") == 2
    assert html.count('class="mb-plan"') == 2
    assert "1 without a value" in html


def test_money_carries_its_interval_and_currency() -> None:
    """No money figure is shown without them."""
    html = charts.interval_chart(
        [("measured", 12300, 4100, 20500, True), ("unknown", None, None, None, False)],
        **WORDS, unit="currency", currency="USD",
    )  # fmt: skip
    text = Elements(html).text
    assert "12\u202f300\u00a0USD" in text
    assert "4\u202f100 to 20\u202f500\u00a0USD" in text
    assert "not available" in text


def test_a_histogram_over_edges_names_its_bins_in_the_table() -> None:
    """There is one more edge than bins."""
    html = charts.histogram_pair([0.0, 10.0, 20.0], [0.4, 0.6], [0.5, None], **WORDS, unit="min")
    assert "0 to 10" in html
    assert "10 to 20" in html
    assert html.count('class="mb-f-earlier"') == 2
    assert html.count('class="mb-b-neutral"') == 1


@pytest.mark.parametrize(
    ("value", "good", "poor", "colour"),
    [
        (9, 8, 5, "good"),
        (6, 8, 5, "watch"),
        (5, 8, 5, "poor"),
        (100, 120, 150, "good"),
        (150, 120, 150, "poor"),
    ],
)
def test_a_bullet_is_coloured_by_its_grade_whichever_way_is_better(
    value: float, good: float, poor: float, colour: str
) -> None:
    """The order of the thresholds says which way is better."""
    assert f'class="mb-b-{colour}"' in charts.bullet(value, good=good, poor=poor, unit="ms", label="p95")


def test_an_unknown_bullet_or_sparkline_is_words() -> None:
    """No bar of length zero."""
    assert (
        charts.bullet(None, good=1, poor=0, unit="1", label="AUC")
        == '<span class="mb-muted">AUC: not available</span>'
    )
    assert "<svg" not in charts.sparkline([None, float("nan")], label="AUC")


def test_levels_are_steps_and_their_table_holds_only_changes() -> None:
    """A level holds until the next."""
    html = charts.level_chart(DAYS, [0] * 10 + [1] * 10 + [None] + [1] * 10, **WORDS, names=("none", "seen"))
    assert html.count('<th scope="row">') == 4
    assert "Level 1 of 4 on 31 Dec 2013, 0 on 1 Dec 2013" in html
    assert "1 seen" in html


def test_a_chart_of_ninety_days_is_small() -> None:
    """A model page with its charts stays below 30 KB compressed."""
    import gzip

    days = [dt.date(2013, 10, 1) + dt.timedelta(days=i) for i in range(92)]
    html = charts.line_chart(
        days, [0.6 + i * 37 % 11 / 100 for i in range(92)], **WORDS, unit="1", target=0.6
    )
    assert len(gzip.compress(html.encode(), mtime=0)) < 2500
    assert html.count("mb-s-grid") == 1, "the lines of the grid are one path"


def test_edges_have_as_many_digits_as_tell_them_apart() -> None:
    """As needed for shares close to one; equal edges stay equal."""
    assert bars.edge_texts([0.16, 0.991, 0.99911, 0.999911, 1.0]) == [
        "0.16",
        "0.99",
        "0.999",
        "0.9999",
        "1",
    ]
    assert bars.edge_texts([0.000000003, 0.0000612, 0.00158, 0.0373]) == ["0", "0.000061", "0.0016", "0.037"]
    assert bars.edge_texts([99.9, 100.2, 100.4, 1048.0]) == ["99.9", "100.2", "100.4", "1\u202f048"]
    assert bars.edge_texts([0.0, 1e-9, 5.0, 5.0]) == ["0", "0", "5", "5"]


def test_bins_that_are_not_equally_wide_are_said_to_be() -> None:
    """The picture draws them equally wide."""
    uneven = charts.histogram_pair([0.0, 10.0, 50.0], [0.4, 0.6], [0.5, 0.5], **WORDS, unit="min")
    even = charts.histogram_pair([0.0, 10.0, 20.0], [0.4, 0.6], [0.5, 0.5], **WORDS, unit="min")
    assert "not equally wide" in uneven
    assert "not equally wide" not in even
