"""The mapping of the files of CBS: which tables they are joined to, and what becomes of each code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.synthetic.offices import cbs_codes as codes
from analysis.synthetic.offices.cbs_people import YEAR
from analysis.synthetic.offices.contract import as_it_is
from analysis.synthetic.offices.files import NO, YES

PERSON = ["RINPERSOONS", "RINPERSOON"]
OBJECT = ["SOORTOBJECTNUMMER", "RINOBJECTNUMMER"]
LOCATION = ["WPOBRIN_crypt", "WPOBRINVEST"]
SCHOOL = ["BRIN_crypt", "BRINVest"]
EDUCATION = "OPLNIVSOI2021AGG4HBmetNIRWO"
DAY = "{year}-10-01"
ONLY_REGISTERED = {"RINPERSOONS": ["R"]}
REGULAR = ONLY_REGISTERED | {"WPOTYPEPO": ["BO"]}
FLAG = {"yes_codes": [YES], "no_codes": [NO]}
DIGIT_FLAG = {"yes_codes": ["1"], "no_codes": ["0"]}


def _spells(begins: str, ends: str) -> dict[str, Any]:
    return {"day": DAY, "begins": begins, "ends": ends, "open_codes": [codes.OPEN_END]}


def _file(path: str, keys: Sequence[str], **more: object) -> dict[str, Any]:
    return {"path": path, "keys": [*keys], **more}


def roles(years: Mapping[str, Sequence[int]], uploaded: Sequence[str]) -> dict[str, Any]:
    """Return the files by role.

    Parameters
    ----------
    years : Of each role with a file a year, the years of the mapping in which it has none.
    uploaded : Tables that the office brought as they are.
    """
    addresses = _spells("GBADATUMAANVANGADRESHOUDING", "GBADATUMEINDEADRESHOUDING")
    postcodes = _spells("DATUMAANVPOSTCODENUMADRES", "DATUMEINDPOSTCODENUMADRES")
    yearly = {
        "cohort": _file("Onderwijs/INSCHRWPOTAB/INSCHRWPOTAB{year}V*.sav", [*PERSON, *LOCATION], keep=REGULAR),
        "year1": _file(
            "Onderwijs/ONDERWIJSINSCHRTAB/ONDERWIJSINSCHRTAB{year+1}V*.sav", PERSON, keep={"VOLEERJAAR": ["1"]}
        ),
        "year3": _file(
            "Onderwijs/ONDERWIJSINSCHRTAB/ONDERWIJSINSCHRTAB{year+3}V*.sav", PERSON, keep={"VOLEERJAAR": ["3"]}
        ),
        "earlier": _file("Onderwijs/LVSSCORE/LVSSCORE{year}V*.sav", PERSON),
        "tests": _file("Onderwijs/LVSNCO/LVSNCO{year}V*.sav", [*PERSON, *LOCATION]),
        "staff": _file("Arbeid/ONDERWIJSPERSONEELTAB/ONDERWIJSPERSONEEL{year}TABV*.sav", [*PERSON, *SCHOOL]),
    }
    return {
        "enrolment": _file(f"Onderwijs/INSCHRWPOTAB/INSCHRWPOTAB{YEAR}V*.sav", [*PERSON, *LOCATION], keep=REGULAR),
        **{role: file | {"missing_years": [*years[role]]} for role, file in yearly.items()},
        "person": _file(f"Bevolking/GBAPERSOONTAB/{YEAR}/GBAPERSOON{YEAR}TABV*.sav", PERSON),
        "parents": _file(
            f"Bevolking/KINDOUDERTAB/KINDOUDER{YEAR}TABV*.sav",
            [*PERSON, "RINPERSOONSMa", "RINPERSOONMa", "RINPERSOONSpa", "RINPERSOONpa"],
        ),
        "educated": _file(f"Onderwijs/HOOGSTEOPLTAB/HOOGSTEOPL{YEAR}TABV*.sav", PERSON),
        "household": _file(
            f"Bevolking/GBAHUISHOUDENSBUS/GBAHUISHOUDENS{YEAR}BUSV*.sav",
            PERSON,
            on_day=_spells("DATUMAANVANGHH", "DATUMEINDEHH"),
        ),
        "earner": _file(
            f"InkomenBestedingen/KOPPELPERSOONHUISHOUDEN{YEAR}V*.sav", [*PERSON, "RINPERSOONSHKW", "RINPERSOONHKW"]
        ),
        "income": _file(f"InkomenBestedingen/INHATAB/INHA{YEAR}TABV*.sav", ["RINPERSOONSHKW", "RINPERSOONHKW"]),
        "address": _file(
            f"BouwenWonen/GBAADRESOBJECTBUS/GBAADRESOBJECT{YEAR}BUSV*.sav", [*PERSON, *OBJECT], on_day=addresses
        ),
        "postcode": _file(f"BouwenWonen/VSLPOSTCODEBUS/VSLPOSTCODEBUSV{YEAR}*.sav", OBJECT, on_day=postcodes),
        "wijk": _file(f"BouwenWonen/VSLGWBTAB/VSLGWB{YEAR}TAB*V*.sav", OBJECT),
        "point": _file(f"BouwenWonen/VSLCOORDTAB/VSLCOORD{YEAR}TABV*.sav", OBJECT),
        "school_address": _file(
            f"Onderwijs/BRINADRESSEN/BRINADRESSEN{YEAR}V*.sav", [*SCHOOL, "SOORTOBJECTNUMMER", "RINObjectnummer"]
        ),
        "risk": _file("eigen/DOELGROEP.csv", ["RINPERSOON"]),
        "schools": _file("eigen/SCHOLEN.csv", SCHOOL),
        "consent": _file("eigen/TOESTEMMING.csv", LOCATION),
        "composition": _file("eigen/AANDEEL_HOOG.csv", LOCATION),
        **{name: _file(f"eigen/{name}.csv", ["location"] if name != "by_stay" else []) for name in uploaded},
    }


def tables(
    microdata: Mapping[str, pd.DataFrame],
    wijken: Mapping[str, str],
    countries: codes.Countries,
    uploaded: Sequence[str],
) -> dict[str, Any]:
    """Return the mapping of every table; a column that CBS or the office has not is absent."""
    parts = {str(wijk): str(part) for wijk, part in _parts(microdata["by_pupil"])}
    made = {
        "by_pupil": _pupils(wijken, parts, countries),
        "by_location": _locations(microdata["by_location"], wijken, parts),
        "by_pupil_test": _tests(),
        "by_pupil_advice": _advised(countries),
        "by_teacher": _staff(),
    }
    for name, table in made.items():
        table["columns"] = {column: table["columns"].get(column, "absent") for column in microdata[name]}
    as_they_are = {name: {"from": name, "columns": _as_it_is(microdata[name])} for name in uploaded}
    return made | as_they_are


def _parts(pupils: pd.DataFrame) -> list[tuple[str, str]]:
    return [*pupils[["wijk", "stadsdeel"]].drop_duplicates().itertuples(index=False, name=None)]


def _as_it_is(frame: pd.DataFrame) -> dict[str, Any]:
    return {column: how | (FLAG if "flag" in how else {}) for column, how in as_it_is(frame).items()}


def _join(file: str, by: Sequence[str] | Mapping[str, str], prefix: str | None = None) -> dict[str, Any]:
    keys = dict(by) if isinstance(by, Mapping) else [*by]
    return {"file": file, "by": keys, **({"as": prefix} if prefix else {})}


def _parents() -> list[dict[str, Any]]:
    keys = {"mother": "Ma", "father": "pa"}
    sides = [
        _join("educated", {f"RINPERSOONS{side}": "RINPERSOONS", f"RINPERSOON{side}": "RINPERSOON"}, who)
        for who, side in keys.items()
    ]
    return [_join("parents", PERSON), *sides]


def _home() -> list[dict[str, Any]]:
    return [
        _join("household", PERSON),
        _join("earner", PERSON),
        _join("income", ["RINPERSOONSHKW", "RINPERSOONHKW"]),
    ]


def _coded(name: str, of: Mapping[str, Sequence[str]], **more: object) -> dict[str, Any]:
    return {"code": name, "codes": {own: [*theirs] for own, theirs in of.items()}, **more}


def _origin(countries: codes.Countries) -> dict[str, Any]:
    parts = {"background": 0, "continent": 1}
    return {name: _coded("GBAHERKOMSTGROEPERING", codes.by_part(countries, part)) for name, part in parts.items()}


def _person() -> dict[str, Any]:
    return {
        "sex": _coded("GBAGESLACHT", codes.SEX),
        "education": {
            "highest": [f"mother.{EDUCATION}", f"father.{EDUCATION}"],
            "order": [*codes.EDUCATION],
            "codes": codes.listed(codes.EDUCATION),
            "missing_codes": [codes.NOT_KNOWN],
            "missing": "onbekend",
        },
        "income": {
            "cut": "INHP100HGEST",
            "edges": [*codes.INCOME_EDGES],
            "names": [*codes.INCOME_NAMES],
            "missing_below": 1,
        },
        "one_parent": {"flag": "TYPHH", "yes_codes": [*codes.ONE_PARENT], "no_codes": [*codes.OTHER_HOUSEHOLDS]},
        "at_risk": {"flag": "DOELGROEP", **FLAG},
    }


def _point() -> dict[str, Any]:
    return {"point": ["XCOORDADRES", "YCOORDADRES"], "system": "rd"}


def _wijk(wijken: Mapping[str, str]) -> dict[str, Any]:
    return _coded(f"wc{YEAR}", {wijk: [code] for wijk, code in wijken.items()})


def _stadsdeel(wijken: Mapping[str, str], parts: Mapping[str, str]) -> dict[str, Any]:
    of: dict[str, list[str]] = {}
    for wijk, part in parts.items():
        of.setdefault(part, []).append(wijken[wijk])
    return _coded(f"wc{YEAR}", of)


def _pupils(wijken: Mapping[str, str], parts: Mapping[str, str], countries: codes.Countries) -> dict[str, Any]:
    places = [_join("address", PERSON), _join("postcode", OBJECT), _join("wijk", OBJECT), _join("point", OBJECT)]
    return {
        "from": "enrolment",
        "joins": [_join("person", PERSON), *_parents(), *_home(), *places, _join("risk", ["RINPERSOON"])],
        "columns": {
            "pupil": {"number": ["RINPERSOON"]},
            "groep": {"whole": "WPOLEERJAAR"},
            "age": {"age_on": DAY, "born": ["GBAGEBOORTEJAAR", "GBAGEBOORTEMAAND", "GBAGEBOORTEDAG"]},
            "pc4": {"text": "POSTCODENUM", "missing_codes": [codes.NOT_KNOWN]},
            "wijk": _wijk(wijken),
            "stadsdeel": _stadsdeel(wijken, parts),
            "lat": _point(),
            "lon": _point(),
            **_person(),
            **_origin(countries),
            "location": {"key": LOCATION},
        },
    }


def _locations(schools: pd.DataFrame, wijken: Mapping[str, str], parts: Mapping[str, str]) -> dict[str, Any]:
    at = {"SOORTOBJECTNUMMER": "SOORTOBJECTNUMMER", "RINObjectnummer": "RINOBJECTNUMMER"}
    derived = ("pupils", "size_class", "share_hoog", "share_at_risk", "share_nonwestern")
    return {
        "from": "school_address",
        "joins": [_join("wijk", at), _join("point", at), _join("schools", SCHOOL)],
        "columns": {
            **{name: how for name, how in _as_it_is(schools).items() if name not in derived},
            "denomination": _coded("denomination", codes.DENOMINATION),
            "location": {"key": SCHOOL},
            "wijk": _wijk(wijken),
            "stadsdeel": _stadsdeel(wijken, parts),
            "lat": _point(),
            "lon": _point(),
        },
    }


def _tests() -> dict[str, Any]:
    results: dict[str, Any] = {}
    for moment in ("m", "e"):
        results |= {
            f"{moment}_score": {"decimal": f"VAARDIGHEID_{moment.upper()}"},
            f"{moment}_percentile": {"decimal": f"PERCENTIEL_{moment.upper()}"},
            f"level_{moment}": _coded(f"NIVEAU_{moment.upper()}", codes.LEVEL, missing_codes=[codes.NO_LEVEL]),
            f"{moment}_day": {"date": f"AFNAME_{moment.upper()}", "gives": "day_of_school_year"},
        }
    return {
        "from": "tests",
        "joins": [
            _join("person", PERSON),
            *_parents(),
            _join("risk", ["RINPERSOON"]),
            _join("consent", LOCATION),
        ],
        "columns": {
            "pupil": {"number": ["RINPERSOON"]},
            "year": {"year": "school"},
            "groep": {"whole": "LEERJAAR"},
            "subject": _coded("DOMEIN", codes.SUBJECT),
            "location": {"key": LOCATION},
            **{name: _person()[name] for name in ("education", "sex", "at_risk")},
            **results,
            "prior_percentile": {"decimal": "PERCENTIEL_VORIG"},
            "adaptive": {"flag": "ADAPTIEF", **DIGIT_FLAG},
            "consent": {"flag": "TOESTEMMING", **FLAG},
            "e_missing": {"flag": "GEENTOETS_E", **DIGIT_FLAG},
        },
    }


def _advised(countries: codes.Countries) -> dict[str, Any]:
    none = {"missing_codes": [codes.NO_ADVICE]}
    later = [_join(role, PERSON, role) for role in ("year1", "year3")]
    every = [code for theirs in codes.ADVICE.values() for code in theirs]
    score = {"decimal": "WPOUITSLAGEINDTOETS", "only": {"WPOCODEEINDTOETS": [*codes.CET]}}
    return {
        "from": "cohort",
        "joins": [
            _join("person", PERSON),
            *_parents(),
            *_home(),
            *later,
            _join("earlier", PERSON),
            _join("composition", LOCATION),
        ],
        "columns": {
            "pupil": {"number": ["RINPERSOON"]},
            "year": {"year": "calendar"},
            "location": {"key": LOCATION},
            **_person(),
            **_origin(countries),
            "share_hoog": {"decimal": "AANDEEL_HOOG"},
            "cet": score,
            "test_advice_low": _coded("WPOTOETSADVIES", codes.of_tests(0), **none),
            "test_advice_high": _coded("WPOTOETSADVIES", codes.of_tests(1), **none),
            "advice_first": _coded("WPOADVIESVO", codes.ADVICE),
            "advice_final": {"code": ["WPOADVIESHERZ", "WPOADVIESVO"], "codes": codes.listed(codes.ADVICE), **none},
            "revised": {"flag": "WPOADVIESHERZ", "yes_codes": every, "no_codes": [codes.NO_ADVICE]},
            "year1": _coded("year1.SOORTVO", codes.POSITION),
            "year3": _coded("year3.SOORTVO", codes.POSITION),
            "lovs": {"decimal": "LVSSTANDAARD"},
        },
    }


def _staff() -> dict[str, Any]:
    return {
        "from": "staff",
        "joins": [_join("person", PERSON)],
        "columns": {
            "teacher": {"number": ["RINPERSOON"]},
            "year": {"year": "calendar"},
            "location": {"key": SCHOOL},
            "sex": _person()["sex"],
            "age": {"age_on": DAY, "born": ["GBAGEBOORTEJAAR", "GBAGEBOORTEMAAND", "GBAGEBOORTEDAG"]},
            "background": _coded("GBAHERKOMSTGROEPERING", codes.TEACHERS),
            "fte": {"decimal": "FTE"},
            "scale": _coded("SCHAAL", codes.SCALE),
            "salary": {"decimal": "BRUTOSALARIS"},
            "in_city": {"flag": "WOONTINGEMEENTE", **DIGIT_FLAG},
            "distance_km": {"decimal": "WOONWERKAFSTAND"},
            "came": _coded("INSTROOM", codes.CAME),
            "left": _coded("UITSTROOM", codes.LEFT),
        },
    }
