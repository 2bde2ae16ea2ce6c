"""What a chapter finds, declared beside it: ``findings.yml`` with what each finding rests on, and its sentences.

``findings`` has, by name of a finding or by the beginning of it, the figure that shows its number, the table that holds
it and, where it is a test, the row with its p-value; their order is their rank. ``sentences`` has every sentence in all
languages, by the name with which the chapter says it, and beside it what an editor makes of it (`BESIDE`). Which
sentence follows from the numbers is decided in ``findings.py``: so its headline turns with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from analysis.errors import InputError, WithheldError, nearest
from analysis.language import Text, Words, filled, remember, spoken
from analysis.plain_yaml import read_yaml
from analysis.publish.exhibits import Exhibits, faults_of_words, fields_of, read_exhibits
from analysis.publish.methods import FILE as METHODS
from analysis.publish.methods import read_methods, refuse_unexplained
from analysis.publish.shapes import faults_of_shape, is_file_name
from analysis.stats.multiplicity import HOLM, correction_of

FILE = "findings.yml"
KINDS = {"findings": ("figure", "table", "method", "lead", "test", "nth", "family"), "sentences": ()}
BESIDE = ("headline", "key", "label", "yardstick", "caveat")
"""What may stand beside a sentence, on the same values: a headline of at most `HEADLINE` words, a key figure with its
unit and what it is of, what the figure is to be compared with, and how it may not be read."""
HEADLINE = 15
REST = "*"
"""In a test: what the name of the finding has after its declared beginning."""


@dataclass(frozen=True)
class Kind:
    """What is declared of the findings of one name, or whose names begin alike.

    Parameters
    ----------
    name : The name, or its beginning.
    rank : Place in the chapter, the first is its answer.
    figure, table : Names of the figure that shows the number and of the table that holds it; empty for none.
    method : Section of ``methods.yml`` that says how it is estimated; empty for none.
    lead : Place among the headlines of an edition; 0 for none.
    test
        Column and value, or values, of the rows of ``estimates`` that hold the p-value; empty where it tests nothing.
    nth
        Column of ``estimates`` that gives the row: what the name has after its declared beginning is the place of the
        row's value among all of its values, in their order.
    family : Of the tests that answer one question together; empty for a test of its own.
    """

    name: str
    rank: int
    figure: str = ""
    table: str = ""
    method: str = ""
    lead: int = 0
    test: Mapping[str, Any] = field(default_factory=dict)
    nth: str = ""
    family: str = ""

    def row_of(self, finding: str) -> Mapping[str, Any]:
        """Return where the p-value of one finding is."""
        rest = finding.removeprefix(self.name)
        return {column: rest if value == REST else value for column, value in self.test.items()}


@dataclass(frozen=True)
class Declared:
    """All that a chapter declares of its findings: by name of a sentence its words, and those of what is beside it."""

    kinds: tuple[Kind, ...] = ()
    sentences: Mapping[str, Words] = field(default_factory=dict)
    beside: Mapping[str, Mapping[str, Words]] = field(default_factory=dict)

    def kind(self, finding: str) -> Kind:
        """Return what is declared of a finding: of its own name, else of the longest beginning of it."""
        fits = [kind for kind in self.kinds if finding.startswith(kind.name) and kind.name in (finding, _start(kind))]
        return max(fits, key=lambda kind: len(kind.name), default=Kind(finding, len(self.kinds) + 1))


def _start(kind: Kind) -> str:
    return kind.name if kind.name.endswith("_") else ""


NOTHING_FOUND = Declared()


@cache
def read_declared(path: Path) -> Declared:
    """Read what a chapter declares of its findings; one without a file has none.

    Raises
    ------
    InputError
        With every key that is unknown, and every sentence that lacks a language or differs in its fields.
    """
    if not path.exists():
        return Declared()
    raw = read_yaml(path) or {}
    faults = list(_faults(raw, str(path)))
    if faults:
        raise InputError.several(faults)
    kinds = enumerate((raw.get("findings") or {}).items(), start=1)
    parts = {name: _parts(given) for name, given in (raw.get("sentences") or {}).items()}
    sentences = {name: words for name, (words, _) in parts.items()}
    beside = {name: each for name, (_, each) in parts.items()}
    remember([*sentences.values(), *(words for each in beside.values() for words in each.values())])
    return Declared(tuple(Kind(name, rank, **given) for rank, (name, given) in kinds), sentences, beside)


def _parts(given: Mapping[str, Any]) -> tuple[Words, Mapping[str, Words]]:
    """Split what is declared of a sentence in its words and what is beside it."""
    beside = {name: words for name, words in given.items() if name in BESIDE}
    return {name: words for name, words in given.items() if name not in BESIDE}, beside


def refuse_unshown(exhibits: Exhibits, declared: Declared, where: str) -> None:
    """Refuse findings whose figure or table is none of the chapter's; `where` is their file.

    Raises
    ------
    InputError
        With every one of them.
    """
    shown = {"figure": [*exhibits.figures], "table": [*exhibits.tables, *exhibits.files]}
    faults = [
        InputError(
            f"{where}: findings.{kind.name}.{part}",
            f"exhibits.yml declares no {part} {name!r}",
            allowed=", ".join(known),
        )
        for kind in declared.kinds
        for part, known in shown.items()
        if (name := getattr(kind, part)) and name not in known
    ]
    if faults:
        raise InputError.several(faults)


def refuse_undeclared(findings: Iterable[str], declared: Declared, stem: str) -> None:
    """Refuse findings without a place in ``findings.yml``: they would lose figure, table, rank and test."""
    for finding in findings:
        if declared.kinds and declared.kind(finding) not in declared.kinds:
            where, known = f"{stem}/{FILE}: findings", ", ".join(kind.name for kind in declared.kinds)
            hint = "declare it, or the beginning of its name up to an underscore"
            raise InputError(where, f"does not declare the finding {finding!r}", allowed=known, hint=hint)


def read_chapter(folder: Path) -> tuple[Exhibits, Declared]:
    """Read all that a chapter declares of what it shows and finds.

    Raises
    ------
    InputError
        With everything that is wrong with a file, and what findings name that the exhibits or methods do not have.
    """
    exhibits, declared = read_exhibits(folder / "exhibits.yml"), read_declared(folder / FILE)
    refuse_unshown(exhibits, declared, f"{folder.name}/{FILE}")
    methods = {kind.name: kind.method for kind in declared.kinds}
    shown = {*exhibits.figures, *exhibits.tables, *exhibits.files}
    refuse_unexplained(read_methods(folder / METHODS), methods, shown, folder.name)
    return exhibits, declared


def sentences_beside(module: str) -> Callable[..., Text]:
    """Return what says a declared sentence of the chapter of a module: ``say("name", **values)``.

    Parameters
    ----------
    module : Its ``__file__``.
    """
    path = Path(module).with_name(FILE)

    def say(name: str, /, **values: Any) -> Text:  # noqa: ANN401 - whatever a format takes
        declared = read_declared(path)
        sentences, beside = declared.sentences, declared.beside.get(name, {})
        if name not in sentences:
            near = nearest(name, list(sentences))
            hint = f"did you mean {near}?" if near else "declare it in every language"
            raise InputError(f"{path.parent.name}/{FILE}: sentences.{name}", "is not declared", hint=hint)
        asked = (next(iter(words.values())) for words in (sentences[name], *beside.values()))
        for absent in sorted({*chain.from_iterable(map(fields_of, asked))} - values.keys()):
            where = f"{path.parent.name}/{FILE}: sentences.{name}"
            raise InputError(where, f"{{{absent}}} has no value", hint=f"say({name!r}, {absent}=...)")
        return Text(sentences[name][spoken()], values, dict(_filled(beside, values)))

    return say


def _filled(beside: Mapping[str, Words], values: Mapping[str, Any]) -> Iterator[tuple[str, Text]]:
    """Give what stands beside a sentence; a part with a number that is withheld is not made, and the sentence is."""
    for part, words in beside.items():
        try:
            yield part, filled(words, **values)
        except WithheldError:
            continue


def _faults(raw: Any, file: str) -> Iterator[InputError]:  # noqa: ANN401 - YAML holds anything
    if not isinstance(raw, Mapping):
        yield InputError(file, "must be a mapping", allowed=", ".join(KINDS))
        return
    for part, given in raw.items():
        if part not in KINDS:
            yield InputError(f"{file}: {part}", "there is no such part", allowed=", ".join(KINDS))
        elif not isinstance(given, Mapping):
            yield InputError(f"{file}: {part}", "must be a mapping")
        else:
            check = _faults_of_sentence if part == "sentences" else _faults_of_kind
            for name, each in given.items():
                if not is_file_name(name):
                    yield InputError(f"{file}: {part}.{name}", "a name is lower-case letters, digits and underscores")
                yield from check(each, f"{file}: {part}.{name}")
                if part == "findings" and isinstance(each, Mapping):
                    yield from _faults_of_test(each, str(name), f"{file}: {part}.{name}")


def _faults_of_sentence(given: Any, where: str) -> Iterator[InputError]:  # noqa: ANN401 - YAML holds anything
    """Give what is wrong with a sentence and what is beside it."""
    words, beside = _parts(given) if isinstance(given, Mapping) else (given, {})
    yield from faults_of_words(words, where)
    for part, each in beside.items():
        yield from faults_of_words(each, f"{where}.{part}")
    if isinstance(headline := beside.get("headline"), Mapping):
        for language, template in headline.items():
            if len(str(template).split()) > HEADLINE:
                yield InputError(f"{where}.headline.{language}", f"has more than {HEADLINE} words", given=template)


def _faults_of_test(given: Mapping[str, Any], name: str, where: str) -> Iterator[InputError]:
    """Give what cannot be of the test of findings of one name."""
    test = given.get("test", {})
    if "test" not in given:
        for key in sorted({"nth", "family"} & set(given)):
            yield InputError(f"{where}.{key}", "is of a test, and there is none", hint="declare test:")
    values = [*test.values()] if isinstance(test, Mapping) else []
    if any(isinstance(value, list) and REST in value for value in values):
        yield InputError(f"{where}.test", f"{REST!r} stands alone, not in a list")
    if (REST in values or "nth" in given) and not name.endswith("_"):
        yield InputError(f"{where}.test", "the name has nothing after it", hint=f"end it in an underscore: {name}_")
    if isinstance(family := given.get("family"), str) and correction_of(family) != HOLM:
        yield InputError(f"{where}.family", "is corrected by the chapter that has its bootstrap", given=family)


def _faults_of_kind(given: Any, where: str) -> Iterator[InputError]:  # noqa: ANN401 - YAML holds anything
    allowed = KINDS["findings"]
    if not isinstance(given, Mapping):
        yield InputError(where, "must be a mapping", allowed=", ".join(allowed))
        return
    for key in set(given) - set(allowed):
        yield InputError(f"{where}.{key}", "there is no such key", allowed=", ".join(allowed))
    yield from faults_of_shape(given, where)
