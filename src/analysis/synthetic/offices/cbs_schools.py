"""Schools, enrolments, advices and tests in the files of CBS, and what an office has encrypted and joined itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.export import Writer
from analysis.synthetic.offices import cbs_codes as codes
from analysis.synthetic.offices.cbs_people import YEAR, People, by_key, object_key, persons, places, versions
from analysis.synthetic.offices.files import sav, semicolons

SCHOOL, SCHOOL_OF_PUPIL = ("BRIN_crypt", "BRINVest"), ("WPOBRIN_crypt", "WPOBRINVEST")
SECONDARY = {"year1": 1, "year3": 3}
"""Years after groep 8 in which a position is known."""
ADVICES = {"10": "Praktijkonderwijs", "60": "Havo", "70": "Vwo", "80": "Geen advies mogelijk"}
UPLOADED = ("location", "nearest", "first_location", "last_location")
OF_SCHOOLS = (
    "stadsdeel",
    "wijk",
    "lat",
    "lon",
    "pupils",
    "size_class",
    "share_hoog",
    "share_at_risk",
    "share_nonwestern",
)
"""Columns of a school that follow from its address or its pupils."""
FIRST_DAY = "-08-01"


def encrypted(values: pd.Series[str]) -> pd.Series[str]:
    """Return locations with their school's number encrypted: 32 hexadecimal digits and two of the location."""
    brins = values.str[:-2]
    return brins.map({brin: object_key(f"brin {brin}") for brin in brins.unique()}) + values.str[-2:]


def encrypted_boards(values: pd.Series[str]) -> pd.Series[str]:
    """Return boards encrypted: 32 hexadecimal digits."""
    return values.map({board: object_key(f"board {board}") for board in values.dropna().unique()})


