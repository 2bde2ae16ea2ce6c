"""From a formula to a design: the columns that formulaic makes of rows, without building the rows."""

import numpy as np
import pandas as pd
import pytest
from formulaic import model_matrix
from statsmodels.discrete.conditional_models import ConditionalLogit

from analysis.errors import InputError
from analysis.stats.conditional_logit import design_from_formula, fit_factored, formula

RNG = np.random.default_rng(1)
KM = RNG.uniform(0, 5, (30, 9))
SCHOOLS = pd.DataFrame(
    {
        "concept": list("abcabcabc"),
        "share_hoog": RNG.uniform(size=9),
        "size": np.arange(9) % 4 + 1,
        "new": [True, False, False] * 3,
        "kind": pd.Categorical(list("zxyzxyzxy"), list("zyx")),
    },
    index=[f"s{number}" for number in range(9)],
)
RANK = np.argsort(np.argsort(KM, axis=1), axis=1) + 1.0
FUNCTIONS = {"log1p": np.log1p, "sqrt": np.sqrt}
PUPILS = pd.DataFrame({"education": list("hlm") * 10, "income": RNG.uniform(size=30)})


def designed(text, **changed):
    given = {"pairs": {"distance_km": KM, "travel_rank": RANK}, "alternatives": SCHOOLS, "choosers": PUPILS} | changed
    return design_from_formula(text, **given)


def rows_by_formulaic(text):
    """The model matrix on rows, with the pupils' own variables so that categories are coded alike."""
    pairs = pd.DataFrame({"distance_km": KM.ravel(), "travel_rank": RANK.ravel()})
    pupils = PUPILS.loc[PUPILS.index.repeat(9)].reset_index(drop=True)
    schools = pd.concat([SCHOOLS] * 30, ignore_index=True)
    rows = pd.concat([pairs, pupils, schools], axis=1)
    return model_matrix(f"1 + C(education) + education + income + {text}", rows, context=FUNCTIONS)


@pytest.mark.parametrize(
    "text",
    [
        "distance_km + log1p(distance_km) + C(concept) + share_hoog:C(education)",
        "share_hoog*C(education) + distance_km:C(concept)",
        "C(concept):C(education) + distance_km*education",
        "share_hoog*income + distance_km:income",
        "concept*share_hoog",
        "distance_km + I(distance_km**2) + share_hoog:income:C(education)",
        "{distance_km**2} + {1 / distance_km}:concept",
        "C(travel_rank)*share_hoog",
        "distance_km:C(travel_rank) + C(size)",
        "kind*C(new) + new:sqrt(distance_km)",
        "share_hoog/C(kind) + (distance_km + C(concept))**2",
        "0 + distance_km + log10(size) + log2(size)",
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


def test_a_distance_is_not_copied():
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
        ("distance_km + exp(1)", "holds no variable"),
        ("log(concept)", "computes with 'concept', which holds no numbers"),
        ("log(share_hoog - 1)", "not defined for 9 of 9 values"),
        ("bs(distance_km, df=3)", "made of all values that it sees"),
        ("C(concept, contr.treatment('b'))", "asks for a coding"),
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


@pytest.mark.parametrize("codings", [(), [{"concept": ("a", "b", "c")}]])
def test_a_missing_category_is_no_other_category(codings):
    gap = SCHOOLS.assign(concept=SCHOOLS["concept"].where(SCHOOLS.index != "s3"))
    with pytest.raises(InputError, match="missing values in 'concept'"):
        designed("distance_km + concept", alternatives=gap, codings=codings)


def test_a_name_at_two_levels_is_refused():
    with pytest.raises(InputError, match="variables of two levels: 'income'"):
        designed("income", alternatives=SCHOOLS.assign(income=1.0))


@pytest.mark.parametrize(
    "text",
    [
        "distance_km + {distance_km**2} + C(concept) + share_hoog",
        "C(kind) + distance_km + share_hoog:C(education)",
        "0 + sqrt(distance_km) + distance_km:new + C(concept)",
    ],
)
def test_estimates_are_those_of_the_rows_by_statsmodels(text):
    """Another road from formula to estimate: formulaic's whole model matrix, and statsmodels."""
    design = designed(text)
    rows = rows_by_formulaic(text)[list(design.terms)]
    utility = rows.to_numpy() @ np.linspace(-0.5, 0.5, len(design.terms))
    chosen = (utility.reshape(KM.shape) + np.random.default_rng(8).gumbel(size=KM.shape)).argmax(axis=1)
    choices = pd.Series(1, index=pd.MultiIndex.from_arrays([PUPILS.index, SCHOOLS.index[chosen]]))
    taken = (np.arange(9) == chosen[:, None]).ravel()
    theirs = ConditionalLogit(taken.astype(int), rows, groups=np.repeat(np.arange(30), 9)).fit(method="newton", disp=0)
    result = fit_factored(design, choices)
    assert result.params.to_numpy() == pytest.approx(np.asarray(theirs.params), abs=1e-6)
    assert result.loglik == pytest.approx(theirs.llf, abs=1e-8)


def test_the_square_of_a_distance_is_its_square():
    assert designed("{distance_km**2}").pairs["distance_km ** 2"] == pytest.approx(KM**2)


def test_ranks_have_their_own_labels_though_few_of_them_meet_in_a_row():
    """Schools along a line: the home that is nearest to the first has ranks 1, 2, 3; the others the reverse."""
    rank = np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])
    alternatives = pd.DataFrame(index=list("abc"))
    design = design_from_formula("C(rank)", {"rank": rank}, alternatives, pd.DataFrame(index=[0, 1]))
    assert list(design.terms) == ["C(rank)[T.2.0]", "C(rank)[T.3.0]"]
    assert design.rows().to_numpy().tolist() == [[0, 0], [1, 0], [0, 1], [0, 1], [1, 0], [0, 0]]


