"""A school board's tests as the school's system gives them: a row a result, and what the board knows beside it."""

from __future__ import annotations

import hashlib
from typing import Any

import pandas as pd

from analysis.synthetic.offices.contract import YEARS, as_it_is, contract
from analysis.synthetic.offices.files import NO, YES, semicolons
from analysis.synthetic.offices.numbering import renumbered
from analysis.synthetic.offices.office import Office, Tables

NOTES = (
    "Results of tests as a school's system exchanges them (UWLR: `toetsresultaat`, a row a result with its day and"
    " score), who was enrolled for which subject (`deelname`), the pupils (`leerling`), and what the board adds: the"
    " education of parents, the risk of disadvantage, consent, and its schools. For the chapter on learning alone.",
    "Pupils bear a key of the exchange, so that their numbers and the order of rows differ from those of the synthetic"
    " edition. `reference/` holds the same tables with these numbers in the form of the contract, and an edition that"
    " must equal this one in every table.",
)
CHAPTERS = ("leergroei", "summary")
FIRST_DAY = "-08-01"
SEX = {"m": "1", "v": "2"}
SUBJECT = {"lezen": "BL", "rekenen": "RW", "dmt": "TL", "spelling": "SP"}
LEVELS = ["I", "II", "III", "IV", "V"]
ENROLLED = ["pupil", "year", "subject"]
MOMENTS = ("m", "e")
OF_A_RESULT = {"score": "vaardigheidsscore", "percentile": "percentiel"}
FLAG = {"yes_codes": [YES], "no_codes": [NO]}


def uwlr(tables: Tables, seed: int) -> Office:
    """Return the office of a school board that holds its pupils' tests.

    Parameters
    ----------
    tables : Those of the world.
    seed : Of the edition, which decides the numbers of pupils.
    """
    keys, schools = pupil_keys(tables["by_pupil_test"]["pupil"]), tables["by_location"]
    shortage = tables["by_location_shortage"]
    tests = tables["by_pupil_test"].assign(key=keys).sort_values(["key", "year", "subject"], ignore_index=True)
    files = {
        "leerling.csv": _pupils(tests),
        "deelname.csv": _enrolled(tests),
        "toetsresultaat.csv": pd.concat([_results(tests, moment) for moment in MOMENTS], ignore_index=True),
        "scholen.csv": schools.rename(columns={"location": "vestiging"}),
        "tekorten.csv": shortage.rename(columns={"location": "vestiging"}),
    }
    return Office(
        files={path: semicolons(frame) for path, frame in files.items()},
        intake={
            "years": YEARS,
            "files": _roles(),
            "tables": {
                "by_pupil_test": _tests(),
                "by_location": _of_schools("scholen", schools),
                "by_location_shortage": _of_schools("tekorten", shortage),
            },
        },
        notes=NOTES,
        chapters=CHAPTERS,
        reference=contract(
            {
                **renumbered(tables, {"by_pupil_test": keys}, "pupil", seed),
                "by_location": schools,
                "by_location_shortage": shortage,
            }
        ),
    )


def pupil_keys(numbers: pd.Series[int]) -> pd.Series[str]:
    """Return for each number the key that an exchange of schools would give the pupil: 32 hexadecimal digits."""
    return numbers.map(
        {number: hashlib.blake2s(f"{number}".encode(), digest_size=16).hexdigest() for number in {*numbers}}
    )


def _pupils(tests: pd.DataFrame) -> pd.DataFrame:
    of_pupil = tests.drop_duplicates("key")
    return pd.DataFrame(
        {
            "eckid": of_pupil["key"],
            "geslacht": of_pupil["sex"].map(SEX),
            "opleiding_ouders": of_pupil["education"],
            "risico": of_pupil["at_risk"],
        }
    )


def _enrolled(tests: pd.DataFrame) -> pd.DataFrame:
    return _with_key(tests).assign(
        jaargroep=tests["groep"],
        vestiging=tests["location"],
        adaptief=tests["adaptive"],
        toestemming=tests["consent"],
        eindtoets_ontbreekt=tests["e_missing"],
        percentiel_vorig_jaar=tests["prior_percentile"],
    )


def _results(tests: pd.DataFrame, moment: str) -> pd.DataFrame:
    first = pd.to_datetime(tests["year"].str[:4] + FIRST_DAY)
    results = _with_key(tests).assign(
        toetsmoment=moment.upper(),
        afnamedatum=first + pd.to_timedelta(tests[f"{moment}_day"], unit="D"),
        vaardigheidsniveau=tests[f"level_{moment}"],
        **{theirs: tests[f"{moment}_{own}"] for own, theirs in OF_A_RESULT.items()},
    )
    return results[tests[f"{moment}_score"].notna()]


def _with_key(tests: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {"eckid": tests["key"], "schooljaar": tests["year"], "vakgebied": tests["subject"].map(SUBJECT)}
    )


def _roles() -> dict[str, Any]:
    results = {
        moment: {"path": "toetsresultaat.csv", "keys": ["eckid"], "keep": {"toetsmoment": [moment.upper()]}}
        for moment in MOMENTS
    }
    plain = {name: {"path": f"{name}.csv", "keys": ["eckid"]} for name in ("leerling", "deelname")}
    return {**plain, **results, **{name: {"path": f"{name}.csv"} for name in ("scholen", "tekorten")}}


def _tests() -> dict[str, Any]:
    by = ["eckid", "schooljaar", "vakgebied"]
    results: dict[str, Any] = {}
    for moment in MOMENTS:
        results |= {f"{moment}_{own}": {"decimal": f"{moment}.{theirs}"} for own, theirs in OF_A_RESULT.items()}
        results[f"level_{moment}"] = {"text": f"{moment}.vaardigheidsniveau"}
        day = {"date": f"{moment}.afnamedatum", "written": "dd-mm-yyyy", "gives": "day_of_school_year"}
        results[f"{moment}_day"] = day
    joined = [{"file": moment, "by": by, "as": moment} for moment in MOMENTS]
    return {
        "from": "deelname",
        "joins": [{"file": "leerling", "by": ["eckid"]}, *joined],
        "columns": {
            "pupil": {"number": ["eckid"]},
            "year": {"text": "schooljaar"},
            "groep": {"whole": "jaargroep"},
            "subject": {"code": "vakgebied", "codes": {own: [theirs] for own, theirs in SUBJECT.items()}},
            "location": {"text": "vestiging"},
            "education": {"text": "opleiding_ouders"},
            "sex": {"code": "geslacht", "codes": {own: [theirs] for own, theirs in SEX.items()}},
            "at_risk": {"flag": "risico", **FLAG},
            **results,
            "prior_percentile": {"decimal": "percentiel_vorig_jaar"},
            "adaptive": {"flag": "adaptief", **FLAG},
            "consent": {"flag": "toestemming", **FLAG},
            "e_missing": {"flag": "eindtoets_ontbreekt", **FLAG},
        },
    }


def _of_schools(file: str, frame: pd.DataFrame) -> dict[str, Any]:
    columns = as_it_is(frame) | {"location": {"text": "vestiging"}}
    return {
        "from": file,
        "columns": {name: how | (FLAG if "flag" in how else {}) for name, how in columns.items()},
    }