def with_encrypted_keys(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its schools and boards encrypted."""
    schools = {name: encrypted(frame[name]) for name in UPLOADED if name in frame}
    boards = {"board": encrypted_boards(frame["board"])} if "board" in frame else {}
    return frame.assign(**schools, **boards)


def school_files(tables: Mapping[str, pd.DataFrame], people: People, wijken: Mapping[str, str]) -> dict[str, Writer]:
    """Return the files on enrolment, advice, tests, secondary school, teachers and addresses."""
    advised, tests, teachers = tables["by_pupil_advice"], tables["by_pupil_test"], tables["by_teacher"]
    year = tests["year"].str[:4].astype(int)
    return {
        **versions(f"Onderwijs/INSCHRWPOTAB/INSCHRWPOTAB{YEAR}V", _enrolled(tables, people)),
        **_yearly(
            "Onderwijs/INSCHRWPOTAB/INSCHRWPOTAB{}V1.sav", advised, advised["year"], lambda f: _advised(f, people)
        ),
        **_secondary(advised, people),
        **_yearly("Onderwijs/LVSNCO/LVSNCO{}V1.sav", tests, year, lambda f: _tests(f, people)),
        **_yearly("Onderwijs/LVSSCORE/LVSSCORE{}V1.sav", advised, advised["year"], lambda f: _earlier(f, people)),
        **_yearly(
            "Arbeid/ONDERWIJSPERSONEELTAB/ONDERWIJSPERSONEEL{}TABV1.sav",
            teachers,
            teachers["year"],
            lambda f: _staff(f, people),
        ),
        **_places(tables, people, wijken),
    }


def uploaded_files(
    tables: Mapping[str, pd.DataFrame], people: People, others: Mapping[str, pd.DataFrame]
) -> dict[str, Writer]:
    """Return what the office brought itself, with keys that CBS has encrypted; `others` are tables as they are."""
    pupils = people.pupils.dropna(subset=["at_risk"])
    risk = pd.DataFrame({"RINPERSOON": pupils["key"], "DOELGROEP": pupils["at_risk"].astype(bool)})
    schools = tables["by_location"].drop(columns=[*OF_SCHOOLS], errors="ignore")
    schools = _with_school(schools.drop(columns="location"), tables["by_location"]["location"], *SCHOOL)
    schools["denomination"] = schools["denomination"].map(_first(codes.DENOMINATION))
    if "board" in schools:
        schools["board"] = encrypted_boards(schools["board"])
    consent = _of_schools(tables["by_pupil_test"], "consent", "TOESTEMMING")
    composition = _of_schools(tables["by_pupil_advice"], "share_hoog", "AANDEEL_HOOG")
    return {
        "eigen/DOELGROEP.csv": semicolons(by_key(risk)),
        "eigen/SCHOLEN.csv": semicolons(schools),
        "eigen/TOESTEMMING.csv": semicolons(consent),
        "eigen/AANDEEL_HOOG.csv": semicolons(composition),
        **{f"eigen/{name}.csv": semicolons(with_encrypted_keys(frame)) for name, frame in others.items()},
    }


def _yearly(
    path: str, rows: pd.DataFrame, years: pd.Series[int], make: Callable[[pd.DataFrame], pd.DataFrame]
) -> dict[str, Writer]:
    return {path.format(year): sav(make(of_year)) for year, of_year in rows.groupby(years)}


def _with_school(rows: pd.DataFrame, locations: pd.Series[str], brin: str, location: str) -> pd.DataFrame:
    keys = encrypted(locations)
    return rows.assign(**{brin: keys.str[:-2].to_numpy(), location: keys.str[-2:].to_numpy()})


def _of_schools(rows: pd.DataFrame, column: str, name: str) -> pd.DataFrame:
    """List what is the same for all rows of a school, in all years."""
    known = rows[["location", column]].drop_duplicates(ignore_index=True)
    return _with_school(known[[column]].rename(columns={column: name}), known["location"], *SCHOOL_OF_PUPIL)


def _first(of: codes.Codes) -> dict[str, str]:
    return {own: theirs[0] for own, theirs in of.items()}


def _enrolled(tables: Mapping[str, pd.DataFrame], people: People) -> pd.DataFrame:
    """List the pupils of the year; with a few who are not to be counted: no person of the register, special schools."""
    pupils = tables["by_pupil"]
    denomination = tables["by_location"].set_index("location")["denomination"].map(_first(codes.DENOMINATION))
    rows = persons(people.key_of("by_pupil", pupils["pupil"])).assign(
        WPOLEERJAAR=pupils["groep"].map("{:2d}".format).to_numpy(),
        WPOTYPEPO="BO",
        WPODENOMINATIE=pupils["location"].map(denomination).str.ljust(4).to_numpy(),
    )
    rows = _with_school(rows, pupils["location"], *SCHOOL_OF_PUPIL)
    strangers, special = rows.head(7).assign(RINPERSOONS="O"), rows.tail(5).assign(WPOTYPEPO="SBO")
    return by_key(pd.concat([rows, strangers, special]))


def _advised(advised: pd.DataFrame, people: People) -> pd.DataFrame:
    """List a cohort of groep 8 with advice and test; who sat another test than the Eindtoets has no score of it."""
    advice = {float(own): theirs[0] for own, theirs in codes.ADVICE.items()}
    tests = {(float(low), float(high)): code for code, (low, high) in codes.TEST_ADVICE.items()}
    final = advised["advice_final"].map(advice).where(advised["revised"], codes.NO_ADVICE)
    sat = advised["cet"].notna()
    pairs = zip(advised["test_advice_low"], advised["test_advice_high"], strict=True)
    rows = persons(people.key_of("by_pupil_advice", advised["pupil"])).assign(
        WPOLEERJAAR=" 8",
        WPOTYPEPO="BO",
        WPOADVIESVO=advised["advice_first"].map(advice).to_numpy(),
        WPOADVIESHERZ=final.to_numpy(),
        WPOTOETSADVIES=[tests.get(pair, codes.NO_ADVICE) for pair in pairs],
        WPOCODEEINDTOETS=np.where(sat, codes.CET[0], codes.OTHER_TEST),
        WPOUITSLAGEINDTOETS=advised["cet"].fillna(80.0).to_numpy(),
    )
    return by_key(_with_school(rows, advised["location"], *SCHOOL_OF_PUPIL))


def _secondary(advised: pd.DataFrame, people: People) -> dict[str, Writer]:
    position = {float(own): theirs[-1] for own, theirs in codes.POSITION.items()}
    columns = [advised[["pupil", "year"]].assign(position=advised[name], later=n) for name, n in SECONDARY.items()]
    every = pd.concat(columns, ignore_index=True).dropna(subset="position")

    def file(of_year: pd.DataFrame) -> pd.DataFrame:
        frame = persons(people.key_of("by_pupil_advice", of_year["pupil"])).assign(
            HOOFDINSCHR="01",
            VOLEERJAAR=of_year["later"].astype(str).to_numpy(),
            SOORTVO=of_year["position"].map(position).to_numpy(),
        )
        return by_key(frame)

    return _yearly(
        "Onderwijs/ONDERWIJSINSCHRTAB/ONDERWIJSINSCHRTAB{}V1.sav", every, every["year"] + every["later"], file
    )


def _tests(tests: pd.DataFrame, people: People) -> pd.DataFrame:
    first = pd.to_datetime(tests["year"].str[:4] + FIRST_DAY)
    of_moments = {
        f"{name}_{moment.upper()}": values.to_numpy()
        for moment in ("m", "e")
        for name, values in {
            "VAARDIGHEID": tests[f"{moment}_score"],
            "PERCENTIEL": tests[f"{moment}_percentile"],
            "NIVEAU": tests[f"level_{moment}"].map(_first(codes.LEVEL)).fillna(codes.NO_LEVEL),
            "AFNAME": (first + pd.to_timedelta(tests[f"{moment}_day"], unit="D")).dt.strftime("%Y%m%d"),
        }.items()
    }
    rows = persons(people.key_of("by_pupil_test", tests["pupil"])).assign(
        LEERJAAR=tests["groep"].astype(str).to_numpy(),
        DOMEIN=tests["subject"].map(_first(codes.SUBJECT)).to_numpy(),
        PERCENTIEL_VORIG=tests["prior_percentile"].to_numpy(),
        ADAPTIEF=_as_code(tests["adaptive"]),
        GEENTOETS_E=_as_code(tests["e_missing"]),
        **of_moments,
    )
    rows = _with_school(rows, tests["location"], *SCHOOL_OF_PUPIL)
    return rows.sort_values(["RINPERSOON", "DOMEIN"], kind="stable", ignore_index=True)


def _as_code(values: pd.Series[bool]) -> np.ndarray[Any, Any]:
    return np.where(values, "1", "0")


def _earlier(advised: pd.DataFrame, people: People) -> pd.DataFrame:
    rows = persons(people.key_of("by_pupil_advice", advised["pupil"]))
    return by_key(rows.assign(LVSSTANDAARD=advised["lovs"].to_numpy()))


def _staff(teachers: pd.DataFrame, people: People) -> pd.DataFrame:
    rows = persons(people.key_of("by_teacher", teachers["teacher"])).assign(
        FTE=teachers["fte"].to_numpy(),
        SCHAAL=teachers["scale"].map(_first(codes.SCALE)).to_numpy(),
        BRUTOSALARIS=teachers["salary"].to_numpy(),
        WOONTINGEMEENTE=_as_code(teachers["in_city"]),
        WOONWERKAFSTAND=teachers["distance_km"].to_numpy(),
        INSTROOM=teachers["came"].map(_first(codes.CAME)).to_numpy(),
        UITSTROOM=teachers["left"].map(_first(codes.LEFT)).to_numpy(),
    )
    return by_key(_with_school(rows, teachers["location"], *SCHOOL))


def _places(tables: Mapping[str, pd.DataFrame], people: People, wijken: Mapping[str, str]) -> dict[str, Writer]:
    """Return the addresses of schools, and the points and wijken of all addresses."""
    schools, homes = tables["by_location"], people.pupils.dropna(subset=["lat"])
    objects = [object_key(f"school {location}") for location in schools["location"]]
    addresses = _with_school(
        pd.DataFrame({"SOORTOBJECTNUMMER": "B", "RINObjectnummer": objects}), schools["location"], *SCHOOL
    )
    every = pd.concat([homes[["lat", "lon", "wijk"]], schools[["lat", "lon", "wijk"]]])
    points, wijk = places(every, [*(object_key(f"home {number}") for number in homes.index), *objects], wijken)
    return {
        f"Onderwijs/BRINADRESSEN/BRINADRESSEN{YEAR}V1.sav": sav(addresses),
        f"BouwenWonen/VSLCOORDTAB/VSLCOORD{YEAR}TABV1.sav": sav(points),
        f"BouwenWonen/VSLGWBTAB/VSLGWB{YEAR}TAB01V1.sav": sav(wijk),
    }
