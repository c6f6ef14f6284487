"""Section `peers`: `modelboard compare` beside Evidently, NannyML and whylogs, whole commands on the same two files.

Each peer has an environment of its own in a cache folder outside the repository, made once by pip. A run of ours
stands before each run of a peer; ratios are of such pairs.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.measure import Cost, median, modelboard, python
from tests.bench.pair import COLUMNS, PLANTED, STABLE
from tests.bench.report import Section, cost_cells, ratio, table
from tests.bench.workspaces import Tell

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "modelboard-bench"
ROUNDS = 3
NAMES = ",".join(COLUMNS)
FLOOR = """\
import duckdb, sys
duckdb.execute("SET threads = 2")
for path in sys.argv[1:3]:
    names = sys.argv[3].split(",")
    terms = [f"sum({n})" if n.startswith("n") else f"bit_xor(hash({n}))" for n in names]
    duckdb.execute(f"SELECT {', '.join(terms)} FROM read_parquet('{path}')").fetchall()
"""

TEXT = """\
The drift of {columns} columns ({numbers} numeric, {categories} of categories), {rows:,} rows in the reference and \
{rows:,} now, Parquet: whole commands from start to written report, {rounds} rounds in which a run of ours stands \
before each run of a peer; medians, and the median ratio of the pairs. {versions}. Evidently and ours write a report \
in HTML ({evidently_kb:,.0f} and {html_kb:,.0f} KB); NannyML (Jensen-Shannon only, its default) and whylogs print.

{once}

With the reference kept from an earlier run (ours: a profile of {profile_kb:,.0f} KB; NannyML: its fitted calculator, \
pickled; whylogs: its profile; Evidently keeps nothing and reads both files again, its figures are those above):

{kept}

{memory}

What each found. Planted: {planted}. The other {stable} columns are stable.

{truth}
"""
VERSIONS = """\
import importlib.metadata as m
print(*(f"{name} {m.version(name)}" for name in ("pandas", "numpy", "pyarrow")), sep=", ")
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """A library with the packages it needs; `once` are its words for two files, `keep` and `kept` for a state."""

    name: str
    packages: tuple[str, ...]
    goal: float
    """At least so many times our CPU seconds."""
    goal_kept: float
    words: Callable[[str, Path, Path], tuple[str, ...]]
    keeps: bool = True

    @property
    def script(self) -> str:
        """The program that runs it."""
        return str(HERE / f"peer_{self.name.lower()}.py")

    @property
    def interpreter(self) -> Path:
        """Python of its environment."""
        return CACHE / self.name.lower() / "bin" / "python"


def _modes(mode: str, first: Path, second: Path) -> tuple[str, ...]:
    return mode, str(first), str(second), NAMES


def _evidently(mode: str, first: Path, second: Path) -> tuple[str, ...]:
    return str(first), str(second), str(second.with_name("evidently.html")), NAMES


PEERS = (
    Peer("Evidently", ("evidently==0.7.23", "pandas<3", "pyarrow"), 50, 90, _evidently, keeps=False),
    Peer("NannyML", ("nannyml==0.13.1", "statsmodels", "pyarrow"), 12, 20, _modes),
    Peer("whylogs", ("whylogs[viz]==1.6.4", "numpy<2", "pandas<3", "pyarrow<20"), 20, 20, _modes),
)


@dataclass(slots=True)
class Runs:
    """What was measured of one peer: its runs, and ours before each."""

    peer: list[Cost] = field(default_factory=list)
    ours: list[Cost] = field(default_factory=list)

    @property
    def times(self) -> float:
        """The median ratio of CPU seconds."""
        return statistics.median(p.cpu_s / o.cpu_s for p, o in zip(self.peer, self.ours, strict=True))


def section(scratch: Path, rows: int, tell: Tell) -> Section:
    """Make the environments and the files, run all rounds, and see who found what."""
    try:
        for peer in PEERS:
            tell(f"environment of {peer.name}")
            install(peer)
    except subprocess.CalledProcessError as error:
        return Section("The peers", f"Not measured here: {error.cmd[-1]} could not be installed.")
    tell(f"{rows:,} + {rows:,} rows")
    python("-m", "tests.bench.pair", str(scratch), str(rows))
    reference, current = scratch / "reference.parquet", scratch / "current.parquet"
    profile = scratch / "reference.profile.json"
    out = str(scratch / "compare.html")
    compare = ("compare", str(reference), str(current), "--columns", NAMES, "--out", out)
    modelboard(*compare, "--save-profile", str(profile))
    once = _rounds("once", compare, dict.fromkeys(PEERS, (reference, current)), tell)
    states = {p: (scratch / f"{p.name}.state", current) for p in PEERS if p.keeps}
    for peer, (state, _) in states.items():
        tell(f"{peer.name} keeps the reference")
        python("-P", peer.script, *peer.words("keep", reference, state), executable=peer.interpreter)
    kept = _rounds("kept", ("compare", str(profile), str(current), "--out", out), states, tell)
    kept[PEERS[0]] = Runs(once[PEERS[0]].peer, [c for runs in kept.values() for c in runs.ours][:ROUNDS])
    floor = median([python("-c", FLOOR, str(reference), str(current), NAMES) for _ in range(ROUNDS)])
    found = json.loads(modelboard(*compare, "--json").output)
    sizes = {
        name: (scratch / name).stat().st_size / 1e3
        for name in ("compare.html", "evidently.html", profile.name)
    }
    return Section("The peers", _text(rows, once, kept, floor, found, sizes))


