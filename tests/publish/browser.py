"""Headless Chromium for tests: found or a reason to skip, and a log of what a page did that it should not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from dagster_project.commands.doctor import installed_browser

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
)  # fmt: skip


@dataclass
class Watched:
    """A page and its complaints: console errors, and requests that left the site."""

    page: Any
    complaints: list[str] = field(default_factory=list)


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser; without Chromium, skips the test, or fails it if MODELBOARD_REQUIRE_BROWSER=1."""
    executable = installed_browser()
    if executable is None:
        reason = "Chromium is not installed"
        if os.environ.get("MODELBOARD_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        yield browser
        browser.close()


@contextmanager
def opened(
    browser: Any, address: str, *, width: int = 1440, scheme: str = "light", **options: Any
) -> Iterator[Watched]:
    """A page at an address, watched."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
    watched = Watched(page)
    root = address.split("//", 1)[0] + "//" + address.split("//", 1)[1].split("/", 1)[0]
    page.on(
        "console", lambda m: watched.complaints.append(m.text) if m.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda e: watched.complaints.append(str(e)))
    page.on(
        "request",
        lambda r: (
            None
            if r.url.startswith((root, "data:", "blob:"))
            else watched.complaints.append(f"request {r.url}")
        ),
    )
    page.goto(address)
    yield watched
    page.close()


def violations(page: Any, *, contrast_only: bool = False) -> list[tuple[str, str]]:
    """What axe finds wrong with a page: (rule, the first element that breaks it). Themes differ only in contrast."""
    from axe_playwright_python.sync_playwright import Axe

    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if contrast_only:
        options["runOnly"] = ["color-contrast"]
    found = Axe().run(page, options=options).response["violations"]
    return [(violation["id"], violation["nodes"][0]["html"][:200]) for violation in found]


@contextmanager
def served(site: Path) -> Iterator[str]:
    """The site over http, with its address."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()
