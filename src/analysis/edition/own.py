"""An edition on an office's own registers: its mapping, and the chapters for which there are data."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.chapters import chapters
from analysis.edition.params import in_project
from analysis.errors import InputError, nearest
from analysis.variables import INTAKE_VARIABLE

if TYPE_CHECKING:
    from analysis.edition.model import Edition
    from analysis.edition.readiness import Readiness
    from analysis.registers import Intake

FOLDER = "intake"
"""Of the mappings, beside the params files."""
COUNTRY = "by_pupil_country"


@dataclass(frozen=True)
class Reduced:
    """An edition with the chapters for which the office has data.

    Parameters
    ----------
    edition : Without the others.
    facts, context : What pages and notebooks know of it besides; empty for an edition on other data.
    """

    edition: Edition
    facts: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)


def intakes_beside(path: Path, root: Path) -> Path:
    """Return the folder with the mappings that a params file can name."""
    given = os.environ.get(INTAKE_VARIABLE)
    folder = Path(given) if given else (root / "params" if in_project(path) else path.parent) / FOLDER
    return Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() follows links


def mapping_of(edition: Edition, intakes: Path) -> Intake:
    """Read the mapping of an edition on own registers.

    Raises
    ------
    InputError : It cannot be read, is not of the kind that the edition says, or is of another block's tables.
    """
    from analysis.data.microdata import MICRODATA, required
    from analysis.registers import read_intake
    from analysis.registers.known_codes import unknown_codes

    path = intakes / f"{edition.intake}.yml"
    if not path.exists():
        near = nearest(edition.intake, [other.stem for other in intakes.glob("*.yml")])
        hint = f"did you mean {near!r}?" if near else "`staat intake suggest FOLDER` writes the beginning of one"
        raise InputError(f"{edition.source}.intake", f"there is no mapping {path}", given=edition.intake, hint=hint)
    intake = read_intake(path)
    if intake.synthetic != edition.synthetic:
        raise InputError(
            f"{path}: synthetic",
            f"the edition {edition.edition} says otherwise in {edition.source}.synthetic",
            given=intake.synthetic,
            allowed=str(edition.synthetic).lower(),
            hint="made-up registers are those that `staat world` wrote; both files must say the same",
        )
    tables = intake.columns()
    for name, columns in tables.items():
        if lacking := sorted(required(name, edition.codes) - columns if name in MICRODATA else ()):
            problem = f"lacks what a row of {name} is about: {', '.join(lacking)}"
            raise InputError(f"{path}: tables.{name}.columns", problem, hint="map them, or leave the table out")
    last = edition.school_years[-1]
    if {"by_pupil", "by_pupil_year"} & tables.keys() and intake.years[-1] != int(last[:4]):
        problem = f"the edition {edition.edition} is about {last}: its pupils are those of 1 October {last[:4]}"
        hint = "`school_years` of the edition and `years` of the mapping end with the same year"
        raise InputError(f"{path}: years", problem, given=intake.years[-1], hint=hint)
    if unknown := list(unknown_codes(intake, edition.codes, path)):
        raise InputError.several(unknown)
    if (COUNTRY in tables) != (edition.source == "country") or (COUNTRY in tables and len(tables) > 1):
        hint = f"write `country: {{source: own, intake: {edition.intake}}}` in the place of `data`"
        problem = f"the table {COUNTRY} goes with the block country, alone, and all others with the block data"
        raise InputError(f"{path}: tables", problem, given=", ".join(sorted(tables)), hint=hint)
    return intake


def fit(edition: Edition, intakes: Path) -> Reduced:
    """Leave out the chapters for which an office has no data; an edition on other data stays as it is.

    Raises
    ------
    InputError : As `mapping_of`, or the office has the data of no chapter.
    """
    if not edition.intake:
        return Reduced(edition)
    from analysis.edition.readiness import readiness

    intake = mapping_of(edition, intakes)
    found = readiness(edition.given, intake.columns(), intake.years)
    absent = {
        stem: {"heading": dict(chapters()[stem].findings), "lacks": [str(lack) for lack in each.lacks]}
        for stem, each in found.items()
        if each.lacks
    }
    if not any(chapters()[stem].findings for stem in found if stem not in absent):
        raise _nothing_to_run(intakes / f"{edition.intake}.yml", found)
    facts = {"absent": absent}
    return Reduced(edition.without(absent), facts, {**facts, "keys": sorted(intake.keys)})


def _nothing_to_run(path: Path, found: Mapping[str, Readiness]) -> InputError:
    lacks = "; ".join(f"{stem} lacks {', '.join(map(str, each.lacks))}" for stem, each in found.items() if each.lacks)
    return InputError(
        f"{path}: tables", f"no chapter of this edition has its data: {lacks}", hint="`staat check` says more"
    )
