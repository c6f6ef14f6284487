"""The command line: `modelboard` and `python -m dagster_project`. Subcommands live in `commands`, one file each.

Exit codes: 0 published or done; 2 the workspace's files are wrong; 3 a blocking check failed and the last site stays;
1 anything else. Errors go to stderr.
"""

from __future__ import annotations

import errno
import importlib
import json
import os
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator

import click

from dagster_project import __version__
from dagster_project.core.errors import CheckError, LedgerError, ModelboardError, WorkspaceError
from dagster_project.core.formatting import plural

TRACEBACK = "MODELBOARD_TRACEBACK"
"""Environment variable: set, an error nobody foresaw shows where it came from."""
MOST_OF_A_FILE = 100
"""So many problems of one file are told to people; machines get all."""
COMMANDS = {
    "demo": "Make the demo organization's data, run its night and build its site.",
    "init": "Write a small workspace that builds at once, with commented files.",
    "check": "Read every file of the workspace and report all errors at once.",
    "nightly": "Read new files, compute every figure and publish the site.",
    "backfill": "Recompute a range of days from the lake, then publish.",
    "replay": "Run a rule over past days and compare it with judged alerts, before anyone has to live with it.",
    "serve": "Serve the published site on this machine.",
    "verify": "Recompute readings from the lake and compare them with the published build.",
    "compare": "Compare two files, such as training and serving data, and report what changed.",
    "eject": "Copy a built-in metric, page, rubric or style into the workspace, to change it.",
    "schema": "Write JSON Schemas of all YAML files, so that editors can complete them.",
    "doctor": "Report what is missing on this machine.",
    "dev": "Open Dagster's own UI on the workspace.",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used: `--help` must not wait for Dagster."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order people meet them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import `commands.<name>` and take its `command`."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"dagster_project.commands.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line a command, without importing any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="modelboard")
def cli() -> None:
    """Modelboard: the nightly report of everything a company's models do, as a static website.

    \b
    Start:   modelboard init mymodels
             modelboard nightly --workspace mymodels
    """


def exit_code(error: ModelboardError) -> int:
    """The exit code a cron line sees for an error raised on purpose."""
    if isinstance(error, WorkspaceError):
        return 2
    return 3 if isinstance(error, CheckError | LedgerError) else 1


def report(error: ModelboardError, *, as_json: bool) -> None:
    """Tell the user on stderr what went wrong; with --json one object a problem."""
    if isinstance(error, WorkspaceError):
        for line in _records(error) if as_json else _lines(error):
            click.echo(line, err=True)
    elif as_json:
        click.echo(
            json.dumps({"event": "error", "kind": type(error).__name__, "message": str(error)}), err=True
        )
    else:
        click.echo(f"modelboard: {error}", err=True)


def _records(error: WorkspaceError) -> Iterator[str]:
    """One JSON object a problem."""
    for p in error.problems:
        yield json.dumps(
            {"event": "problem", "file": p.file, "line": p.line, "key": p.key, "message": p.message}
        )


def _lines(error: WorkspaceError) -> Iterator[str]:
    """A line a problem, the first `MOST_OF_A_FILE` of each file, and how many there are."""
    told: Counter[str] = Counter()
    for p in error.problems:
        told[p.file] += 1
        if told[p.file] <= MOST_OF_A_FILE:
            yield str(p)
    for file, n in told.items():
        if n > MOST_OF_A_FILE:
            yield f"{file}: and {n - MOST_OF_A_FILE:,} more problems in this file"
    count = len(error.problems)
    yield f"modelboard: {count:,} {plural(count, 'problem')} found; nothing was published"


def unforeseen(error: Exception) -> ModelboardError:
    """What the system refused, such as a full disk, or a fault of ours, in words a user can act on."""
    if isinstance(error, OSError):
        where = f": {error.filename}" if error.filename else ""
        return ModelboardError(f"{error.strerror or error}{where}; the last site stays as it was")
    refused = getattr(error, "orig", None)  # SQLAlchemy's name for the error that it wraps
    if isinstance(refused, sqlite3.Error):
        return ModelboardError(
            f"data/dagster, where Dagster keeps its runs, cannot be written ({refused}); is the disk full or read-only?"
            " The site is whole, of this night or of the last"
        )
    full = os.strerror(errno.ENOSPC)
    if full in str(error):  # libraries that write files raise errors of their own
        return ModelboardError(f"{full}; the last site stays as it was")
    said = " ".join(f"{type(error).__name__}: {error}".split())
    return ModelboardError(
        f"a fault of Modelboard, the last site stays as it was: {said} (with {TRACEBACK}=1 it says where)"
    )


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    try:
        sys.exit(cli.main(args=words, prog_name="modelboard", standalone_mode=False) or 0)
    except ModelboardError as error:
        report(error, as_json="--json" in words)
        sys.exit(exit_code(error))
    except click.exceptions.Abort:
        click.echo("modelboard: stopped", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        report(unforeseen(error), as_json="--json" in words)
        sys.exit(1)


if __name__ == "__main__":
    main()
