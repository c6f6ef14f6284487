"""Tables: static rows, and the data behind them."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from markupsafe import Markup

from dagster_project.publish.markup import script_json
from dagster_project.publish.tables import Column, Link, Sortable, data_table
from tests.publish.hostile import HOSTILE, Elements, assert_harmless

COLUMNS = (
    Column("model", "Model", "link"),
    Column("team", "Team"),
    Column("grade", "Status", "status"),
    Column("auc", "AUC", "number", "1"),
    Column("seen", "Seen", "day"),
)


def row(i: int, **changes: object) -> dict[str, object]:
    made: dict[str, object] = {
        "model": Link(f"model-{i}", f"models/model-{i}.html"), "team": "Ops", "grade": "good", "auc": i / 10,
        "seen": dt.date(2013, 12, 31),
    }  # fmt: skip
    return made | changes


def table(rows: list[dict[str, object]], **options: Any) -> Markup:
    return data_table(COLUMNS, rows, id="models", caption="Models", **options)


def data(html: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    loaded: dict[str, Any] = json.loads(found[1])
    return loaded


def test_rows_are_readable_without_scripts() -> None:
    """Links work, numbers are formatted, grades are words."""
    text = Elements(table([row(1)])).text
    assert "model-1" in text
    assert "0.100" in text
    assert "Good" in text
    assert "31 Dec 2013" in text
    assert 'href="models/model-1.html"' in table([row(1)])


def test_cells_say_what_they_are_where_rows_are_blocks() -> None:
    """In the HTML and to the script that writes later rows; a row's name and its first pill speak for themselves."""
    html = table([row(1)])
    assert re.findall(r'data-label="([^"]*)"', html) == ["Team", "AUC", "Seen"]
    assert [column.get("label") for column in data(html)["columns"]] == [None, "Team", None, "AUC", "Seen"]
    pills = (Column("m", "Model"), Column("all", "Health", "status"), Column("use", "Usage", "status"))
    graded = data_table(pills, [{"m": "a", "all": "poor", "use": "good"}], id="graded", caption="Graded")
    assert re.findall(r'data-label="([^"]*)"', graded) == ["Usage"]


def test_one_row_is_one() -> None:
    """'1 model', also where the script counts."""
    html = table([row(0)], noun="models")
    assert ">1 model<" in html
    assert 'data-noun="model"' in html


def test_only_the_first_page_is_static_but_all_rows_are_in_the_data() -> None:
    """5,000 rows stay one small page."""
    html = table([row(i) for i in range(1500)], page=200, noun="models")
    assert html.count("<tr>") == 201
    assert len(data(html)["columns"][0]["text"]) == 1500
    assert "1\u202f500 models, showing the first 200" in html


def test_unknown_cells_say_so_and_sort_last() -> None:
    """None and NaN are not available, not zero."""
    html = table([row(1, auc=None), row(2, auc=float("nan")), row(3, seen=None, team=None, grade=None)])
    columns = data(html)["columns"]
    assert columns[3]["sort"][:2] == [None, None]
    assert columns[3]["text"][0] == "not available"
    assert columns[2]["extra"][2] == "unknown"
    assert Elements(html).text.count("not available") >= 4


def test_numbers_and_days_sort_by_value_not_by_text() -> None:
    """'9' comes before '10'."""
    columns = data(table([row(9), row(100)]))["columns"]
    assert columns[3]["sort"] == [0.9, 10.0]
    assert columns[4]["sort"] == ["2013-12-31", "2013-12-31"]


def test_a_filter_lists_each_value_once_in_the_column_s_order() -> None:
    """Grades from good to unknown, words by alphabet."""
    html = table([row(1, grade="poor"), row(2), row(3, grade="poor", team="Air")], filters=("grade", "team"))
    assert re.findall(r"<option>(.*?)</option>", html) == ["Good", "Poor", "Air", "Ops"]


def test_controls_are_hidden_until_the_script_is_there() -> None:
    """A dead button is worse than none."""
    html = table([row(1)])
    assert '<div class="mb-controls" hidden>' in html
    assert html.count('<button type="button" disabled>') == len(COLUMNS)


def test_the_given_order_is_marked_on_its_header() -> None:
    """Screen readers hear how the rows are sorted."""
    assert 'data-key="auc" class="mb-num" aria-sort="descending"' in table([row(2), row(1)], sort="-auc")


def test_markup_is_refused_where_the_script_would_have_to_write_it() -> None:
    """The script sets text only."""
    columns = (*COLUMNS, Column("trend", "Trend", "html"))
    rows = [row(i, trend=Markup("<svg></svg>")) for i in range(3)]
    assert "<svg>" in data_table(columns, rows, id="a", caption="a")
    with pytest.raises(ValueError, match="cannot have more than 2 rows"):
        data_table(columns, rows, id="a", caption="a", page=2)


def test_text_in_a_markup_column_is_still_text() -> None:
    """Only Markup is trusted."""
    html = data_table(
        (Column("a", "A"), Column("b", "B", "html")), [{"a": "1", "b": "<b>x</b>"}], id="a", caption="a"
    )
    assert "<b>" not in html


def test_an_unknown_filter_or_order_is_named() -> None:
    """A slip in a template is an error, not an empty list."""
    with pytest.raises(ValueError, match="no column owner"):
        table([row(1)], filters=("owner",))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_becomes_markup(text: str) -> None:
    """Neither in rows nor in the data's script element."""
    columns = (
        Column(text, text, help=text),
        Column("l", text, "link"),
        Column("n", text, "number", text, text),
    )
    rows = [{text: text, "l": Link(text, "x.html"), "n": 1}]
    html = data_table(columns, rows, id="a", caption=text, filters=(text,), noun=text)
    assert_harmless(html, allowed_scripts=1)
    assert data(html)["columns"][0]["text"] == [text]


def test_a_link_s_address_is_checked_in_python_too() -> None:
    """A row's link is made by the site; an address that runs a script is shown as text."""
    html = table([row(1, model=Link("x", "javascript:alert(1)"))])
    assert 'href="javascript' not in html


def test_script_json_holds_nothing_that_ends_a_script() -> None:
    """Characters that matter to HTML are escaped, and come back as they were."""
    value = ["</script><!--", "a&b", "\u2028"]
    text = script_json(value)
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == value


def test_words_can_sort_by_a_number() -> None:
    """'1 689 USD' comes after '951 USD'; what has no number is last."""
    cells = [Sortable("1 689 USD", 1689.0), Sortable("951 USD", 951.0), Sortable("not available", None)]
    html = table([row(i, auc=cell) for i, cell in enumerate(cells)])
    column = data(html)["columns"][3]
    assert column["text"] == ["1 689 USD", "951 USD", "not available"]
    assert column["sort"] == [1689.0, 951.0, None]


def test_sentences_keep_a_column_that_can_be_read() -> None:
    """Their cells are marked for the styles; the script that adds rows reads the kind."""
    html = data_table([Column("why", "Why", "prose")], [{"why": "a"}, {"why": None}], id="t", caption="T")
    assert '<th scope="row" class="mb-text">a</th>' in html
    assert '<th scope="row" class="mb-none mb-text">not available</th>' in html
    assert data(html)["columns"][0]["kind"] == "prose"
