"""Files on scores, money and accounts: read as they are; what breaks their form stops."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.data import oab_files
from analysis.data.cbs import END
from analysis.errors import InputError


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    with pd.ExcelWriter(path, engine="xlsxwriter") as writer:
        for name, rows in sheets.items():
            pd.DataFrame(rows).to_excel(writer, sheet_name=name, header=False, index=False)
    return path


def scores(path: Path, rows: list[list[object]], raw: list[list[object]], end: str = END) -> Path:
    above = [["Tabel", None, None], ["titel", None, None], [None] * 3]
    return workbook(
        path / "s.xlsx",
        {
            "Tabel 1": [*above, oab_files.WITH_THRESHOLD, [None] * 3, *rows, [end, None, None]],
            "Tabel 2": [*[row[:2] for row in above], oab_files.WITHOUT_THRESHOLD, [None] * 2, *raw, [end, None]],
        },
    )


def test_scores_with_and_without_threshold_are_joined(tmp_path) -> None:
    path = scores(tmp_path, [["00AA00", 100, 30.4], ["00AB00", 50, 0]], [["00AB00", 10.5], ["00AA00", 100]])
    read = oab_files.read_scores(path)
    assert read.to_dict("records") == [
        {"location": "00AA00", "pupils": 100, "score": 30.4, "score_raw": 100.0},
        {"location": "00AB00", "pupils": 50, "score": 0.0, "score_raw": 10.5},
    ]


def test_sheets_with_other_locations_and_sheets_cut_off_are_refused(tmp_path) -> None:
    with pytest.raises(InputError, match="other locations"):
        oab_files.read_scores(scores(tmp_path, [["00AA00", 100, 30.4]], [["00AB00", 10.5]]))
    with pytest.raises(InputError, match="cut off"):
        oab_files.read_scores(scores(tmp_path, [["00AA00", 100, 30.4]], [["00AA00", 100]], end="Bron"))


def test_money_is_read_by_the_columns_of_its_year(tmp_path) -> None:
    header = ["BRIN_NUMMER", oab_files.PUPILS, oab_files.MEAN_AGE, "SCHOOLGEWICHT", oab_files.MONEY]
    path = workbook(tmp_path / "m.xlsx", {"x": [header, ["00AA", 90, 35.46, 2, 5800.5]]})
    (row,) = oab_files.read_money(path, 2011).to_dict("records")
    assert row == {"brin": "00AA", "year": 2011, "pupils": 90, "mean_age": 35.46, "score": 2.0, "oab_euro": 5800.5}
    with pytest.raises(InputError, match="'Brin' is missing"):
        oab_files.read_money(path, 2019)


def accounts(path: Path, *rows: str) -> Path:
    names = ["Bevoegd Gezag", "Sector", "Jaar", oab_files.STAFF, oab_files.HIRED, oab_files.WAGES]
    file = path / "l.csv"
    file.write_text("\n".join([",".join([*names, *oab_files.OTHER_COSTS]), *rows]) + "\n", "utf8")
    return file


def test_shares_of_costs_and_what_is_not_reported(tmp_path) -> None:
    """Staff 80, hired 4, wages 70, other 10 + 5 + 5: hired 4 / 80, wages 70 / 100; a blank is not zero."""
    read = oab_files.read_accounts(
        accounts(tmp_path, "40001,PO,2014,80,4,70,10,5,5", "40002,PO,2014,80,,70,,,20", "00001,VO,2014,1,1,1,1,1,1")
    )
    assert read["hired_share"].fillna(-1).tolist() == [4 / 80, -1]
    assert read["wage_share"].tolist() == [70 / 100, 70 / 100]


def test_a_board_has_the_mean_weging_of_its_pupils() -> None:
    """20 for 100 pupils and 40 for 300: 35."""
    places = pd.DataFrame({"location": ["a", "b"], "board": ["40001", "40001"], "municipality": ["X", "X"]})
    weging = pd.DataFrame({"location": ["a", "b"], "schoolweging": [20.0, 40.0], "pupils": [100, 300]})
    boards = pd.DataFrame({"board": ["40001", "40009"], "year": [2014, 2014]})
    assert oab_files.with_weging(boards, weging, places)["schoolweging"].fillna(-1).tolist() == [35.0, -1.0]


@pytest.mark.real
def test_real_scores_and_money_obey_their_formula(real_data_folder, cards_folder) -> None:
    from analysis.topics.staffing.models.oab_formula import threshold_check, transition_check, weights_check

    tables, _ = oab_files.read_oab(real_data_folder, cards_folder, allow_changed=False)
    checks = threshold_check(tables["by_location_score"]).set_index("check")
    assert checks.loc["threshold", "estimate"] == pytest.approx(0.12, abs=2e-5)
    assert (checks.loc["score", "share_exact"], checks.loc["score", "schools"]) == (1.0, 6295)
    money = dict(list(tables["by_school_money"].groupby("year")))
    weights = weights_check(money[2011]).set_index("check")
    assert weights["estimate"].tolist() == pytest.approx([1394.71, 37.64], abs=0.01)
    assert weights["share_exact"].min() == 1.0
    prices = transition_check(money[2019], money[2011]).set_index("check")["estimate"]
    assert prices["floor_price"] == pytest.approx(281.61, abs=0.01)
    assert prices["at_floor"] == pytest.approx(0.252, abs=0.001)
