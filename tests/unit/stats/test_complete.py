"""Nothing that a model was given may be missing silently: every estimator, every column in turn without a value."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from analysis.chapters.advisering.models import (
    between_schools,
    counting,
    ecological,
    instrument,
    ordered,
    regressions,
    scenario,
)
from analysis.chapters.advisering.models.sample import Sample
from analysis.chapters.data import models as describe
from analysis.chapters.leergroei.models import closure, mixed, rows, schools
from analysis.chapters.schools import models as staffing_describe
from analysis.chapters.segregation.models import attendance, decomposition, mirror, school_bands
from analysis.chapters.staffing.models import shortage_models
from analysis.chapters.teachers import models as teachers
from analysis.chapters.value_added import models as value_added
from analysis.errors import InputError, ModelError, Reason
from analysis.stats import (
    bands,
    binned,
    cells,
    conditional_logit,
    density,
    equivalence,
    kink,
    logit_states,
    meta_regression,
    multiple,
    panel,
    placebo,
)
from analysis.stats.complete import check_complete, is_missing, positions
from analysis.stats.discontinuity import discontinuity
from analysis.stats.fractional import fit_fractional
from analysis.stats.logit import maximise
from analysis.stats.matching import match
from analysis.stats.mixed_effects import fit_mixed
from analysis.stats.ordered import fit_ordered
from analysis.stats.random_effects import fit_effect_distribution
from analysis.stats.regression import fit
from analysis.topics.staffing.models import oab, oab_formula, shortage
from analysis.topics.staffing.models.eligibility import changes, eligibility, scored_in

N = 240


def plain() -> pd.DataFrame:
    """Schools at a cut-off: an outcome, terms, weights and clusters; schools lie within boards."""
    rng = np.random.default_rng(1)
    at = np.arange(N)
    frame = pd.DataFrame(
        {
            "school": np.char.add("s", (at % 60).astype(str)),
            "board": np.char.add("b", (at % 30).astype(str)),
            "x": rng.normal(size=N),
            "d": rng.integers(0, 2, N).astype(float),
            "w": rng.uniform(1, 2, N),
            "rank": np.linspace(-30, 30, N),
        }
    )
    yes = (rng.random(N) < expit(frame["x"])).astype(float)
    money = np.maximum(frame["rank"], 0) + rng.normal(0, 0.1, N)
    return frame.assign(y=rng.normal(size=N) + frame["x"], yes=yes, share=0.3 * yes, money=money, exact="one")


def school_years() -> pd.DataFrame:
    """A panel of 60 schools in 2016-2023."""
    rng = np.random.default_rng(2)
    at, year = np.repeat(np.arange(60), 8), np.tile(np.arange(2016, 2024), 60)
    n = len(at)
    return pd.DataFrame(
        {
            "location": np.char.add("s", at.astype(str)),
            "board": np.char.add("b", (at // 3).astype(str)),
            "year": year,
            "amt": at % 3 == 0,
            "g5": at % 2 == 0,
            "insufficient": rng.random(n) < 0.3,
            "schoolweging": rng.normal(30, 4, n),
            "shortage": np.where(rng.random(n) < 0.5, rng.uniform(0.01, 0.4, n), 0.0),
            "teachers_fte": rng.uniform(5, 30, n),
            "pupils": rng.integers(80, 400, n).astype(float),
            "score_per_pupil": np.where(at % 4 == 0, 0.0, at + rng.uniform(size=n)),
            "achterstandsscore": rng.uniform(1, 9, n),
            "achterstandsscore_raw": rng.uniform(50, 90, n),
            "oab_euro": rng.uniform(1, 9, n),
            "y": rng.normal(size=n),
            "dose": rng.uniform(size=n),
        }
    )


def of_teachers() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "year": np.tile([2016, 2018], N // 2),
            "location": np.char.add("s", (np.arange(N) % 20).astype(str)),
            "sex": rng.choice(["m", "v"], N),
            "age": rng.integers(22, 66, N).astype(float),
            "background": rng.choice(["none", "western", "nonwestern"], N),
            "fte": rng.uniform(0.2, 1, N),
            "salary": rng.normal(3500, 300, N),
            "scale": rng.choice(["L10", "L11", "L12"], N),
            "in_city": rng.random(N) < 0.5,
            "distance_km": rng.uniform(0, 60, N),
            "left": rng.choice(["none", "elsewhere"], N),
            "came": rng.choice(["none", "elsewhere"], N),
        }
    )


def advised() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(
        {
            "education": rng.choice(["laag", "middelbaar", "hoog"], N * 5),
            "origin": rng.choice(["none", "non-western"], N * 5),
            "income": rng.choice(["low", "middle", "high"], N * 5),
            "one_parent": rng.random(N * 5) < 0.2,
            "sex": rng.choice(["m", "v"], N * 5),
            "share_hoog": rng.uniform(0.1, 0.7, N * 5),
            "advising": "advice as the test",
            "year": rng.choice([2015, 2016], N * 5),
            "school_year": "2015/16",
            "cet": rng.integers(515, 551, N * 5).astype(float),
            "lovs": rng.normal(size=N * 5),
            "location": rng.integers(0, 30, N * 5).astype(str),
            "test_advice": rng.choice([1.0, 2.0, 3.0], N * 5),
            "band": "test 2",
            "y": rng.integers(0, 2, N * 5).astype(float),
            "region": rng.choice(["noord", "zuid"], N * 5),
        }
    )
    advice = np.digitize((frame["cet"] - 535) / 5 + rng.logistic(size=len(frame)), [-2, 0, 2]).astype(float)
    return frame.assign(advice_first=advice, advice_final=advice, under=frame["y"])


def sample_of(frame: pd.DataFrame) -> Sample:
    return Sample("under", frame, pd.DataFrame())


def grown() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    n = 1600
    start = rng.choice([2016, 2017, 2018, 2019], n)
    frame = pd.DataFrame(
        {
            "pupil": np.arange(n),
            "outcome": rng.choice(["lezen", "rekenen"], n),
            "location": np.char.add("s", (np.arange(n) % 40).astype(str)),
            "groep": rng.choice([5, 6], n),
            "education": rng.choice(["laag", "middelbaar", "hoog"], n),
            "sex": rng.choice(["m", "v"], n),
            "start": start,
            "days": rng.normal(140, 5, n),
            "m_percentile": rng.uniform(1, 99, n),
            "prior_percentile": rng.uniform(1, 99, n),
            "w": rng.uniform(1, 2, n),
        }
    )
    frame.loc[n // 3, "outcome"] = "lezen"  # the row that will lack a value is of the requested subject
    growth = rng.normal(size=n)
    year = pd.Series(start).map(lambda y: f"{y}/{y % 100 + 1}")
    return frame.assign(
        growth=growth, e_percentile=frame["m_percentile"] + growth, closure=(start == 2019).astype(float), year=year
    ).assign(subject=frame["outcome"], growth_sd=growth, present=(growth > 0).astype(float))


SIDES = ("location", "education", "background")
NOBODY_STAYED = pd.DataFrame(columns=[f"{year}_{name}" for year in ("first", "last") for name in SIDES]).assign(
    pupils=0
)


def attended() -> pd.DataFrame:
    rng = np.random.default_rng(6)
    places = np.char.add("s", rng.integers(0, 6, N).astype(str))
    return pd.DataFrame(
        {
            "year": np.tile([2015, 2019], N // 2),
            "location": places,
            "nearest": places[::-1],
            "area": rng.choice(["a", "b"], N),
            "education": rng.choice(["laag", "hoog"], N),
            "background": rng.choice(["none", "moroccan"], N),
            "pupils": rng.integers(1, 9, N),
        }
    )


def measured() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    columns = ("language_pre", "language_post", "iq_verbal", "ses")
    frame = pd.DataFrame({name: rng.normal(size=N) for name in columns})
    return frame.assign(minority=rng.random(N) < 0.3, school=np.char.add("s", (np.arange(N) // 12).astype(str)))


def estimated() -> pd.DataFrame:
    at = np.arange(12.0)
    return pd.DataFrame({"outcome": "y", "estimate": at, "std_error": 1.0, "n_clusters": 50.0, "unit": "points"})


SCHOOLS = pd.DataFrame({"stadsdeel": "noord", "area": "a"}, index=[f"s{at}" for at in range(6)])


@dataclass(frozen=True)
class Case:
    """An estimator, what it is given, and the columns of that which it uses."""

    make: Callable[[], pd.DataFrame]
    call: Callable[[pd.DataFrame], object]
    columns: tuple[str, ...]


def pairs(frame: pd.DataFrame) -> object:
    """Fit a conditional logit of 240 situations with two alternatives each, clustered by board."""
    index = pd.MultiIndex.from_product([range(N), ["one", "other"]], names=["situation", "alternative"])
    attributes = pd.DataFrame({"x": np.column_stack([frame["x"], np.zeros(N)]).ravel()}, index=index)
    chosen = np.column_stack([frame["yes"], 1 - frame["yes"]]).ravel()
    cluster = pd.Series(frame["board"].to_numpy(), index=pd.RangeIndex(N, name="situation"))
    return conditional_logit.fit(attributes, pd.Series(chosen, index=index), cluster=cluster)


PANEL = ("location", "year", "y", "board")
TRAITS = ("education", "origin", "income", "one_parent", "sex")
TEACHER = ("year", "location", "sex", "age", "background", "fte", "salary", "scale", "in_city", "distance_km")
GROWN = ("outcome", "location", "start", "days", "growth", "closure")
SHARE = pd.DataFrame({"location": [f"s{at}" for at in range(20)], "share_nonwestern": np.linspace(0, 1, 20)})

CASES = {
    "regression": Case(
        plain, lambda f: fit(f, "y", ["x", "d:x"], cluster="board", weights="w"), ("y", "x", "d", "w", "board")
    ),
    "regression with effects": Case(
        plain, lambda f: fit(f, "y", ["x"], cluster="board", entity="school"), ("y", "x", "school", "board")
    ),
    "mixed effects": Case(
        plain, lambda f: fit_mixed(f, "y", ["x"], group="school", slopes=["x"]), ("y", "x", "school")
    ),
    "meta-regression": Case(plain, lambda f: meta_regression.fit_meta(f["y"], f["w"], f[["x"]]), ("y", "w", "x")),
    "spread of effects": Case(
        plain, lambda f: fit_effect_distribution(f["y"].to_numpy(), f["w"].to_numpy()), ("y", "w")
    ),
    "logit": Case(
        plain,
        lambda f: maximise(
            np.column_stack([np.ones(N), f["x"]]), f["w"].to_numpy(float), (f["w"] * f["yes"]).to_numpy(float)
        ),
        ("x", "w", "yes"),
    ),
    "share": Case(
        plain,
        lambda f: fit_fractional(f, "share", ["x", "x:d"], cluster="board", weights="w"),
        ("share", "x", "d", "board", "w"),
    ),
    "shortage": Case(school_years, lambda f: shortage.distribution(f, [24, 36]), ("location", "year", "board", "g5")),
    "two parts": Case(school_years, partial(shortage_models.two_part, weights="teachers_fte"), shortage.NEEDED),
    "judgement": Case(
        school_years, lambda f: shortage_models.judgement(f, 2016), ("year", "insufficient", "board", "shortage", "g5")
    ),
    "panel": Case(school_years, lambda f: panel.fit_panel(f, "y", ["dose"]), (*PANEL, "dose")),
    "difference in differences": Case(
        school_years, lambda f: panel.difference_in_differences(f, "y", treated="amt", start=2021), (*PANEL, "amt")
    ),
    "event study": Case(
        school_years, lambda f: panel.event_study(f, "y", treated="amt", base=2020, engine="within"), (*PANEL, "amt")
    ),
    "romano-wolf": Case(
        school_years,
        lambda f: multiple.romano_wolf(
            panel.PanelDesign(f, ("dose",)), ["y"], "dose", rng=np.random.default_rng(1), draws=9
        ),
        ("y", "board"),
    ),
    "discontinuity": Case(
        plain, lambda f: discontinuity(f["rank"], f["y"], cluster=f["board"]), ("rank", "y", "board")
    ),
    "density": Case(plain, lambda f: density.density_test(f["rank"]), ("rank",)),
    "kink": Case(
        plain, lambda f: kink.kink(f["rank"], f["y"], f["money"], cluster=f["board"]), ("rank", "y", "money", "board")
    ),
    "placebo cut-offs": Case(plain, lambda f: placebo.placebo_cutoffs(f, "y", [5.0]), ("rank", "y", "board")),
    "donut": Case(plain, lambda f: placebo.donut(f, "y", [1.0]), ("rank", "y", "board")),
    "bandwidths": Case(plain, lambda f: placebo.bandwidth_curve(f, "y", [1.0]), ("rank", "y", "board")),
    "balance": Case(plain, lambda f: placebo.balance(f, ["x"]), ("rank", "x", "board")),
    "placebo years": Case(
        school_years,
        lambda f: placebo.placebo_years(f, "y", [2018], before=2021, treated="amt", engine="within"),
        (*PANEL, "amt"),
    ),
    "matching": Case(plain, lambda f: match(f, ["x", "w"], window=25, exact=["exact"]), ("rank", "x", "w", "exact")),
    "matched": Case(plain, lambda f: match(f, ["x"], window=40).effect("y"), ("rank", "x", "y", "board")),
    "equivalence": Case(
        estimated, lambda f: equivalence.equivalence(f, {"y": 1.0}), ("outcome", "estimate", "std_error", "n_clusters")
    ),
    "binned means": Case(plain, lambda f: binned.binned_means(f["rank"], f["y"], width=2, reach=15), ("rank", "y")),
    "fitted lines": Case(plain, lambda f: binned.fitted_lines(f["rank"], f["y"], bandwidth=9), ("rank", "y")),
    "eligibility": Case(school_years, lambda f: eligibility(f, year=2020), ("location", "year", "score_per_pupil")),
    "schools with a score": Case(school_years, lambda f: scored_in(f, 2016), ("location", "year", "score_per_pupil")),
    "changes": Case(school_years, lambda f: changes(f, ["y"], start=2021), ("location", "year")),  # a gap in y stays
    "money": Case(
        school_years,
        oab.with_money,
        ("location", "year", "pupils"),
    ),
    "money at the threshold": Case(
        school_years,
        lambda f: oab.at_threshold(f.assign(pupils_per_teacher=f["y"]), ["pupils_per_teacher"]),
        ("year", "achterstandsscore_raw", "pupils", "dose", "board", "y"),
    ),
    "threshold": Case(
        school_years,
        lambda f: oab_formula.threshold_check(
            f.rename(columns={"achterstandsscore": "score", "achterstandsscore_raw": "score_raw"})
        ),
        ("achterstandsscore", "achterstandsscore_raw", "pupils"),
    ),
    "price": Case(school_years, oab_formula.price_check, ("year", "achterstandsscore", "oab_euro")),
    "schools by year": Case(
        school_years,
        staffing_describe.by_year,
        ("location", "year", "pupils", "schoolweging", "teachers_fte", "achterstandsscore"),
    ),
    "flows of teachers": Case(of_teachers, teachers.flows, ("year", "left", "came")),
    "teachers": Case(of_teachers, teachers.described, TEACHER),
    "hours of teachers": Case(of_teachers, teachers.hours, ("year", "location", "sex", "age", "background", "fte")),
    "composition of teachers": Case(
        of_teachers, lambda f: teachers.composition(f, SHARE, [0.5]), ("year", "location", "background")
    ),
    "distances of teachers": Case(of_teachers, teachers.distances, ("year", "distance_km")),
    "cells": Case(
        advised,
        lambda f: cells.collapse(f, ["sex"], lambda r: pd.DataFrame({"girl": r["sex"] == "v"}), "y"),
        ("sex", "y", "location"),
    ),
    "ordered": Case(
        advised,
        lambda f: fit_ordered(ordered.collapse(f, "advice_first").only(["laag", "score"]), "the advice"),
        (*TRAITS, "share_hoog", "year", "cet", "advice_first", "location"),
    ),
    "headline": Case(
        advised,
        lambda f: regressions.headline({"under": sample_of(f)}),
        (*TRAITS, "share_hoog", "year", "band", "y", "location"),
    ),
    "by category": Case(
        advised,
        lambda f: regressions.by_category({"under": sample_of(f)}, "region"),
        (*TRAITS, "region", "y", "location"),
    ),
    "instrument": Case(
        advised, lambda f: instrument.measurement_error(sample_of(f)), (*TRAITS, "cet", "lovs", "y", "year", "location")
    ),
    "schools' advice": Case(
        advised,
        lambda f: ecological.school_level(sample_of(f)),
        ("location", "year", "advice_first", "cet", "share_hoog"),
    ),
    "spread of schools": Case(advised, between_schools.after_intake, (*TRAITS, "location", "test_advice", "year")),
    "gaps": Case(
        advised,
        lambda f: scenario.gaps(f, "education", ("laag", "hoog")),
        ("education", "school_year", "location", "advice_first", "advice_final"),
    ),
    "shares": Case(
        advised,
        lambda f: counting.by_group(f, {"y": f["y"]}, "m"),
        ("education", "school_year", "location"),
    ),
    "growth": Case(grown, partial(closure.estimate, weights="w"), (*GROWN, "w")),
    "growth, one control year": Case(grown, partial(closure.estimate, model="pnas_one_control"), GROWN),
    "growth by education": Case(grown, partial(closure.estimate, model="pnas_ses"), (*GROWN, "education")),
    "growth by sex": Case(grown, partial(closure.estimate, model="pnas_sex"), (*GROWN, "sex")),
    "growth by prior": Case(grown, partial(closure.estimate, model="pnas_ability"), GROWN),
    "growth by groep": Case(grown, partial(closure.estimate, model="pnas_grade"), (*GROWN, "groep")),
    "growth within schools": Case(grown, partial(closure.estimate, model="pnas_school_fe"), GROWN),
    "growth, placebo": Case(grown, partial(closure.estimate, model="placebo"), (*GROWN, "year")),
    "growth, ancova": Case(
        grown,
        partial(closure.estimate, model="ancova"),
        ("outcome", "location", "start", "days", "closure", "m_percentile"),
    ),
    "growth, mixed": Case(grown, lambda f: mixed.closure_slopes(f, "lezen"), GROWN),
    "changes of schools": Case(grown, schools.changes_by_school, ("location", "closure", "growth_sd")),
    "means": Case(
        grown,
        lambda f: rows.means_by(f, ["lezen"], ["groep"], "growth_sd", model="m", term="t", unit="u", weights="w"),
        ("subject", "year", "location", "closure", "growth_sd", "groep", "w"),
    ),
    "logit of pupils": Case(
        grown,
        lambda f: logit_states.fit_logit(
            "lezen", f, "present", lambda r: pd.DataFrame({"one": 1.0, "days": r["days"]}), weights="w"
        ),
        ("present", "location", "days", "w"),
    ),
    "textbook": Case(measured, value_added.textbook, ("school", "language_post", "iq_verbal")),
    "growth by background": Case(
        measured, lambda f: value_added.growth_by_background(f, ["language"]), tuple(measured())
    ),
    "value added": Case(measured, lambda f: value_added.value_added(f, ["language"]), tuple(measured())),
    "denominations": Case(
        lambda: school_years().assign(denomination="rk"),
        describe.by_denomination,
        ("denomination", "pupils"),
    ),
    "bands": Case(plain, lambda f: bands.in_bands(f["x"], [0.0]), ("x",)),
    "pupils by band": Case(plain, lambda f: school_bands.band_distribution(f["w"], f["x"], [0.0]), ("w", "x")),
    "segregation": Case(
        attended,
        lambda f: list(attendance.places(f, SCHOOLS)),
        ("year", "location", "education", "background", "pupils"),
    ),
    "change of segregation": Case(
        attended,
        lambda f: decomposition.decompose(f, NOBODY_STAYED, draws=5, seed=1),
        ("year", "location", "education", "background", "pupils"),
    ),
    "mirror": Case(
        attended,
        lambda f: mirror.mirror(f, SCHOOLS, [0.1]),
        ("year", "location", "area", "nearest", "education", "pupils"),
    ),
    "conditional logit": Case(plain, pairs, ("x", "yes", "board")),
}


def spoilt(frame: pd.DataFrame, column: str) -> dict[str, pd.DataFrame]:
    """Return the frame with one value of the column missing, in every way that its kind of column can have."""
    values, frames = frame[column], {}
    ways: dict[str, tuple[str, object]] = {"none": ("object", None), "not a time": ("object", pd.NaT)}
    if pd.api.types.is_bool_dtype(values) or not pd.api.types.is_numeric_dtype(values):
        ways |= {"nan": ("object", np.nan), "NA": ("object", pd.NA), "written": ("object", "nan")}
        ways |= {"category": ("category", np.nan)}
    else:
        ways |= {"nan": ("float64", np.nan), "infinite": ("float64", np.inf), "NA": ("Float64", pd.NA)}
    for way, (dtype, value) in ways.items():
        changed = values.astype(dtype)
        changed.iloc[len(frame) // 3] = value
        frames[way] = frame.assign(**{column: changed})
    return frames


@pytest.mark.parametrize("name", CASES)
def test_an_estimator_works_on_what_is_complete(name):
    case = CASES[name]
    case.call(case.make())


@pytest.mark.parametrize(
    ("name", "column"), [(name, column) for name, case in CASES.items() for column in case.columns]
)
def test_a_missing_value_is_refused_or_costs_its_row_and_nothing_else(name, column):
    """Where an office's registers have gaps, a row leaves, which the chapter counts; no number rests on a gap."""
    case = CASES[name]
    whole = without = None
    for way, frame in spoilt(case.make(), column).items():
        if name in BY_ARRAY and way in ("none", "not a time", "NA"):
            continue  # numbers of arrays have one way to be missing
        if column in LEAVES.get(name, ()) and way in ("written", "category", "infinite", "not a time"):
            continue  # no contract lets one through
        try:
            estimated = case.call(frame)
        except InputError:
            continue
        except ModelError as error:
            if error.reason is not Reason.MISSING:
                raise
            continue
        assert column in LEAVES.get(name, ()), (way, "is neither refused nor declared to leave")
        if without is None:
            whole = case.call(case.make())
            without = case.call(frame.drop(index=frame.index[len(frame) // 3]))
        assert_of_either(estimated, whole, without)


def numbers(result):
    """Give every number of a result, whatever it is made of, in order."""
    if isinstance(result, pd.DataFrame):
        return list(result.select_dtypes("number").astype(float).to_numpy().ravel())
    if isinstance(result, dict):
        return numbers([*result.values()])
    return [number for each in result for number in numbers(each)] if isinstance(result, list | tuple) else []


def assert_of_either(result, whole, without):
    """A number rests on all rows, where its model does not use the column, or on those that have a value."""
    found, every, fewer = (np.array(numbers(each)) for each in (result, whole, without))
    assert len(found) == len(every) == len(fewer)
    near = [np.isclose(found, other, rtol=1e-7, atol=1e-12, equal_nan=True) for other in (every, fewer)]
    assert (near[0] | near[1]).all(), (found[~(near[0] | near[1])][:5], every[~(near[0] | near[1])][:5])


# Of each estimator the columns that an office may not know of all: rows without a value leave, and are counted.
LEAVES = {
    "by category": ("origin",),
    "change of segregation": ("background", "education"),
    "composition of teachers": ("background",),
    "distances of teachers": ("distance_km",),
    "flows of teachers": ("came", "left"),
    "gaps": ("advice_first", "education"),
    "growth by education": ("education",),
    "growth by sex": ("sex",),
    "headline": ("origin",),
    "hours of teachers": ("age", "background", "fte", "sex"),
    "instrument": ("origin",),
    "judgement": ("insufficient", "shortage"),
    "mirror": ("area", "education"),
    "money at the threshold": ("achterstandsscore_raw", "dose", "y"),
    "ordered": ("origin",),
    "segregation": ("background", "education"),
    "shares": ("education",),
    "spread of schools": ("origin",),
    "teachers": ("age", "background", "distance_km", "fte", "in_city", "salary", "scale", "sex"),
    "two parts": ("schoolweging", "shortage", "teachers_fte"),
}


BY_ARRAY = ("logit", "conditional logit", "spread of effects")


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ([1.0, np.nan, np.inf, -np.inf], [False, True, True, True]),
        (["a", None, "nan", " ", "None", "none"], [False, True, True, True, True, False]),
        (pd.Series(["a", None], dtype="category"), [False, True]),
        (pd.Series(["a", "nan"], dtype="category"), [False, True]),
        (pd.Series([1, None], dtype="Int64"), [False, True]),
        (pd.Series([1.0, np.inf], dtype="Float64"), [False, True]),
        (pd.to_datetime(pd.Series(["2020-01-01", None])), [False, True]),
        (pd.Series([True, False]), [False, False]),
    ],
)
def test_what_is_missing(values, missing):
    assert is_missing(values).tolist() == missing


def test_the_message_counts_and_tells_no_value():
    frame = pd.DataFrame({"board": ["secret", None, None], "y": [1.0, np.inf, 2.0]})
    with pytest.raises(ModelError, match=r"^growth: values are missing in board \(2\), y \(1\); select") as caught:
        check_complete(frame, ["board", "y", "board:y"], "growth")
    assert "secret" not in str(caught.value)


def test_schools_without_a_board_are_no_board_of_their_own():
    """48 of 400 rows without a board: an error on 400 rows would be 0.0999 where the 352 with one give 0.1128."""
    frame = pd.concat([plain()] * 2, ignore_index=True).head(400)
    frame.loc[frame.index < 48, "board"] = None
    with pytest.raises(ModelError, match=r"board \(48\)"):
        fit_fractional(frame, "yes", ["x"], cluster="board")
    assert fit_fractional(frame.dropna(), "yes", ["x"], cluster="board").n_obs == 352


def test_a_key_that_is_not_there_is_not_the_last_row():
    """`get_indexer` gives -1 for "c", which would be "b"."""
    index = pd.Index(["a", "b"])
    assert positions(index, ["b", "a"], "schools").tolist() == [1, 0]
    with pytest.raises(ModelError, match="schools: 1 of 2 rows are of one that is not known") as error:
        positions(index, ["a", "c"], "schools")
    assert error.value.reason is Reason.MISSING
    with pytest.raises(ModelError, match="1 occur twice"):
        positions(pd.Index(["a", "a"]), ["a"], "schools")
