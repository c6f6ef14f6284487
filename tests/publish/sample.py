"""A site with every component of the look, from invented figures: what the browser tests open."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

from markupsafe import Markup

from dagster_project.publish import charts, figures, status
from dagster_project.publish.build import Place, Stamped, build_shell, finish, headings, write_pages
from dagster_project.publish.tables import Column, Link, data_table
from dagster_project.spec.builtin import builtin_root
from dagster_project.spec.workspace import Settings

AS_OF = dt.date(2013, 12, 31)
DAYS = tuple(AS_OF - dt.timedelta(days=i) for i in range(119, -1, -1))
PLACES = (
    Place("index.html", "Scorecard", "Scorecard"),
    Place("models.html", "Catalog", "Models"),
    Place("monitoring.html", "Monitoring", "Models"),
    Place("models/", "Model", "Models"),
)


def series(base: float, swing: float, trend: float = 0.0) -> list[float | None]:
    """A wavy series with a gap of four days."""
    values = [
        base + swing * (math.sin(i * 1.7) + math.cos(i * 0.61)) / 2 + trend * i for i in range(len(DAYS))
    ]
    return [None if 30 <= i < 34 else v for i, v in enumerate(values)]


def cards() -> Markup:
    """Scorecard figures of each sort."""
    auc = charts.sparkline(series(0.64, 0.02), label="AUC", limits=(0.64, 0.615, 0.665))
    late = charts.sparkline(series(120, 12, -0.2), label="p95 latency", unit="ms")
    found = [
        figures.card("Models on target", 0.857, unit="share", grade="watch", note="target 95 %", spark=auc),
        figures.card(
            "Requests, 28 days",
            26834,
            unit="requests",
            note="routine variation",
            href="models.html",
            spark=charts.sparkline(series(950, 90, 1), label="Requests"),
        ),
        figures.card(
            "p95 latency",
            104.2,
            unit="ms",
            grade="good",
            note="within the limit of 150 ms",
            spark=late,
            gauge=charts.bullet(104.2, good=120, poor=150, unit="ms", label="p95 latency"),
        ),
        figures.card(
            "Measured value, month", 18450, unit="currency", currency="USD", note="evidence A, 90 % interval"
        ),
        figures.card("Cost per 1 000", None, unit="currency", note="no cost is logged"),
        figures.card("Maturity", "Level 2 of 4", note="next: drift alarms with an owner"),
    ]
    return Markup('<div class="mb-cards">{}</div>').format(Markup("").join(found))


def panels() -> Markup:
    """Charts of each sort, in the grid."""
    values = series(0.64, 0.02, 0.0001)
    known = [0.64 if v is None else v for v in values]
    line = charts.line_chart(
        DAYS,
        values,
        title="Ranking quality is routine, one day fell below its limits",
        description="AUC of late-departure by day scored, 90 % interval; labels until 31 Dec 2013.",
        unit="1",
        low=[v - 0.012 for v in known],
        high=[v + 0.012 for v in known],
        limits=(0.64, 0.61, 0.67),
        target=0.62,
        annotations=((DAYS[60], "version 2 takes 10 % of requests"), (DAYS[80], "version 2 takes all")),
        signals=((DAYS[95], "poor"),),
        partial_from=DAYS[-1],
        file="api/readings.parquet",
    )
    requests = charts.line_chart(
        DAYS,
        series(29000, 3000, 20),
        title="Requests grow with the winter timetable",
        description="Scored requests a day, all models.",
        unit="requests",
        earlier=series(26000, 2500),
        height=170,
        earlier_label="a year before",
    )
    weeks = [AS_OF - dt.timedelta(days=7 * i) for i in range(11, -1, -1)]
    stacked = charts.stacked_bars(
        weeks,
        (
            ("poor", [1, 0, 1, 2, 1, 1, 3, 2, 2, 1, 2, 2], "poor"),
            ("watch", [3, 4, 2, 4, 6, 5, 6, 4, 5, 4, 4, 3], "watch"),
        ),
        title="Open findings fell from nine to five",
        description="Models by grade at the end of each week.",
        unit="count",
    )
    bars = charts.bar_chart(
        ["air-time", "arrival-delay-live", "cancellation-risk", "late-departure"],
        [12000, 9800, None, 4100],
        title="Two models carry the traffic",
        description="Requests in the 28 days to 31 Dec 2013.",
        unit="requests",
        earlier=[11000, 9900, 500, 6200],
        plan=[12500, 9000, 1000, 6000],
        meanings=["", "", "", "poor"],
    )
    daily = charts.bar_chart(
        DAYS[-28:],
        series(500, 200)[-28:],
        title="No day without requests",
        description="Requests a day.",
        unit="requests",
        plan=[520] * 28,
        height=120,
    )
    money = charts.interval_chart(
        [
            ("late-departure, measured", 12300, 4100, 20500, True),
            ("cancellation-risk, modelled", -800, -3000, 1500, False),
            ("arrival-delay-plan", None, None, None, False),
        ],
        title="Only one model's value is measured",
        description="USD a month with 90 % intervals.",
        unit="currency",
        currency="USD",
    )
    edges = [-20.0, -10, 0, 10, 20, 30, 40, 60, 90, 120]
    pair = charts.histogram_pair(
        edges,
        [0.05, 0.2, 0.3, 0.2, 0.1, 0.08, 0.04, 0.02, 0.01],
        [0.02, 0.1, 0.22, 0.26, 0.17, 0.11, 0.07, 0.03, 0.02],
        title="Delays moved up by seven minutes",
        description="Share of flights, December against February.",
        unit="min",
    )
    kinds = charts.histogram_pair(
        ["JFK", "LGA", "EWR", "other"],
        [0.33, 0.31, 0.35, 0.01],
        [0.3, 0.3, 0.38, 0.02],
        title="More flights from Newark",
        description="Share of requests by origin.",
        unit="share",
    )
    levels = charts.level_chart(
        DAYS,
        [0] * 40 + [None] * 3 + [1] * 37 + [2] * 40,
        title="Monitoring reached level 2 in November",
        description="Level of the pillar by day.",
        names=("none", "seen", "managed", "measured", "improving"),
    )
    nothing = charts.line_chart(
        DAYS,
        [None] * len(DAYS),
        title="Latency of the batch is not known",
        description="The nightly batch logs no latency.",
        unit="ms",
    )
    spans = (
        (line, 8),
        (stacked, 4),
        (requests, 6),
        (bars, 6),
        (daily, 6),
        (money, 6),
        (pair, 6),
        (kinds, 6),
        (levels, 6),
        (nothing, 6),
    )
    found = [
        Markup('<section class="mb-panel mb-span-{}">{}</section>').format(n, chart) for chart, n in spans
    ]
    return Markup('<div class="mb-grid">{}</div>').format(Markup("").join(found))


def table(n: int = 9, **options: object) -> Markup:
    """A catalog of `n` models."""
    names = (
        "late-departure",
        "cancellation-risk",
        "arrival-delay-live",
        "air-time",
        "arrival-delay-plan",
        "gain-in-air",
    )
    columns = [
        Column("model", "Model", "link"),
        Column("team", "Team"),
        Column("status", "Status", "status"),
        Column("auc", "AUC", "number", "1", help="Area under the ROC curve"),
        Column("seen", "Last request", "day"),
    ]
    grades = ("poor", "watch", "good", "unknown")
    rows: list[dict[str, object]] = [
        {
            "model": Link(names[i % 6] + ("" if i < 6 else f"-{i}"), f"models/{names[i % 6]}.html"),
            "team": ("Operations", "Planning", "Network")[i % 3],
            "status": grades[i % 4 if i else 0],
            "auc": None if i % 5 == 4 else 0.6 + (i * 37 % 100) / 400,
            "seen": DAYS[-1 - i % 20],
            "trend": "",
        }
        for i in range(n)
    ]
    if n <= 200:
        columns.append(Column("trend", "AUC, 120 days", "html"))
        for i, row in enumerate(rows):
            row["trend"] = charts.sparkline(
                series(0.64, 0.02, 0.0001 * (i - 3)), label="AUC", limits=(0.64, 0.62, 0.66)
            )
    return data_table(
        columns, rows, id="models", caption="Models, worst first", noun="models", filters=("team", "status")
    )


def words() -> Markup:
    """Lists, pills, notices: what needs no drawing."""
    pills = Markup(" ").join([*map(status.status, status.GRADES), *map(status.state, status.STATES)])
    return Markup(
        '<section class="mb-panel"><h2 id="asks">What is asked of you</h2><ol class="mb-exceptions">'
        "<li><strong>late-departure</strong> <p>Decide whether version 2 keeps all traffic.</p></li>"
        "<li><strong>gain-in-air</strong> <p>Retired on 30 Sep; its page stays.</p></li></ol></section>"
        '<div class="mb-notice mb-notice--watch"><p>One source is 26 hours old: figures may still change.</p></div>'
        '<h2 id="about">What it is</h2><section class="mb-panel"><dl class="mb-dl mb-dl--wide"><dt>Owner</dt>'
        '<dd>Head of operations <span class="mb-declared"></span></dd>'
        "<dt>Decision</dt><dd>Staff the gate at scheduling</dd>"
        '<dt>Code</dt><dd class="mb-mono">9f86d081884c7d659a2feaa0c55ad015a3bf4f1b</dd></dl>'
        '<ol class="mb-steps"><li data-state="pass">0 none</li><li data-state="pass" aria-current="step">1 seen</li>'
        '<li data-state="fail">2 managed</li><li data-state="fail">3 measured</li></ol>{}'
        '<div class="mb-pills">{}</div><ul class="mb-check"><li>{}<div><p>Every model has an owner</p>'
        '<p class="mb-note">7 of 7 <a class="mb-receipt" href="index.html">receipt</a></p></div></li>'
        "<li>{}<div><p>Drift alarms have a runbook</p></div></li></ul></section>"
    ).format(
        status.meter(18, 30, label="Milestones decided by data"),
        pills,
        status.state("pass"),
        status.state("fail"),
    )


def page(path: str, title: str, *parts: Markup, toc: bool = False) -> Stamped:
    """A page with the usual head."""
    head = Markup(
        '<header class="mb-head"><h1>{}</h1>'
        '<p class="mb-lede">Six of seven models meet their targets. Ranking quality of '
        "late-departure left its limits on 6 December, after version 2 took all traffic; "
        "operations should decide this week whether it stays.</p>"
        '<p class="mb-asof">Data to 31 Dec 2013, New York days<br>Compared with the 28 days before</p></header>'
    ).format(title)
    body = head + Markup("").join(parts)
    return Stamped(path, title, body, headings(body) if toc else (), f"{title} operations", "Sample page")


def build_sample(target: Path, cache: Path, rows: int = 1200) -> None:
    """The sample site, whole."""
    settings = Settings(name="Tern Air (fictional)", about="An invented airline; its flights are real.")
    sites = (builtin_root() / "site",)
    shell = build_shell(target, sites=sites, settings=settings, places=PLACES, as_of=AS_OF, cache=cache)
    pages = [
        page(
            "index.html",
            "Scorecard",
            cards(),
            panels(),
            Markup('<section class="mb-panel"><h2>Priority models</h2>{}</section>').format(table()),
        ),
        page(
            "models.html",
            "Model catalog",
            Markup('<section class="mb-panel">{}</section>').format(table(rows)),
        ),
        page("monitoring.html", "Monitoring", words()),
        page(
            "models/late-departure.html",
            "late-departure",
            words(),
            Markup('<h2 id="charts">Charts</h2>'),
            panels(),
            toc=True,
        ),
    ]
    finish(shell, write_pages(shell, pages, target), target)
