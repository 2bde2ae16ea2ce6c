"""The world as it would lie at CBS: `.sav` files that are joined by encrypted keys, beside files of the office."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.data.microdata import MICRODATA
from analysis.synthetic.offices.cbs_mapping import roles
from analysis.synthetic.offices.cbs_mapping import tables as mapped
from analysis.synthetic.offices.cbs_people import YEAR, people_of, register_files
from analysis.synthetic.offices.cbs_reference import reference
from analysis.synthetic.offices.cbs_schools import school_files, uploaded_files
from analysis.synthetic.offices.contract import contract
from analysis.synthetic.offices.office import Office, Tables

MUNICIPALITY = "0363"
FROM_REGISTERS = ("by_pupil", "by_location", "by_pupil_test", "by_pupil_advice", "by_teacher")
LEFT_OUT = (
    *("by_pupil_retention", "by_pupil_advice_national", "by_pupil_level", "by_school_level", "by_pupil_origin"),
    *("by_school_judgement", "by_board_judgement"),
)
"""What serves the comparison of a world with figures in print, reference levels, days of arrival in the country and
judgements: no file that is made here has them."""
NOTES = (
    "SPSS files with the names, keys and codes of CBS's: persons by RINPERSOONS and RINPERSOON, schools by an encrypted"
    " BRIN and the number of the location, a file a year, some in two versions of which the newest holds. Names that"
    " CBS does not publish are made up: the variables of LVSNCO, LVSSCORE and ONDERWIJSPERSONEELTAB, and SOORTVO, which"
    " stands for what an office derives from OPLNR. In `eigen/` lies what no register has and an office brings: risk of"
    " disadvantage, consent, concept, capacity, shortage, earlier years.",
    "What this form cannot carry: homes and schools lie on whole metres (RD), so that points and distances differ from"
    " those of the synthetic edition in their last digits; persons have other numbers and rows another order; schools"
    " and boards are encrypted; motive and generation of migration are absent; of special schools the pupils are not"
    " counted; there are no open data, no figures in print and no truth. `reference/` holds the world with all this"
    " done to it, in the form of the contract, and an edition that must equal this one in every table.",
)


def cbs(tables: Tables, seed: int) -> Office:
    """Return the office that works at CBS, with the world as its files can carry it as a reference.

    Parameters
    ----------
    tables : Those of the world.
    seed : Of the edition, which decides the numbers of persons.
    """
    microdata = {name: frame for name, frame in tables.items() if name in MICRODATA and name not in LEFT_OUT}
    people = people_of(microdata)
    wijken = wijk_codes(microdata)
    others = {name: frame for name, frame in microdata.items() if name not in FROM_REGISTERS}
    return Office(
        files={
            **register_files(people),
            **school_files(microdata, people, wijken),
            **uploaded_files(microdata, people, others),
        },
        intake={
            "years": _years(microdata),
            "files": roles(_missing_years(microdata), [*others]),
            "tables": mapped(microdata, wijken, people.countries, [*others]),
        },
        notes=NOTES,
        reference=contract(reference(microdata, people, seed)),
    )


def wijk_codes(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return a code of CBS's form for each wijk: the municipality, and two digits."""
    wijken = sorted({*tables["by_pupil"]["wijk"], *tables["by_location"]["wijk"]})
    return {wijk: f"{MUNICIPALITY}{number:02d}" for number, wijk in enumerate(wijken)}


def _present(tables: Mapping[str, pd.DataFrame]) -> dict[str, set[int]]:
    advised, teachers = tables["by_pupil_advice"], tables["by_teacher"]
    cohorts = {*advised["year"].tolist()}
    return {
        "cohort": cohorts,
        "earlier": cohorts,
        "year1": cohorts,
        "year3": {*advised.loc[advised["year3"].notna(), "year"].tolist()},
        "tests": {*tables["by_pupil_test"]["year"].str[:4].astype(int).tolist()},
        "staff": {*teachers["year"].tolist()},
    }


def _years(tables: Mapping[str, pd.DataFrame]) -> list[int]:
    return sorted({YEAR}.union(*_present(tables).values()))


def _missing_years(tables: Mapping[str, pd.DataFrame]) -> dict[str, list[Any]]:
    years = _years(tables)
    return {role: [year for year in years if year not in present] for role, present in _present(tables).items()}
