"""Which tests of which years a design compares, and how the subjects of a pupil are averaged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.errors import ModelError, Reason

COMPOSITE = "composite"
PERCENTILES = ("m_percentile", "e_percentile", "prior_percentile")


@dataclass(frozen=True)
class Design:
    """Which years are compared, on which tests.

    Parameters
    ----------
    groepen
        The groepen whose tests count, by subject.
    composite
        The subjects whose mean percentile is the composite, all of them in `groepen`; empty for no composite.
    composite_least
        On how many of them a pupil must have both results to count in the composite. The publication asks for one.
    closure_year
        School year of the closure, as ``2019/20``.
    control_years
        School years before it, in order; with one there is no trend.
    """

    groepen: Mapping[str, Sequence[int]]
    composite: Sequence[str] = ("lezen", "rekenen", "spelling")
    composite_least: int = 1
    closure_year: str = "2019/20"
    control_years: Sequence[str] = ("2016/17", "2017/18", "2018/19")


def usable(by_pupil_test: pd.DataFrame) -> pd.Series:
    """Tell which rows have both results, with consent and not tested adaptively."""
    both = by_pupil_test["m_percentile"].notna() & by_pupil_test["e_percentile"].notna()
    return both & by_pupil_test["consent"] & ~by_pupil_test["adaptive"]


def tested(rows: pd.DataFrame, groepen: Mapping[str, Sequence[int]]) -> pd.Series:
    """Tell which rows are of a subject and groep that count."""
    pairs = [(subject, groep) for subject, some in groepen.items() for groep in some]
    return pd.Series(pd.MultiIndex.from_frame(rows[["subject", "groep"]]).isin(pairs), index=rows.index)


def composite(rows: pd.DataFrame, design: Design, weights: str | None) -> pd.DataFrame:
    """Average the percentiles of a pupil and year over the subjects of the composite."""
    parts = rows[rows["outcome"].isin(design.composite)]
    averaged = [*PERCENTILES, "days", *([weights] if weights else [])]
    keys = [parts["pupil"], parts["start"]]
    grouped = parts.groupby(["pupil", "start"])
    means = grouped[averaged].mean()
    # A mean over other subjects than those of the year itself would not be a prior of the same composite.
    means["prior_percentile"] = means["prior_percentile"].where(grouped["prior_percentile"].count() == grouped.size())
    first = parts[~pd.MultiIndex.from_arrays(keys).duplicated()].set_index(["pupil", "start"])
    enough = grouped.size() >= design.composite_least
    joined = first.drop(columns=averaged).join(means[enough], how="inner").reset_index()
    return joined.assign(outcome=COMPOSITE)[list(rows.columns)]


def refuse_absent_years(rows: pd.DataFrame, starts: set[int]) -> None:
    """Refuse an outcome without pupils in one of the years."""
    for outcome, part in rows.groupby("outcome"):
        absent = starts - set(part["start"])
        if absent:
            told = ", ".join(f"{year}/{(year + 1) % 100:02d}" for year in sorted(absent))
            raise ModelError(f"{outcome}: no pupil has both results in {told}", Reason.EMPTY)