def install(peer: Peer) -> None:
    """Make a peer's environment, unless it stands from an earlier run."""
    done = peer.interpreter.parent / "installed"
    if done.exists() and done.read_text(encoding="utf-8") == "\n".join(peer.packages):
        return
    folder = peer.interpreter.parent.parent
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(peer.interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *reversed(peer.packages)], check=True, capture_output=True)
    done.write_text("\n".join(peer.packages), encoding="utf-8")


def _rounds(
    mode: str, ours: Sequence[str], inputs: Mapping[Peer, tuple[Path, Path]], tell: Tell
) -> dict[Peer, Runs]:
    """Every peer in every round, each after a run of ours."""
    found = {peer: Runs() for peer in inputs}
    for number in range(ROUNDS):
        for peer, (first, second) in inputs.items():
            tell(f"{peer.name}, {mode}, round {number + 1} of {ROUNDS}")
            found[peer].ours.append(modelboard(*ours))
            words = ("-P", peer.script, *peer.words(mode, first, second))
            found[peer].peer.append(python(*words, executable=peer.interpreter))
            pair = found[peer].peer[-1].cpu_s, found[peer].ours[-1].cpu_s
            tell(f"{peer.name}, {mode}: {pair[0]:.1f} CPU s, ours {pair[1]:.2f}")
    return found


def _text(
    rows: int,
    once: Mapping[Peer, Runs],
    kept: Mapping[Peer, Runs],
    floor: Cost,
    found: Mapping[str, list[dict[str, str]]],
    sizes: Mapping[str, float],
) -> str:
    named = {
        "modelboard": [c["name"] for c in found["columns"] if c["level"] in ("small", "changed", "strong")]
    }
    named |= {peer.name: json.loads(runs.peer[-1].output.splitlines()[-1]) for peer, runs in once.items()}
    html, evidently, profile = sizes.values()
    numbers = sum(name.startswith("n") for name in COLUMNS)
    return TEXT.format(
        columns=len(COLUMNS),
        numbers=numbers,
        categories=len(COLUMNS) - numbers,
        rows=rows,
        rounds=ROUNDS,
        versions="; ".join(f"{p.packages[0].replace('==', ' ')} with {_version(p)}" for p in PEERS),
        html_kb=html,
        evidently_kb=evidently,
        profile_kb=profile,
        once=_costs(once, "goal", floor),
        kept=_costs(kept, "goal_kept", None),
        memory=_memory(once, kept),
        planted="; ".join(f"`{name}` {what}" for name, what in PLANTED.items()),
        stable=len(STABLE),
        truth=_truth(named),
    )


def _costs(runs: Mapping[Peer, Runs], goal: str, floor: Cost | None) -> str:
    ours = median([cost for one in runs.values() for cost in one.ours])
    rows = [("`modelboard compare`", *cost_cells(ours), "", "")]
    for peer in PEERS:
        times, wanted = runs[peer].times, getattr(peer, goal)
        verdict = f"{wanted:g} x: {'met' if times >= wanted else 'missed'}"
        rows.append((peer.name, *cost_cells(median(runs[peer].peer)), ratio(times), verdict))
    if floor is not None:
        share = ratio(floor.cpu_s / ours.cpu_s)
        rows.append(("floor: DuckDB reads the columns, a sum or hash of each", *cost_cells(floor), share, ""))
    return table(("", "CPU s", "wall s", "MiB", "CPU, times ours", "goal"), rows)


def _memory(once: Mapping[Peer, Runs], kept: Mapping[Peer, Runs]) -> str:
    peaks = [max(c.peak_mib for one in runs.values() for c in one.ours) for runs in (once, kept)]
    words = [
        f"{peak:,.0f} MiB ({'met' if peak < goal else 'missed'}: below {goal})"
        for peak, goal in zip(peaks, (350, 200), strict=True)
    ]
    return f"Our largest memory of all runs: {words[0]}; with the reference kept {words[1]}."


def _truth(named: Mapping[str, Sequence[str]]) -> str:
    rows = []
    for name, columns in named.items():
        cells = ("found" if column in columns else "missed" for column in PLANTED)
        wrong = sum(column in columns for column in STABLE)
        rows.append((name, *cells, f"{wrong} of {len(STABLE)}"))
    return table(("", *(f"`{name}`" for name in PLANTED), "stable columns called drift"), rows)


def _version(peer: Peer) -> str:
    return python("-c", VERSIONS, executable=peer.interpreter).output.strip()
