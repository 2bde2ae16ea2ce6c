import numpy as np
import pandas as pd
import pytest

from analysis.chapters.judgements.findings import judgements, with_p_values
from analysis.chapters.judgements.models.boards import DOUBLING
from analysis.chapters.judgements.models.schools import ALL, COMPARED, REGULAR
from analysis.stats.exact import ratio_of_counts

PARTS = ["judgement", "of_judged", "exact_low", "exact_high"]
NONE = {
    "changed": pd.DataFrame(columns=[*COMPARED]),
    "judged": pd.DataFrame(columns=["school_kind", "title", "schools_judged", *PARTS]),
    "aspects": pd.DataFrame(columns=["aspect", "boards_judged", *PARTS]),
    "size": pd.DataFrame(columns=["group", "term", "estimate", "ci_low", "ci_high", "p_value", "boards"]),
}


def found(**tables):
    given = NONE | {name: pd.DataFrame(rows) for name, rows in tables.items()}
    return judgements(**given, years=(2019, 2020), power=0.8)


def said(name, **tables):
    return found(**tables).set_index("name").loc[name, "sentence"]


def changed(before, after):
    ratio = ratio_of_counts(before, after)
    return [dict(zip(COMPARED, ("weak", before, after, ratio.low, ratio.high, ratio.p_value, 0.55, 21.1), strict=True))]


def sized(estimate, half, group="culture"):
    ends = {"estimate": estimate, "ci_low": estimate - half, "ci_high": estimate + half}
    return [{"group": group, "term": DOUBLING, **ends, "p_value": 0.03, "boards": 24}]


def test_without_numbers_nothing_is_said():
    assert found().empty


def test_six_and_four_are_no_change_and_the_sentence_says_what_could_have_been_found():
    sentence = said("weak", changed=changed(6, 4))
    assert "not established: 6 in 2019 and 4 in 2020" in str(sentence)
    assert "ratio of 0.67 (95% interval 0.14 to 2.81, p = 0.754)" in str(sentence)
    assert "a fall to none would be found in about 55% of cases" in str(sentence)
    assert "in 80% of cases only from 21.1 expected schools" in str(sentence)


@pytest.mark.parametrize(
    ("before", "after", "headline"),
    [
        (20, 3, "Fewer basisscholen are weak"),
        (3, 20, "More basisscholen are weak"),
        (6, 0, "Fewer basisscholen are weak"),
    ],
)
def test_a_change_has_a_direction_only_where_the_interval_leaves_out_one(before, after, headline):
    assert headline in str(said("weak", changed=changed(before, after)).beside["headline"])


@pytest.mark.parametrize("withheld", ["found_none", "detectable"])
def test_forty_and_thirty_eight_are_told_where_what_could_be_found_is_withheld(withheld):
    (row,) = changed(40, 38)
    sentence = str(said("weak", changed=[row | {withheld: np.nan}]))
    assert "not established: 40 in 2019 and 38 in 2020, a ratio of 0.95" in sentence
    assert "would be found" not in sentence


def test_no_p_value_reads_as_zero():
    assert "0.000" not in str(said("weak", changed=changed(40, 10)))


def test_a_share_is_said_of_the_judged_and_never_of_all():
    row = {"school_kind": REGULAR, "judgement": "good", "title": ALL, "schools_judged": 48, "of_judged": 0.29}
    sentence = said("judged_basisscholen", judged=[row | {"exact_low": 0.17, "exact_high": 0.44}])
    assert "with a judgement in force, 29% are good (exact 95% interval 17% to 44%)" in str(sentence)
    assert "no share of all schools" in str(sentence)
    assert found(judged=[row | {"of_judged": np.nan, "exact_low": np.nan, "exact_high": np.nan}]).empty


@pytest.mark.parametrize(
    ("estimate", "headline"),
    [(1.0, "Larger boards are good on"), (-1.0, "Smaller boards are good on"), (0.1, "is not established")],
)
def test_the_sentence_on_size_turns_with_the_sign(estimate, headline):
    sentence = said("size_culture", size=[*sized(estimate, 0.5), *sized(0.1, 0.5, "dialogue")])
    assert headline in str(sentence.beside["headline"])
    assert f"odds are {np.exp(estimate):.2f}"[:-1] in str(sentence)


def test_of_one_aspect_alone_the_table_says_it():
    assert found(size=sized(1.0, 0.5)).empty


def test_the_tests_are_those_of_the_ratio_and_of_each_slope():
    rows = with_p_values(pd.DataFrame(changed(6, 4)), pd.DataFrame(sized(1.0, 0.5)))
    assert rows["estimate"].tolist() == pytest.approx([4 / 6, 1.0])
    assert rows["p_value"].tolist() == pytest.approx([0.754, 0.03], abs=0.0005)
