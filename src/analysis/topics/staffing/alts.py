"""Alternative texts of the chapters on staffing: the kind of chart, and what is computed from the data beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pandas as pd

from analysis.language import text
from analysis.publish import units
from analysis.publish.alternative import apart
from analysis.publish.findings import LEVEL, as_rows, one
from analysis.stats.multiplicity import FAMILIES, holm
from analysis.topics.staffing.words import AT_CUTOFF, BINS, outcomes, word

ENDS = ("estimate", "ci_low", "ci_high")


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _known(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.dropna(subset=list(ENDS))


def by_year(levels: pd.DataFrame) -> str:
    """Describe the shortage by year: in how many years the intervals of the two regions do not overlap, and how."""
    pairs = _known(levels).pivot_table(list(ENDS), "year", "category").dropna()
    regions = [name for name in ("G5", "outside the G5") if ("estimate", name) in pairs]
    kind = text("A line for the G5 and one for the rest, with intervals where these are published.")
    if len(regions) < 2 or pairs.empty:
        return kind
    apart = text(
        "With intervals apart, the G5 lie above the rest in {higher:.0%} of the years and below it in {lower:.0%}.",
        higher=(pairs["ci_low", "G5"] > pairs["ci_high", "outside the G5"]).mean(),
        lower=(pairs["ci_high", "G5"] < pairs["ci_low", "outside the G5"]).mean(),
    )
    return _joined(kind, apart)


def _moved(kind: str, signs: Iterable[tuple[str, int]]) -> str:
    """State which outcomes moved up and which down; the others did not measurably."""
    moves = list(signs)
    up, down = ([outcomes()[name] for name, sign in moves if sign == way] for way in (1, -1))
    parts = [
        text("Measurably up: {names}.", names=", ".join(up)) if up else "",
        text("Measurably down: {names}.", names=", ".join(down)) if down else "",
        "" if up or down else text("None moves measurably."),
    ]
    return _joined(kind, *parts)


def cutoff(jumps: pd.DataFrame, shown: Collection[str]) -> str:
    """Describe the pictures at the cut-off: which outcomes jump, and whither, by p-values corrected in their family.

    Parameters
    ----------
    jumps : Of every outcome, as their family is corrected as a whole.
    shown : The outcomes that are drawn.
    """
    kind = text("A panel per outcome with dots and lines on both sides of the cut-off.")
    known = _known(jumps).set_index("outcome")
    members = [name for name in FAMILIES[AT_CUTOFF].members if name in known.index]
    corrected = pd.concat([known["p_value"].drop(members), pd.Series(holm(known["p_value"][members]), members)])
    rows = [row for row in as_rows(known.reset_index()) if row["outcome"] in shown]
    return _moved(kind, [(row["outcome"], units.direction(row) * (corrected[row["outcome"]] < LEVEL)) for row in rows])


def every(rows: pd.DataFrame) -> int:
    """Return the sign that all intervals of some rows share, else 0."""
    signs = {units.direction(row) for row in as_rows(_known(rows))}
    return signs.pop() if len(signs) == 1 else 0


def events(estimates: pd.DataFrame, start: int) -> str:
    """Describe the event study: which outcomes are on one side of zero in every year since the start."""
    kind = text(
        "A panel per outcome, a dot with its interval per year; up or down is meant of every year since {start}.",
        start=str(start),
    )
    since = estimates[estimates["year"] >= start]
    return _moved(kind, [(str(name), every(rows)) for name, rows in since.groupby("outcome", sort=False)])


def oab_events(estimates: pd.DataFrame, last_year: int) -> str:
    """Describe how schools with and without a score moved apart: which outcomes differ from zero in the last year."""
    kind = text(
        "A panel per outcome, a dot with its interval per year and group; up or down is of all schools in {year}.",
        year=str(last_year),
    )
    last = estimates[(estimates["year"] == last_year) & (estimates["group"] == "all schools")]
    return _moved(kind, [(row["outcome"], units.direction(row)) for row in as_rows(_known(last))])


def nulls(table: pd.DataFrame) -> str:
    """Describe the nulls: how many intervals are within their margin."""
    known = _known(table)
    within = (known["in_margins_low"] > -1) & (known["in_margins_high"] < 1)
    kind = text("A panel per outcome with a dot and its interval per comparison; the margin is shaded.")
    return _joined(kind, text("Within it lie {share:.0%} of the intervals.", share=within.mean()) if len(known) else "")


def tried(estimates: pd.DataFrame) -> pd.DataFrame:
    """Choose the runs in which there is no toelage."""
    return estimates[estimates["model"].str.startswith("placebo_")]


def otherwise(estimates: pd.DataFrame) -> pd.DataFrame:
    """Choose the runs that estimate the effect of the toelage in another way."""
    return estimates[~estimates["model"].str.startswith("placebo_")]


def placebos(estimates: pd.DataFrame) -> str:
    """Describe the placebo runs: how many intervals cover zero."""
    return _joined(text("Dots with intervals for false cut-offs and false years."), _zero_in(tried(estimates)))


def robustness(estimates: pd.DataFrame) -> str:
    """Describe the effect when it is estimated otherwise: how many intervals cover zero."""
    return _joined(text("Dots with intervals for left-out schools and for bandwidths."), _zero_in(otherwise(estimates)))


def _zero_in(estimates: pd.DataFrame) -> str:
    known = _known(estimates)
    zero = (known["ci_low"] <= 0) & (known["ci_high"] >= 0)
    if known.empty:
        return ""
    return text(
        "Zero lies in the intervals of {zero_groups} of {groups} estimates.",
        zero_groups=int(zero.sum()),
        groups=len(known),
    )


def by_risk(levels: pd.DataFrame) -> str:
    """Describe the shortage by share of pupils at risk: the bands at both ends in the last year."""
    kind = text("Per band of the share of pupils at risk the shortage in two years.")
    rows = levels[(levels["outcome"] == "mean_schools") & (levels["year"] == levels["year"].max())]
    return _joined(kind, _ends(rows))


def _ends(rows: pd.DataFrame) -> str:
    known = as_rows(rows.dropna(subset=["estimate"]))
    if len(known) < 2:
        return ""
    first, last = known[0], known[-1]
    return text(
        "It is {first:.1%} in the band {low} and {last:.1%} in the band {high}.",
        first=first["estimate"],
        low=word(first["category"]),
        last=last["estimate"],
        high=word(last["category"]),
    )


def composition(by_band: pd.DataFrame, estimates: pd.DataFrame) -> str:
    """Describe teachers by the make-up of the pupils: the direction of the slope, and the bands at both ends."""
    kind = text("Dots with intervals per band of pupils with a non-western background: the share of teachers with one.")
    slope = one(estimates, term="share_nonwestern_pupils")
    sign = units.direction(slope) if slope else 0
    way = text("It rises with that of the pupils.") if sign > 0 else text("It falls with that of the pupils.")
    return _joined(kind, way if sign else "", _ends(by_band))


def distances(by_band: pd.DataFrame) -> str:
    """Describe the distances from home to school: the shares of the nearest and the farthest band."""
    kind = text("Bars: teachers by the distance between home and school.")
    known = as_rows(by_band.dropna(subset=["share"]))
    if len(known) < 2:
        return kind
    shares = {"near": known[0]["share"], "far": known[-1]["share"]}
    bands = {"first": word(known[0]["band"]), "last": word(known[-1]["band"])}
    return _joined(kind, text("{near:.0%} in the band {first} km, {far:.0%} in the band {last} km.", **shares, **bands))


def accounts(means: pd.DataFrame) -> str:
    """Describe the accounts of boards: how both shares changed at every third between the first and the last year."""
    kind = text("Lines for three groups of boards: hired staff and wages as shares of costs.")
    known = means.dropna(subset=["mean"])
    first, last = (known[known["year"] == year] for year in (known["year"].min(), known["year"].max()))
    both = first.merge(last, on=["outcome", "third"], suffixes=("_first", "_last"))
    names = {"hired_share": text("Hired staff"), "wage_share": text("Wages")}
    parts = [
        text(
            "{what}, change from {first} to {last} in percentage points: {changes}.",
            what=name,
            first=str(rows["year_first"].iloc[0]),
            last=str(rows["year_last"].iloc[0]),
            changes=", ".join(_change(row) for row in as_rows(rows)),
        )
        for outcome, name in names.items()
        if len(rows := both[(both["outcome"] == outcome) & (both["year_first"] < both["year_last"])])
    ]
    return _joined(kind, *parts)


def _change(row: units.Row) -> str:
    return f"{word(row['third'])} {units.plain(row['mean_last'] - row['mean_first'], 'share of costs', 2)}"


def money(points: pd.DataFrame, threshold: float) -> str:
    """Describe the money per pupil: its mean over the bins of schools on both sides of the threshold."""
    kind = text("Dots for bins of schools with the line of the formula, which bends at the threshold.")
    means = means_of_money(points, threshold)
    if not means:
        return kind
    return _joined(
        kind,
        text("Below it schools have {below_euro:,.0f} euro a pupil on average, above it {above_euro:,.0f}.", **means),
    )


def means_of_money(points: pd.DataFrame, threshold: float) -> dict[str, float]:
    """Return the mean money per pupil of the schools in the bins below and above the threshold; empty without either.

    Returns
    -------
    ``below_euro`` and ``above_euro``.
    """
    known = points[points["name"] == BINS].dropna(subset=["euro_per_pupil", "schools"])
    below, above = known[known["raw_per_pupil"] < threshold], known[known["raw_per_pupil"] >= threshold]
    if below.empty or above.empty:
        return {}
    sides = {"below_euro": below, "above_euro": above}
    return {
        name: float((rows["euro_per_pupil"] * rows["schools"]).sum() / rows["schools"].sum())
        for name, rows in sides.items()
    }


def between_ends(levels: pd.DataFrame, line: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return what intervals leave open of the difference between the first and the last band, and their names.

    Parameters
    ----------
    levels : ``category, ci_low, ci_high`` of one outcome, bands in their order, and the column `line`.
    line : What the bands are compared within, such as the region.

    Returns
    -------
    differences, names
        As `publish.alternative.apart` gives them; ``first`` and ``last``.
    """
    bands = [*dict.fromkeys(levels["category"])] or [""]
    first, last = bands[0], bands[-1]
    names = {"first": word(first), "last": word(last)}
    return apart(levels if first != last else levels.iloc[:0], "category", first, last, [line]), names
