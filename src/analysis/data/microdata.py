"""What the microdata tables are: columns, units and codes, for real registers and the synthetic world alike.

Real microdata stay in their secure environment; a reader for them must deliver these tables. The descriptions are the
data dictionary that `staat world` writes.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pandera.pandas as pa

from analysis.data.contracts import DENOMINATIONS, LOCATION, PC4

EDUCATION = ("laag", "middelbaar", "hoog", "onbekend")
BACKGROUND = ("none", "moroccan", "turkish", "surinamese", "other_nonwestern", "western")
INCOME = ("low", "middle", "high")
CONCEPT = ("none", "Montessori", "Dalton", "Jenaplan", "Vrije School")
SIZE_CLASS = ("small", "medium", "large")
STADSDEEL = ("Centrum", "West", "Nieuw-West", "Zuid", "Oost", "Noord", "Zuidoost")
SUBJECT = ("lezen", "rekenen", "dmt", "spelling")
LEVEL = ("I", "II", "III", "IV", "V")
SCHOOL_YEAR = r"^\d{4}/\d{2}$"


def _number(meaning: str, low: float, high: float, *, missing: bool = False) -> pa.Column:
    return pa.Column("float64", pa.Check.in_range(low, high), nullable=missing, description=meaning)


def _whole(meaning: str, low: int, high: int | None = None) -> pa.Column:
    check = pa.Check.ge(low) if high is None else pa.Check.in_range(low, high)
    return pa.Column("int64", check, description=meaning)


def _code(meaning: str, codes: tuple[str, ...], *, missing: bool = False) -> pa.Column:
    told = f"{meaning}; one of {', '.join(codes)}"
    return pa.Column(str, pa.Check.isin(codes), nullable=missing, description=told)


def _text(meaning: str, pattern: str = r"^.+$") -> pa.Column:
    return pa.Column(str, pa.Check.str_matches(pattern), description=meaning)


def _flag(meaning: str) -> pa.Column:
    return pa.Column(bool, description=meaning)


def _location() -> pa.Column:
    return _text("school location: BRIN and vestigingsnummer", f"^{LOCATION}$")


PERSON = {
    "education": _code("highest education of the parents", EDUCATION),
    "background": _code("migration background", BACKGROUND),
    "income": _code("household income, in national classes", INCOME),
    "one_parent": _flag("lives in a one-parent household"),
    "sex": _code("sex in the register", ("m", "v")),
}

BY_PUPIL = pa.DataFrameSchema(
    {
        "pupil": _whole("number of the pupil, made for this table", 0),
        "groep": _whole("groep (year of primary school)", 1, 8),
        "age": _whole("age on 1 October, years", 3, 14),
        "pc4": _text("postcode of the home, four digits", f"^{PC4}$"),
        "wijk": _text("wijk of the home"),
        "stadsdeel": _code("stadsdeel of the home", STADSDEEL),
        "lat": _number("home, degrees north (WGS84)", 50.7, 53.7),
        "lon": _number("home, degrees east (WGS84)", 3.2, 7.3),
        **PERSON,
        "continent": _text("continent of origin of the pupil or parents"),
        "motive": _text("motive of migration of the first generation"),
        "generation": _text("generation since migration"),
        "at_risk": _flag("has a risk of educational disadvantage"),
        "location": _location(),
        "distance_km": _number("great circle from home to school, km", 0, 100),
    },
    unique=["pupil"],
    strict=True,
    name="by_pupil",
)

BY_LOCATION = pa.DataFrameSchema(
    {
        "location": _location(),
        "stadsdeel": _code("stadsdeel of the school", STADSDEEL),
        "wijk": _text("wijk of the school"),
        "lat": _number("degrees north (WGS84)", 50.7, 53.7),
        "lon": _number("degrees east (WGS84)", 3.2, 7.3),
        "denomination": _code("denomination as DUO spells it", DENOMINATIONS),
        "concept": _code("educational concept", CONCEPT),
        "board": _text("number of the school board"),
        "capacity": _whole("places, pupils", 1),
        "pupils": _whole("pupils on 1 October", 0),
        "size_class": _code("small (195 pupils or fewer), medium (196-400), large", SIZE_CLASS),
        "share_hoog": _number("share of pupils with highly educated parents", 0, 1, missing=True),
        "share_at_risk": _number("share of pupils at risk of disadvantage", 0, 1, missing=True),
        "share_nonwestern": _number("share of pupils with a non-western background", 0, 1, missing=True),
        "shortage_2019": _number("teacher shortage in October 2019, share of the fte wanted", 0, 1, missing=True),
        "shortage_2020": _number("teacher shortage in October 2020, share of the fte wanted", 0, 1, missing=True),
        "schoolweging": _number("schoolweging (CBS scale)", 15, 45, missing=True),
        "spread": _number("spread of the schoolweging within the school", 0, 15, missing=True),
        "special": _flag("special school (sbo or so); its shares, shortage and schoolweging are missing"),
    },
    unique=["location"],
    strict=True,
    name="by_location",
)

BY_LOCATION_LAGGED = pa.DataFrameSchema(
    {
        "location": _location(),
        "places": _whole("places per groep", 1),
        "share_hoog": _number("share of pupils with highly educated parents, a year before", 0, 1),
        "share_nonwestern": _number("share of pupils with a non-western background, a year before", 0, 1),
    },
    unique=["location"],
    strict=True,
    name="by_location_lagged",
)

BY_PUPIL_TEST = pa.DataFrameSchema(
    {
        "pupil": _whole("number of the pupil", 0),
        "year": _text("school year", SCHOOL_YEAR),
        "groep": _whole("groep (year of primary school)", 3, 7),
        "subject": _code("subject of the test", SUBJECT),
        "location": _location(),
        "education": PERSON["education"],
        "sex": PERSON["sex"],
        "at_risk": _flag("has a risk of educational disadvantage"),
        "m_score": _number("skill score of the mid-year test", -500, 1000, missing=True),
        "e_score": _number("skill score of the end-of-year test", -500, 1000, missing=True),
        "m_percentile": _number("national percentile of the mid-year test", 0, 100, missing=True),
        "e_percentile": _number("national percentile of the end-of-year test", 0, 100, missing=True),
        "level_m": _code("ability level at the mid-year test, national quintile", LEVEL, missing=True),
        "level_e": _code("ability level at the end-of-year test", LEVEL, missing=True),
        "prior_percentile": _number("national percentile of the previous year's end test", 0, 100, missing=True),
        "m_day": _number("day of the school year of the mid-year test", 0, 366, missing=True),
        "e_day": _number("day of the school year of the end-of-year test", 0, 366, missing=True),
        "adaptive": _flag("tested adaptively; left out of comparisons"),
        "consent": _flag("the school gave consent for use of its tests"),
        "e_missing": _flag("no end-of-year result: not sat, or the school gave no consent"),
    },
    unique=["pupil", "year", "subject"],
    strict=True,
    name="by_pupil_test",
)

BY_PUPIL_ADVICE = pa.DataFrameSchema(
    {
        "pupil": _whole("number of the pupil in groep 8", 0),
        "year": _whole("year in which the school year starts", 2008, 2030),
        "location": _location(),
        **PERSON,
        "share_hoog": _number("share of pupils with highly educated parents at the school", 0, 1),
        "cet": _number("score of the Centrale Eindtoets", 501, 550, missing=True),
        "test_advice_low": _number("test advice, the lower of a double one; number of the level", -1, 5, missing=True),
        "test_advice_high": _number("test advice, the higher of a double one", -1, 5, missing=True),
        "advice_first": _number("advice before bijstelling, number of the level", -1, 5),
        "advice_final": _number("advice after bijstelling, number of the level", -1, 5),
        "revised": _flag("the advice was revised upwards after the test (bijstelling)"),
        "year1": _number("position in year 1 of secondary school, number of the level", -1, 5),
        "year3": _number("position in year 3, number of the level", -1, 5, missing=True),
        "lovs": _number("earlier LOVS score, standardised over the cohort", -10, 10),
    },
    unique=["pupil"],
    strict=True,
    name="by_pupil_advice",
)

BY_PUPIL_ADVICE_NATIONAL = pa.DataFrameSchema(
    {
        **BY_PUPIL_ADVICE.columns,
        "location": _text("number of the school, made for this table"),
        "income_quintile": _whole("national quintile of household income, 5 is the highest", 1, 5),
    },
    unique=["pupil"],
    strict=True,
    name="by_pupil_advice_national",
)

BY_PUPIL_COUNTRY = pa.DataFrameSchema(
    {
        **BY_PUPIL_ADVICE_NATIONAL.columns,
        "region": _text("region of the school"),
        "urbanicity": _whole("urbanicity of the school's municipality, 1 is the most urban", 1, 5),
    },
    unique=["pupil"],
    strict=True,
    name="by_pupil_country",
)

BY_PUPIL_RETENTION = pa.DataFrameSchema(
    {
        "cohort": _whole("year in which the cohort was in groep 1 or 2", 2000, 2030),
        "pupil": _whole("number of the pupil within the cohort", 0),
        "location": _location(),
        "education": PERSON["education"],
        "grade": _code("groep five years on", ("lower", "6 or 7", "8")),
        "outcome": _text("where the pupil is five years on: same school, other school, left the city"),
    },
    unique=["cohort", "pupil"],
    strict=True,
    name="by_pupil_retention",
)

BY_LOCATION_YEAR = pa.DataFrameSchema(
    {
        "location": _location(),
        "year": _whole("calendar year, 1 October", 2015, 2030),
        "g5": _flag("school in one of the five largest cities"),
        "board": _text("number of the school board"),
        "municipality": _text("municipality of the school"),
        "pupils": _whole("pupils on 1 October", 1),
        "schoolweging": _number("schoolweging (CBS scale)", 15, 45),
        "achterstandsscore": _number("achterstandsscore above the threshold of 12%", 0, 1e5),
        "achterstandsscore_raw": _number("achterstandsscore without threshold", 0, 1e5),
        "score_per_pupil": _number("achterstandsscore above the threshold, per pupil", 0, 100),
        "amt": _flag("eligible for the arbeidsmarkttoelage: among the 15% with the highest score per pupil"),
        "wage": _number("mean hourly wage of teachers, euro", 5, 200),
        "hours": _number("mean weekly hours of teachers", 0, 60),
        "inflow": _number("teachers who came during the year, share of teachers", 0, 1),
        "outflow": _number("teachers who left during the year, share of teachers", 0, 1),
        "retention": _number("teachers who stayed, share of teachers", 0, 1),
        "teachers_fte": _number("teachers, fte", 0, 1000),
        "shortage": _number("teacher shortage, share of the fte wanted", 0, 1),
        "unqualified": _number("lessons given by unqualified staff, share", 0, 1),
        "oab_euro": _number("OAB money of the school, euro a year", 0, 1e8),
        "amt_euro": _number("arbeidsmarkttoelage of the school, euro a year", 0, 1e8),
        "insufficient": _flag("judged insufficient by the inspectorate"),
    },
    unique=["location", "year"],
    strict=True,
    name="by_location_year",
)

BY_TEACHER = pa.DataFrameSchema(
    {
        "teacher": _whole("number of the teacher, made for this table", 0),
        "year": _whole("year in which the school year starts", 2010, 2030),
        "location": _location(),
        "sex": PERSON["sex"],
        "age": _whole("age in years", 18, 75),
        "background": _code("migration background", ("none", "nonwestern", "western")),
        "fte": _number("contract, share of a full-time week", 0, 1.2),
        "scale": _code("pay scale", ("L10", "L11", "L12")),
        "salary": _number("gross pay of the scale and step at full time, euro a month", 1000, 10000),
        "in_city": _flag("lives in the municipality of the school"),
        "distance_km": _number("straight line from home to school, km", 0, 300),
        "came": _code("since the year before that is told, came from", ("none", "starter", "other city")),
        "left": _code("before the next year that is told, left for", ("none", "other city", "left education")),
    },
    unique=["teacher", "year"],
    strict=True,
    name="by_teacher",
)

BY_ATTENDANCE = pa.DataFrameSchema(
    {
        "year": _whole("calendar year, 1 October", 2000, 2030),
        "location": _location(),
        "area": _text("wijk of the homes"),
        "nearest": _text("regular school nearest to the homes: BRIN and vestigingsnummer", f"^{LOCATION}$"),
        "education": PERSON["education"],
        "background": PERSON["background"],
        "pupils": _whole("pupils of these homes and parents at this school", 1),
    },
    unique=["year", "location", "area", "nearest", "education", "background"],
    strict=True,
    name="by_attendance",
)

BY_STAY = pa.DataFrameSchema(
    {
        "first_location": _location(),
        "first_education": PERSON["education"],
        "first_background": PERSON["background"],
        "last_location": _location(),
        "last_education": PERSON["education"],
        "last_background": PERSON["background"],
        "pupils": _whole("pupils of the first year of by_attendance who are in its last year too", 1),
    },
    unique=[f"{side}_{of}" for side in ("first", "last") for of in ("location", "education", "background")],
    strict=True,
    name="by_stay",
)

MICRODATA: Mapping[str, pa.DataFrameSchema] = {
    schema.name: schema
    for schema in (
        BY_PUPIL,
        BY_LOCATION,
        BY_LOCATION_LAGGED,
        BY_PUPIL_RETENTION,
        BY_PUPIL_TEST,
        BY_PUPIL_ADVICE,
        BY_PUPIL_ADVICE_NATIONAL,
        BY_LOCATION_YEAR,
        BY_TEACHER,
        BY_ATTENDANCE,
        BY_STAY,
    )
}


def dictionary(schemas: Mapping[str, pa.DataFrameSchema] = MICRODATA) -> pd.DataFrame:
    """Return the data dictionary: ``table, column, type, missing`` (whether values may be), ``meaning``."""
    return pd.DataFrame(
        [
            {
                "table": name,
                "column": column,
                "type": str(rule.dtype),
                "missing": bool(rule.nullable),
                "meaning": rule.description or "",
            }
            for name, schema in schemas.items()
            for column, rule in schema.columns.items()
        ]
    )
