from pathlib import Path

import pytest

from analysis.data import bdf
from analysis.errors import InputError

HEADER = "rownames,schoolNR,pupilNR,IQ.verb,Minority,repeatgr,aritPRET,aritPOST,langPRET,langPOST,ses"
ROWS = ["1,1,17001,15,N,0,14,24,36,46,23", "2,1,17002,14.5,Y,0,12,19,36,45,10"]


def write(folder: Path, *rows: str) -> Path:
    path = folder / "bdf.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    return path


def test_pupils_are_read_under_our_names(tmp_path: Path) -> None:
    by_pupil = bdf.read_pupils(write(tmp_path, *ROWS))
    assert by_pupil["iq_verbal"].tolist() == [15.0, 14.5]
    assert by_pupil["minority"].tolist() == [False, True]
    assert by_pupil[["school", "pupil", "language_pre", "language_post"]].to_numpy().tolist() == [
        [1, 17001, 36, 46],
        [1, 17002, 36, 45],
    ]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("3,1,17001,15,N,0,14,24,36,46,23", "unique key"),
        ("3,1,17003,15,J,0,14,24,36,46,23", "unknown codes"),
        ("3,1,17003,15,N,0,14,24,36,99,23", "between 0 and 60"),
        ("3,1,17003,x,N,0,14,24,36,46,23", "must hold numbers"),
        ("3,1,17003,15,N,0,14,24", "do not have the 11 fields"),
    ],
)
def test_a_wrong_value_is_one_message(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        bdf.read_pupils(write(tmp_path, *ROWS, row))


def test_a_changed_file_is_refused(tmp_path: Path, cards_folder: Path) -> None:
    (tmp_path / "learning").mkdir()
    write(tmp_path / "learning", *ROWS)
    with pytest.raises(InputError, match="not the file that the card describes"):
        bdf.verify(tmp_path, cards_folder, allow_changed=False)
    assert bdf.verify(tmp_path, cards_folder, allow_changed=True)[0]["status"] == "changed"
