"""A workspace that is nothing like the demo: other time zone, currency, column names and formats.

`write_foreign(root)` is used by tests; CI also builds it with the wheel, outside the repository.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import random
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE = "Australia/Lord_Howe"  # half an hour of daylight saving; changed on 2025-04-06
FIRST, LAST = dt.date(2025, 3, 20), dt.date(2025, 4, 20)
MODEL = "eta/réunion <b>v.1</b>"

WORKSPACE = """\
name: Kai & Sons <Logistics>
about: A plainly fictional harbour.
timezone: Australia/Lord_Howe
currency: JPY
as_of: 2025-04-20
salt: pepper
"""
CATALOG = f"""\
id: "{MODEL}"
title: Mooring time
team: Harbour
owner: Harbour analytics
task: regression
unit: min
pattern: stream
segments: [berth]
reference: {{start: 2025-03-20, end: 2025-04-02}}
value: {{per_unit_error: -40, baseline_error: 12}}
"""
SOURCES = f"""\
sources:
  - source: moorings
    files: "in/*.csv.gz"
    timezone: {ZONE}
    delimiter: ";"
    columns:
      event_time: {{column: Zeitpunkt, format: "%d.%m.%Y %H:%M:%S"}}
      model_id: {{constant: "{MODEL}"}}
      version: Fassung
      request_id: Vorgang
      latency_ms: {{column: Dauer_s, unit: s}}
      prediction: Schätzung
      consumer: Kunde
    features: {{berth: Liegeplatz, wind: Wind}}
  - source: truth
    kind: outcomes
    files: "truth/**/*.jsonl"
    columns:
      request_id: ref
      label: {{column: result.minutes}}
      label_time: {{column: result.at, format: epoch_ms}}
"""


def days() -> list[dt.date]:
    """Every day of the log."""
    return [FIRST + dt.timedelta(days=i) for i in range((LAST - FIRST).days + 1)]


def write_foreign(root: Path) -> dict[dt.date, int]:
    """Write the workspace; return the exact number of requests by local day."""
    (root / "data" / "catalog").mkdir(parents=True)
    (root / "data" / "sources").mkdir()
    (root / "data" / "workspace.yml").write_text(WORKSPACE, encoding="utf-8")
    (root / "data" / "catalog" / "moorings.yml").write_text(CATALOG, encoding="utf-8")
    (root / "data" / "sources" / "harbour.yml").write_text(SOURCES, encoding="utf-8")
    rng = random.Random(11)
    return {day: _write_day(root, day, rng) for day in days()}


def _write_day(root: Path, day: dt.date, rng: random.Random) -> int:
    n = 40 + rng.randrange(20)
    lines, truths = ["Vorgang;Zeitpunkt;Fassung;Dauer_s;Schätzung;Kunde;Liegeplatz;Wind"], []
    for i in range(n):
        moment = dt.datetime.combine(day, dt.time(6), ZoneInfo(ZONE)) + dt.timedelta(minutes=15 * i)
        ref, guess = f"{day}-{i}", rng.gauss(30, 8)
        wind = "" if rng.random() < 0.05 else f"{rng.gauss(12, 4):.2f}"
        clock = moment.strftime("%d.%m.%Y %H:%M:%S")
        lines.append(f"{ref};{clock};2;{rng.uniform(0.01, 0.2):.4f};{guess:.3f};K{i % 3};B{i % 4};{wind}")
        at = int((moment + dt.timedelta(hours=1)).timestamp() * 1000)
        truths.append(
            json.dumps({"ref": ref, "result": {"minutes": round(guess + rng.gauss(0, 5), 3), "at": at}})
        )
    _put(root / "in" / f"{day}.csv.gz", gzip.compress("\n".join(lines).encode(), mtime=0))
    _put(root / "truth" / str(day.month) / f"{day}.jsonl", "\n".join(truths).encode())
    return n


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


if __name__ == "__main__":
    write_foreign(Path(sys.argv[1]))
