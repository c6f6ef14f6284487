"""Which alert is grouped under which: the source first, then what else came just before."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from dagster_project.pipeline.watch_causes import Deployment, Raised, causes, outlasting

DAY = dt.date(2025, 3, 10)


def days(number: int) -> dt.timedelta:
    """A number of days."""
    return dt.timedelta(days=number)


def raised(slug: str, rule: str, method: str = "spread", model: str = "m", **more: Any) -> Raised:
    """An alert of one day."""
    alert = Raised(
        slug,
        model,
        frozenset({model}),
        rule,
        method,
        "",
        (rule, "", ""),
        "medium",
        slug.upper(),
        DAY,
        None,
        1.0,
    )
    return replace(alert, **more)


def test_a_change_of_columns_is_the_cause_of_what_follows() -> None:
    """On the same day, up to two days later or while it is open; it is itself grouped under nothing."""
    schema = raised("s", "schema_change", "schema", opened=DAY - days(2), ended=DAY - days(2))
    found = causes([schema, raised("a", "missing"), raised("b", "missing", opened=DAY + days(9))], [], {})
    assert (found["a"].under, found["a"].kind) == ("s", "schema")
    assert found["b"].under is None
    assert found["s"].under is None


def test_a_late_source_inhibits_every_model_it_holds() -> None:
    """An alert of a source concerns the models in it."""
    late = raised("s", "no_data", "heartbeat", model="", models=frozenset({"m", "k"}), feature="log")
    found = causes(
        [late, raised("a", "errors"), raised("b", "errors", model="k"), raised("c", "errors", model="x")],
        [],
        {},
    )
    assert [found[slug].under for slug in "abc"] == ["s", "s", None]


def test_a_new_deployment_is_suspected_and_groups_nothing() -> None:
    """Within a week before."""
    deployed = [Deployment("m", "v2", DAY - days(3)), Deployment("k", "v9", DAY - days(1))]
    found = causes(
        [raised("a", "errors"), raised("b", "errors", model="k", opened=DAY + days(30))], deployed, {}
    )
    assert (found["a"].text, found["a"].kind, found["a"].under) == (
        "version v2 was deployed on 7 Mar 2025", "deployment", None,
    )  # fmt: skip
    assert found["b"].kind is None


def test_a_model_that_is_needed_comes_first() -> None:
    """Its open alert is the cause."""
    found = causes([raised("up", "errors", model="k"), raised("a", "performance")], [], {"m": ["k"]})
    assert (found["a"].under, found["a"].kind) == ("up", "depends on")


def test_alerts_of_one_rule_and_day_have_one_leader() -> None:
    """The one furthest out; features of one model, and the same feature anywhere."""
    alerts = [
        raised("a", "missing", feature="x", figure=("missing_share", "", "x"), strength=3.0),
        raised("b", "missing", feature="y", figure=("missing_share", "", "y"), strength=9.0),
        raised("c", "missing", model="k", feature="y", figure=("missing_share", "", "y"), strength=1.0),
        raised("d", "missing", model="z", feature="w", figure=("missing_share", "", "w")),
    ]
    found = causes(alerts, [], {})
    assert [found[slug].under for slug in "abcd"] == ["b", None, "b", None]


def missing(slug: str, model: str, feature: str, **more: Any) -> Raised:
    """A feature of a model without values."""
    return raised(
        slug, "missing", model=model, feature=feature, figure=("missing_share", "", feature), **more
    )


def test_alerts_that_have_nothing_in_common_but_a_third_stand_together() -> None:
    """Model m lacks x and y, model k lacks y and z: one thing happened, not two."""
    alerts = [missing("a", "m", "x", strength=9.0), missing("b", "m", "y"), missing("c", "k", "y"),
              missing("d", "k", "z", strength=5.0)]  # fmt: skip
    found = causes(alerts, [], {})
    assert [found[slug].under for slug in "abcd"] == [None, "a", "a", "a"]
    assert found["d"].text == "A on the same day"


def test_what_one_of_a_day_stands_under_holds_for_all_of_them() -> None:
    """The columns of m changed; k, which lacks the same feature, does not ask separately."""
    schema = raised("s", "schema_change", "schema")
    found = causes([schema, missing("a", "m", "x"), missing("b", "k", "x", strength=9.0)], [], {})
    assert [found[slug].under for slug in "sab"] == [None, "s", "s"]


def test_a_model_that_is_needed_leads_its_day() -> None:
    """However far out the alert of the dependent model is, the two are not grouped under each other."""
    found = causes([missing("a", "m", "x", strength=9.0), missing("b", "k", "x")], [], {"m": ["k"]})
    assert [found[slug].under for slug in "ab"] == ["b", None]


def test_of_two_rules_on_the_same_figures_one_leads_them_all() -> None:
    """Names of alerts do not decide: otherwise each rule would lead on some figures and neither on all."""
    alerts = [
        replace(missing(slug, "m", feature), rule=rule)
        for slug, feature, rule in (
            ("a", "x", "missing"),
            ("b", "x", "gap"),
            ("c", "y", "gap"),
            ("d", "y", "missing"),
        )
    ]
    found = causes(alerts, [], {})
    assert [slug for slug in "abcd" if found[slug].under is None] == ["b"]


def test_a_drop_explains_the_decline_after_it() -> None:
    """Two rules on one figure: the first leads."""
    drop = raised("d", "usage_drop", "usage_drop", figure=("requests", "", ""), ended=DAY + days(1))
    decline = raised("e", "slow_decline", "slow_decline", figure=("requests", "", ""), opened=DAY + days(4))
    found = causes([drop, decline], [], {})
    assert (found["e"].under, found["e"].kind) == ("d", "same figure")


def test_a_chain_leads_to_its_root() -> None:
    """An alert under one that is itself under a third is grouped under the third."""
    schema = raised("s", "schema_change", "schema")
    drop = raised("d", "usage_drop", "usage_drop", figure=("requests", "", ""))
    decline = raised("e", "slow_decline", "slow_decline", figure=("requests", "", ""), opened=DAY + days(8))
    found = causes([replace(schema, ended=DAY), replace(drop, ended=DAY), decline], [], {})
    assert found["d"].under == "s"
    assert found["e"].under == "s"


def test_what_outlasts_the_alert_it_stands_under_asks_for_itself() -> None:
    """Not in the first two days, and not if it is over too; of several that do, the worst leads the others."""
    schema = raised("s", "schema_change", "schema", ended=DAY)
    mild, worst = raised("a", "missing"), raised("b", "errors", severity="high")
    over = raised("c", "unseen", ended=DAY + days(1))
    alerts = [schema, mild, worst, over]
    found = causes(alerts, [], {})
    for as_of, under in ((DAY + days(2), ["s", "s", "s"]), (DAY + days(3), ["b", None, "s"])):
        now = outlasting(alerts, found, as_of)
        assert [now[slug].under for slug in "abc"] == under
        assert now["b"].text == found["b"].text, "what it may come from is still said"
    open_still = outlasting([replace(schema, ended=None), mild], found, DAY + days(30))
    assert open_still["a"].under == "s"
