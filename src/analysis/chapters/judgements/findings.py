"""What the chapter on the inspectorate's judgements finds, in sentences; which one follows from the interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from analysis.chapters.judgements.models.parts import PARTS
from analysis.chapters.judgements.models.schools import ALL, REGULAR, SPECIAL
from analysis.inspectorate import ASPECTS
from analysis.language import term
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import Finding, as_rows, frame, number_of, where_known
from analysis.publish.units import direction

say = sentences_beside(__file__)

SCHOOLS, BOARDS = "schools", "boards"
GOOD = "good"
NAMES = {REGULAR: "judged_basisscholen", SPECIAL: "judged_special"}
KNOWN = ["estimate", "ci_low", "ci_high"]
COMPARED = ["schools_before", "schools_after", "ratio_low", "ratio_high", "p_value"]


def judgements(
    *,
    changed: pd.DataFrame,
    judged: pd.DataFrame,
    aspects: pd.DataFrame,
    size: pd.DataFrame,
    years: tuple[int, int],
    power: float,
) -> pd.DataFrame:
    """Say what the judgements in force are, whether weak schools became fewer, and what goes with the size of boards.

    Parameters
    ----------
    changed, judged, aspects, size : The chapter's tables, gated.
    years : Whose weak schools are compared.
    power : Chance at which a change counts as detectable.

    Returns
    -------
    DataFrame
        One row per finding, as `publish.findings.frame` makes them; none about a withheld number.
    """
    return frame(
        where_known(
            _weak(changed, years, power),
            *(_judged(judged, kind) for kind in NAMES),
            *(_aspect(aspects, aspect) for aspect in ASPECTS),
            *(_size(size, aspect) for aspect in ASPECTS),
        )
    )


def with_p_values(changed: pd.DataFrame, size: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the p-values of the findings, in one frame.

    Parameters
    ----------
    changed, size : As of `judgements`.
    """
    ratio = changed["schools_after"].astype(float) / changed["schools_before"].astype(float)
    return pd.concat([changed.assign(group="", estimate=ratio), size], ignore_index=True)


def _weak(changed: pd.DataFrame, years: tuple[int, int], power: float) -> Iterator[Finding]:
    """Say whether more or fewer schools are weak, only where the interval of the ratio leaves out one."""
    for row in as_rows(changed.dropna(subset=COMPARED)):
        sign = int(row["ratio_low"] > 1) - int(row["ratio_high"] < 1)
        # Of many schools a fall to none is all but sure to be found, and how often is withheld.
        many = not sign and pd.isna([row["found_none"], row["detectable"]]).any()
        sentence = say(
            "weak_unclear_many" if many else ("weak_unclear", "weak_more", "weak_fewer")[sign],
            before_schools=number_of(row["schools_before"]),
            after_schools=number_of(row["schools_after"]),
            first_year=years[0],
            last_year=years[1],
            ratio=row["schools_after"] / row["schools_before"],
            low=row["ratio_low"],
            high=row["ratio_high"],
            p=row["p_value"],
            none=row["found_none"],
            detectable=row["detectable"],
            power=power,
        )
        yield Finding("weak", sentence, number_of(row["schools_before"] + row["schools_after"]), SCHOOLS)


def _judged(judged: pd.DataFrame, kind: str) -> Iterator[Finding]:
    known = judged[(judged["school_kind"] == kind) & (judged["judgement"] == GOOD) & (judged["title"] == ALL)]
    for row in as_rows(known.dropna(subset=[*PARTS])):
        sentence = say("judged", kind=term(kind), **_part(row))
        yield Finding(NAMES[kind], sentence, number_of(row["schools_judged"]), SCHOOLS)


def _aspect(aspects: pd.DataFrame, aspect: str) -> Iterator[Finding]:
    known = aspects[(aspects["aspect"] == aspect) & (aspects["judgement"] == GOOD)]
    for row in as_rows(known.dropna(subset=[*PARTS])):
        sentence = say("aspect", aspect=term(aspect), **_part(row))
        yield Finding(f"aspect_{aspect}", sentence, number_of(row["boards_judged"]), BOARDS)


def _part(row: Mapping[str, float]) -> dict[str, float]:
    return dict(zip(("good", "low", "high"), (row[end] for end in PARTS), strict=True))


def _size(size: pd.DataFrame, aspect: str) -> Iterator[Finding]:
    """Say of an aspect whether larger or smaller boards are good more often, only where the interval says so.

    Of one aspect alone there is no figure, and the table says it.
    """
    known = size.dropna(subset=KNOWN)
    for row in as_rows(known[(known["group"] == aspect) & (len(known) > 1)]):
        odds, low, high = (float(np.exp(row[end])) for end in KNOWN)
        sentence = say(
            ("size_unclear", "size_larger", "size_smaller")[direction(row)],
            aspect=term(aspect),
            log_odds=float(row["estimate"]),
            odds=odds,
            low=low,
            high=high,
        )
        yield Finding(f"size_{aspect}", sentence, number_of(row["boards"]), BOARDS)
