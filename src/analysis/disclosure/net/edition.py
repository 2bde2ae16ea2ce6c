"""The net under the gate: a whole edition is checked before and after its pages are built."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import nbformat

from analysis.disclosure import profile
from analysis.disclosure.net.again import WordRules, check_svg, check_table
from analysis.disclosure.net.executed import Shown
from analysis.disclosure.net.markup import embedded
from analysis.disclosure.net.outputs import check_outputs
from analysis.disclosure.net.parcel import ARCHIVE, check_archive
from analysis.disclosure.rules.identity import identifying, refuse_identifying_text
from analysis.disclosure.rules.image_files import refuse_png
from analysis.disclosure.rules.names import Names
from analysis.errors import DisclosureError
from analysis.run.hashes import digest as text_digest
from analysis.run.manifest import step_record
from analysis.run.reuse import passed

TOP = frozenset({"manifest.json", "release.csv", "factsheet.pdf", ARCHIVE})
BESIDE = {"tables": frozenset({".csv", ".json", ".xlsx"}), "figures": frozenset({".png", ".svg"})}
INTERNAL = "internal"
TITLED = "html/figures/"
"""Published figures under their titles, STEM-NAME: made with the pages from what left the gate."""
NUMBERED = re.compile(r"(?<=/)\d\d_")
"""What chapters are ordered by: 06_teachers."""

ON_PAGES = re.compile(
    r"^parameters\.|^facts\.(?:title|region|publisher|licence|next_edition)$"
    r"|\.(?:title|subtitle|caption|alt|withheld|sentence|headline|key|label|yardstick|caveat)$"
)
"""What of a manifest is on pages as text; the rest are addresses, digests and rules."""
DRAWN = re.compile(r"<(style|script)\b[^>]*>.*?</\1>|\s(?:d|viewBox|points|style)=\"[^\"]*\"", re.DOTALL)
"""What draws a page or a formula: lengths such as 12ch are no numbers of schools, nor are coordinates of citizens."""
CELL = re.compile(r"(?<= class=\"number\">)[\d.,\s−-]+(?=</t[dh]>)")
"""A number in a table, whose column was checked as it passed the gate: of amounts one in six reads as a citizen's."""


