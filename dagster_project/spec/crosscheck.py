"""Check files against each other: repeated ids, references to nothing, circles. In: a Draft. Out: Problems.

A reference is only checked if everything it could point to was read: one broken catalog file must not make
every target look wrong. Called by `loading`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from dagster_project.core.errors import Problem
from dagster_project.core.naming import slug
from dagster_project.spec.base import KeyPath, did_you_mean
from dagster_project.spec.crosscheck_alerts import alert_problems, rule_id
from dagster_project.spec.crosscheck_promises import may_serve, promise_problems
from dagster_project.spec.draft import Draft
from dagster_project.spec.entry import Entry
from dagster_project.spec.rubric import ORGANIZATION, Attestation, Rubric, Scope, Waiver

Named = tuple[str, Entry[object], KeyPath]
"""An id, the entry that contains it, and its key below the entry."""


def cross_problems(draft: Draft) -> list[Problem]:
    """Return everything that is inconsistent between files."""
    return [
        *_repeated_names(draft),
        *_dependency_problems(draft),
        *_order_problems(draft),
        *_target_problems(draft),
        *_baseline_problems(draft),
        *promise_problems(draft),
        *_playbook_problems(draft),
        *_attestation_problems(draft),
        *_page_problems(draft),
        *alert_problems(draft),
    ]


def _repeated_names(draft: Draft) -> list[Problem]:
    models: list[Named] = [(entry.value.id, entry, ("id",)) for entry in draft.models]
    sources: list[Named] = [(entry.value.source, entry, ("source",)) for entry in draft.sources]
    statements = (draft.summaries, draft.metrics, draft.facts, draft.marts, draft.pages)
    files = [[(file.id, file.file) for file in kind] for kind in statements]
    files.append([(rule_id(entry), entry.document.file) for entry in draft.rules])
    return [
        *_repeated("model", models),
        *_same_slug("model", models),
        *_repeated("source", sources),
        *_same_slug("source", sources),
        *_repeated("rubric", [(entry.value.id, entry, ("id",)) for entry in draft.rubrics]),
        *_repeated("section", [(entry.value.id, entry, ("id",)) for entry in draft.sections]),
        *_repeated("question", _questions(draft)),
        *_repeated("answer to", [(entry.value.item, entry, ("item",)) for entry in draft.answers]),
        *_repeated("experiment", _experiments(draft)),
        *(problem for kind in files for problem in _same_stem(kind)),
    ]


def _questions(draft: Draft) -> list[Named]:
    return [
        (question.id, entry, ("questions", position, "id"))
        for entry in draft.sections
        for position, question in enumerate(entry.value.questions)
    ]


def _experiments(draft: Draft) -> list[Named]:
    return [
        (entry.value.experiment.id, entry, ("experiment", "id"))
        for entry in draft.models
        if entry.value.experiment is not None
    ]


def _repeated(what: str, named: Iterable[Named]) -> list[Problem]:
    """A problem at every repeated id, naming the first place."""
    first: dict[str, str] = {}
    problems = []
    for name, entry, path in named:
        if name in first:
            problems.append(
                entry.problem(path, f"{what} {name!r} appears twice; the first is in {first[name]}")
            )
        else:
            first[name] = entry.place(path)
    return problems


def _same_slug(what: str, named: Iterable[Named]) -> list[Problem]:
    """A problem at ids that would share a folder or a page's address with another id."""
    first: dict[str, tuple[str, str]] = {}
    problems = []
    for name, entry, path in named:
        other, place = first.setdefault(slug(name), (name, entry.place(path)))
        if other != name:
            message = f"{what} {name!r} gets the same address as {other!r} in {place}; rename one of them"
            problems.append(entry.problem(path, message))
    return problems


def _same_stem(named: Iterable[tuple[str, str]]) -> list[Problem]:
    """Files of one kind that would have the same id; `named` are pairs of id and file."""
    first: dict[str, str] = {}
    return [
        Problem(file, None, "", f"has the same name as {first[name]}; rename one of them")
        for name, file in named
        if first.setdefault(name, file) != file
    ]


def _dependency_problems(draft: Draft) -> list[Problem]:
    by_id = {entry.value.id: entry for entry in draft.models}
    problems: list[Problem] = []
    if "models" not in draft.broken:
        for entry in draft.models:
            problems += entry.unknown("model", "depends_on", entry.value.depends_on, by_id)
    needs = {name: [d for d in entry.value.depends_on if d in by_id] for name, entry in by_id.items()}
    while (circle := _circle(needs)) is not None:
        message = f"the models depend on each other in a circle: {' -> '.join(circle)}"
        problems.append(by_id[circle[0]].problem(("depends_on",), message))
        needs[circle[0]].remove(circle[1])
    return problems


def _order_problems(draft: Draft) -> list[Problem]:
    """Metrics that read the readings of metrics that do not exist, or of each other in a circle."""
    if "metrics" in draft.broken:
        return []
    heads = {s.id: s.head for s in draft.metrics}
    files = {s.id: s.file for s in draft.metrics}
    problems = [
        Problem(files[name], None, "after", f"no metric {other!r}{did_you_mean(other, heads)}")
        for name, head in heads.items()
        for other in head.after
        if other not in heads
    ]
    needs = {name: [other for other in head.after if other in heads] for name, head in heads.items()}
    if (circle := _circle(needs)) is not None:
        message = f"the metrics read each other in a circle: {' -> '.join(circle)}"
        problems.append(Problem(files[circle[0]], None, "after", message))
    return problems


