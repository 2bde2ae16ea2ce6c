"""The net under the gate: a whole edition is checked before and after its pages are built."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any

import nbformat

from analysis.disclosure import profile
from analysis.disclosure.net.again import WordRules, check_svg, check_table
from analysis.disclosure.net.executed import Shown
from analysis.disclosure.net.markup import embedded
from analysis.disclosure.net.outputs import check_outputs
from analysis.disclosure.rules.identity import identifying, refuse_identifying_text
from analysis.disclosure.rules.names import Names
from analysis.disclosure.rules.pictures import refuse_png
from analysis.errors import DisclosureError
from analysis.run.manifest import step_record

TOP = frozenset({"manifest.json", "release.csv"})
BESIDE = {"tables": frozenset({".csv", ".json", ".xlsx"}), "figures": frozenset({".png", ".svg"})}
INTERNAL = "internal"
NUMBERED = re.compile(r"(?<=/)\d\d_")
"""What chapters are ordered by: 06_teachers."""

ON_PAGES = re.compile(r"^parameters\.|^facts\.(?:title|region|publisher)$|\.(?:title|caption|alt|sentence|withheld)$")
"""What of a manifest is on pages as text; the rest are addresses, digests and rules."""
DRAWN = re.compile(r"<(style|script)\b[^>]*>.*?</\1>|\s(?:d|viewBox|points|style)=\"[^\"]*\"", re.DOTALL)
"""What draws a page or a formula: lengths such as 12ch are no numbers of schools, nor are coordinates of citizens."""
CELL = re.compile(r"(?<= class=\"number\">)[\d.,\s−-]+(?=</t[dh]>)")
"""A number in a table, whose column was checked as it passed the gate: of amounts one in six reads as a citizen's."""


def check_edition(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Refuse an edition with anything in it that did not pass the disclosure gate, before its pages are built.

    The message names notebook and cell, file, or key in the manifest, and what was found; never the value.
    """
    rules = _rules(folder, manifest)
    for where, words in _words(manifest):
        refuse_identifying_text(words, f"manifest, {where}")
        if ON_PAGES.search(where):
            rules.words(words, f"manifest, {where}")
    for step in manifest["steps"]:
        notebook = nbformat.reads((folder / "notebooks" / f"{step['notebook']}.ipynb").read_text("utf8"), as_version=4)  # type: ignore[no-untyped-call]  # nbformat is typed in part
        check_outputs(notebook, step["notebook"], shown_by(folder, step["stem"]), rules)
    _refuse_strays(folder, manifest, rules)
    for path in sorted(_published(manifest)):
        if path.endswith(".csv"):
            check_table(folder / path, path, rules)
        if path.endswith(".svg"):
            check_svg(folder / path, path, rules)


def check_pages(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Refuse pages that carry what no reader sees, or that name a school, a person or an address."""
    pictures = {digest for path, digest in _published(manifest).items() if path.endswith(".png")}
    for page in sorted([*folder.glob("*.html"), *folder.glob("html/*.html"), *folder.glob("release.csv")]):
        text, where = page.read_text("utf8"), page.relative_to(folder).as_posix()
        unseen = embedded(text, pictures) if page.suffix == ".html" else []
        named = identifying(unescape(CELL.sub("", DRAWN.sub("", _without_pictures(text)))))
        if unseen or named:
            raise DisclosureError(f"{where}: the page holds {', '.join(unseen) or named}")


def shown_by(folder: Path, stem: str) -> Shown:
    """Return what may be the plain text of everything that a chapter has published; see `executed.Shown`."""
    texts: dict[str, list[str]] = {}
    for note in step_record(folder, stem).get("shown", ()):
        texts.setdefault(note["sha256"], []).append(f"<published {note['kind']} {note['name']}>")
    return texts


def _published(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return the digest of every file as it left the gate, by path."""
    entries = [entry for step in manifest["steps"] for entry in step.get("published", ())]
    return {path: digest for entry in entries for path, digest in entry.get("files", {}).items()}


def _rules(folder: Path, manifest: Mapping[str, Any]) -> WordRules:
    """Return how words are checked: by the profile of the order, and by the names that the steps noted."""
    notes = [note for step in manifest["steps"] for note in step_record(folder, step["stem"]).get("names", ())]
    names, places = ([name for note in notes for name in note.get(kind, ())] for kind in ("names", "places"))
    facts = manifest["facts"]
    return WordRules(profile(facts.get("disclosure", "default")), Names(names, places), facts.get("keys", ()))


def _refuse_strays(folder: Path, manifest: Mapping[str, Any], rules: WordRules) -> None:
    known, notebooks = _published(manifest), {step["notebook"] for step in manifest["steps"]}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_dir() or relative.parts[0] == INTERNAL:
            continue
        where = relative.as_posix()
        rules.words(re.sub(r"[_/-]", " ", NUMBERED.sub("", where)), "the name of a file")
        refuse_identifying_text(where, "the name of a file")
        if not _expected(relative, known, notebooks):
            raise DisclosureError(f"{where}: no release published it\n  do      write it below internal/")
        if where in known and hashlib.sha256(path.read_bytes()).hexdigest() != known[where]:
            raise DisclosureError(f"{where}: is not the file that passed the disclosure gate")
        if path.suffix == ".png":
            refuse_png(path.read_bytes(), where)


def _expected(path: Path, known: Mapping[str, str], notebooks: Collection[str]) -> bool:
    kind, where = path.parts[0], path.as_posix()
    if len(path.parts) == 1:
        return where in TOP or path.suffix == ".html"
    if kind == "html":
        return path.suffix == ".html"
    if kind == "notebooks":
        return path.stem in notebooks and path.suffix == ".ipynb"
    beside = {path.with_suffix(suffix).as_posix() for suffix in BESIDE.get(kind, ())}
    return where in known or (where in beside and bool(beside & known.keys()))


def _without_pictures(html: str) -> str:
    parts = html.split("data:image/png;base64,")
    return parts[0] + "".join(part[part.find('"') :] for part in parts[1:])


def _words(value: Any, above: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401 - JSON
    """Yield every text in a manifest with its key, keys included."""
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield f"{above}{key}", str(key)
            yield from _words(below, f"{above}{key}.")
    elif isinstance(value, list | tuple):
        for number, below in enumerate(value, start=1):
            yield from _words(below, f"{above}{number}.")
    elif isinstance(value, str):
        yield above.rstrip("."), value