def check_edition(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Refuse an edition with anything in it that did not pass the disclosure gate, before its pages are built.

    The message names notebook and cell, file, or key in the manifest, and what was found; never the value.
    """
    rules, by = _rules(folder, manifest)
    for above, part in _apart(manifest):
        _passed([above, part, by], partial(_check_words, part, above, rules))
    for step in manifest["steps"]:
        executed = (folder / "notebooks" / f"{step['notebook']}.ipynb").read_text("utf8")
        shown = shown_by(folder, step["stem"])
        _passed(
            [step["notebook"], text_digest(executed), shown, by],
            partial(_check_notebook, executed, step["notebook"], shown, rules),
        )
    files = _refuse_strays(folder, manifest, (rules, by))
    beside = _by_thing(files)
    for thing, paths in _by_thing(_published(manifest)).items():
        digests = {path: files[path] for path in beside[thing]}
        _passed([paths, digests, by], partial(_check_files, folder, paths, rules))


def _apart(manifest: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give the parts of a manifest that are checked alone: each thing that a step notes, and what remains."""
    yield "", {**manifest, "steps": ()}
    for number, step in enumerate(manifest["steps"], start=1):
        noted = {key: notes for key, notes in step.items() if isinstance(notes, list)}
        yield f"steps.{number}.", {key: value for key, value in step.items() if key not in noted}
        for key, notes in noted.items():
            for place, note in enumerate(notes, start=1):
                yield f"steps.{number}.{key}.{place}.", note if isinstance(note, Mapping) else {"": note}


def _by_thing(paths: Iterable[str]) -> dict[str, list[str]]:
    """Return the files of each table or figure, which differ in what their names end with."""
    things: dict[str, list[str]] = {}
    for path in sorted(paths):
        things.setdefault(path.rpartition(".")[0], []).append(path)
    return things


def _passed(depends: object, check: Callable[[], None]) -> None:
    """Check a part of an edition, unless the very same has passed before the same rules."""
    passed("analysis.disclosure.net.edition.check_edition", depends, check)


def _check_words(part: Mapping[str, Any], above: str, rules: WordRules) -> None:
    for where, words in _words(part, above):
        refuse_identifying_text(rules.but_contact(words), f"manifest, {where}")
        if ON_PAGES.search(where):
            rules.words(words, f"manifest, {where}")


def _check_notebook(executed: str, name: str, shown: Shown, rules: WordRules) -> None:
    check_outputs(nbformat.reads(executed, as_version=4), name, shown, rules)  # type: ignore[no-untyped-call]  # nbformat is typed in part


def _check_files(folder: Path, paths: Iterable[str], rules: WordRules) -> None:
    for path in paths:
        if path.endswith(".csv"):
            check_table(folder / path, path, rules)
        if path.endswith(".svg"):
            check_svg(folder / path, path, rules)
        if path.endswith(".png"):
            refuse_png((folder / path).read_bytes(), path)


def check_pages(folder: Path, manifest: Mapping[str, Any], varying: Collection[str] = ()) -> None:
    """Refuse pages that carry what no reader sees, or that name a school, a person or an address.

    Parameters
    ----------
    varying
        What pages say of the run alone, such as its time: looked at by itself, so that a page is not looked at again
        where nothing else on it has changed.
    """
    rules, by = _rules(folder, manifest)
    pictures = sorted(digest for path, digest in _published(manifest).items() if path.endswith(".png"))
    _check_page(" ".join(varying), "what the pages say of the run", rules, ())
    for page in sorted([*folder.glob("*.html"), *folder.glob("html/*.html"), *folder.glob("release.csv")]):
        text, where = page.read_text("utf8"), page.relative_to(folder).as_posix()
        for words in varying:
            text = text.replace(words, "a" * len(words))
        depends = [text_digest(text), where, pictures, by]
        check = partial(_check_page, text, where, rules, pictures if page.suffix == ".html" else None)
        passed("analysis.disclosure.net.edition.check_pages", depends, check)
    if (folder / ARCHIVE).exists():
        check_archive(folder / ARCHIVE, manifest["edition"], _published(manifest), rules, by)


def _check_page(text: str, where: str, rules: WordRules, pictures: Collection[str] | None) -> None:
    """Refuse a page; `pictures` are those that it may hold, None where it is no HTML."""
    text = rules.but_contact(text)
    unseen = [] if pictures is None else embedded(text, pictures)
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


def _rules(folder: Path, manifest: Mapping[str, Any]) -> tuple[WordRules, str]:
    """Return how words are checked, by the profile of the order and the names that the steps noted; and its digest."""
    notes = [note for step in manifest["steps"] for note in step_record(folder, step["stem"]).get("names", ())]
    names, places = ([name for note in notes for name in note.get(kind, ())] for kind in ("names", "places"))
    facts = manifest.get("facts", {})
    given = facts.get("keys", ()), str(facts.get("contact") or "")
    by = text_digest(json.dumps([facts.get("disclosure", "default"), names, places, list(given[0]), given[1]]))
    return WordRules(profile(facts.get("disclosure", "default")), Names(names, places), *given), by


def _refuse_strays(folder: Path, manifest: Mapping[str, Any], judged: tuple[WordRules, str]) -> dict[str, str]:
    """Refuse what no release published, or something else than it published; return the digest of each file."""
    known, notebooks = _published(manifest), {step["notebook"] for step in manifest["steps"]}
    paths = [path.relative_to(folder) for path in sorted(folder.rglob("*")) if not path.is_dir()]
    paths = [path for path in paths if path.parts[0] != INTERNAL]
    names, (rules, by) = [path.as_posix() for path in paths], judged
    _passed([names, by], partial(_check_names, names, rules))
    digests = {}
    for path, where in zip(paths, names, strict=True):
        if not _expected(path, known, notebooks):
            raise DisclosureError(f"{where}: no release published it\n  do      write it below internal/")
        digests[where] = hashlib.sha256((folder / path).read_bytes()).hexdigest()
        if where in known and digests[where] != known[where]:
            raise DisclosureError(f"{where}: is not the file that passed the disclosure gate")
        if path.suffix == ".png" and where not in known:
            refuse_png((folder / path).read_bytes(), where)
    return digests


def _check_names(names: Iterable[str], rules: WordRules) -> None:
    for where in names:
        rules.words(re.sub(r"[_/-]", " ", NUMBERED.sub("", where)), "the name of a file")
        refuse_identifying_text(where, "the name of a file")


def _expected(path: Path, known: Mapping[str, str], notebooks: Collection[str]) -> bool:
    kind, where = path.parts[0], path.as_posix()
    if len(path.parts) == 1:
        return where in TOP or path.suffix == ".html"
    if where.startswith(TITLED):
        return f"figures/{path.name.replace('-', '/', 1)}" in known
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
