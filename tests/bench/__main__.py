"""`python -m tests.bench [SECTION ...]`: measure, and write BENCHMARKS.md when all sections were asked for."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from tests.bench import accuracy, alarms, demo, events, fleet, history, intervals, orchestration, pages, peers
from tests.bench.fleet import Fleet
from tests.bench.report import Section, page
from tests.bench.workspaces import Tell, warm_up

PAGE = Path(__file__).resolve().parents[2] / "BENCHMARKS.md"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    days: tuple[tuple[int, int], ...]
    """Events and runs of each large day."""
    largest: tuple[tuple[int, int], ...]
    """The same of the largest one."""
    fleets: tuple[Fleet, ...]
    sites: tuple[int, ...]
    """Models of each site."""
    lengths: tuple[int, ...]
    """Days of the histories, the longest last."""
    further: int
    """Further nights of each history."""
    pairs: int
    """Nights with and without Dagster."""
    rows: int
    """Rows a day that accuracy is measured on."""
    samples: int
    """Samples that the cover of intervals is counted on."""
    alarms: alarms.Sizes


FULL = Sizes(
    days=((1_000_000, 3), (10_000_000, 1)),
    largest=((50_000_000, 1),),
    fleets=(Fleet(100, 200, 40), Fleet(1_000, 100, 12)),
    sites=(100, 1_000, 5_000),
    lengths=(30, 200, 900),
    further=3,
    pairs=5,
    rows=1_000_000,
    samples=1_000,
    alarms=alarms.FULL,
)
SMALL = Sizes(
    days=((20_000, 1),),
    largest=((30_000, 1),),
    fleets=(Fleet(5, 20, 3),),
    sites=(10, 20),
    lengths=(3, 6),
    further=1,
    pairs=1,
    rows=20_000,
    samples=20,
    alarms=alarms.SMALL,
)
"""To see that everything runs (the demo has one size only and is left out). Its figures are never written."""

Measure = Callable[[Sizes, Path, Tell], Section]
SECTIONS: dict[str, Measure] = {
    "demo": lambda sizes, scratch, tell: demo.section(scratch, tell),
    "events": lambda sizes, scratch, tell: events.section(scratch, sizes.days, tell),
    "large": lambda sizes, scratch, tell: events.section(
        scratch, sizes.largest, tell, "A day of fifty million events"
    ),
    "models": lambda sizes, scratch, tell: fleet.section(scratch, sizes.fleets, tell),
    "pages": lambda sizes, scratch, tell: pages.section(scratch, sizes.sites, tell),
    "history": lambda sizes, scratch, tell: history.section(scratch, sizes.lengths, sizes.further, tell),
    "dagster": lambda sizes, scratch, tell: orchestration.section(scratch, sizes.pairs, tell),
    "peers": lambda sizes, scratch, tell: peers.section(scratch, sizes.rows, tell),
    "accuracy": lambda sizes, scratch, tell: accuracy.section(scratch, sizes.rows, tell),
    "intervals": lambda sizes, scratch, tell: intervals.section(sizes.samples, tell),
    "alarms": lambda sizes, scratch, tell: alarms.section(sizes.alarms, tell),
}


def measure(names: Iterable[str], sizes: Sizes, console: Console) -> list[Section]:
    """Run sections one after another, each in a folder of its own that is gone afterwards."""
    found = []
    with tempfile.TemporaryDirectory(prefix="modelboard-bench-") as scratch:
        warm_up(Path(scratch) / "first")
    for name in names:
        with (
            tempfile.TemporaryDirectory(prefix="modelboard-bench-") as scratch,
            console.status(name) as status,
        ):
            tell = _teller(name, console, status.update)
            found.append(SECTIONS[name](sizes, Path(scratch), tell))
    return found


def _teller(name: str, console: Console, update: Callable[[str], None]) -> Tell:
    """Shows what is being measured; where nobody watches a terminal, a line each."""

    def tell(what: str) -> None:
        update(f"{name}: {what}")
        if not console.is_terminal:
            console.print(f"{name}: {what}")

    return tell


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "section", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; default all"
    )
    parser.add_argument(
        "--small", action="store_true", help="tiny sizes, to see that it runs; writes nothing"
    )
    parser.add_argument(
        "--measured-on", default="", metavar="TEXT", help="a date or note for the page's head"
    )
    asked = parser.parse_args()
    if unknown := sorted(set(asked.section) - set(SECTIONS)):
        parser.error(f"no section {', '.join(unknown)}; expected {', '.join(SECTIONS)}")
    # Asked to end, end as on Ctrl-C: the child is stopped and the scratch folder removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    names = asked.section or [name for name in SECTIONS if not (asked.small and name == "demo")]
    text = page(
        measure(names, SMALL if asked.small else FULL, Console(stderr=True)), SECTIONS, asked.measured_on
    )
    if asked.section or asked.small:
        print(text)
    else:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
