"""DUO's file on reference levels: what a masked count may be, and what is refused."""

from pathlib import Path

import pytest

from analysis.data.level_files import COLUMNS, KEY, read_reference_levels
from analysis.errors import InputError

COUNTS = ["REKENEN_LAGER1F", "REKENEN_1F", "REKENEN_1S", "REKENEN_2F", *COLUMNS["lezen"], *COLUMNS["taal"]]
LINE = ["00AP", "00", "20221001", "<5", "11", "5", "0", "0", "5", "13", "<5", "5", "<5"]


def written(folder: Path, *lines: list[str], header: list[str] | None = None) -> Path:
    path = folder / "levels.csv"
    rows = [header or [*KEY, *COUNTS], *lines]
    path.write_text("".join(";".join(f'"{value}"' for value in row) + "\n" for row in rows), encoding="cp1252")
    return path


def test_a_masked_count_has_two_ends_and_so_has_the_total(tmp_path: Path) -> None:
    rows = read_reference_levels(written(tmp_path, LINE)).set_index("subject")
    assert rows["location"].unique().tolist() == ["00AP00"]
    assert rows["year"].unique().tolist() == ["2022/23"]
    ends = ["below_low", "below_high", "fundamental_low", "fundamental_high", "target_low", "target_high"]
    assert rows.loc["rekenen", ends].tolist() == [1, 4, 11, 11, 5, 5]
    assert rows.loc["taal", ends].tolist() == [1, 4, 5, 5, 1, 4]
    assert rows[["n_low", "n_high"]].loc["lezen"].tolist() == [18, 18]
    assert rows[["n_low", "n_high"]].loc["taal"].tolist() == [7, 13]


def test_a_school_without_results_has_no_row(tmp_path: Path) -> None:
    nobody = ["00AP", "01", "20221001", *["0"] * 10]
    assert len(read_reference_levels(written(tmp_path, LINE, nobody))) == 3


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("LV_1F", "<10", "column 'LV_1F' must hold numbers"),
        ("PEILDATUM", "2022", "1 October, as 20221001"),
        ("REKENEN_2F", "3", "of rekenen the target level is 1S"),
        ("INSTELLINGSCODE", "", "as 00AB and 01"),
    ],
)
def test_what_cannot_be_is_refused_by_file_and_column(tmp_path: Path, column: str, value: str, message: str) -> None:
    line = [value if name == column else given for name, given in zip([*KEY, *COUNTS], LINE, strict=True)]
    with pytest.raises(InputError, match=message) as refused:
        read_reference_levels(written(tmp_path, line))
    assert "levels.csv" in str(refused.value)


def test_a_location_with_two_rows_and_a_missing_column_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unique key"):
        read_reference_levels(written(tmp_path, LINE, LINE))
    with pytest.raises(InputError, match="LV_2F"):
        read_reference_levels(written(tmp_path, LINE[:-4], header=[*KEY, *COUNTS][:-4]))
