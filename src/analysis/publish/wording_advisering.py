"""The findings about the school advice in sentences. Every number in them is computed, and so is every word that depends
on one; a sentence about a withheld number is left out.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from analysis.publish.wording import COLUMNS

EVERYONE = "all"
NOT_DISCRIMINATION = (
    "This is not by itself discrimination: the test is one noisy measure, a school knows more of its pupils, and pupils of "
    "a group with lower scores fall back further from an equal score."
)

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
        *_gap(estimates, "under", "advised below their test"),
        *_gap(estimates, "over", "advised above their test"),
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
    year = shares.loc[shares["model"] == "deviation_as_published", "school_year"].max()
    for category, before in (
        ("first advice, half levels counted", "before bijstelling, half levels counted"),
        ("final advice, a level or more", "after bijstelling, by a whole level or more"),
    ):
        place = {"model": "deviation_as_published", "category": category, "school_year": year}
        below, above = (_one(shares, **place, term=term) for term in ("below", "above"))
        if _told(below, above):
            yield (
                f"deviation_{'half' if 'half' in category else 'whole'}",
                f"In {year}, {_share(above)} of the pupils with a test score were advised above the advice of the test "
                f"and {_share(below)} below it ({before}).",
                int(below["n_obs"]),
            )


def _advice_by_education(shares: pd.DataFrame) -> Iterable[Row]:
    year = shares.loc[shares["model"] == "advice_by_education", "school_year"].max()
    place = {"model": "advice_by_education", "school_year": year, "term": "vwo"}
    everyone, hoog, laag = (_one(shares, **place, group=group) for group in (EVERYONE, "hoog", "laag"))
    if _told(everyone, hoog, laag):
        yield (
            "advice_vwo",
            f"In {year}, {_share(everyone)} of all pupils had a final advice for vwo: {_share(hoog)} of those with highly "
            f"educated parents (n = {hoog['n_obs']:,}) and {_share(laag)} of those with low-educated parents "
            f"(n = {laag['n_obs']:,}).",
            int(everyone["n_obs"]),
        )


def _gap(estimates: pd.DataFrame, outcome: str, told: str) -> Iterable[Row]:
    groups = {"laag": "low-educated rather than highly educated parents", "nonwestern": "a non-western rather than no migration background"}  # fmt: skip
    for term, compared in groups.items():
        both = _one(estimates, model=f"{outcome}_lpm_fe", term=term, controls="mutual")
        alone = _one(estimates, model=f"{outcome}_lpm_fe", term=term, controls="alone")
        if _told(both, alone):
            yield (
                f"{outcome}_{term}",
                f"At the same test advice and at the same school, pupils with {compared} are {_points(both)} {told}, all "
                f"factors taken together; without the other factors the difference is {_number(alone)} percentage points.",
                int(both["n_obs"]),
            )


def _measurement_error(estimates: pd.DataFrame) -> Iterable[Row]:
    plain, mended = (_one(estimates, model=f"under_{way}", term="laag") for way in ("ols", "iv"))
    if _told(plain, mended):
        yield (
            "measurement_error",
            f"Part of such a gap comes from the error in the test: between pupils with low-educated and highly educated "
            f"parents the difference in under-advice is {_number(plain)} percentage points at equal test score, and "
            f"{_number(mended)} when the earlier LOVS score corrects for that error. {NOT_DISCRIMINATION}",
            int(plain["n_obs"]),
        )


def _revised_path(shares: pd.DataFrame) -> Iterable[Row]:
    rows = shares[(shares["model"] == "revised_by_year") & (shares["group"] == EVERYONE)]
    rows = rows[rows["category"] == "education"].dropna(subset=["estimate"]).sort_values("school_year")
    if rows.empty:
        return
    first, last, top = rows.iloc[0], rows.iloc[-1], rows.loc[rows["estimate"].astype(float).idxmax()]
    path = [first] if top["school_year"] in (first["school_year"], last["school_year"]) else [first, top]
    told = ", ".join(f"{_share(row)} in {row['school_year']} (n = {row['n_obs']:,})" for row in path)
    ending = "" if len(rows) == 1 else f" and {_share(last)} in {last['school_year']} (n = {last['n_obs']:,})"
    yield (
        "revised",
        f"Of the pupils whose first advice lay below the test's, a bijstelling followed for {told}{ending}.",
        int(rows["n_obs"].sum()),
    )


def _revised_gaps(estimates: pd.DataFrame) -> Iterable[Row]:
    laag, nonwestern = (
        _one(estimates, model="revised_lpm_fe", term=term, controls="mutual") for term in ("laag", "nonwestern")
    )
    if _told(laag, nonwestern):
        yield (
            "revised_gaps",
            f"Among the under-advised, pupils with low-educated parents are {_points(laag)} revised than those with highly "
            f"educated parents, and pupils with a non-western background {_points(nonwestern)} than those without a "
            f"migration background.",
            int(laag["n_obs"]),
        )


def _year3(shares: pd.DataFrame) -> Iterable[Row]:
    place = {"model": "position_year3"}
    at = _one(shares, **place, group=EVERYONE, term="at the advice")
    up = _one(shares, **place, group="under-advised, not revised", term="above the advice")
    if _told(at):
        ending = (
            f"; of those under-advised without bijstelling (n = {up['n_obs']:,}), {_share(up)} are above it"
            if _told(up)
            else ""
        )
        yield (
            "position_year3",
            f"Of the cohort of {at['school_year']}, {_share(at)} are in year 3 at the level of their final advice{ending}.",
            int(at["n_obs"]),
        )


def _at_scores(shares: pd.DataFrame) -> Iterable[Row]:
    for term, name, verb in (
        ("final advice below vwo", "below_vwo", "had a final advice below vwo"),
        ("class for vwo alone", "vwo_class", "were in a class for vwo alone in year 1"),
    ):
        laag, hoog = (_one(shares, model="at_score", term=term, group=group) for group in ("laag", "hoog"))
        if _told(laag, hoog):
            yield (
                f"score_{name}",
                f"Of the pupils with low-educated parents and a test {laag['category']}, {_share(laag)} {verb} "
                f"(n = {laag['n_obs']:,}), against {_share(hoog)} of those with highly educated parents "
                f"(n = {hoog['n_obs']:,}).",
                int(laag["n_obs"] + hoog["n_obs"]),
            )


def _scenario(shares: pd.DataFrame, gaps: pd.DataFrame) -> Iterable[Row]:
    rows = shares[shares["term"] == "loses a bijstelling"]
    year = rows["school_year"].max()
    place = {"term": "loses a bijstelling", "category": "education", "school_year": year}
    everyone, laag, hoog = (_one(shares, **place, group=group) for group in (EVERYONE, "laag", "hoog"))
    lost = _one(gaps, term="mean level lost", school_year=year)
    if _told(everyone, laag, hoog, lost):
        wider = "grow" if lost["estimate"] < 0 else "shrink"
        yield (
            "no_test",
            f"Had the cohort of {year} had no end test, {_share(everyone)} of its pupils would have missed a bijstelling: "
            f"{_share(laag)} of those with low-educated parents and {_share(hoog)} of those with highly educated parents. "
            f"The gap between the two in mean advice would {wider} by {abs(lost['estimate']):.3f} of a level.",
            int(everyone["n_obs"]),
        )


def _spread(spread: pd.DataFrame) -> Iterable[Row]:
    sd = _one(spread, term="sd between schools")
    low, high = (_one(spread, term=f"{side} tenth of schools") for side in ("lowest", "highest"))
    if _told(sd, low, high):
        yield (
            "schools",
            f"At equal test advice and intake, the share of under-advised pupils differs between schools with a standard "
            f"deviation of {_number(sd)} percentage points, luck taken out: a tenth of the {sd['n_clusters']:,} schools lies "
            f"at least {100 * (0 - low['estimate']):.1f} points below what its intake leads to expect and a tenth at least "
            f"{100 * high['estimate']:.1f} above it.",
            int(sd["n_obs"]),
        )


def _one(frame: pd.DataFrame, **values: object) -> pd.Series | None:
    """Return the one row with these values, or None where there is none."""
    for column, value in values.items():
        frame = frame[frame[column] == value]
    return None if frame.empty else frame.iloc[0]


def _told(*rows: pd.Series | None) -> bool:
    return all(row is not None and pd.notna(row["estimate"]) for row in rows)


def _share(row: pd.Series) -> str:
    return f"{row['estimate']:.0%}"


def _number(row: pd.Series) -> str:
    """Write an estimate with its interval in percentage points."""
    estimate, low, high = (f"{100 * row[name]:.1f}" for name in ("estimate", "ci_low", "ci_high"))
    return f"{estimate} (95% interval {low} to {high})"


def _points(row: pd.Series) -> str:
    """Say how much more or less often, or that no difference is measured."""
    if row["ci_low"] <= 0 <= row["ci_high"]:
        return f"not measurably more or less often ({_number(row)} percentage points)"
    size = row if row["estimate"] > 0 else _mirrored(row)
    return f"{_number(size)} percentage points {'more' if row['estimate'] > 0 else 'less'} often"


def _mirrored(row: pd.Series) -> pd.Series:
    return pd.Series({"estimate": -row["estimate"], "ci_low": -row["ci_high"], "ci_high": -row["ci_low"]})
