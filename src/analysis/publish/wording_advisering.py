"""The findings about the school advice in sentences.

Every number in them is computed, and so is every word that depends on one; a sentence about a withheld number is left
out.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from analysis.publish.tables import number
from analysis.publish.wording import COLUMNS

EVERYONE = "all"
NOT_DISCRIMINATION = (
    "What is left is not by itself discrimination either: the advice rests on more than scores, and these data do not "
    "tell why it differs."
)
COMPARED = {
    "laag": "with low-educated rather than highly educated parents",
    "nonwestern": "with a non-western rather than no migration background",
}
COUNTED = {
    "half": ("first advice, half levels counted", "before bijstelling, half levels counted"),
    "whole": ("final advice, a level or more", "after bijstelling, by a whole level or more"),
}
AT_SCORE = {
    "below_vwo": ("final advice below vwo", "had a final advice below vwo"),
    "vwo_class": ("class for vwo alone", "were in a class for vwo alone in year 1"),
}

Row = tuple[str, str, int]


def advisering(
    shares: pd.DataFrame, estimates: pd.DataFrame, scenario_gaps: pd.DataFrame, spread: pd.DataFrame
) -> pd.DataFrame:
    """Tell what the chapter finds.

    Parameters
    ----------
    shares
        All shares of `models.advisering.shares` and `scenario`, gated.
    estimates
        All estimates of the regressions, gated.
    scenario_gaps
        Of `models.advisering.scenario.gaps`, gated.
    spread
        Of `models.advisering.spread.spread`, gated.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``.
    """
    rows = [
        *_deviation(shares),
        *_advice_by_education(shares),
        *_gaps(estimates, "under", "advised below their test"),
        *_gaps(estimates, "over", "advised above their test"),
        *_measurement_error(estimates),
        *_revised_path(shares),
        *_revised_gaps(estimates),
        *_year3(shares),
        *_at_scores(shares),
        *_scenario(shares, scenario_gaps),
        *_spread(spread),
    ]
    return pd.DataFrame([(*row, "pupils") for row in rows], columns=COLUMNS)


def _deviation(shares: pd.DataFrame) -> Iterable[Row]:
    rows = shares[shares["model"] == "deviation_as_published"]
    year = rows["school_year"].max()
    for name, (category, counted) in COUNTED.items():
        below, above = (_one(rows, category=category, school_year=year, term=term) for term in ("below", "above"))
        if _told(below, above):
            yield (
                f"deviation_{name}",
                f"In {year}, {_share(above)} of the pupils with a test score were advised above the advice of the test "
                f"and {_share(below)} below it ({counted}).",
                int(below["n_obs"]),
            )


def _advice_by_education(shares: pd.DataFrame) -> Iterable[Row]:
    rows = shares[(shares["model"] == "advice_by_education") & (shares["term"] == "vwo")]
    year = rows["school_year"].max()
    everyone, hoog, laag = (_one(rows, school_year=year, group=group) for group in (EVERYONE, "hoog", "laag"))
    if _told(everyone, hoog, laag):
        yield (
            "advice_vwo",
            f"In {year}, {_share(everyone)} of all pupils had a final advice for vwo: {_share(hoog)} of those with "
            f"highly educated parents ({_n(hoog)}) and {_share(laag)} of those with low-educated parents ({_n(laag)}).",
            int(everyone["n_obs"]),
        )


def _gaps(estimates: pd.DataFrame, outcome: str, told: str) -> Iterable[Row]:
    rows = estimates[estimates["model"] == f"{outcome}_lpm_fe"]
    for term, compared in COMPARED.items():
        both, alone = (_one(rows, term=term, controls=controls) for controls in ("mutual", "alone"))
        if _told(both, alone):
            yield (
                f"{outcome}_{term}",
                f"At the same test advice and at the same school, pupils {compared} are {_often(both)} {told} when the "
                f"other factors are equal too, and {_often(alone)} when these are left out of account.",
                int(both["n_obs"]),
            )


def _measurement_error(estimates: pd.DataFrame) -> Iterable[Row]:
    plain, mended, both = (_one(estimates, model=f"under_{way}", term="laag") for way in ("ols", "iv", "lovs"))
    if _told(plain, mended, both):
        yield (
            "measurement_error",
            f"Of pupils with the same test score, those of a group with lower scores did better than usual more often, "
            f"so that a gap appears even where schools make no difference. Between pupils with low-educated and highly "
            f"educated parents the difference in under-advice is {_interval(plain)} percentage points at equal test "
            f"score, {_interval(mended)} when an earlier score corrects for the error of the test, and "
            f"{_interval(both)} at equal test and earlier scores. {NOT_DISCRIMINATION}",
            int(plain["n_obs"]),
        )


def _revised_path(shares: pd.DataFrame) -> Iterable[Row]:
    rows = shares[(shares["model"] == "revised_by_year") & (shares["group"] == EVERYONE)]
    rows = rows[rows["category"] == "education"].dropna(subset=["estimate"]).sort_values("school_year")
    if rows.empty:
        return
    top = rows.iloc[int(rows["estimate"].astype(float).argmax())]
    path = {row["school_year"]: row for row in (rows.iloc[0], top, rows.iloc[-1])}
    told = [f"{_share(row)} in {year} ({_n(row)})" for year, row in path.items()]
    yield (
        "revised",
        f"Of the pupils whose first advice lay below that of the test, a bijstelling followed for {_listed(told)}.",
        int(rows["n_obs"].sum()),
    )


def _revised_gaps(estimates: pd.DataFrame) -> Iterable[Row]:
    rows = estimates[(estimates["model"] == "revised_lpm_fe") & (estimates["controls"] == "mutual")]
    laag, nonwestern = (_one(rows, term=term) for term in COMPARED)
    if _told(laag, nonwestern):
        yield (
            "revised_gaps",
            f"Among the under-advised with the same test advice at the same school, pupils {COMPARED['laag']} are "
            f"{_often(laag)} revised, and pupils {COMPARED['nonwestern']} {_often(nonwestern)}.",
            int(laag["n_obs"]),
        )


def _year3(shares: pd.DataFrame) -> Iterable[Row]:
    rows = shares[shares["model"] == "position_year3"]
    at = _one(rows, group=EVERYONE, term="at the advice")
    up = _one(rows, group="under-advised, not revised", term="above the advice")
    if _told(at):
        more = (
            f"; of those under-advised without bijstelling ({_n(up)}), {_share(up)} are above it" if _told(up) else ""
        )
        yield (
            "position_year3",
            f"Of the cohort of {at['school_year']}, {_share(at)} are at the level of their final advice in year 3"
            f"{more}.",
            int(at["n_obs"]),
        )


def _at_scores(shares: pd.DataFrame) -> Iterable[Row]:
    rows = shares[shares["model"] == "at_score"]
    for name, (term, did) in AT_SCORE.items():
        laag, hoog = (_one(rows, term=term, group=group) for group in ("laag", "hoog"))
        if _told(laag, hoog):
            yield (
                f"score_{name}",
                f"Of the pupils with a test {laag['category']} and low-educated parents, {_share(laag)} {did} "
                f"({_n(laag)}), against {_share(hoog)} of those with highly educated parents ({_n(hoog)}).",
                int(laag["n_obs"] + hoog["n_obs"]),
            )


def _scenario(shares: pd.DataFrame, gaps: pd.DataFrame) -> Iterable[Row]:
    rows = shares[(shares["term"] == "loses a bijstelling") & (shares["category"] == "education")]
    year = rows["school_year"].max()
    everyone, laag, hoog = (_one(rows, school_year=year, group=group) for group in (EVERYONE, "laag", "hoog"))
    lost = _one(gaps, term="mean level lost", school_year=year)
    if _told(everyone, laag, hoog, lost):
        size = lost if lost["estimate"] > 0 else _mirrored(lost)
        change = f"be {_interval(size, 1, 3)} of a level {'smaller' if lost['estimate'] > 0 else 'larger'}"
        if lost["ci_low"] <= 0 <= lost["ci_high"]:
            change = "not measurably change"
        yield (
            "no_test",
            f"Had there been no end test in {year}, {_share(everyone)} of all pupils would have missed a bijstelling: "
            f"{_share(laag)} of those with low-educated parents ({_n(laag)}) and {_share(hoog)} of those with highly "
            f"educated parents ({_n(hoog)}). The gap between the two in mean advice would {change}.",
            int(everyone["n_obs"]),
        )


def _spread(spread: pd.DataFrame) -> Iterable[Row]:
    sd = _one(spread, term="sd between schools")
    low, high = (_one(spread, term=f"{side} tenth of schools") for side in ("lowest", "highest"))
    if _told(sd, low, high):
        yield (
            "schools",
            f"At equal test advice and intake, under-advice differs between {sd['n_clusters']:,} schools with a "
            f"standard deviation of {_interval(sd)} percentage points, luck taken out. By that spread a tenth lies "
            f"{_points(-low['estimate'])} points or more below what its intake leads to expect, and a tenth "
            f"{_points(high['estimate'])} or more above it.",
            int(sd["n_obs"]),
        )


def _one(frame: pd.DataFrame, **values: object) -> pd.Series:
    """Return the first row with these values; one without an estimate where there is none."""
    for column, value in values.items():
        frame = frame[frame[column] == value]
    return pd.Series({"estimate": pd.NA}) if frame.empty else frame.iloc[0]


def _told(*rows: pd.Series) -> bool:
    return all(bool(pd.notna(row["estimate"])) for row in rows)


def _share(row: pd.Series) -> str:
    return f"{row['estimate']:.0%}"


def _n(row: pd.Series) -> str:
    return f"n = {row['n_obs']:,}"


def _points(share: float) -> str:
    return number(100 * share, 1)


def _interval(row: pd.Series, factor: float = 100, digits: int = 1) -> str:
    """Write an estimate with its interval, by default in percentage points."""
    estimate, low, high = (number(factor * row[name], digits) for name in ("estimate", "ci_low", "ci_high"))
    return f"{estimate} (95% interval {low} to {high})"


def _often(row: pd.Series) -> str:
    """Say how much more or less often, or that no difference is measured."""
    if row["ci_low"] <= 0 <= row["ci_high"]:
        return f"not measurably more or less often (difference {_interval(row)} percentage points)"
    size = row if row["estimate"] > 0 else _mirrored(row)
    return f"{_interval(size)} percentage points {'more' if row['estimate'] > 0 else 'less'} often"


def _mirrored(row: pd.Series) -> pd.Series:
    return pd.Series({"estimate": -row["estimate"], "ci_low": -row["ci_high"], "ci_high": -row["ci_low"]})


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
