"""Whether the codes that a mapping gives are those of the contracts: said of the mapping, before a file is read."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import pandera.pandas as pa

from analysis.codes import Codes
from analysis.data.columns import codes_of, names_of
from analysis.errors import InputError, nearest
from analysis.registers.columns import MISSING, Coded, Cut, Verb
from analysis.registers.deliver import schema_of
from analysis.registers.mapping import Intake

OF_THE_EDITION = ("background", "stadsdeel", "concept")


def unknown_codes(intake: Intake, codes: Codes, path: Path) -> Iterator[InputError]:
    """Give an error for each column of a mapping with codes that its contract does not have.

    Parameters
    ----------
    intake, path : The mapping, and its file.
    codes : Of the edition.
    """
    for name, table in intake.tables.items():
        for column, verb in table.verbs.items():
            rule = schema_of(name, codes).columns.get(column)
            allowed = () if rule is None else codes_of(rule) or tuple(names_of(rule))
            unknown = [code for code in _given(verb) if code not in allowed and not _is_number(code, rule)]
            if allowed and unknown:
                where = f"{path}: tables.{name}.columns.{column}"
                problem = f"the contract has no such code: {', '.join(map(repr, unknown))}"
                yield InputError(where, problem, allowed=", ".join(allowed), hint=_hint(column, unknown[0], allowed))


def _given(verb: Verb) -> list[str]:
    """Return the codes of the contract that a verb gives."""
    if isinstance(verb, Cut):
        return [*verb.names]
    if not isinstance(verb, Coded):
        return []
    beside = [code for code in (verb.others, verb.missing) if code not in (None, MISSING)]
    return [*verb.codes, *map(str, beside)]


def _is_number(code: str, rule: pa.Column | None) -> bool:
    """Tell whether a level is written as its number."""
    try:
        return rule is not None and float(code) in names_of(rule).values()
    except ValueError:
        return False


def _hint(column: str, wrong: str, allowed: Collection[str]) -> str:
    key = next((of for of in OF_THE_EDITION if column.endswith(of)), None)
    if key:
        return f"those of this edition are declared in its params file, in codes.{key}"
    near = nearest(wrong, allowed)
    return (
        f"did you mean {near!r}?"
        if near
        else "a code of the contract stands before the colon, those of the file behind"
    )