def test_a_design_keeps_what_its_categories_are_compared_with():
    design = designed("C(kind) + distance_km + share_hoog:C(education)")
    assert design.coding == {"kind": ("z", "y", "x"), "education": ("h", "l", "m")}
    assert design.about["C(kind)[T.y]"].reference == "z"
    assert design.about["distance_km"].reference == ""
    assert design.about["share_hoog:C(education)[l]"].variables == {"share_hoog", "education"}


def test_a_coding_of_estimates_holds_for_other_alternatives():
    """No school of kind z is left: without the coding, y would become the reference."""
    fewer = SCHOOLS[SCHOOLS["kind"] != "z"].astype({"kind": str})
    given = {"alternatives": fewer, "pairs": {"distance_km": KM[:, :6]}}
    assert list(designed("kind", **given).terms) == ["kind[T.y]"]
    design = designed("kind", **given, codings=[{"kind": ("z", "y", "x")}])
    assert list(design.terms) == ["kind[T.y]", "kind[T.x]"]
    assert design.columns["kind[T.x]"].tolist() == [1, 0, 1, 0, 1, 0]


def test_of_several_codings_a_design_has_the_terms_of_each():
    both = designed("kind", codings=[{"kind": ("z", "y", "x")}, {"kind": ("y", "x")}, {"kind": ("x", "z")}])
    assert list(both.terms) == ["kind[T.y]", "kind[T.x]", "kind[T.z]"]
    assert both.coding == {}  # of estimates that are of one coding


def test_a_chooser_of_a_level_that_estimates_do_not_know_is_refused_without_its_value():
    with pytest.raises(InputError, match=r"has 10 values that are no level of the estimates") as refused:
        designed("share_hoog:education", codings=[{"education": ("h", "l")}])
    assert "'m'" not in str(refused.value)


def test_rows_and_terms_of_a_design_stay_as_they_were():
    """Designed once: pupils of one education keep the terms and the types of all."""
    design, chosen = designed("distance_km + share_hoog:education"), (PUPILS["education"] == "m").to_numpy()
    part = design.of_situations(chosen)
    pd.testing.assert_frame_equal(part.rows(), design.rows().loc[PUPILS.index[chosen]], check_names=False)
    own = design.of_terms(["share_hoog:education[l]"])
    assert (list(own.pairs), list(own.columns.columns)) == ([], ["share_hoog:education[h]"])
    pd.testing.assert_frame_equal(own.rows(), design.rows()[["share_hoog:education[l]"]])
