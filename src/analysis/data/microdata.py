"""What the microdata tables are: columns, units and codes, for real registers and the synthetic world alike.

Real microdata stay in their secure environment; a reader for them must deliver these tables. The descriptions are the
data dictionary that `staat world` writes.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pandera.pandas as pa

from analysis.data.columns import code, contract, flag, location, number, pc4, point, text, whole
from analysis.data.contracts import DENOMINATIONS

EDUCATION = ("laag", "middelbaar", "hoog", "onbekend")
BACKGROUND = ("none", "moroccan", "turkish", "surinamese", "other_nonwestern", "western")
INCOME = ("low", "middle", "high")
CONCEPT = ("none", "Montessori", "Dalton", "Jenaplan", "Vrije School")
SIZE_CLASS = ("small", "medium", "large")
STADSDEEL = ("Centrum", "West", "Nieuw-West", "Zuid", "Oost", "Noord", "Zuidoost")
SUBJECT = ("lezen", "rekenen", "dmt", "spelling")
LEVEL = ("I", "II", "III", "IV", "V")
SCHOOL_YEAR = r"\d{4}/\d{2}"


PERSON = {
    "education": code("highest education of the parents", EDUCATION),
    "background": code("migration background", BACKGROUND),
    "income": code("household income, in national classes", INCOME),
    "one_parent": flag("lives in a one-parent household"),
    "sex": code("sex in the register", ("m", "v")),
}

BY_PUPIL = contract(
    "by_pupil",
    ["pupil"],
    pupil=whole("number of the pupil, made for this table", 0),
    groep=whole("groep (year of primary school)", 1, 8),
    age=whole("age on 1 October, years", 3, 14),
    pc4=pc4("postcode of the home, four digits"),
    wijk=text("wijk of the home"),
    stadsdeel=code("stadsdeel of the home", STADSDEEL),
    **point("home, "),
    **PERSON,
    continent=text("continent of origin of the pupil or parents"),
    motive=text("motive of migration of the first generation"),
    generation=text("generation since migration"),
    at_risk=flag("has a risk of educational disadvantage"),
    location=location(),
    distance_km=number("great circle from home to school, km", 0, 100),
)

BY_LOCATION = contract(
    "by_location",
    ["location"],
    location=location(),
    stadsdeel=code("stadsdeel of the school", STADSDEEL),
    wijk=text("wijk of the school"),
    **point(),
    denomination=code("denomination as DUO spells it", DENOMINATIONS),
    concept=code("educational concept", CONCEPT),
    board=text("number of the school board"),
    capacity=whole("places, pupils", 1),
    pupils=whole("pupils on 1 October", 0),
    size_class=code("small (195 pupils or fewer), medium (196-400), large", SIZE_CLASS),
    share_hoog=number("share of pupils with highly educated parents", 0, 1, missing=True),
    share_at_risk=number("share of pupils at risk of disadvantage", 0, 1, missing=True),
    share_nonwestern=number("share of pupils with a non-western background", 0, 1, missing=True),
    schoolweging=number("schoolweging (CBS scale)", 15, 45, missing=True),
    spread=number("spread of the schoolweging within the school", 0, 15, missing=True),
    special=flag("special school (sbo or so); its shares and schoolweging are missing"),
)

BY_LOCATION_SHORTAGE = contract(
    "by_location_shortage",
    ["location", "year"],
    location=location(),
    year=whole("calendar year, 1 October", 2015, 2100),
    shortage=number("teacher shortage, share of the fte wanted", 0, 1),
)

BY_LOCATION_LAGGED = contract(
    "by_location_lagged",
    ["location"],
    location=location(),
    places=whole("places per groep", 1),
    share_hoog=number("share of pupils with highly educated parents, a year before", 0, 1),
    share_nonwestern=number("share of pupils with a non-western background, a year before", 0, 1),
)

BY_PUPIL_TEST = contract(
    "by_pupil_test",
    ["pupil", "year", "subject"],
    pupil=whole("number of the pupil", 0),
    year=text("school year", SCHOOL_YEAR),
    groep=whole("groep (year of primary school)", 3, 7),
    subject=code("subject of the test", SUBJECT),
    location=location(),
    education=PERSON["education"],
    sex=PERSON["sex"],
    at_risk=flag("has a risk of educational disadvantage"),
    m_score=number("skill score of the mid-year test", -500, 1000, missing=True),
    e_score=number("skill score of the end-of-year test", -500, 1000, missing=True),
    m_percentile=number("national percentile of the mid-year test", 0, 100, missing=True),
    e_percentile=number("national percentile of the end-of-year test", 0, 100, missing=True),
    level_m=code("ability level at the mid-year test, national quintile", LEVEL, missing=True),
    level_e=code("ability level at the end-of-year test", LEVEL, missing=True),
    prior_percentile=number("national percentile of the previous year's end test", 0, 100, missing=True),
    m_day=number("day of the school year of the mid-year test", 0, 366, missing=True),
    e_day=number("day of the school year of the end-of-year test", 0, 366, missing=True),
    adaptive=flag("tested adaptively; left out of comparisons"),
    consent=flag("the school gave consent for use of its tests"),
    e_missing=flag("no end-of-year result: not sat, or the school gave no consent"),
)

BY_PUPIL_ADVICE = contract(
    "by_pupil_advice",
    ["pupil"],
    pupil=whole("number of the pupil in groep 8", 0),
    year=whole("year in which the school year starts", 2008, 2030),
    location=location(),
    **PERSON,
    share_hoog=number("share of pupils with highly educated parents at the school", 0, 1),
    cet=number("score of the Centrale Eindtoets", 501, 550, missing=True),
    test_advice_low=number("test advice, the lower of a double one; number of the level", -1, 5, missing=True),
    test_advice_high=number("test advice, the higher of a double one", -1, 5, missing=True),
    advice_first=number("advice before bijstelling, number of the level", -1, 5),
    advice_final=number("advice after bijstelling, number of the level", -1, 5),
    revised=flag("the advice was revised upwards after the test (bijstelling)"),
    year1=number("position in year 1 of secondary school, number of the level", -1, 5),
    year3=number("position in year 3, number of the level", -1, 5, missing=True),
    lovs=number("earlier LOVS score, standardised over the cohort", -10, 10),
)

BY_PUPIL_ADVICE_NATIONAL = contract(
    "by_pupil_advice_national",
    ["pupil"],
    **BY_PUPIL_ADVICE.columns | {"location": text("number of the school, made for this table")},
    income_quintile=whole("national quintile of household income, 5 is the highest", 1, 5),
)

BY_PUPIL_COUNTRY = contract(
    "by_pupil_country",
    ["pupil"],
    **BY_PUPIL_ADVICE_NATIONAL.columns,
    region=text("region of the school"),
    urbanicity=whole("urbanicity of the school's municipality, 1 is the most urban", 1, 5),
)

BY_PUPIL_RETENTION = contract(
    "by_pupil_retention",
    ["cohort", "pupil"],
    cohort=whole("year in which the cohort was in groep 1 or 2", 2000, 2030),
    pupil=whole("number of the pupil within the cohort", 0),
    location=location(),
    education=PERSON["education"],
    grade=code("groep five years on", ("lower", "6 or 7", "8")),
    outcome=text("where the pupil is five years on: same school, other school, left the city"),
)

BY_LOCATION_YEAR = contract(
    "by_location_year",
    ["location", "year"],
    location=location(),
    year=whole("calendar year, 1 October", 2015, 2030),
    g5=flag("school in one of the five largest cities"),
    board=text("number of the school board"),
    municipality=text("municipality of the school"),
    pupils=whole("pupils on 1 October", 1),
    schoolweging=number("schoolweging (CBS scale)", 15, 45),
    achterstandsscore=number("achterstandsscore above the threshold of 12%", 0, 1e5),
    achterstandsscore_raw=number("achterstandsscore without threshold", 0, 1e5),
    score_per_pupil=number("achterstandsscore above the threshold, per pupil", 0, 100),
    amt=flag("eligible for the arbeidsmarkttoelage: among the 15% with the highest score per pupil"),
    wage=number("mean hourly wage of teachers, euro", 5, 200),
    hours=number("mean weekly hours of teachers", 0, 60),
    inflow=number("teachers who came during the year, share of teachers", 0, 1),
    outflow=number("teachers who left during the year, share of teachers", 0, 1),
    retention=number("teachers who stayed, share of teachers", 0, 1),
    teachers_fte=number("teachers, fte", 0, 1000),
    shortage=number("teacher shortage, share of the fte wanted", 0, 1),
    unqualified=number("lessons given by unqualified staff, share", 0, 1),
    oab_euro=number("OAB money of the school, euro a year", 0, 1e8),
    amt_euro=number("arbeidsmarkttoelage of the school, euro a year", 0, 1e8),
    insufficient=flag("judged insufficient by the inspectorate"),
)

BY_TEACHER = contract(
    "by_teacher",
    ["teacher", "year"],
    teacher=whole("number of the teacher, made for this table", 0),
    year=whole("year in which the school year starts", 2010, 2030),
    location=location(),
    sex=PERSON["sex"],
    age=whole("age in years", 18, 75),
    background=code("migration background", ("none", "nonwestern", "western")),
    fte=number("contract, share of a full-time week", 0, 1.2),
    scale=code("pay scale", ("L10", "L11", "L12")),
    salary=number("gross pay of the scale and step at full time, euro a month", 1000, 10000),
    in_city=flag("lives in the municipality of the school"),
    distance_km=number("straight line from home to school, km", 0, 300),
    came=code("since the year before that is told, came from", ("none", "starter", "other city")),
    left=code("before the next year that is told, left for", ("none", "other city", "left education")),
)

BY_ATTENDANCE = contract(
    "by_attendance",
    ["year", "location", "area", "nearest", "education", "background"],
    year=whole("calendar year, 1 October", 2000, 2030),
    location=location(),
    area=text("wijk of the homes"),
    nearest=location("regular school nearest to the homes: BRIN and vestigingsnummer"),
    education=PERSON["education"],
    background=PERSON["background"],
    pupils=whole("pupils of these homes and parents at this school", 1),
)

BY_STAY = contract(
    "by_stay",
    [f"{side}_{of}" for side in ("first", "last") for of in ("location", "education", "background")],
    first_location=location(),
    first_education=PERSON["education"],
    first_background=PERSON["background"],
    last_location=location(),
    last_education=PERSON["education"],
    last_background=PERSON["background"],
    pupils=whole("pupils of the first year of by_attendance who are in its last year too", 1),
)

MICRODATA: Mapping[str, pa.DataFrameSchema] = {
    schema.name: schema
    for schema in (
        BY_PUPIL,
        BY_LOCATION,
        BY_LOCATION_SHORTAGE,
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
