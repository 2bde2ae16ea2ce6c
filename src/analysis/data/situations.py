"""The tables that a model of school choice starts from, built from microdata or from open data.

``by_situation`` (situation, group, pc4, lat, lon and variables of the chooser), ``by_choice_school`` (location, lat,
lon and attributes) and ``by_choice`` (situation, location, age, pupils).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.advice_levels import NUMBER_OF_LEVEL
from analysis.codes import Codes
from analysis.topics.choice import ALL, SAME_YEAR

PARENT_GROUPS = ("hoog_none", "hoog_migration", "lower_none", "middelbaar_migration", "laag_migration")
NAMED = {
    "Openbaar": "openbaar",
    "Rooms-Katholiek": "rk",
    "Protestants-Christelijk": "pc",
    "Islamitisch": "islamic",
}
HOME = ("pc4", "lat", "lon")
PERSON = ("education", "background", "income", "one_parent")
SCHOOL = ("location", "lat", "lon", "stadsdeel", "schoolweging", "capacity", "pupils", "concept")
COMPOSITION = ("share_hoog", "share_nonwestern")
CODES = Codes()


def parent_group(education: pd.Series, background: pd.Series, none: str = "none") -> pd.Series:
    """Group parents by education and background; unknown education counts with middelbaar.

    Parameters
    ----------
    education, background : Of the parents; where the background is missing, so is the group.
    none : Code of no migration background.
    """
    native, hoog, laag = background == none, education == "hoog", education == "laag"
    cases = [hoog & native, hoog & ~native, native, ~laag]
    names = np.select([case.to_numpy() for case in cases], list(PARENT_GROUPS[:4]), PARENT_GROUPS[4])
    return pd.Series(names, index=education.index, name="parent_group").where(background.notna())


def from_microdata(
    by_pupil: pd.DataFrame,
    by_location: pd.DataFrame,
    by_location_lagged: pd.DataFrame | None = None,
    by_pupil_advice: pd.DataFrame | None = None,
    codes: Codes = CODES,
) -> dict[str, pd.DataFrame]:
    """Build the tables of pupils at an own address, with what the microdata have.

    Parameters
    ----------
    by_pupil, by_location : Pupils of regular schools, and schools; special schools are left out.
    by_location_lagged
        ``location, share_hoog, share_nonwestern``: the composition a year before, which is what choosers knew. Without
        it there is only that of the year itself, partly an outcome of the choices: it has names of its own, with
        ``_same_year`` behind it, so that a formula has to ask for it.
    by_pupil_advice
        ``year, location, advice_final``: of its last year, ``share_havo_vwo`` is the share of a school's pupils who
        were advised havo or higher; missing where nobody got an advice. Without it there is no such column.
    codes : The backgrounds of the edition.
    """
    homes = by_pupil[[name for name in (*HOME, *PERSON) if name in by_pupil]]
    regular = by_location[~by_location["special"]]
    schools = regular[[name for name in SCHOOL if name in regular]]
    if "denomination" in regular:
        schools = schools.assign(denomination=regular["denomination"].map(NAMED).fillna("other"))
    schools = schools.merge(_composition(regular, by_location_lagged), on="location", how="left", validate="1:1")
    if by_pupil_advice is not None:
        schools = schools.join(_share_havo_vwo(by_pupil_advice), on="location")
    return {
        "by_situation": homes.assign(situation=by_pupil["pupil"], group=_group(by_pupil, codes)),
        "by_choice_school": schools,
        "by_choice": by_pupil[["location", "age"]].assign(situation=by_pupil["pupil"], pupils=1),
    }


def _group(by_pupil: pd.DataFrame, codes: Codes) -> pd.Series | str:
    """Group parents where both of what makes the groups is known; else they are one group."""
    if not {"education", "background"} <= set(by_pupil):
        return ALL
    return parent_group(by_pupil["education"], by_pupil["background"], *codes.backgrounds("none"))


def _composition(schools: pd.DataFrame, lagged: pd.DataFrame | None) -> pd.DataFrame:
    if lagged is not None:
        return lagged[["location", *(name for name in COMPOSITION if name in lagged)]]
    own = schools[["location", *(name for name in COMPOSITION if name in schools)]]
    return own.rename(columns={name: name + SAME_YEAR for name in COMPOSITION})


def _share_havo_vwo(by_pupil_advice: pd.DataFrame) -> pd.Series:
    last = by_pupil_advice[by_pupil_advice["year"] == by_pupil_advice["year"].max()]
    known = last.dropna(subset="advice_final")  # no advice is not a low one
    share: pd.Series = (known["advice_final"] >= NUMBER_OF_LEVEL["havo"]).groupby(known["location"]).mean()
    return share.rename("share_havo_vwo")


def from_open_data(
    by_pc4: pd.DataFrame, by_school: pd.DataFrame, by_pc4_school: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Build the tables of flows by postcode: a situation is a postcode, and all choosers are one group.

    ``nonwestern`` is the share of non-western inhabitants of the postcode.
    """
    homes = by_pc4[["pc4", "lat", "lon"]].assign(
        situation=by_pc4["pc4"], group=ALL, nonwestern=by_pc4["share_nonwestern"]
    )
    ages = [name for name in by_pc4_school if str(name).startswith("LEEFTIJD_")]
    flows = by_pc4_school.melt(["pc4", "location"], ages, "age", "pupils")
    flows = flows[flows["pupils"] != 0].rename(columns={"pc4": "situation"})
    number = flows["age"].str.removeprefix("LEEFTIJD_").map({"JONGER": 3, "OUDER": 25} | {str(n): n for n in range(30)})
    return {
        "by_situation": homes,
        "by_choice_school": by_school[["location", "lat", "lon", "schoolweging", "denomination", "pupils"]],
        "by_choice": flows.assign(age=number.astype("int64")).reset_index(drop=True),
    }


def situation_tables(
    open_data: Mapping[str, pd.DataFrame], microdata: Mapping[str, pd.DataFrame], codes: Codes = CODES
) -> dict[str, pd.DataFrame]:
    """Build the tables of an edition: of its microdata where it has them, else of open data.

    Parameters
    ----------
    open_data : ``by_pc4``, ``by_school`` and ``by_pc4_school``.
    microdata
        ``by_pupil`` and ``by_location``, with ``by_location_lagged`` and ``by_pupil_advice`` where there are; or none.
    codes : The backgrounds of the edition.
    """
    if "by_pupil" in microdata:
        lagged, advice = microdata.get("by_location_lagged"), microdata.get("by_pupil_advice")
        if advice is not None and not {"location", "year", "advice_final"} <= {*advice}:
            advice = None
        return from_microdata(microdata["by_pupil"], microdata["by_location"], lagged, advice, codes)
    return from_open_data(*(open_data[name] for name in ("by_pc4", "by_school", "by_pc4_school")))
