"""A finding: a sentence with what it rests on, and whether it is a test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd

from analysis.errors import InputError, WithheldError
from analysis.language import Text, text
from analysis.publish.tables import number
from analysis.stats.multiplicity import HOLM, correction_of, expected_by_chance, holm

T = TypeVar("T")
LEVEL = 0.05
"""P-values below it are called measurable."""
TEST_COLUMNS = ("p_value", "p_corrected", "family")
ALONE = "a question of its own"
DTYPES = {"sentence": object, "p_value": float, "p_corrected": float}
"""A sentence stays what it is: a column of strings would forget what it was made of."""


class Finding(NamedTuple):
    """One sentence of a chapter.

    Parameters
    ----------
    name, sentence, n, unit : As `Chapter.findings` publishes them.
    p_value
        Of the difference or effect that the sentence is about, not corrected; missing where it describes and tests
        nothing.
    family : A name in `multiplicity.FAMILIES`; empty where the test answers a question of its own.
    p_corrected : Where the chapter corrected it itself (Romano-Wolf needs its bootstrap); else `frame` does.
    """

    name: str
    sentence: str
    n: int
    unit: str
    p_value: float = np.nan
    family: str = ""
    p_corrected: float = np.nan


def number_of(value: Any) -> int:  # noqa: ANN401 - a cell of a gated frame
    """Return a count as it may be reported; a missing one is withheld."""
    if pd.isna(value):
        raise WithheldError(text("Not shown: a number in it is withheld, or cannot be estimated."))
    return int(value)


def where_known(*topics: Iterable[T]) -> Iterator[T]:
    """Give the findings of every topic; a sentence whose numbers are withheld or missing is not made."""
    for topic in topics:
        try:
            yield from topic
        except WithheldError:
            continue


def frame(findings: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    """Put findings, or what begins like one, in a frame: ``name, sentence, n, unit, p_value, family, p_corrected``."""
    columns = dict(zip(Finding._fields, zip(*(Finding(*row) for row in findings), strict=True), strict=False))
    table = pd.DataFrame({name: pd.Series(columns.get(name, ()), dtype=DTYPES.get(name)) for name in Finding._fields})
    given = table["p_corrected"].notna()
    for family, rows in table[~given].groupby("family"):
        if family and correction_of(str(family)) == HOLM:
            table.loc[rows.index, "p_corrected"] = holm(rows["p_value"])
    # A test of its own needs no correction.
    return table.assign(p_corrected=table["p_corrected"].where(table["family"] != "", table["p_value"]))


def refuse_forgotten(by_finding: pd.DataFrame) -> None:
    """Refuse a sentence with a number that has forgotten its values: the gate could only read it.

    A method of strings, ``+``, an f-string and a column of strings return words.

    Raises
    ------
    InputError
        Naming the finding.
    """
    for row in by_finding.to_dict("records"):
        if not isinstance(row["sentence"], Text) and any(map(str.isdigit, row["sentence"])):
            hint = "join texts with language.joined, and put findings in a frame with publish.findings.frame"
            raise InputError(f"finding {row['name']!r}", "has forgotten what it was made of", hint=hint)


def in_words(counted: pd.DataFrame, level: float = LEVEL) -> Text:
    """State how many findings and tests there are, and how many would come out if nothing were there anywhere."""
    sums = counted[["findings", "tests", "significant", "by_chance", "significant_corrected"]].sum()
    names = {"significant": "significant_tests", "significant_corrected": "corrected_tests"}
    return text(
        "This edition makes {findings:.0f} findings. {tests:.0f} of them test a difference or effect at {level:.0%}: "
        "{significant_tests:.0f} came out, {by_chance:.1f} would if nothing were there anywhere, and "
        "{corrected_tests:.0f} came out after correction within their families",
        level=level,
        **{str(name): value for name, value in sums.rename(names).items()},
    )


def count(by_finding: pd.DataFrame, level: float = LEVEL) -> pd.DataFrame:
    """Count findings and tests by chapter and family, and how many tests would come out if nothing were there.

    Parameters
    ----------
    by_finding
        The findings of several chapters with ``chapter`` and `TEST_COLUMNS`; a chapter that declares no tests lacks
        the latter.
    level : Of the tests.

    Returns
    -------
    DataFrame
        ``chapter, family, correction, findings, tests, significant, by_chance, significant_corrected``.
    """
    filled = by_finding.reindex(columns=list(dict.fromkeys([*by_finding.columns, *TEST_COLUMNS])))
    filled = filled.assign(family=filled["family"].fillna("").replace("", ALONE))
    rows = [
        {
            "chapter": chapter,
            "family": family,
            "correction": "none" if family == ALONE else correction_of(str(family)),
            "findings": len(part),
            "tests": int(part["p_value"].notna().sum()),
            "significant": int((part["p_value"] < level).sum()),
            "by_chance": expected_by_chance(part["p_value"], level),
            "significant_corrected": int((part["p_corrected"] < level).sum()),
        }
        for (chapter, family), part in filled.groupby(["chapter", "family"], sort=False)
    ]
    return pd.DataFrame(rows)


def one(estimates: pd.DataFrame, **chosen: str) -> dict[str, Any] | None:
    """Find the first row with these values and all its numbers; None when there is none."""
    rows = estimates.dropna(subset=["estimate", "ci_low", "ci_high", "n_obs"])
    for column, value in chosen.items():
        rows = rows[rows[column] == value]
    return as_rows(rows)[0] if len(rows) else None


def interval(row: pd.Series, digits: int = 2) -> str:
    """Write an estimate with its 95% interval."""
    estimate, low, high = (number(row[name], digits) for name in ("estimate", "ci_low", "ci_high"))
    return text("{estimate} (95% interval {low} to {high})", estimate=estimate, low=low, high=high)


def as_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the rows of a frame as mappings."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
