"""A workspace whose every text is an attack: on pages, paths, SQL, spreadsheets and people's eyes.

`write_hostile(root)` is used by tests/test_hostile.py.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from dagster_project.spec.facts import FACTS

SCRIPT = "<script>window.hacked=1</script>"
HANDLER = '"><img src=x onerror="window.hacked=1">'
LINK = "[x](javascript:window.hacked=1) <a href='javascript:window.hacked=1'>y</a> **b** `c`"
MARKS = "\u202eevil\u202c \u200f\u2028 {{ 7*7 }} {% raw %} @@mb-body@@ &lt;b&gt;"
QUOTES = "'; DROP TABLE ops.file; -- \" ') OR 1=1"
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1")
LONG = "x" * 5000
DECLARED = (
    "../../x", SCRIPT, 'a"onmouseover="window.hacked=1', MARKS, QUOTES, "Case", "CON", "nul.txt", "javascript:alert(1)",
    *FORMULAS[:4],
)  # fmt: skip
"""Ids of the catalog file."""
SEEN = (
    "case",
    "..",
    "index",
    "nul\0byte",
    "new\nline",
    LONG,
    "</script><script>window.hacked=1</script>",
    FORMULAS[4],
)
"""Ids that occur only in the log."""
FEATURES = {'quo"te': "a", "dot.ted": "b", "new\nline": "c", "'; --": "d", "<b>x</b>": "e", "=1+1": "f"}
"""Feature -> field of the log."""
TEXTS = (SCRIPT, HANDLER, LINK, MARKS, QUOTES, *FORMULAS, "{x} %s {0}")
FIRST, DAYS, REQUESTS = dt.datetime(2025, 3, 1, 6, tzinfo=dt.UTC), 3, 40


def write_hostile(root: Path) -> None:
    """Write the whole workspace: catalog, sources, targets, answers, a log, a broken file and a row of every fact."""
    every = " ".join((SCRIPT, HANDLER, LINK, QUOTES))
    _yaml(root, "workspace", {"name": SCRIPT + HANDLER, "about": every, "as_of": "newest", "currency": "EUR"})
    _yaml(root, "catalog/all", {"models": [_model(i, name) for i, name in enumerate(DECLARED)]})
    source: dict[str, object] = {
        "source": HANDLER, "title": every, "files": ["logs/*.jsonl"], "all_other_columns_are_features": False,
        "columns": {c: c for c in (
            "event_time", "request_id", "model_id", "version", "consumer", "user", "status", "score", "label",
            "latency_ms", "deployment")},
        "features": {name: {"column": field} for name, field in FEATURES.items()},
    }  # fmt: skip
    facts = [{"source": f"../../{k}", "kind": k, "files": f"facts/{k}.ndjson"} for k in FACTS]
    _yaml(root, "sources/all", {"sources": [source, *facts]})
    _yaml(
        root, "targets", {"targets": [{"metric": "error_share", "good": 0.1, "poor": 0.5, "reason": every}]}
    )
    answer = {
        "item": "M1",
        "status": "done",
        "answer": every,
        "owner": HANDLER,
        "evidence": f"{LINK} {SCRIPT}",
    }
    _yaml(root, "playbook", {"answers": [answer]})
    (root / "logs").mkdir()
    lines = [json.dumps(row) for row in _requests()]
    (root / "logs" / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (root / "logs" / "<img src=x onerror=window.hacked=1>.jsonl").write_text(
        SCRIPT + "\n{]", encoding="utf-8"
    )
    _facts(root / "facts", every)


def _model(number: int, name: str) -> dict[str, object]:
    text = TEXTS[number % len(TEXTS)]
    return {
        "id": name, "title": f"{text} {number}", "purpose": LINK, "team": HANDLER, "business_unit": SCRIPT,
        "owner": text, "executive": LINK, "users": text, "limits": HANDLER, "runbook": "javascript:window.hacked=1",
        "tags": [SCRIPT, HANDLER], "segments": ['quo"te'], "task": "binary", "positive": SCRIPT, "threshold": 0.5,
        "out_of_scope": LINK, "fallback": text, "stage": "production", "unit": HANDLER,
        "objective": {"latency_ms": 10, "share": 0.9, "availability": 0.9},
        "features": {name: {"type": "category", "required": True} for name in FEATURES},
        "rules": [_rule(text, 'quo"te'), {"name": f"truth {SCRIPT}", "truth": {"column": "'; --", "of": "<b>x</b>"}}],
    }  # fmt: skip


def _rule(text: str, feature: str) -> dict[str, object]:
    when = {"left": "dot.ted", "op": "=", "value": text}
    return {"name": text, "must": {"left": feature, "op": "!=", "value": text}, "when": when, "reason": LINK}


def _requests() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for m, model in enumerate((*DECLARED, *SEEN)):
        for i in range(DAYS * REQUESTS):
            text = TEXTS[(m + i) % len(TEXTS)]
            moment = FIRST + dt.timedelta(days=i % DAYS, minutes=7 * (i // DAYS))
            fields = dict.fromkeys(FEATURES.values(), text)
            rows.append({
                "event_time": moment.isoformat(), "request_id": f"{m}/{i}{SCRIPT}", "model_id": model,
                "version": TEXTS[i % 3], "consumer": text, "user": text, "status": text, "deployment": text,
                "score": (i * 37 % 100) / 100, "label": i * 53 % 100 < 50, "latency_ms": 1 + i % 50, **fields,
            })  # fmt: skip
    return rows


def _facts(folder: Path, text: str) -> None:
    """Write one row of every kind of fact, with hostile texts only, for a model of the catalog."""
    folder.mkdir()
    for kind, fact in FACTS.items():
        said = {"text": text, "time": FIRST.isoformat()}
        row: dict[str, object] = {name: said[how] for name, (how, _) in fact.columns.items() if how in said}
        row |= {
            "model_id": SCRIPT,
            "version": SCRIPT,
            "parameters": {SCRIPT: HANDLER},
            "metrics": {HANDLER: 1},
            "profile": {name: {"n": 9, "missing": SCRIPT, "shares": {HANDLER: 0.5}} for name in FEATURES},
        }
        known = {name: value for name, value in row.items() if name in fact.columns}
        (folder / f"{kind}.ndjson").write_text(json.dumps(known), encoding="utf-8")


def _yaml(root: Path, name: str, content: object) -> None:
    """Write YAML as JSON, which is valid YAML with every odd character escaped."""
    path = root / "data" / f"{name}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
