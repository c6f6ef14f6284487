"""What the page of a metric shows of features and classes: all of few, of many the worst of each model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
import pytest

from dagster_project.pipeline.render import prepare, template_sources
from dagster_project.publish.templates import render_pages
from dagster_project.publish.views import Views
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, night, workspace

Reading = Mapping[str, Any]
MANY = [f"f{i:03}" for i in range(700)]
FLEET = [f"m{i:03}" for i in range(600)]


def reading(metric: str, model: str, feature: str, value: float | None, grade: str = "good") -> Reading:
    """Of the leading window."""
    return {
        "metric": metric, "model_id": model, "feature": feature, "value": value, "grade": grade, "day": day(0),
        "window_days": 28, "version": "", "segment": "", "unit": "1", "n": 300,
    }  # fmt: skip


READINGS = [
    reading("drift_ks", "m000", "x", 0.1),
    reading("drift_ks", "m000", "y", 0.4),
    reading("drift_ks", "m000", "z", None, "unknown"),
    reading("drift_ks", "m001", "x", 0.3, "poor"),
    *(reading("class_f1", "m000", name, value, "unknown") for name, value in (("cat", 0.9), ("dog", 0.2))),
    *(reading("drift_psi", model, feature, i / 600) for feature in "yx" for i, model in enumerate(FLEET)),
    *(reading("drift_psi", "m003", feature, 9.0, "poor") for feature in "wz"),
    *(reading("drift_js", model, feature, i / 700) for model in FLEET[:2] for i, feature in enumerate(MANY)),
    reading("drift_js", "m002", "x", 0.5),
    reading("accuracy", "m000", "", None),
    reading("accuracy", "m001", "", 0.7),
    reading("accuracy", "m002", "one of many", 0.7),
]  # fmt: skip


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Views]:
    of = workspace(tmp_path_factory.mktemp("readings"))
    with Warehouse.open(None) as warehouse:
        warehouse.append("catalog.model", pl.DataFrame({"model_id": FLEET, "slug": FLEET}))
        warehouse.append("mart.reading", pl.DataFrame(READINGS))
        yield prepare(night(of, day(0)), warehouse, "digest")


@pytest.fixture(scope="module")
def pages(views: Views, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pages of metrics by address."""
    of = workspace(tmp_path_factory.mktemp("pages"))
    sources = [source for source in template_sources(of.pages) if source.address == "metrics"]
    return {
        page.path: str(page.body) for page in render_pages(sources, views, repository_url="", currency="")
    }


def shown(views: Views, metric: str) -> list[tuple[object, ...]]:
    return [(row["model"], row["feature"]) for row in views.where("feature_readings", metric=metric)]


def test_few_are_all_there_the_worst_first(views: Views) -> None:
    """By grade, then by distance; what has no figure stands last."""
    assert shown(views, "drift_ks") == [("m001", "x"), ("m000", "y"), ("m000", "x"), ("m000", "z")]


def test_the_class_told_worst_stands_first(views: Views) -> None:
    """Of what is better high the lowest is the worst."""
    assert shown(views, "class_f1") == [("m000", "dog"), ("m000", "cat")]


def test_the_page_of_a_model_has_its_classes_and_no_features(views: Views) -> None:
    """By name."""
    found = [(row["metric"], row["feature"]) for row in views.where("class_readings", model="m000")]
    assert found == [("class_f1", "cat"), ("class_f1", "dog")]


def test_of_many_models_each_has_its_worst(views: Views) -> None:
    """One row a model, of equally bad ones the first by name; how many there are is said with each."""
    found = shown(views, "drift_psi")
    assert found == [("m003", "w"), *((m, "x") for m in reversed(FLEET) if m != "m003")]
    row = views.where("feature_readings", metric="drift_psi")[0]
    assert (row["of_metric"], row["of_metric_poor"]) == (1202, 2)


def test_of_many_features_each_model_has_as_many_as_fit(views: Views) -> None:
    """A third of a thousand for each of three models, its furthest."""
    found = shown(views, "drift_js")
    assert {m: sum(model == m for model, _ in found) for m in FLEET[:3]} == {
        "m000": 333,
        "m001": 333,
        "m002": 1,
    }
    assert {feature for model, feature in found if model == "m000"} == set(MANY[-333:])


def test_a_page_says_what_it_leaves_out(pages: dict[str, str]) -> None:
    """How many, how many of them poor, and where they are; a page of all says nothing."""
    told = "The table shows the worst of each model: 600 of 1,202 figures. 602 more, 1 of them poor: in"
    assert told in pages["metrics/drift-psi.html"].replace("\u202f", ",")
    assert "734 more, none of them poor: in" in pages["metrics/drift-js.html"]
    assert "of them poor" not in pages["metrics/drift-ks.html"]
    assert "600 features, showing the first 20" in pages["metrics/drift-psi.html"]


def test_models_with_a_figure_are_counted_by_the_whole_or_else_by_features(views: Views) -> None:
    """A model counts once; a figure of a feature counts where none is of the whole."""
    counted = {row["metric"]: row["with_value"] for row in views.rows("metrics")}
    assert [counted[m] for m in ("accuracy", "drift_ks", "drift_psi", "recall")] == [1, 2, 600, 0]
