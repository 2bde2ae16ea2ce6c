"""Whether all files of a mapping are there, and are what it says they are, before anything of them is read."""

from __future__ import annotations

from pathlib import Path

from analysis.errors import InputError
from analysis.registers.find import find
from analysis.registers.mapping import Intake
from analysis.registers.marks import check_marks


def locate(intake: Intake, folder: Path) -> dict[tuple[str, int], list[Path]]:
    """Return the files of a mapping by role and year; of a file that is not one of a year, by the last year.

    Raises
    ------
    InputError : OfficeFiles are missing, or bear a mark that the mapping does not have: all of that in one message.
    """
    found, faults = {}, []
    for role in dict.fromkeys(role for table in intake.tables.values() for role in table.roles):
        file = intake.files[role]
        for year in intake.years if file.yearly else intake.years[-1:]:
            try:
                if year not in file.missing_years:
                    found[role, year] = find(folder, role, file, year)
                    check_marks(intake.synthetic, folder, {role: found[role, year]})
            except InputError as fault:
                faults.append(fault)
    if faults:
        raise InputError.several(list({str(fault): fault for fault in faults}.values()))
    return found
