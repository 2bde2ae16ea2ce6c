"""What a chapter finds, declared beside it: ``findings.yml`` with what each finding rests on, and its sentences.

``findings`` has, by name of a finding or by the beginning of it, the figure that shows its number, the table that holds
it and, where it is a test, the row with its p-value; their order is their rank. ``sentences`` has every sentence in all
languages, by the name with which the chapter says it. Which sentence follows from the numbers is decided in
``findings.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from analysis.errors import InputError, nearest
from analysis.language import Text, Words, filled, remember
from analysis.plain_yaml import read_yaml
from analysis.publish.exhibits import Exhibits, faults_of_words, fields_of, read_exhibits
from analysis.publish.shapes import faults_of_shape, is_file_name
from analysis.stats.multiplicity import HOLM, correction_of

FILE = "findings.yml"
KINDS = {"findings": ("figure", "table", "test", "nth", "family"), "sentences": ()}
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
    test: Mapping[str, Any] = field(default_factory=dict)
    nth: str = ""
    family: str = ""

    def row_of(self, finding: str) -> Mapping[str, Any]:
        """Return where the p-value of one finding is."""
        rest = finding.removeprefix(self.name)
        return {column: rest if value == REST else value for column, value in self.test.items()}


@dataclass(frozen=True)
class Declared:
    """All that a chapter declares of its findings."""

    kinds: tuple[Kind, ...] = ()
    sentences: Mapping[str, Words] = field(default_factory=dict)

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
    sentences = raw.get("sentences") or {}
    remember(sentences.values())
    return Declared(tuple(Kind(name, rank, **given) for rank, (name, given) in kinds), sentences)


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
        With everything that is wrong with either file, and what the findings name and the exhibits do not have.
    """
    exhibits, declared = read_exhibits(folder / "exhibits.yml"), read_declared(folder / FILE)
    refuse_unshown(exhibits, declared, f"{folder.name}/{FILE}")
    return exhibits, declared


def sentences_beside(module: str) -> Callable[..., Text]:
    """Return what says a declared sentence of the chapter of a module: ``say("name", **values)``.

    Parameters
    ----------
    module : Its ``__file__``.
    """
    path = Path(module).with_name(FILE)

    def say(name: str, /, **values: Any) -> Text:  # noqa: ANN401 - whatever a format takes
        sentences = read_declared(path).sentences
        if name not in sentences:
            near = nearest(name, list(sentences))
            hint = f"did you mean {near}?" if near else "declare it in every language"
            raise InputError(f"{path.parent.name}/{FILE}: sentences.{name}", "is not declared", hint=hint)
        for absent in sorted({*fields_of(next(iter(sentences[name].values())))} - values.keys()):
            where = f"{path.parent.name}/{FILE}: sentences.{name}"
            raise InputError(where, f"{{{absent}}} has no value", hint=f"say({name!r}, {absent}=...)")
        return filled(sentences[name], **values)

    return say


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
            check = faults_of_words if part == "sentences" else _faults_of_kind
            for name, each in given.items():
                if not is_file_name(name):
                    yield InputError(f"{file}: {part}.{name}", "a name is lower-case letters, digits and underscores")
                yield from check(each, f"{file}: {part}.{name}")
                if part == "findings" and isinstance(each, Mapping):
                    yield from _faults_of_test(each, str(name), f"{file}: {part}.{name}")


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
