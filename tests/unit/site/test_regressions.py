"""Tidy estimates in the form that journals print."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.language import speaking
from analysis.publish.journal import Column, Journal
from analysis.site.regressions import journal_table

WORDS = {"title": {"en": "Growth", "nl": "Groei"}, "outcome": {"en": "Points", "nl": "Punten"}}
OLS = Column({"model": "ols"}, {"en": "Plain", "nl": "Gewoon"}, clusters="school")
FE = Column({"model": "fe"}, {"en": "Within", "nl": "Binnen"}, effects="school", clusters="school")
LOW = {"low": {"en": "Low income", "nl": "Laag inkomen"}}


def rows(model: str, terms: dict[str, float | str], **of: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "term": list(terms),
            "model": model,
            "estimate": [str(value) for value in terms.values()],
            "std_error": "0.0123",
            "ci_low": "-0.5",
            "ci_high": "0.25",
            "n_obs": "1240",
            "n_clusters": "14",
            "unit": "share",
            **of,
        }
    )


BOTH = pd.concat([rows("ols", {"low": 0.1234, "middle": -0.05}), rows("fe", {"low": 0.2, "high": 1.0})])


def test_models_stand_side_by_side_and_a_term_that_one_lacks_leaves_its_cell_open() -> None:
    table = journal_table(Journal("growth", WORDS, (OLS, FE), terms=LOW), BOTH)
    assert table is not None
    assert (table["title"], table["outcome"]) == ("Growth", "Points")
    assert table["columns"] == ["Plain", "Within"]
    assert [label for label, _ in table["rows"]] == ["Low income", "middle", "high"]
    assert table["rows"][0][1][0] == ["0.123", "(0.012)", "[−0.500; 0.250]"]
    assert table["rows"][1][1][1] is None
    assert table["foot"] == [
        ("Observations", ["1,240", "1,240"]),
        ("Clusters", ["14", "14"]),
        ("Fixed effects", ["none", "school"]),
        ("Errors clustered by", ["school", "school"]),
    ]


def test_rows_that_are_named_are_shown_in_that_order_and_no_others() -> None:
    table = journal_table(Journal("growth", WORDS, (OLS, FE), rows=("middle", "low")), BOTH)
    assert table is not None
    assert [label for label, _ in table["rows"]] == ["middle", "low"]


def test_what_the_edition_did_not_estimate_or_withheld_whole_is_left_out() -> None:
    withheld = rows("fe", {"low": "", "high": ""})
    table = journal_table(Journal("growth", WORDS, (OLS, FE)), pd.concat([BOTH[BOTH["model"] == "ols"], withheld]))
    assert table is not None
    assert table["columns"] == ["Plain"]
    assert journal_table(Journal("growth", WORDS, (FE,)), BOTH[BOTH["model"] == "ols"]) is None


def test_one_coefficient_is_no_table() -> None:
    assert journal_table(Journal("growth", WORDS, (OLS,)), rows("ols", {"low": 0.1})) is None


def test_a_withheld_estimate_among_others_shows_its_sign() -> None:
    table = journal_table(Journal("growth", WORDS, (OLS,)), rows("ols", {"low": "", "middle": 0.1}))
    assert table is not None
    assert table["rows"][0][1] == [["×"]]


def test_a_column_can_stand_for_each_value_that_matches() -> None:
    each = Column({"model": "ols"}, {"en": "Cohort", "nl": "Cohort"}, each="group", matching=r"\d{4}")
    groups = [rows("ols", {"low": 0.1}, group=name) for name in ("2014", "2015", "trend")]
    table = journal_table(Journal("growth", WORDS, (each,)), pd.concat(groups))
    assert table is not None
    assert table["columns"] == ["Cohort: 2014", "Cohort: 2015"]


def test_rows_can_be_outcomes_each_with_its_own_decimals_and_n() -> None:
    wage = rows("ols", {"eligible": 0.0612}, outcome="wage")
    pupils = rows("ols", {"eligible": 1.234}, outcome="pupils").assign(std_error="0.9", n_obs="45", unit="pupils")
    table = journal_table(Journal("effects", WORDS, (OLS,), by="outcome"), pd.concat([wage, pupils]))
    assert table is not None
    assert table["rows"][0] == ("wage (share)", [["0.061", "(0.012)", "[−0.500; 0.250]", "n = 1,240"]])
    assert table["rows"][1][1][0][0] == "1.23"
    assert [label for label, _ in table["foot"]] == ["Fixed effects", "Errors clustered by"]


@pytest.mark.parametrize(("language", "label"), [("en", "Low income"), ("nl", "Laag inkomen")])
def test_words_are_in_the_language_of_the_edition(language: str, label: str) -> None:
    with speaking(language):
        table = journal_table(Journal("growth", WORDS, (OLS,), terms=LOW), BOTH)
    assert table is not None
    assert table["rows"][0][0] == label
