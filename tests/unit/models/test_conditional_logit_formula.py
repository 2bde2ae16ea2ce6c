"""From a formula to a design: the columns that formulaic makes of rows, without building the rows."""

import numpy as np
import pandas as pd
import pytest
from formulaic import model_matrix

from analysis.errors import InputError
from analysis.models.conditional_logit import design_from_formula, formula

RNG = np.random.default_rng(1)
KM = RNG.uniform(0, 5, (30, 9))
SCHOOLS = pd.DataFrame(
    {"concept": list("abcabcabc"), "share_hoog": RNG.uniform(size=9)}, index=[f"s{number}" for number in range(9)]
)
PUPILS = pd.DataFrame({"education": list("hlm") * 10, "income": RNG.uniform(size=30)})


def designed(text, **changed):
    given = {"pairs": {"distance_km": KM}, "alternatives": SCHOOLS, "choosers": PUPILS} | changed
    return design_from_formula(text, **given)


def rows_by_formulaic(text):
    """The model matrix on rows, with the pupils' own variables so that categories are coded alike."""
    pairs = pd.DataFrame({"distance_km": KM.ravel()})
    pupils = PUPILS.loc[PUPILS.index.repeat(9)].reset_index(drop=True)
    schools = pd.concat([SCHOOLS] * 30, ignore_index=True)
    rows = pd.concat([pairs, pupils, schools], axis=1)
    return model_matrix(f"1 + C(education) + education + income + {text}", rows, context={"log1p": np.log1p})


@pytest.mark.parametrize(
    "text",
    [
        "distance_km + log1p(distance_km) + C(concept) + share_hoog:C(education)",
        "share_hoog*C(education) + distance_km:C(concept)",
        "C(concept):C(education) + distance_km*education",
        "share_hoog*income + distance_km:income",
        "concept*share_hoog",
        "distance_km + I(distance_km**2) + share_hoog:income:C(education)",
    ],
)
@pytest.mark.parametrize("most_types", [2, 64])
def test_the_design_has_the_columns_of_the_rows(text, most_types, monkeypatch):
    """With few types allowed, interactions with pupils are built out: the same numbers by another road."""
    monkeypatch.setattr(formula, "MOST_TYPES", most_types)
    design, rows = designed(text), rows_by_formulaic(text)
    np.testing.assert_allclose(design.rows().to_numpy(), rows[list(design.terms)].to_numpy(), rtol=1e-14)


def test_what_differs_between_pupils_alone_has_no_term():
    assert list(designed("distance_km + C(education) + income").terms) == ["distance_km"]


def test_a_distance_is_kept_as_it_is():
    """No copy: the array of the design is the caller's."""
    assert np.shares_memory(designed("distance_km + share_hoog").pairs["distance_km"], KM)


def test_a_base_function_serves_several_terms():
    design = designed("share_hoog:C(education) + distance_km:C(education)")
    assert (len(design.pairs), design.columns.shape[1], len(design.terms), design.n_types) == (1, 1, 6, 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("distance", "no variable 'distance'"),
        ("distance_km + ", "cannot be evaluated"),
        ("C(education)", "no term differs between alternatives"),
        ("I(distance_km * share_hoog)", "mixes variables of 'alternative', 'pair'"),
    ],
)
def test_a_formula_that_says_nothing_useful_is_refused(text, message):
    with pytest.raises(InputError, match=message):
        designed(text)


def test_a_missing_value_is_refused_by_its_name():
    gap = SCHOOLS.assign(share_hoog=SCHOOLS["share_hoog"].where(SCHOOLS.index != "s3"))
    with pytest.raises(InputError, match="missing values in 'share_hoog'"):
        designed("share_hoog", alternatives=gap)


def test_a_name_at_two_levels_is_refused():
    with pytest.raises(InputError, match="variables of two levels: 'income'"):
        designed("income", alternatives=SCHOOLS.assign(income=1.0))
