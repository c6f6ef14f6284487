"""Hashes and the manifest: what a release was made from, so that anyone can check it. No clock, no environment.

In: files, and lists of inputs. Out: hashes, and the manifest as a mapping. Called by `pipeline.render` (the digest
of the inputs), `pipeline.release` (the manifest) and `pipeline.verify`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dagster_project.publish.api import to_json

MANIFEST = "manifest.json"
MANIFEST_VERSION = 1
SKIPPED_FOLDERS = frozenset({"__pycache__"})


@dataclass(frozen=True, slots=True)
class Code:
    """The code that made a release: its version and one hash over the installed package's files."""

    version: str
    sha256: str


def file_sha256(path: Path) -> str:
    """SHA-256 of a file as 64 hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def tree_hashes(folder: Path) -> dict[str, str]:
    """Path relative to `folder` -> SHA-256 of each file below it, in the order of the paths; {} without a folder."""
    files = (
        p for p in folder.rglob("*") if p.is_file() and not SKIPPED_FOLDERS & set(p.relative_to(folder).parts)
    )
    return {p.relative_to(folder).as_posix(): file_sha256(p) for p in sorted(files)}


def digest(parts: Iterable[tuple[str, str]]) -> str:
    """One SHA-256 over (name, value) pairs in the given order; each is preceded by its length."""
    total = hashlib.sha256()
    for name, value in parts:
        total.update(f"{len(name)}:{name}={len(value)}:{value}\n".encode())
    return total.hexdigest()


def release_id(as_of: str, input_digest: str) -> str:
    """Name of a release: its day and the first 12 digits of its inputs' digest."""
    return f"{as_of}-{input_digest[:12]}"


def manifest_bytes(
    *,
    release: str,
    number: int,
    as_of: str,
    organization: str,
    input_digest: str,
    code: Code,
    inputs: Mapping[str, str],
    definitions: Mapping[str, str],
    outputs: Mapping[str, str],
    previous: Mapping[str, str] | None,
) -> bytes:
    """The manifest's bytes. `previous` names the previous release and the hash of its manifest: the chain."""
    return to_json({
        "manifest_version": MANIFEST_VERSION, "release": release, "number": number, "as_of": as_of,
        "organization": organization, "input_digest": input_digest,
        "code": {"version": code.version, "sha256": code.sha256},
        "inputs": inputs, "definitions": definitions, "outputs": outputs, "previous": previous,
    }).encode()  # fmt: skip
