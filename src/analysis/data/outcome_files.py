"""Files of DUO on what pupils of a school reach: mean end-test scores (2019) and final examinations (2015 to 2019)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from analysis.data import cbs
from analysis.data.advice_files import FEWEST_PUPILS, HIGHEST_SCORE, PROVIDERS, read_end_scores
from analysis.data.cards import verify_files
from analysis.data.columns import code, location, number, open_contract, text, whole
from analysis.data.contracts import check
from analysis.data.files import read_delimited, stripped, whole_numbers
from analysis.errors import InputError, few

SCORE_FILES = {
    "gemiddelde-eindscores-2018-2019": "duo/gemiddelde-eindscores-bo-sbo-2018-2019.csv",
    "schoolweging-2017-2019": "cbs/schoolweging-2017-2019.xlsx",
}
EXAM_FILES = {"examenkandidaten-2014-2019": "duo/vo/examenkandidaten-en-geslaagden-2014-2019.csv"}
WEGING_YEAR = 2018
SPRINGS = range(2015, 2020)
KEY = ["VESTIGINGSNUMMER", "OPLEIDINGSNAAM"]
COUNTED = {"candidates": "EXAMENKANDIDATEN", "passed": "GESLAAGDEN"}

LEVEL_OF_PROGRAMME = {
    r"VMBO B - .*": "vmbo-b",
    r"VMBO K - .*": "vmbo-k",
    r"VMBO [GT]( - .*)?": "vmbo-gt",
    r"HAVO - .*": "havo",
    r"VWO - .*": "vwo",
}
OTHER_PROGRAMME = r"VMBO LWT - .*"
"""Leerwerktraject: a way through vmbo-b with another examination; left out."""

_BY_SCHOOL_SCORE = open_contract(
    "by_school_score",
    ["location", "provider"],
    location=location(),
    municipality=text("of the school"),
    provider=code("provider of the test", PROVIDERS),
    tested=whole("pupils with a score, spring 2019", FEWEST_PUPILS),
    mean=number("mean score, on the scale of the provider", 0, HIGHEST_SCORE),
    schoolweging=number("CBS, 2018", 15, 45, missing=True),
)
_BY_SCHOOL_EXAM = open_contract(
    "by_school_exam",
    ["location", "level", "year"],
    pa.Check(lambda frame: frame["passed"] <= frame["candidates"], error="passed at most the candidates"),
    location=location("location of a secondary school"),
    municipality=text("of the school"),
    level=code("level of the examination", tuple(LEVEL_OF_PROGRAMME.values())),
    year=whole("spring of the examination", SPRINGS[0], SPRINGS[-1]),
    candidates=whole("candidates", 1),
    passed=whole("candidates who passed", 0),
)

Tables = tuple[dict[str, pd.DataFrame], list[dict[str, Any]]]


def read_outcomes(folder: Path, cards_folder: Path, allow_changed: bool) -> Tables:
    """Read the mean end-test score of every basisschool with its schoolweging; see `cards.verify_files`.

    Returns
    -------
    tuple
        ``by_school_score``: one row per location and provider of the test; and one record per file for the manifest.
    """
    inputs = verify_files({id: [path] for id, path in SCORE_FILES.items()}, folder, cards_folder, allow_changed)
    scores, weging = (folder / path for path in SCORE_FILES.values())
    rows = read_end_scores(scores).join(_municipalities(scores), on="location")
    of_year = cbs.read_schoolweging(weging).query("year == @WEGING_YEAR").set_index("location")["schoolweging"]
    joined = pd.DataFrame(
        {
            **rows[["location", "municipality", "provider"]],
            "tested": rows["pupils"],
            "mean": rows["score"],
            "schoolweging": rows["location"].map(of_year),
        }
    )
    return {"by_school_score": check(joined, _BY_SCHOOL_SCORE, str(scores))}, inputs


def read_exams(folder: Path, cards_folder: Path, allow_changed: bool) -> Tables:
    """Read candidates and passes of every location of a secondary school; see `cards.verify_files`.

    Returns
    -------
    tuple
        ``by_school_exam``: one row per location, level and spring with candidates; and one record per file.
    """
    inputs = verify_files({id: [path] for id, path in EXAM_FILES.items()}, folder, cards_folder, allow_changed)
    path = folder / EXAM_FILES["examenkandidaten-2014-2019"]
    return {"by_school_exam": read_examinations(path)}, inputs


def _municipalities(path: Path) -> pd.Series[str]:
    columns = ["BRIN_NUMMER", "VESTIGINGSNUMMER", "GEMEENTENAAM"]
    rows = stripped(read_delimited(path, columns, encoding="cp1252", separator=";", last_line_ends=True))
    by_location = rows.set_index(rows["BRIN_NUMMER"] + rows["VESTIGINGSNUMMER"])["GEMEENTENAAM"]
    return by_location[~by_location.index.duplicated()].rename("municipality")


def read_examinations(path: Path) -> pd.DataFrame:
    """Add up the programmes of a level, of men, women and others: one row per location, level and spring."""
    counts = {
        (spring, what): f"{name} SCHOOLJAAR {spring - 1}-{spring} - TOTAAL"
        for spring in SPRINGS
        for what, name in COUNTED.items()
    }
    rows = stripped(read_delimited(path, [*KEY, "GEMEENTENAAM", *counts.values()], encoding="cp1252", separator=";"))
    level = _levels(rows["OPLEIDINGSNAAM"], str(path))
    numbers = pd.DataFrame({column: whole_numbers(rows[column], str(path)) for column in counts.values()})
    pairs = [(counts[spring, "candidates"], counts[spring, "passed"]) for spring in SPRINGS]
    _refuse_impossible(rows[KEY], numbers, pairs, str(path))
    keys = {"location": rows["VESTIGINGSNUMMER"], "municipality": rows["GEMEENTENAAM"].str.title(), "level": level}
    parts = [
        pd.DataFrame({**keys, "year": spring} | {what: numbers[counts[spring, what]] for what in COUNTED})
        for spring in SPRINGS
    ]
    summed = pd.concat(parts).dropna(subset="level").groupby([*keys, "year"], as_index=False).sum()
    return check(summed[summed["candidates"] > 0].reset_index(drop=True), _BY_SCHOOL_EXAM, str(path))


def _refuse_impossible(keys: pd.DataFrame, numbers: pd.DataFrame, pairs: list[tuple[str, str]], file: str) -> None:
    """Refuse rows that a sum over programmes would hide: one that repeats its key, and counts that cannot be.

    Raises
    ------
    InputError
        With every column at fault, and the first row by its location and programme; never a count.
    """
    faults = [(f"columns {' and '.join(map(repr, KEY))} must name a row once", keys.duplicated())]
    faults += [(f"column {column!r} must not be below zero", numbers[column] < 0) for column in numbers]
    faults += [
        (f"column {passed!r} must be at most {candidates!r}", numbers[passed] > numbers[candidates])
        for candidates, passed in pairs
    ]
    errors = [
        InputError(file, f"{problem}; {few(int(bad.sum()))} rows are wrong", given=", ".join(keys[bad].iloc[0]))
        for problem, bad in faults
        if bad.any()
    ]
    if errors:
        raise InputError.several(errors)


def _levels(programmes: pd.Series[str], file: str) -> pd.Series[str]:
    """Return the level of each programme, missing for a leerwerktraject; refuse one that is not known."""
    level_of: dict[str, str | None] = {}
    for name in programmes.unique():
        known = [level for pattern, level in LEVEL_OF_PROGRAMME.items() if re.fullmatch(pattern, name)]
        if not known and not re.fullmatch(OTHER_PROGRAMME, name):
            raise InputError(file, "a programme of no known level", given=name, allowed=", ".join(LEVEL_OF_PROGRAMME))
        level_of[name] = known[0] if known else None
    return programmes.map(level_of)
