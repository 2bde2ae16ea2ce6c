"""The profiles of offices: `cbs`, as its checkers look at output, and `duo`, as its open files show small numbers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis.disclosure import CROSS, DOMINATED, PROFILES, suppress
from analysis.disclosure.checkpoint import Checkpoint
from analysis.disclosure.rules.extremes import withhold_tails
from analysis.disclosure.rules.numbers import Numbers
from analysis.edition.chain import ROWS
from analysis.errors import DisclosureError
from analysis.language import Fewer
from analysis.publish.release import Release
from analysis.publish.spreadsheet import read_csv
from analysis.run.workspace import Workspace

CBS, DUO = PROFILES["cbs"], PROFILES["duo"]


def test_nine_persons_are_withheld_and_ten_are_not() -> None:
    frame = pd.DataFrame({"group": list("abc"), "n": [9, 10, 0], "mean": [1.2345, 2.3456, None]})
    gated = suppress(frame, {"n": ["mean"]}, CBS)
    assert gated.suppressed["n"].tolist() == ["< 10", "", "< 10"]
    assert gated.suppressed["mean"].tolist()[:2] == [CROSS, ""]


def test_a_school_of_more_than_half_is_withheld() -> None:
    frame = pd.DataFrame({"group": list("ab"), "n": 100, "n_largest": [60, 50], "n_second": [20, 20]})
    assert suppress(frame, ["n"], CBS).suppressed["n"].tolist() == [DOMINATED, ""]
    assert suppress(frame, ["n"], PROFILES["default"]).suppressed["n"].tolist() == ["", ""]


def test_ten_schools_where_they_are_what_it_is_about_and_three_behind_persons() -> None:
    schools = pd.DataFrame({"group": list("ab"), "schools": [9, 12], "mean": [2.5, 3.5]})
    assert suppress(schools, {"schools": ["mean"]}, CBS).suppressed["schools"].tolist() == ["< 10", ""]
    persons = schools.assign(n=[200, 300], schools=[3, 9])
    assert suppress(persons, ["n", "schools"], CBS).suppressed["schools"].tolist() == ["", ""]
    assert Numbers(CBS).rounded(9, "schools") == Fewer(10)
    assert Numbers(PROFILES["default"]).rounded(9, "schools") == 9


@pytest.mark.parametrize("name", ["score_max", "min_score", "highest", "laagste"])
def test_a_minimum_or_maximum_is_refused_by_its_name(name: str) -> None:
    gate = Checkpoint(CBS, ROWS)
    with pytest.raises(DisclosureError, match="an extreme is one person's"):
        gate.admit(pd.DataFrame({"group": ["a"], "n": [100], name: [3.25]}), {"counts": {"n": [name]}})


@pytest.mark.parametrize(
    ("name", "n", "shown"),
    [
        *[("score_p90", 99, False), ("score_p90", 100, True)],
        *[("score_quartile_1", 39, False), ("score_quartile_3", 40, True), ("decile_10", 1000, False)],
        *[("median_score", 19, False), ("median_score", 20, True)],
    ],
)
def test_a_percentile_has_ten_on_either_side(name: str, n: int, shown: bool) -> None:
    frame = pd.DataFrame({"group": ["a"], "n": [n], name: [3.25]})
    assert withhold_tails(frame, {"n": [name]}, CBS)[name].notna().item() == shown


def test_other_profiles_publish_a_median_as_a_mean() -> None:
    frame = pd.DataFrame({"group": ["a"], "n": [12], "median": [3.25]})
    assert withhold_tails(frame, {"n": ["median"]}, PROFILES["default"]) is frame


def test_four_are_shown_as_fewer_than_five_everywhere_and_more_rounded(tmp_path: Path) -> None:
    facts = {"edition": "x", "language": "en", "disclosure": "duo", "synthetic": False, "tables": ROWS}
    workspace = Workspace("segregation", tmp_path, tmp_path, facts, needs=frozenset(), produces=frozenset())
    frame = pd.DataFrame({"group": list("abcd"), "n": [4, 7, 13, 0], "n_schools": [9, 9, 2, 0]})
    shown = Release(workspace).table("sizes", frame, caption="Sizes", counts=["n", "n_schools"])
    path = tmp_path / "tables" / "segregation" / "sizes.csv"
    lines = ["group,n,n_schools,suppressed", "a,<5,9,n", "b,5,9,", "c,,<3,n;n_schools", "d,0,0,"]
    assert path.read_text().splitlines() == lines
    assert "&lt;5" in shown.html
    assert "fewer than 5" in shown.html
    sheet = pd.read_excel(path.with_suffix(".xlsx"), engine="calamine")
    assert sheet["n"].tolist()[:2] == ["<5", 5]
    read = read_csv(path)
    assert read["n"].isna().tolist() == [True, False, True, False]
    assert pd.api.types.is_numeric_dtype(read["n"])


def test_a_number_beside_a_sign_stays_what_it_is() -> None:
    frame = pd.DataFrame({"group": list("ab"), "n": [4, 50], "mean": [1.5, 0.1 + 0.2]})
    gated = suppress(frame, {"n": ["mean"]}, DUO)
    assert gated.with_signs()["mean"].tolist()[1] == gated.frame["mean"].tolist()[1]
