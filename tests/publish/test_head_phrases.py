"""The first sentence of a model's page."""

from __future__ import annotations

import datetime as dt

from dagster_project.publish.head_phrases import all_well, is_retired, lede, standing
from dagster_project.publish.views import Row

BUILD: Row = {"as_of": dt.date(2025, 3, 3), "window_days": 28}
MODEL: Row = {
    "grade": "good", "graded_families": 3, "stage": "production", "retired_on": None, "reason": "late",
    "requests": None, "requests_before": None, "first_day": dt.date(2024, 1, 1),
    "last_day": dt.date(2025, 3, 3),
}  # fmt: skip
HEALTH: list[Row] = [
    {"title": "Drift", "grade": "watch"},
    {"title": "Latency", "grade": "poor"},
    {"title": "Usage", "grade": "good"},
    {"title": "Data quality", "grade": "watch"},
]
ASKED: Row = {"reason": "errors rose", "ask": "look", "is_asked": True, "who": "Ann"}


def said(exceptions: list[Row] | None = None, **changes: object) -> str:
    return lede({**MODEL, **changes}, HEALTH, exceptions or [], BUILD)


def test_a_good_model_says_how_many_families_were_graded() -> None:
    """A single family is not called 'all'."""
    assert said() == "All 3 families that could be graded are within their targets."
    assert said(graded_families=2) == "Both families that could be graded are within their targets."
    assert said(graded_families=1) == "The only family that could be graded is within its targets."


def test_what_is_poor_comes_before_what_is_on_watch_then_the_reason() -> None:
    """The reason for the grade, if there is no exception."""
    assert said(grade="poor") == "Poor in latency; on watch in drift and data quality. Late."
    only: list[Row] = [HEALTH[0]]
    assert lede({**MODEL, "grade": "watch"}, only, [], BUILD) == "On watch in drift. Late."


def test_an_exception_says_what_is_asked_of_whom() -> None:
    """Without an owner, no name is given; an exception that nobody was asked about yet names only the action."""
    assert said([ASKED], grade="poor").endswith("data quality. Errors rose. Action for Ann: look.")
    assert said([{**ASKED, "who": None}], grade="poor").endswith("Errors rose. Action: look.")
    assert said([{**ASKED, "is_asked": False}], grade="poor").endswith("Errors rose. Action: look.")


def test_a_model_without_grades_says_why_it_has_none() -> None:
    """A model in development is not a failure."""
    assert said(grade="unknown") == "Nothing about this model could be graded."
    assert said(grade="unknown", stage="development") == "In development: nothing has been scored yet."


def test_a_retired_model_says_so_first_and_no_reason() -> None:
    """From its last day on, not before."""
    day = dt.date(2025, 3, 3)
    assert said([ASKED], grade="poor", retired_on=day) == "Retired on 3 Mar 2025."
    later = {**MODEL, "retired_on": day + dt.timedelta(days=1)}
    assert not is_retired(later, day)


def test_a_model_that_stopped_says_so_before_its_grade() -> None:
    """Its figures are from earlier days and may all be good; a weekly model or a retired one is not silent."""
    stopped = dt.date(2025, 2, 10)
    assert said(last_day=stopped).startswith(
        "No request has arrived for 21 days, since 10 Feb 2025. All 3 families"
    )
    assert said(last_day=dt.date(2025, 2, 24)).startswith("All 3 families")
    assert said(last_day=stopped, retired_on=dt.date(2025, 2, 11)).startswith("Retired on")
    assert said(last_day=None, grade="unknown").startswith("Nothing about")


def test_an_open_alert_of_a_good_model_stands_in_its_first_sentences() -> None:
    """While an alert is open, 'within all targets' is only half the truth."""
    assert said([ASKED]).endswith("within their targets. Errors rose. Action for Ann: look.")


def test_requests_are_compared_with_the_window_before() -> None:
    """Or the reader learns since when there is a log."""
    assert said(requests=110.0, requests_before=100.0).endswith(
        "It answered 110 requests, 10.0\u00a0% above the 28 days before."
    )
    assert said(requests=110.0).endswith("the log begins on 1 Jan 2024.")


def test_what_could_not_be_graded_does_not_meet_expectations() -> None:
    """No model is poor or on watch; of those without a grade nothing is known."""
    good, unknown = {"grade": "good"}, {"grade": "unknown"}
    assert all_well([good, good]) == "All 2 running models meet their expectations."
    assert all_well([unknown, unknown]) == "None of 2 running models could be graded."
    assert all_well([good, unknown]) == (
        "1 of 2 running models meets its expectations; 1 could not be graded."
    )
    assert all_well([good]) == "The only running model meets its expectations."
    assert all_well([unknown]) == "The only running model could not be graded."


def test_home_says_how_many_models_have_no_grade() -> None:
    """If none is poor, ungraded models would otherwise seem to be well."""
    good, unknown, watch, poor = ({"grade": g} for g in ("good", "unknown", "watch", "poor"))
    assert standing([unknown, unknown]) == "None of 2 models in production could be graded."
    assert standing([good, unknown, unknown]) == (
        "None of 3 models in production is poor. 1 meets every target and 2 could not be graded."
    )
    assert standing([poor, watch, watch, good]) == "2 are on watch and 1 meets every target."
    assert (standing([poor]), standing([watch])) == ("", "The only model in production is on watch.")
    assert standing([unknown]) == "The only model in production could not be graded."
