"""Tidy estimates in the form that journals print."""

from __future__ import annotations

import pandas as pd

from analysis.declare import Regressions
from analysis.site.regressions import ModelColumn, journal_table, side_by_side

FACTS = Regressions("ols|fe", "school", "school")


def regression(model: str, outcome: str, terms: dict[str, float | str], unit: str = "share") -> ModelColumn:
    rows = pd.DataFrame(
        {
            "label": list(terms),
            "estimate": [str(value) for value in terms.values()],
            "std_error": "0.0123",
            "ci_low": "-0.5",
            "ci_high": "0.25",
            "n_obs": "1240",
            "n_clusters": "14",
            "unit": unit,
        }
    )
    return ModelColumn((model, "all", outcome), FACTS, rows)


A, B = {"low": 0.1234, "middle": -0.05}, {"low": 0.2, "high": 1.0}


def test_a_term_has_estimate_error_in_brackets_and_interval_to_two_digits_of_the_error() -> None:
    table = journal_table([regression("ols", "y", A)])
    assert table["rows"][0] == ("low", [("0.123", "(0.012)", "[−0.500; 0.250]")])
    assert table["rows"][1][1][0][0] == "−0.050"


def test_a_regression_without_a_term_leaves_its_cell_open() -> None:
    table = journal_table([regression("ols", "y", A), regression("fe", "y", B)])
    assert table["columns"] == ["ols", "fe"]
    assert [label for label, _ in table["rows"]] == ["low", "middle", "high"]
    assert table["rows"][1][1][1] is None
    assert table["rows"][2][1][0] is None


def test_a_withheld_estimate_shows_its_sign() -> None:
    assert journal_table([regression("ols", "y", {"low": ""})])["rows"][0][1] == [("×", "", "")]


def test_the_foot_tells_n_clusters_effects_and_how_errors_are_clustered() -> None:
    assert journal_table([regression("ols", "y", A)])["foot"] == [
        ("Observations", ["1,240"]),
        ("Clusters", ["14"]),
        ("Fixed effects", ["school"]),
        ("Errors clustered by", ["school"]),
    ]


def test_one_outcome_or_one_model_with_the_same_terms_and_unit_shares_a_table() -> None:
    found = [
        regression("ols", "y", A),
        regression("fe", "y", A),  # the same outcome
        regression("fe", "z", A),  # another outcome than the first
        regression("fe", "x", A),  # the same model as the one before
        regression("fe", "x", A, unit="log odds"),
        regression("fe", "x", {"other": 1.0}, unit="log odds"),
    ]
    assert [len(group) for group in side_by_side(found)] == [2, 2, 1, 1]


def test_a_table_has_at_most_six_columns() -> None:
    assert [len(group) for group in side_by_side([regression("ols", "y", A)] * 8)] == [6, 2]
