"""`modelboard serve`: serve the published site on this machine's loopback address."""

from __future__ import annotations

import functools
import http.server
from pathlib import Path

import click

from dagster_project.commands.options import workspace_option
from dagster_project.core.errors import ModelboardError


@click.command("serve")
@workspace_option
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8400, show_default=True, help="0 picks a free port."
)
def command(root: Path, port: int) -> None:
    """Serve the published site on this machine. It also opens as a file, without any server."""
    site = root.resolve() / "build" / "site"
    if not (site / "index.html").is_file():
        raise ModelboardError(
            f"no published site in {site}; run `modelboard nightly --workspace {root}` first"
        )
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        click.echo(f"Serving {site} at http://127.0.0.1:{server.server_address[1]}/ (Ctrl-C stops)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("stopped")
