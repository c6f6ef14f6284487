"""`modelboard compare`: report what changed between two files; no workspace is needed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dagster_project.commands.terminal import printable

if TYPE_CHECKING:
    from dagster_project.core.verdicts import Comparison, Threshold

COLOURS = {"none": "green", "unknown": "dim", "small": "", "changed": "yellow", "strong": "bold red"}


class BadInput(click.ClickException):
    """A file or an option that cannot be used: exit code 2."""

    exit_code = 2

    def __init__(self, message: str, *, as_json: bool) -> None:
        super().__init__(message)
        self.as_json = as_json

    def show(self, file: object = None) -> None:
        """Print the message on stderr, for machines as one JSON object."""
        del file
        record = json.dumps({"event": "error", "kind": "BadInput", "message": self.message})
        click.echo(record if self.as_json else f"modelboard: {self.message}", err=True)


@click.command("compare")
@click.argument("reference", type=click.Path(path_type=Path))
@click.argument("current", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the report, one HTML file."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON (schema: about/compare).")
@click.option(
    "--columns", default="", help="Columns to compare, separated by commas; n* is a pattern. Default: all."
)
@click.option(
    "--threshold",
    "limits",
    multiple=True,
    metavar="NAME=CHANGED,STRONG",
    help="Size from which an effect counts, such as psi=0.1,0.25; may be repeated.",
)
@click.option(
    "--save-profile",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep the reference's counts as FILE.profile.json, which can later replace the reference.",
)
def command(
    reference: Path,
    current: Path,
    out: Path | None,
    as_json: bool,
    columns: str,
    limits: tuple[str, ...],
    save_profile: Path | None,
) -> None:
    """Compare two files, column by column: Parquet, CSV or JSON Lines (also .gz, .zst), worst change first.

    REFERENCE may be a profile saved with --save-profile. Exit code 2 when a file cannot be read.
    """
    from dagster_project.core.errors import SourceError
    from dagster_project.pipeline import compare, compare_profile

    try:
        thresholds = _thresholds(limits)
        if save_profile and not compare_profile.is_profile(save_profile):
            raise SourceError(str(save_profile), f"expected a name that ends with {compare_profile.ENDING}")
        found = compare.compare(reference, current, [c for c in columns.split(",") if c], thresholds)
        if save_profile:
            compare_profile.save(found.reference, save_profile)
        if out:
            out.write_text(compare.report(found), encoding="utf-8")
    except SourceError as error:
        raise BadInput(str(error), as_json=as_json) from error
    except OSError as error:
        raise BadInput(f"{error.filename}: {error.strerror}", as_json=as_json) from error
    if as_json:
        click.echo(json.dumps(compare.record(found), ensure_ascii=False, allow_nan=False, indent=1))
    elif out:
        click.echo(f"{found.sentence} The report is {out}.")
    else:
        _print(found)


def _thresholds(limits: tuple[str, ...]) -> Mapping[str, Threshold]:
    """The default thresholds, overridden by those of the command line."""
    from dagster_project.core.verdicts import THRESHOLDS, Threshold

    found = dict(THRESHOLDS)
    for text in limits:
        name, _, numbers = text.partition("=")
        try:
            changed, strong = map(float, numbers.split(","))
        except ValueError:
            changed, strong = 0.0, 0.0
        if name not in found or not 0 < changed <= strong:
            known = ", ".join(found)
            raise click.BadParameter(
                f"{text!r}; expected NAME=CHANGED,STRONG with 0 < CHANGED <= STRONG and NAME one of {known}",
                param_hint="--threshold",
            )
        found[name] = Threshold(changed, strong)
    return found


def _print(found: Comparison) -> None:
    """Print the columns as a table on the terminal, worst first."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("Column", "Verdict", "What changed"):
        table.add_column(head, overflow="fold")
    for verdict in found.verdicts:
        level = Text(verdict.level, style=COLOURS[verdict.level])
        table.add_row(Text(printable(verdict.name)), level, Text(printable(verdict.words)))
    console = Console()
    console.print(table)
    console.print(Text(found.sentence, style="bold"))
