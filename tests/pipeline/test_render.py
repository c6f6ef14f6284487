"""What pages are made of: definitions in the warehouse, views in the right order, and the inputs' digest."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import polars as pl
import pytest

from dagster_project.core.errors import PublishError, WorkspaceError
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.render import compiled_templates, input_digest, prepare, traces_of
from dagster_project.pipeline.render_views import create_views
from dagster_project.publish.build import Shell
from dagster_project.publish.views import Views
from dagster_project.spec.loading import PagePart, Statement
from dagster_project.spec.statement import StatementHead
from dagster_project.spec.statementfile import SqlFile
from dagster_project.store.warehouse import Warehouse
from tests.site.fixture import AS_OF, write_workspace


def mart(name: str, sql: str) -> Statement:
    return SqlFile(name, StatementHead(title=name), sql, f"reports/marts/{name}.sql")


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(write_workspace(tmp_path), AS_OF, dt.datetime(2014, 1, 2, tzinfo=dt.UTC))


def test_templates_compiled_by_other_code_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One folder of this code and this Jinja is left."""
    mine = compiled_templates(tmp_path)
    assert compiled_templates(tmp_path) == mine
    monkeypatch.setattr("dagster_project.pipeline.render.version", lambda _: "4.0")
    newer = compiled_templates(tmp_path)
    assert newer != mine
    assert list(tmp_path.iterdir()) == [newer]


def test_views_are_made_in_the_order_they_read_each_other() -> None:
    """In alphabetical order, `a` would be made before the view it reads."""
    with Warehouse.open(None) as warehouse:
        views = create_views(
            [mart("a", "SELECT n + 1 AS n FROM page.b"), mart("b", "SELECT 1 AS n")], warehouse
        )
        assert views.rows("a") == [{"n": 2}]


def test_views_that_read_each_other_are_an_error() -> None:
    """The circle is named."""
    with (
        Warehouse.open(None) as warehouse,
        pytest.raises(PublishError, match=r"in a circle: (a -> b -> a|b -> a -> b)"),
    ):
        create_views([mart("a", "SELECT * FROM page.b"), mart("b", "SELECT * FROM page.a")], warehouse)


def test_wrong_sql_names_its_file() -> None:
    """So that whoever wrote the view finds it."""
    with (
        Warehouse.open(None) as warehouse,
        pytest.raises(WorkspaceError, match=r"reports/marts/a\.sql:1: .*nonsense"),
    ):
        create_views([mart("a", "SELECT nonsense")], warehouse)


def test_a_view_that_is_gone_is_dropped() -> None:
    """A mart removed from the workspace leaves nothing behind."""
    with Warehouse.open(None) as warehouse:
        create_views([mart("a", "SELECT 1 AS n")], warehouse)
        views = create_views([mart("b", "SELECT 1 AS n")], warehouse)
        assert views.names == {"b"}
        with pytest.raises(Exception, match="does not exist"):
            warehouse.frame("SELECT * FROM page.a")


def test_every_built_in_view_can_be_read_in_an_empty_warehouse(night: Night) -> None:
    """A workspace without a single row still has pages."""
    with Warehouse.open(None) as warehouse:
        views = prepare(night, warehouse, "digest")
        counts = {name: views.frame(name).height for name in sorted(views.names)}
    assert (
        counts["models"] == counts["readings"] == counts["exceptions"] - 2 == 0
    )  # two request sources are behind
    assert counts["build"] == counts["now"] == 1
    assert counts["metrics"] == len(night.workspace.metrics)


def test_a_target_that_stands_later_wins(tmp_path: Path) -> None:
    """Of two targets that fit, the last holds; where none fits, the metric's own thresholds."""
    (tmp_path / "data" / "catalog").mkdir(parents=True)
    (tmp_path / "data" / "catalog" / "a.yml").write_text("id: a\nteam: Ops\n")
    (tmp_path / "data" / "targets.yml").write_text(
        "targets:\n"
        "  - {metric: error_share, good: 0.02, poor: 0.1}\n"
        "  - {metric: error_share, teams: [Ops], good: 0.03, poor: 0.2}\n"
    )
    workspace = write_workspace(tmp_path)
    with Warehouse.open(None) as warehouse:
        warehouse.run(
            "INSERT INTO catalog.model (model_id, slug, team) VALUES ('a', 'a', 'Ops'), ('b', 'b', NULL)"
        )
        views = prepare(Night(workspace, AS_OF, dt.datetime(2014, 1, 2, tzinfo=dt.UTC)), warehouse, "digest")
        found = {
            (t["model"], t["good"], t["origin"]) for t in views.where("thresholds", metric="error_share")
        }
        late = {t["origin"] for t in views.where("thresholds", metric="late_share")}
    assert found == {("a", 0.03, "declared"), ("b", 0.02, "declared")}
    assert late == {"default"}


def test_the_digest_follows_every_input(night: Night) -> None:
    """Another day, file, or remembered state makes another digest; the same inputs the same one."""
    with Warehouse.open(None) as warehouse:
        first = input_digest(night, warehouse)
        assert input_digest(night, warehouse) == first
        assert input_digest(replace(night, as_of=AS_OF - dt.timedelta(days=1)), warehouse) != first
        assert input_digest(replace(night, running_day=AS_OF), warehouse) != first
        warehouse.run("INSERT INTO ops.file (source, path, file_id, state) VALUES ('s', 'p', 'abc', 'read')")
        second = input_digest(night, warehouse)
        warehouse.run(
            "INSERT INTO mart.maturity (rubric, subject, pillar, day, level) VALUES ('r', 's', '', '2013-01-01', 1)"
        )
        assert len({first, second, input_digest(night, warehouse)}) == 3


def test_a_changed_part_makes_every_page_again(tmp_path: Path) -> None:
    """Pages are kept only if the base of their traces is the same, and it covers parts as well as templates."""
    workspace = write_workspace(tmp_path)
    shell = cast(Shell, SimpleNamespace(pieces={}, policy=""))
    views = Views(frozenset(), dict[str, pl.DataFrame]().__getitem__)

    def base(parts: tuple[PagePart, ...]) -> str:
        return traces_of(replace(workspace, parts=parts), views, tmp_path, shell, None).base

    first, *others = workspace.parts
    assert base(workspace.parts) == base((first, *others))
    assert base(workspace.parts) != base((replace(first, body=first.body + "changed"), *others))
    assert base(workspace.parts) != base(tuple(others))
