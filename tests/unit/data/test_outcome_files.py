"""Files of DUO on what pupils reach: levels from names of programmes, counts added up over them."""

from pathlib import Path

import pytest

from analysis.data.outcome_files import SPRINGS, read_examinations
from analysis.errors import InputError

COUNTS = [
    f"{name} SCHOOLJAAR {spring - 1}-{spring} - TOTAAL"
    for spring in SPRINGS
    for name in ("EXAMENKANDIDATEN", "GESLAAGDEN")
]


def written(folder: Path, *rows: tuple[str, str, list[int]]) -> Path:
    header = ["VESTIGINGSNUMMER", "GEMEENTENAAM", "OPLEIDINGSNAAM", *COUNTS]
    lines = [[location, "ENSCHEDE", name, *map(str, counts)] for location, name, counts in rows]
    path = folder / "exams.csv"
    path.write_text("\n".join(";".join(line) for line in [header, *lines]) + "\n", encoding="cp1252")
    return path


def test_programmes_of_a_level_are_added_up_and_years_without_candidates_have_no_row(tmp_path: Path) -> None:
    rows = read_examinations(
        written(
            tmp_path,
            ("00AH00", "HAVO - N&T", [6, 6, 7, 7, 0, 0, 4, 2, 7, 6]),
            ("00AH00", "HAVO - N&T / N&G", [4, 3, 0, 0, 0, 0, 1, 1, 2, 2]),
        )
    )
    # springs 2015, 2016, 2018 and 2019: 6 + 4 candidates of whom 6 + 3 passed, and so on
    assert rows[["year", "candidates", "passed"]].to_numpy().tolist() == [
        [2015, 10, 9], [2016, 7, 7], [2018, 5, 3], [2019, 9, 8],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("VMBO B - techniek", ["vmbo-b"]),
        ("VMBO T", ["vmbo-gt"]),
        ("VMBO G - economie", ["vmbo-gt"]),
        ("VMBO LWT - economie", []),
        ("VWO - C&M", ["vwo"]),
    ],
)
def test_the_level_stands_in_the_name_of_the_programme(tmp_path: Path, name: str, level: list[str]) -> None:
    counts = [5, 4] + [0] * 8
    rows = read_examinations(written(tmp_path, ("00AH00", name, counts), ("00AH01", "HAVO - N&T", counts)))
    assert rows["level"].tolist() == [*level, "havo"]


def test_a_programme_of_no_known_level_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no known level"):
        read_examinations(written(tmp_path, ("00AH00", "MAVO", [5, 4] + [0] * 8)))


NONE_OF_LATER = [0] * 8
SOUND = ("00AH00", "HAVO - N&G", [100, 90, *NONE_OF_LATER])


@pytest.mark.parametrize(
    ("counts", "column", "problem"),
    [
        ([5, 6], "GESLAAGDEN", "must be at most"),
        ([0, 46], "GESLAAGDEN", "must be at most"),
        ([-1, -2], "EXAMENKANDIDATEN", "must not be below zero"),
        ([3, -2], "GESLAAGDEN", "must not be below zero"),
    ],
)
@pytest.mark.parametrize("others", [[], [SOUND]])
def test_counts_that_cannot_be_are_refused_in_their_own_row(
    tmp_path: Path, counts: list[int], column: str, problem: str, others: list[tuple[str, str, list[int]]]
) -> None:
    # neither a sum with another programme of the level nor a year without candidates may hide them
    with pytest.raises(InputError, match=problem) as refused:
        read_examinations(written(tmp_path, ("00AH00", "HAVO - N&T", [*counts, *NONE_OF_LATER]), *others))
    for part in ("exams.csv", f"'{column} SCHOOLJAAR 2014-2015 - TOTAAL'", "'00AH00, HAVO - N&T'"):
        assert part in str(refused.value)


def test_a_row_that_occurs_twice_is_refused_and_not_added_up(tmp_path: Path) -> None:
    blank = ("00AH00 ", SOUND[1], SOUND[2])
    with pytest.raises(InputError, match="'VESTIGINGSNUMMER' and 'OPLEIDINGSNAAM' must name a row once") as refused:
        read_examinations(written(tmp_path, SOUND, blank))
    assert "'00AH00, HAVO - N&G'" in str(refused.value)


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read_examinations(written(tmp_path, SOUND, SOUND, ("00AH01", "VWO - N&T", [4, 3, 2, 5, 0, -1, 0, 0, 0, 0])))
    assert str(refused.value).count("exams.csv") == 3
