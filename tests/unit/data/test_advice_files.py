"""Files of DUO about advices: read as they are, joined where a school has one location."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.data import advice_files
from analysis.errors import InputError

COUNTS = [*advice_files.LEVEL_OF_COLUMN, advice_files.NOT_POSSIBLE, advice_files.TOTAL]


def written(path: Path, header: list[str], rows: list[list[object]], separator: str) -> Path:
    path.write_text("\n".join(separator.join(map(str, row)) for row in [header, *rows]) + "\n", encoding="cp1252")
    return path


def advices(path: Path, counts: list[int]) -> Path:
    return written(path / "a.csv", ["SCHOOLJAAR", "BRIN_NUMMER", *COUNTS], [["2019-2020", "00AA", *counts]], ",")


def test_advices_are_read_by_brin_and_first_calendar_year(tmp_path) -> None:
    read = advice_files.read_advices(advices(tmp_path, [0] * 8 + [2, 0, 3, 1, 6]))
    assert read[["brin", "year", "HAVO", "VWO", "LEERLINGEN"]].to_numpy().tolist() == [["00AA", 2019, 2, 3, 6]]


def test_advices_that_do_not_sum_to_the_pupils_are_refused(tmp_path) -> None:
    with pytest.raises(InputError, match="sum to LEERLINGEN"):
        advice_files.read_advices(advices(tmp_path, [0] * 8 + [2, 0, 3, 1, 7]))


def scores(path: Path, *rows: tuple[str, str, str, int, str]) -> Path:
    columns = [f"{name}_{what}" for name in advice_files.PROVIDERS for what in ("AANTAL", "GEM")]
    header = ["BRIN_NUMMER", "VESTIGINGSNUMMER", "SOORT_PO", *columns]
    lines = [[brin, number, kind, pupils, mean, *["0", " "] * 4] for brin, number, kind, pupils, mean in rows]
    return written(path / "s.csv", header, lines, ";")


def test_means_of_fewer_than_five_pupils_and_special_schools_have_no_score(tmp_path) -> None:
    path = scores(
        tmp_path, ("00AA", "00", "Bo", 20, "536,5"), ("00AB", "00", "Bo", 4, " "), ("00AC", "00", "Sbo", 9, "520")
    )
    read = advice_files.read_end_scores(path)
    assert read.to_dict("records") == [{"location": "00AA00", "provider": "CET", "pupils": 20, "score": 536.5}]


def test_a_mean_that_should_be_there_and_is_not_stops(tmp_path) -> None:
    with pytest.raises(InputError, match="CET_GEM"):
        advice_files.read_end_scores(scores(tmp_path, ("00AA", "00", "Bo", 20, " ")))


def test_scores_are_standardised_within_their_provider() -> None:
    rows = [("A", "CET", 10, 530.0), ("B", "CET", 30, 538.0), ("C", "IEP", 5, 70.0), ("D", "IEP", 5, 90.0)]
    by_location = advice_files.standardised(pd.DataFrame(rows, columns=["location", "provider", "pupils", "score"]))
    # CET: mean (10 x 530 + 30 x 538) / 40 = 536, variance (10 x 36 + 30 x 4) / 40 = 12; IEP: mean 80, sd 10.
    assert by_location["score"].tolist() == pytest.approx([-6 / 12**0.5, 2 / 12**0.5, -1.0, 1.0])


def test_only_a_brin_with_one_location_is_joined() -> None:
    counts = dict.fromkeys(advice_files.LEVEL_OF_COLUMN, 0) | {"HAVO": 1, "VWO": 3}
    given = pd.DataFrame([{"brin": brin, "year": 2019, **counts} for brin in ("00AA", "00AB", "00AC")])
    places = [("00AA", "00AA00", "X"), ("00AB", "00AB00", "Y"), ("00AB", "00AB01", "Y")]
    locations = pd.DataFrame(places, columns=["brin", "location", "municipality"])
    score = pd.DataFrame({"location": ["00AA00", "00AB00"], "score": [0.5, 1.5]})
    weging = pd.DataFrame({"location": ["00AA00"], "schoolweging": [30.0]})
    by_school = advice_files.joined_by_school(given, locations, score, weging).set_index("brin")
    assert by_school["level"].tolist() == [(4 + 3 * 5) / 4] * 3
    assert by_school["locations"].tolist() == [1, 2, 0]
    assert by_school["score"].fillna(-9).tolist() == [0.5, -9, -9]


@pytest.mark.real
def test_the_real_files_are_those_of_their_cards(real_data_folder, cards_folder) -> None:
    tables, inputs = advice_files.read_school_advice(real_data_folder, cards_folder, allow_changed=False)
    assert {record["status"] for record in inputs} == {"verified"}
    by_school = tables["by_school_advice"]
    assert by_school["brin"].nunique() > 6000
    assert (by_school["locations"] <= 1).all()
