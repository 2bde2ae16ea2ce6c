"""What a chapter shows, declared beside it: ``exhibits.yml`` with the words of each table and figure in every language.

A file has four parts, of which none is needed: ``frames`` (what the columns of a frame count and rest on), ``tables``,
``figures`` and ``files`` (tables too long for a page); and it may say of what ``place`` its figures are. It is read
before anything is computed, and everything that is wrong with it is said in one message.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from typing import Any

import pandas as pd

from analysis.disclosure import SUPPRESSED, Linked
from analysis.disclosure.declared import by_convention
from analysis.errors import InputError, nearest
from analysis.language import Words, faults_of_fields, filled, languages, remember
from analysis.plain_yaml import read_yaml
from analysis.publish.shapes import faults_of_shape, is_file_name

FRAME_KEYS = ("counts", "free", "totals", "ratios", "contributors", "linked")
WORDS = ("caption", "headline", "subtitle", "alt", "note", "nothing", "axis")
UNFILLED = ("subtitle", "axis")
"""Words that are given no values: they say what is measured, and in what unit."""
PLACES = ("region", "national")
"""Of what place the figures of a chapter are: of the region of the edition, or of the country."""
TABLE_KEYS = ("frame", *FRAME_KEYS, "caption", "note", "nothing", "columns", "digits", "labels", "points")
KEYS: Mapping[str, tuple[str, ...]] = {
    "tables": TABLE_KEYS,
    "files": TABLE_KEYS,
    "figures": ("frame", *FRAME_KEYS, "caption", "headline", "subtitle", "alt", "axis", "nothing", "options"),
}
NEEDED: Mapping[str, tuple[str, ...]] = {"tables": ("caption",), "files": ("caption",), "figures": ("caption", "alt")}


@dataclass(frozen=True)
class Exhibit:
    """A table or figure as it is declared.

    Parameters
    ----------
    words
        Caption, headline, subtitle, alternative text, note, the axis of the chart, and what its place says when it is
        empty: templates, in every language.
    rests : What the columns count and rest on: arguments of the disclosure gate.
    how : Columns, digits and options of the chart.
    labels : Headers of columns, in every language.
    """

    words: Mapping[str, Words]
    rests: Mapping[str, Any]
    how: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, Words] = field(default_factory=dict)

    def filled_in(self, *names: str, **values: Any) -> dict[str, str]:  # noqa: ANN401 - whatever a format takes
        """Return the words of these names that are declared, in the language of the edition."""
        return {name: filled(self.words[name], **values) for name in names if name in self.words}

    def of_rows(self, name: str, values: Mapping[str, Any]) -> str | Callable[[pd.DataFrame], str]:
        """Return an alternative text or headline; as a function of the rows that are drawn where one of its values is.

        Empty where it is not declared.
        """
        if name not in self.words:
            return ""
        asked = set(fields_of(next(iter(self.words[name].values()))))
        own = {key: value for key, value in values.items() if key in asked}
        if not any(callable(value) for value in own.values()):
            return filled(self.words[name], **own)
        return lambda rows: filled(
            self.words[name], **{key: value(rows) if callable(value) else value for key, value in own.items()}
        )

    def resting(self, frame: pd.DataFrame, where: str) -> Mapping[str, Any]:
        """Return what the columns count and rest on: as declared, else by the convention of their names.

        Raises
        ------
        InputError
            When neither says that anything counts.
        """
        return resting(self.rests, frame, where)

    def layout(self, absent: Container[str] = ()) -> dict[str, Any]:
        """Return columns, decimals and headers of a table on a page, without those of columns that are absent."""
        columns, digits = self.how.get("columns"), self.how.get("digits")
        return {
            "shown": columns and [column for column in columns if column not in absent],
            "digits": digits and {column: number for column, number in digits.items() if column not in absent},
            "labels": {column: filled(words) for column, words in self.labels.items() if column not in absent},
            "points": self.how.get("points", False),
        }

    @property
    def laid_out(self) -> set[str]:
        """The columns that the layout names."""
        return {*(self.how.get("columns") or ()), *(self.how.get("digits") or ()), *self.labels}

    @property
    def fields(self) -> set[str]:
        """Names of the values that the templates ask for."""
        return {name for words in self.words.values() for template in words.values() for name in fields_of(template)}


@dataclass(frozen=True)
class Exhibits:
    """All that a chapter declares, by kind and name; of frames, what they count and rest on."""

    frames: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    tables: Mapping[str, Exhibit] = field(default_factory=dict)
    files: Mapping[str, Exhibit] = field(default_factory=dict)
    figures: Mapping[str, Exhibit] = field(default_factory=dict)
    place: str = ""

    def of(self, kind: str, name: str) -> Exhibit:
        """Return one exhibit; InputError when it is not declared."""
        known: Mapping[str, Exhibit] = getattr(self, kind)
        if name not in known:
            _refuse_unknown(f"{kind}: {name}", name, known, "exhibits.yml does not declare it")
        return known[name]

    def frame(self, name: str, frame: pd.DataFrame) -> Mapping[str, Any]:
        """Return what a frame counts and rests on, as `Exhibit.resting` does."""
        return resting(self.frames.get(name, {}), frame, f"frames: {name}")


def resting(declared: Mapping[str, Any], frame: pd.DataFrame, where: str) -> Mapping[str, Any]:
    """Return what the columns of a frame count and rest on; see `Exhibit.resting`."""
    if "counts" in declared:
        return declared
    if SUPPRESSED in frame:  # it has passed, and that is known
        return {"counts": (), **declared}
    counts = by_convention(frame, declared.get("free", ()))
    if not counts and len(frame):  # of nothing there is nothing to count
        hint = "declare counts: in exhibits.yml, [] where the table counts nobody; or let the frame pass chapter.gate"
        raise InputError(where, "nothing says what its columns count", hint=hint)
    return {"counts": counts, **declared}


def read_exhibits(path: Path) -> Exhibits:
    """Read the exhibits of a chapter; one without a file has none.

    Raises
    ------
    InputError
        With every key that is unknown or missing, and every text that lacks a language or differs in its fields.
    """
    if not path.exists():
        return Exhibits()
    raw = read_yaml(path) or {}
    faults = list(_faults(raw, str(path)))
    if faults:
        raise InputError.several(faults)
    remember(_texts(raw))
    frames = {name: _rests(given) for name, given in raw.get("frames", {}).items()}
    kinds = {
        kind: {name: _exhibit(given, frames) for name, given in raw.get(kind, {}).items()}
        for kind in ("tables", "files", "figures")
    }
    return Exhibits(frames=frames, **kinds, place=raw.get("place", ""))


def fields_of(template: str) -> Iterator[str]:
    """Give the names of the fields of a template."""
    return (name.partition("[")[0] for _, name, _, _ in Formatter().parse(template) if name)


def _texts(given: Any) -> Iterator[Words]:  # noqa: ANN401 - YAML holds anything
    """Give every text that is said in all languages."""
    if isinstance(given, Mapping):
        if set(given) == set(languages()):
            yield given
        else:
            yield from (words for each in given.values() for words in _texts(each))


def _exhibit(given: Mapping[str, Any], frames: Mapping[str, Mapping[str, Any]]) -> Exhibit:
    return Exhibit(
        words={name: given[name] for name in WORDS if name in given},
        rests={**frames.get(given.get("frame", ""), {}), **_rests(given)},
        how={
            **given.get("options", {}),
            **{name: given[name] for name in ("columns", "digits", "points") if name in given},
        },
        labels=given.get("labels", {}),
    )


def _rests(given: Mapping[str, Any]) -> dict[str, Any]:
    rests = {name: given[name] for name in FRAME_KEYS if name in given}
    return {**rests, "linked": Linked(**rests["linked"])} if "linked" in rests else rests


def _faults(raw: Any, file: str) -> Iterator[InputError]:  # noqa: ANN401 - YAML holds anything
    if not isinstance(raw, Mapping):
        yield InputError(file, "must be a mapping", allowed=", ".join(("frames", *KEYS)))
        return
    for kind, exhibits in raw.items():
        if kind == "place":
            if exhibits not in PLACES:
                yield InputError(f"{file}: place", "there is no such place", allowed=", ".join(PLACES))
            continue
        if kind not in ("frames", *KEYS):
            yield InputError(f"{file}: {kind}", "there is no such part", allowed=", ".join(("place", "frames", *KEYS)))
            continue
        if not isinstance(exhibits, Mapping):
            yield InputError(f"{file}: {kind}", "must be a mapping")
            continue
        for name, given in exhibits.items():
            if not is_file_name(name):
                yield InputError(f"{file}: {kind}.{name}", "a name is lower-case letters, digits and underscores")
            yield from _faults_of(kind, given, f"{file}: {kind}.{name}", raw.get("frames") or {})


def _faults_of(kind: str, given: Any, where: str, frames: Mapping[str, Any]) -> Iterator[InputError]:  # noqa: ANN401
    allowed = KEYS.get(kind, FRAME_KEYS)
    if not isinstance(given, Mapping):
        yield InputError(where, "must be a mapping", allowed=", ".join(allowed))
        return
    for name in set(given) - set(allowed):
        yield InputError(f"{where}.{name}", "there is no such key", allowed=", ".join(allowed))
    for name in set(NEEDED.get(kind, ())) - set(given):
        yield InputError(f"{where}.{name}", "is missing", hint="say it in every language")
    yield from faults_of_shape(given, where)
    if isinstance(frame := given.get("frame"), str) and frame not in frames:
        yield InputError(f"{where}.frame", "there is no such frame", allowed=", ".join(frames))
    for name in set(WORDS) & set(given):
        yield from faults_of_words(given[name], f"{where}.{name}")
    for name in UNFILLED:
        yield from _faults_of_fields(given.get(name), f"{where}.{name}")
    labels = given.get("labels")
    for column, words in labels.items() if isinstance(labels, Mapping) else ():
        yield from faults_of_words(words, f"{where}.labels.{column}")


def _faults_of_fields(words: Any, where: str) -> Iterator[InputError]:  # noqa: ANN401 - YAML holds anything
    """Give a fault where the words of an axis or a subtitle ask for values: those are for captions and texts alone."""
    if isinstance(words, Mapping) and any("{" in str(each) for each in words.values()):
        yield InputError(where, "has fields in braces, and is given no values", hint="say it in the caption")


def faults_of_words(words: Any, where: str) -> Iterator[InputError]:  # noqa: ANN401 - YAML holds anything
    """Give what is wrong with words in every language: one that lacks, or fields that differ or cannot be filled."""
    if not isinstance(words, Mapping) or set(words) != set(languages()):
        yield InputError(where, "must be said in every language, and no other", allowed=", ".join(languages()))
        return
    wrong = [
        InputError(f"{where}.{language}", problem)
        for language, template in words.items()
        for problem in _faults_of_template(template)
    ]
    yield from wrong
    if not wrong and len({frozenset(fields_of(template)) for template in words.values()}) > 1:
        yield InputError(where, "the languages differ in their fields in braces")


def _faults_of_template(template: object) -> Iterator[str]:
    if isinstance(template, str) and template.strip():
        yield from faults_of_fields(template)
    else:
        yield "must be words"


def _refuse_unknown(where: str, name: str, known: Mapping[str, Any], problem: str) -> None:
    near = nearest(name, list(known))
    raise InputError(where, problem, allowed=", ".join(known), hint=f"did you mean {near}?" if near else None)
