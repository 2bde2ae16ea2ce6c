"""Who made an edition, from what, and how to make it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from analysis.language import localised, term, text
from analysis.run.drift import COMPUTES
from analysis.site.layout import grid, moment
from analysis.site.pages import Heading
from analysis.site.sitemap import Site

SHORT = 12


def provenance(site: Site) -> dict[str, Any]:
    """Return what the template of the page asks for."""
    manifest = site.manifest
    grids = {
        "run": (text("The run"), _grid(text("The run"), [text("What"), text("Value")], _run(manifest))),
        "chapters": (text("Chapters and their time"), _times(site)),
        "inputs": (text("Inputs read"), _inputs(site)),
        "parameters": (text("Parameters"), _parameters(manifest)),
        "versions": (text("Versions"), _versions(manifest)),
    }
    shown = {name: (title, table) for name, (title, table) in grids.items() if table}
    return {
        "rerun": rerun(manifest),
        "grids": shown,
        "headings": [
            Heading(2, text("Reproduce"), "rerun"),
            *(Heading(2, title, name) for name, (title, _) in shown.items()),
        ],
    }


def rerun(manifest: Mapping[str, Any]) -> str:
    """Return the one command that makes the edition again from its own commit; empty when the manifest has none."""
    git = manifest.get("git") or {}
    command = str(manifest.get("command") or "")
    return f"git checkout {git['commit'][:SHORT]} && {command}" if git.get("commit") and command else command


def footer(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the foot of every page says."""
    git = manifest.get("git") or {}
    made = manifest.get("finished") or manifest.get("started")
    return {
        "commit": git.get("commit"),
        "dirty": bool(git.get("dirty")),
        "drift": drifted(manifest),
        "made": made,
        "command": manifest.get("command"),
    }


def drifted(manifest: Mapping[str, Any]) -> str:
    """Return which packages that compute were not those of the lock; empty when all were."""
    other = {name: each for name, each in (manifest.get("drift") or {}).items() if name in COMPUTES}
    return ", ".join(
        text("{name} {here} instead of {locked}", name=name, here=each["installed"] or "-", locked=each["locked"])
        for name, each in other.items()
    )


def _grid(
    caption: str, headers: Sequence[str], rows: Iterator[tuple[object, ...]], numbers_from: int | None = None
) -> Markup | None:
    lines = list(rows)
    return grid(caption, headers, lines, numbers_from) if lines else None


def _run(manifest: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    git = manifest.get("git") or {}
    changes = f" {text('with uncommitted changes')}" if git.get("dirty") else ""
    publisher = str(manifest.get("parameters", {}).get("publisher") or "")
    rows = {
        text("Edition"): manifest["edition"],
        text("Published by"): publisher or text("not stated: the params file has no publisher"),
        text("Git commit"): f"{git['commit']}{changes}" if git.get("commit") else text("not under version control"),
        text("Lock file (SHA-256)"): short(manifest.get("lock_sha256")),
        text("Packages other than those of the lock"): drifted(manifest),
        text("Python"): manifest.get("python"),
        text("Started"): moment(manifest["started"]) if manifest.get("started") else "",
        text("Finished"): moment(manifest["finished"]) if manifest.get("finished") else "",
    }
    yield from ((name, value) for name, value in rows.items() if value)


def _times(site: Site) -> Markup | None:
    headers = [text("Chapter"), text("Notebook"), text("Seconds"), text("Cells withheld")]
    titles = {chapter.notebook: chapter.title for chapter in site.chapters}
    rows = (
        (titles[step["notebook"]], step["notebook"], localised(f"{step['seconds']:.1f}"), step["suppressed"])
        for step in site.steps
    )
    return _grid(text("Chapters and their time"), headers, rows, 2)


def _inputs(site: Site) -> Markup | None:
    unique = {given["path"]: given for step in site.steps for given in step["inputs"]}
    rows = (
        (path, term(str(given.get("status", ""))), short(given.get("sha256"))) for path, given in sorted(unique.items())
    )
    return _grid(text("Inputs read"), [text("File"), text("Status"), "SHA-256"], rows)


def _parameters(manifest: Mapping[str, Any]) -> Markup | None:
    return _grid(text("Parameters"), [text("Parameter"), text("Value")], _leaves(manifest.get("parameters", {})))


def _versions(manifest: Mapping[str, Any]) -> Markup | None:
    rows = ((name, found or text("not installed")) for name, found in manifest.get("versions", {}).items())
    return _grid(text("Versions"), [text("Package"), text("Version")], rows)


def _leaves(block: Mapping[str, Any], above: str = "") -> Iterator[tuple[object, ...]]:
    for key, value in block.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def short(digest: str | None) -> Markup | str:
    """Return the beginning of a digest, with the whole of it on demand."""
    return Markup('<code title="{0}">{1}</code>').format(digest, digest[:SHORT]) if digest else ""