def _circle(needs: dict[str, list[str]]) -> list[str] | None:
    """One circle, each id reading the next, from the alphabetically first and back to it; None if none."""
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        ring: list[str] = error.args[1][:0:-1]
        start = ring.index(min(ring))
        return [*ring[start:], *ring[: start + 1]]
    return None


def _target_problems(draft: Draft) -> list[Problem]:
    models = {entry.value.id for entry in draft.models}
    teams = {entry.value.team for entry in draft.models if entry.value.team}
    metrics = {statement.id for statement in draft.metrics}
    problems: list[Problem] = []
    for entry in draft.targets:
        target = entry.value
        if "metrics" not in draft.broken and target.metric not in metrics:
            message = f"no metric {target.metric!r} in reports/metrics{did_you_mean(target.metric, metrics)}"
            problems.append(entry.problem(("metric",), message))
        if "models" not in draft.broken:
            problems += entry.unknown("model", "models", target.models, models)
            problems += entry.unknown("team", "teams", target.teams, teams)
    return problems


def _baseline_problems(draft: Draft) -> list[Problem]:
    """Money per unit of error needs an alternative: answers in a log of the model, or its stated error."""
    if "sources" in draft.broken:
        return []
    message = "needs the simple alternative: map `baseline` in the model's source, or state baseline_error"
    problems = []
    for entry in draft.models:
        given = entry.value.value
        if given is None or given.per_unit_error is None or given.baseline_error is not None:
            continue
        logs = [s.value for s in draft.sources if may_serve(s.value, entry.value.id)]
        if logs and not any("baseline" in source.columns for source in logs):
            problems.append(entry.problem(("value", "per_unit_error"), message))
    return problems


def _playbook_problems(draft: Draft) -> list[Problem]:
    if "sections" in draft.broken:
        return []
    items = {name for name, _, _ in _questions(draft)}
    problems = [
        entry.problem(("item",), f"no question {entry.value.item!r}{did_you_mean(entry.value.item, items)}")
        for entry in draft.answers
        if entry.value.item not in items
    ]
    problems += [
        entry.problem(("milestones", position, "item"), f"no question {milestone.item!r} in reports/playbook")
        for entry in draft.rubrics
        for position, milestone in enumerate(entry.value.milestones)
        if milestone.item is not None and milestone.item not in items
    ]
    return problems


def _attestation_problems(draft: Draft) -> list[Problem]:
    if "rubrics" in draft.broken:
        return []
    rubrics = {entry.value.id: entry.value for entry in draft.rubrics}
    entries: list[Entry[Attestation | Waiver]] = [*draft.attestations, *draft.waivers]
    problems: list[Problem] = []
    for entry in entries:
        rubric = rubrics.get(entry.value.rubric)
        if rubric is None:
            name = entry.value.rubric
            message = f"no rubric {name!r} in reports/rubrics{did_you_mean(name, rubrics)}"
            problems.append(entry.problem(("rubric",), message))
        else:
            problems += _statement_problems(draft, entry, rubric)
    return problems


def _statement_problems(
    draft: Draft, entry: Entry[Attestation | Waiver], rubric: Rubric
) -> Iterator[Problem]:
    """What is wrong with a statement on a rubric: an unknown milestone, or a subject outside its scope."""
    said, milestones = entry.value, {milestone.id for milestone in rubric.milestones}
    if said.milestone not in milestones:
        hint = did_you_mean(said.milestone, milestones)
        message = f"no milestone {said.milestone!r} in rubric {rubric.id!r}{hint}"
        yield entry.problem(("milestone",), message)
    known: dict[Scope, set[str]] = {
        "organization": {ORGANIZATION},
        "team": {model.value.team for model in draft.models if model.value.team},
        "model": {model.value.id for model in draft.models},
    }
    subjects = known[rubric.scope]
    if said.subject in subjects or "models" in draft.broken:
        return
    if rubric.scope == ORGANIZATION:
        message = f"rubric {rubric.id!r} is about the organization as a whole; leave the subject out"
    else:
        none = f"no {rubric.scope} {said.subject!r} is declared{did_you_mean(said.subject, subjects)}"
        message = f"rubric {rubric.id!r} is about {rubric.scope}s, and {none}"
    yield entry.problem(("subject",), message)


def _page_problems(draft: Draft) -> list[Problem]:
    if "marts" in draft.broken:
        return []
    views = {"page." + mart.id for mart in draft.marts}
    problems = []
    for page in draft.pages:
        wanted = page.head.for_each
        if wanted is not None and "page." + wanted.removeprefix("page.") not in views:
            hint = did_you_mean(wanted, views)
            problems.append(
                Problem(page.file, None, "for_each", f"no view {wanted!r} in reports/marts{hint}")
            )
    return problems
