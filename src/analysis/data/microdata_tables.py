"""The tables of `data.microdata` column by column: type, unit, codes, and whether it may be absent or miss values."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from analysis.codes import FIVE_YEARS_ON, Codes
from analysis.data.columns import code, contract, flag, if_known, key, level, number, pc4, point, text, whole, year
from analysis.data.contracts import DENOMINATIONS
from analysis.data.microdata_counts import count_tables
from analysis.data.microdata_judgements import judgement_tables
from analysis.data.microdata_origins import by_pupil_origin
from analysis.reference_levels import COUNTED, LEVELS, SUBJECTS

EDUCATION = ("laag", "middelbaar", "hoog", "onbekend")
INCOME = ("low", "middle", "high")
SEX = ("m", "v")
SIZE_CLASS = ("small", "medium", "large")
KINDS = ("none", "nonwestern", "western")
NO_CONCEPT = "none"
SCHOOL_YEAR = r"\d{4}/\d{2}"
PUPIL = "number of the pupil, made for this table"
SCHOOL = "school location: BRIN and vestigingsnummer, or the office's own key"
COUNTED_PUPILS = {
    "n": "with a result",
    **dict(zip(COUNTED, ("below 1F", "at 1F and not at the target level", "at the target level"), strict=True)),
}
ENDS = {"low": "least", "high": "most"}
HOOG = "share of pupils with highly educated parents"
NONWESTERN = "share of pupils with a non-western background"


def contracts_of(codes: Codes) -> tuple[pa.DataFrameSchema, ...]:
    """Return the contract of every table, for an edition with these codes."""
    return (
        _by_pupil(codes),
        _by_location(codes),
        _by_location_shortage(),
        _by_location_lagged(),
        _by_pupil_retention(),
        _by_pupil_test(),
        contract("by_pupil_advice", ["pupil", "year"], **_advice(codes)),
        contract("by_pupil_advice_national", ["pupil", "year"], **_advice(codes), **_national()),
        contract("by_pupil_country", ["pupil", "year"], **_advice(codes), **_national(), **_place()),
        _by_location_year(),
        _by_teacher(),
        _by_attendance(codes),
        _by_stay(codes),
        _by_pupil_level(codes),
        _by_school_level(),
        *count_tables(),
        by_pupil_origin(),
        *judgement_tables(),
    )


def _education() -> pa.Column:
    return code("highest education of the parents", EDUCATION)


def _sex() -> pa.Column:
    return code("sex in the register", SEX, missing=True)


def _background(codes: Codes) -> pa.Column:
    return code("migration background", codes.backgrounds(), missing=True)


def _stadsdeel(of: str, codes: Codes) -> pa.Column:
    return code(f"stadsdeel of the {of}", codes.stadsdeel, missing=True)


def _person(codes: Codes) -> dict[str, pa.Column]:
    return if_known(
        education=_education(),
        background=_background(codes),
        income=code("household income, in national classes", INCOME, missing=True),
        one_parent=flag("lives in a one-parent household", missing=True),
        sex=_sex(),
    )


def _by_pupil(codes: Codes) -> pa.DataFrameSchema:
    return contract(
        "by_pupil",
        ["pupil"],
        pupil=whole(PUPIL, 0),
        groep=whole("groep (year of primary school)", 1, 8),
        age=whole("age on 1 October, years", 3, 14),
        **if_known(
            pc4=pc4("postcode of the home, four digits", missing=True),
            wijk=text("wijk of the home", missing=True),
            stadsdeel=_stadsdeel("home", codes),
            **point("home, ", missing=True),
        ),
        **_person(codes),
        **if_known(
            continent=text("continent of origin of the pupil or parents", missing=True),
            motive=text("motive of migration of the first generation", missing=True),
            generation=text("generation since migration", missing=True),
            at_risk=flag("has a risk of educational disadvantage", missing=True),
        ),
        location=key(SCHOOL),
        **if_known(distance_km=number("great circle from home to school, km", 0, 400, missing=True)),
    )


def _by_location(codes: Codes) -> pa.DataFrameSchema:
    concepts = tuple(dict.fromkeys((NO_CONCEPT, *codes.concept))) if codes.concept else ()
    return contract(
        "by_location",
        ["location"],
        location=key(SCHOOL),
        **if_known(
            stadsdeel=_stadsdeel("school", codes),
            wijk=text("wijk of the school", missing=True),
            **point(missing=True),
            denomination=code("denomination as DUO spells it", DENOMINATIONS, missing=True),
            concept=code("educational concept, or none", concepts, missing=True),
            board=text("number of the school board", missing=True),
            capacity=whole("places, pupils", 1, missing=True),
            pupils=whole("pupils on 1 October", 0, missing=True),
            size_class=code("small (195 pupils or fewer), medium (196-400), large", SIZE_CLASS, missing=True),
            share_hoog=number(HOOG, 0, 1, missing=True),
            share_at_risk=number("share of pupils at risk of disadvantage", 0, 1, missing=True),
            share_nonwestern=number(NONWESTERN, 0, 1, missing=True),
            schoolweging=number("schoolweging (CBS scale)", 15, 45, missing=True),
            spread=number("spread of the schoolweging within the school", 0, 15, missing=True),
            special=flag("special school (sbo or so); its shares and schoolweging are missing"),
        ),
    )


def _by_location_shortage() -> pa.DataFrameSchema:
    return contract(
        "by_location_shortage",
        ["location", "year"],
        location=key(SCHOOL),
        year=year("calendar year, 1 October"),
        shortage=number("teacher shortage, share of the fte wanted", 0, 1, missing=True),
    )


def _by_location_lagged() -> pa.DataFrameSchema:
    return contract(
        "by_location_lagged",
        ["location"],
        location=key(SCHOOL),
        **if_known(
            places=whole("places per groep", 1, missing=True),
            share_hoog=number(f"{HOOG}, a year before", 0, 1, missing=True),
            share_nonwestern=number(f"{NONWESTERN}, a year before", 0, 1, missing=True),
        ),
    )


def _by_pupil_test() -> pa.DataFrameSchema:
    rank, quintile = "national percentile of the", "ability level at the"
    return contract(
        "by_pupil_test",
        ["pupil", "year", "subject"],
        pupil=whole("number of the pupil", 0),
        year=text("school year", SCHOOL_YEAR),
        groep=whole("groep (year of primary school)", 1, 8),
        subject=text("subject of the test"),
        location=key(SCHOOL),
        **if_known(
            education=_education(),
            sex=_sex(),
            at_risk=flag("has a risk of educational disadvantage", missing=True),
        ),
        m_score=number("skill score of the mid-year test", -500, 1000, missing=True),
        e_score=number("skill score of the end-of-year test", -500, 1000, missing=True),
        **if_known(
            m_percentile=number(f"{rank} mid-year test", 0, 100, missing=True),
            e_percentile=number(f"{rank} end-of-year test", 0, 100, missing=True),
            level_m=text(f"{quintile} mid-year test, national quintile", missing=True),
            level_e=text(f"{quintile} end-of-year test", missing=True),
            prior_percentile=number(f"{rank} previous year's end test", 0, 100, missing=True),
            m_day=number("day of the school year of the mid-year test", 0, 366, missing=True),
            e_day=number("day of the school year of the end-of-year test", 0, 366, missing=True),
            scale=text("scale of the scores, by the publisher's name; a subject and groep have one", missing=True),
            adaptive=flag("tested adaptively; left out of comparisons", missing=True),
            consent=flag("the school gave consent for use of its tests", missing=True),
            e_missing=flag("no end-of-year result: not sat, or the school gave no consent"),
        ),
    )


def _advice(codes: Codes) -> dict[str, pa.Column]:
    return {
        "pupil": whole("number of the pupil in groep 8", 0),
        "year": year("year in which the school year starts"),
        "location": key(SCHOOL),
        **_person(codes),
        **if_known(
            share_hoog=number(f"{HOOG} at the school", 0, 1, missing=True),
            cet=number("score of the Centrale Eindtoets", 501, 550, missing=True),
            test=text("which end test was sat, by its code", missing=True),
            test_advice_low=level("test advice, the lower of a double one"),
            test_advice_high=level("test advice, the higher of a double one"),
        ),
        "advice_first": level("advice before bijstelling"),
        **if_known(
            advice_final=level("advice after bijstelling"),
            revised=flag("the advice was revised upwards after the test (bijstelling)", missing=True),
            year1=level("position in year 1 of secondary school"),
            year3=level("position in year 3"),
            lovs=number("earlier LOVS score, standardised over the cohort", -10, 10, missing=True),
        ),
    }


def _national() -> dict[str, pa.Column]:
    return if_known(
        income_quintile=whole("national quintile of household income, 5 is the highest", 1, 5, missing=True)
    )


def _place() -> dict[str, pa.Column]:
    urban = "urbanicity of the school's municipality, 1 is the most urban"
    return if_known(region=text("region of the school", missing=True), urbanicity=whole(urban, 1, 5, missing=True))


def _by_pupil_retention() -> pa.DataFrameSchema:
    return contract(
        "by_pupil_retention",
        ["cohort", "pupil"],
        cohort=year("year in which the cohort was in groep 1 or 2"),
        pupil=whole("number of the pupil within the cohort", 0),
        location=key(SCHOOL),
        **if_known(education=_education()),
        grade=code("groep five years on", ("lower", "6 or 7", "8")),
        outcome=code("where the pupil is five years on", FIVE_YEARS_ON),
    )


def _by_location_year() -> pa.DataFrameSchema:
    score, of_teachers = "achterstandsscore above the threshold", "share of teachers"
    return contract(
        "by_location_year",
        ["location", "year"],
        location=key(SCHOOL),
        year=year("calendar year, 1 October"),
        **if_known(
            g5=flag("school in one of the five largest cities"),
            board=text("number of the school board", missing=True),
            municipality=text("municipality of the school", missing=True),
        ),
        pupils=whole("pupils on 1 October", 1),
        **if_known(
            schoolweging=number("schoolweging (CBS scale)", 15, 45, missing=True),
            achterstandsscore=number(f"{score} of 12%", 0, 1e5, missing=True),
            achterstandsscore_raw=number("achterstandsscore without threshold", 0, 1e5, missing=True),
            score_per_pupil=number(f"{score}, per pupil", 0, 100, missing=True),
            amt=flag("eligible for the arbeidsmarkttoelage: among the 15% with the highest score per pupil"),
            wage=number("mean hourly wage of teachers, euro", 5, 200, missing=True),
            hours=number("mean weekly hours of teachers", 0, 60, missing=True),
            inflow=number(f"teachers who came during the year, {of_teachers}", 0, 1, missing=True),
            outflow=number(f"teachers who left during the year, {of_teachers}", 0, 1, missing=True),
            retention=number(f"teachers who stayed, {of_teachers}", 0, 1, missing=True),
            teachers_fte=number("teachers, fte", 0, 1000, missing=True),
            shortage=number("teacher shortage, share of the fte wanted", 0, 1, missing=True),
            unqualified=number("lessons given by unqualified staff, share", 0, 1, missing=True),
            oab_euro=number("OAB money of the school, euro a year", 0, 1e8, missing=True),
            amt_euro=number("arbeidsmarkttoelage of the school, euro a year", 0, 1e8, missing=True),
            insufficient=flag("judged insufficient by the inspectorate", missing=True),
        ),
    )


def _by_teacher() -> pa.DataFrameSchema:
    return contract(
        "by_teacher",
        ["teacher", "year"],
        teacher=whole("number of the teacher, made for this table", 0),
        year=year("year in which the school year starts"),
        location=key(SCHOOL),
        **if_known(
            sex=_sex(),
            age=whole("age in years", 18, 75, missing=True),
            background=code("migration background", KINDS, missing=True),
            fte=number("contract, share of a full-time week", 0, 1.2, missing=True),
            scale=code("pay scale", ("L10", "L11", "L12"), missing=True),
            salary=number("gross pay of the scale and step at full time, euro a month", 1000, 10000, missing=True),
            in_city=flag("lives in the municipality of the school", missing=True),
            distance_km=number("straight line from home to school, km", 0, 400, missing=True),
            came=_move("since the year before that the table has, came from", "starter", "other city"),
            left=_move("before the next year that the table has, left for", "other city", "left education"),
        ),
    )


def _move(meaning: str, *known: str) -> pa.Column:
    return code(meaning, ("none", *known), missing=True)


def _by_attendance(codes: Codes) -> pa.DataFrameSchema:
    return contract(
        "by_attendance",
        ["year", "location", "area", "nearest", "education", "background"],
        year=year("calendar year, 1 October"),
        location=key(SCHOOL),
        **if_known(
            area=text("wijk of the homes", missing=True),
            nearest=text("regular school nearest to the homes, by its location", missing=True),
            education=_education(),
            background=_background(codes),
        ),
        pupils=whole("pupils of these homes and parents at this school", 1),
    )


def _by_stay(codes: Codes) -> pa.DataFrameSchema:
    sides = {
        f"{side}_{of}": column
        for side in ("first", "last")
        for of, column in {
            "location": key(SCHOOL),
            **if_known(education=_education(), background=_background(codes)),
        }.items()
    }
    return contract(
        "by_stay",
        [*sides],
        **sides,
        pupils=whole("pupils of the first year of by_attendance who are in its last year too", 1),
    )


def _by_pupil_level(codes: Codes) -> pa.DataFrameSchema:
    return contract(
        "by_pupil_level",
        ["pupil", "year", "subject"],
        pupil=whole("number of the pupil in groep 8", 0),
        year=text("school year", SCHOOL_YEAR),
        location=key(SCHOOL),
        subject=code("subject of the end test", SUBJECTS),
        level=code("reference level that is reached; target is 2F, of rekenen 1S", LEVELS),
        **_person(codes),
    )


def _by_school_level() -> pa.DataFrameSchema:
    return contract(
        "by_school_level",
        ["location", "year", "subject"],
        pa.Check(_ends_in_order, error="of every count the lower end at most the upper one"),
        pa.Check(_levels_add_up, error="the ends of n the sums of those of the levels"),
        location=key(SCHOOL),
        year=text("school year", SCHOOL_YEAR),
        subject=code("subject of the end test", SUBJECTS),
        **{
            f"{name}_{end}": whole(f"pupils {of}, at {side}; a masked count has two ends", 0)
            for name, of in COUNTED_PUPILS.items()
            for end, side in ENDS.items()
        },
        **if_known(
            schoolweging=number("schoolweging (CBS scale)", 15, 45, missing=True),
            spread=number("spread of the schoolweging within the school", 0, 15, missing=True),
        ),
    )


def _ends_in_order(frame: pd.DataFrame) -> pd.Series[bool]:
    ends = [frame[[f"{name}_{end}" for name in COUNTED_PUPILS]].to_numpy() for end in ENDS]
    return pd.Series((ends[0] <= ends[1]).all(axis=1), frame.index)


def _levels_add_up(frame: pd.DataFrame) -> pd.Series[bool]:
    sums = [frame[[f"{name}_{end}" for name in COUNTED]].sum(axis=1) == frame[f"n_{end}"] for end in ENDS]
    return sums[0] & sums[1]
