"""The choices of a sweep and their combinations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from analysis.errors import InputError

MOST = 64
"""Combinations of one sweep: each is an edition of its own."""


@dataclass(frozen=True)
class Combination:
    """A value for every parameter of a sweep, as typed."""

    values: tuple[tuple[str, str], ...]

    @property
    def settings(self) -> list[str]:
        """The values as ``--set`` takes them."""
        return [f"{key}={value}" for key, value in self.values]

    def __str__(self) -> str:
        return ", ".join(f"{key.rpartition('.')[2]} = {value}" for key, value in self.values)


def choices(over: Sequence[str]) -> dict[str, list[str]]:
    """Return the values of each parameter of a sweep.

    Parameters
    ----------
    over : ``block.key=A,B``; between values that hold commas themselves, such as lists and formulas, stands ``|``.

    Raises
    ------
    InputError
        For what has another form, a parameter that is there twice, or one with a single value.
    """
    found: dict[str, list[str]] = {}
    for given in over:
        key, equals, text = given.partition("=")
        values = [value.strip() for value in text.split("|" if "|" in text else ",")]
        if not equals or not key.strip() or not all(values):
            raise InputError(f"--over {given}", "must look like block.key=A,B")
        if key.strip() in found:
            raise InputError(f"--over {given}", "the same parameter is there twice", hint="name all its values at once")
        if len(set(values)) < 2:
            raise InputError(f"--over {given}", "has one value", hint="--set gives a parameter one value")
        found[key.strip()] = list(dict.fromkeys(values))
    return found


def combinations(choices: dict[str, list[str]]) -> list[Combination]:
    """Return all combinations; InputError when there are more than `MOST`."""
    found = [Combination(tuple(zip(choices, values, strict=True))) for values in product(*choices.values())]
    if len(found) > MOST:
        raise InputError("--over", f"makes {len(found)} combinations", allowed=f"at most {MOST}")
    return found
