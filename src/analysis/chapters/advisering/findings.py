"""The findings about the school advice in sentences.

Every number in them is computed, and so is every word that depends on one; a sentence about a withheld number is left
out.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from analysis.chapters.advisering.numbers import (
    having,
    interval,
    is_known,
    listed,
    mirrored,
    often,
    one,
    pupils,
    tenth_above,
    tenth_below,
)
from analysis.language import term, text, word
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import frame, number_of, where_known
from analysis.publish.ranked import leads

say = sentences_beside(__file__)

EVERYONE = "all"
COMPARED = {
    "laag": word("with low-educated rather than highly educated parents"),
    "nonwestern": word("with a non-western rather than no migration background"),
}
COUNTED = {
    "half": ("first advice, half levels counted", word("before bijstelling, half levels counted")),
    "whole": ("final advice, a level or more", word("after bijstelling, by a whole level or more")),
}
AT_SCORE = {
    "below_vwo": ("final advice below vwo", word("had a final advice below vwo")),
    "vwo_class": ("class for vwo alone", word("were in a class for vwo alone in year 1")),
}

Row = tuple[str, str, int]


def advisering(
    shares: pd.DataFrame,
    estimates: pd.DataFrame,
    scenario_gaps: pd.DataFrame,
    spread: pd.DataFrame,
    *,
    counted: pd.DataFrame,
) -> pd.DataFrame:
    """Say what the chapter finds.

    Parameters
    ----------
    shares : All shares of `chapters.advisering.models.shares` and `scenario`, gated.
    estimates : All estimates of the regressions, gated.
    scenario_gaps : Of `chapters.advisering.models.scenario.gaps`, gated.
    spread : Of `chapters.advisering.models.between_schools.distribution`, gated.
    counted
        All shares before the gate: where a finding rests on several rows, their pupils are added up and then rounded.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``.
    """
    rows = [
        *where_known(
            _deviation(shares),
            _advice_by_education(shares),
            _gaps(estimates, "under"),
            _gaps(estimates, "over"),
            _measurement_error(estimates),
            _revised_path(shares, counted),
            _revised_gaps(estimates),
        ),
        *_year3(shares),
        *where_known(_at_scores(shares, counted), _scenario(shares, scenario_gaps), _spread(spread)),
    ]
    return frame((*row, "pupils") for row in rows)


def _deviation(shares: pd.DataFrame) -> Iterable[Row]:
    rows = shares[shares["model"] == "deviation_as_published"]
    year = rows["school_year"].max()
    for name, (category, counted) in COUNTED.items():
        below, above = (one(rows, category=category, school_year=year, term=term) for term in ("below", "above"))
        if is_known(below, above):
            yield (
                f"deviation_{name}",
                say("deviation", year=year, above=above["estimate"], below=below["estimate"], counted=term(counted)),
                number_of(below["n_obs"]),
            )


def _advice_by_education(shares: pd.DataFrame) -> Iterable[Row]:
    rows = shares[(shares["model"] == "advice_by_education") & (shares["term"] == "vwo")]
    year = rows["school_year"].max()
    everyone, hoog, laag = (one(rows, school_year=year, group=group) for group in (EVERYONE, "hoog", "laag"))
    if is_known(everyone, hoog, laag):
        yield (
            "advice_vwo",
            say(
                "advice_vwo",
                year=year,
                everyone=everyone["estimate"],
                hoog=hoog["estimate"],
                n_hoog=number_of(hoog["n_obs"]),
                laag=laag["estimate"],
                n_laag=number_of(laag["n_obs"]),
            ),
            number_of(everyone["n_obs"]),
        )


def _gaps(estimates: pd.DataFrame, outcome: str) -> Iterable[Row]:
    rows = estimates[estimates["model"] == f"{outcome}_lpm_fe"]
    for group, compared in COMPARED.items():
        both, alone = (one(rows, term=group, controls=controls) for controls in ("mutual", "alone"))
        if is_known(both, alone):
            values = {"compared": term(compared), "both": often(both), "alone": often(alone)}
            yield (
                f"{outcome}_{group}",
                say("under_advised", **values) if outcome == "under" else say("over_advised", **values),
                number_of(both["n_obs"]),
            )


def _measurement_error(estimates: pd.DataFrame) -> Iterable[Row]:
    plain, mended, both = (one(estimates, model=f"under_{way}", term="laag") for way in ("ols", "iv", "lovs"))
    if is_known(plain, mended, both):
        yield (
            "measurement_error",
            say(
                "measurement_error",
                laag=term(COMPARED["laag"]),
                plain=often(plain),
                mended=often(mended),
                both=often(both),
            ),
            number_of(plain["n_obs"]),
        )


def _revised_path(shares: pd.DataFrame, counted: pd.DataFrame) -> Iterable[Row]:
    chosen = {"model": "revised_by_year", "group": EVERYONE, "category": "education"}
    rows = having(shares, **chosen).dropna(subset=["estimate"]).sort_values("school_year")
    if rows.empty:
        return
    top = rows.iloc[int(rows["estimate"].astype(float).argmax())]
    # A year between the first and the last is picked out only where it is known to be the highest.
    peak = [top] if leads(rows.to_dict("records")) else []
    path = {row["school_year"]: row for row in (rows.iloc[0], *peak, rows.iloc[-1])}
    by_year = [
        text("{share:.0%} in {year} (n = {n:,})", share=row["estimate"], year=year, n=number_of(row["n_obs"]))
        for year, row in path.items()
    ]
    yield ("revised", say("revised", years=listed(by_year)), pupils(counted, **chosen, school_year=list(path)))


def _revised_gaps(estimates: pd.DataFrame) -> Iterable[Row]:
    rows = estimates[(estimates["model"] == "revised_lpm_fe") & (estimates["controls"] == "mutual")]
    laag, nonwestern = (one(rows, term=term) for term in COMPARED)
    if is_known(laag, nonwestern):
        yield (
            "revised_gaps",
            say(
                "revised_gaps",
                laag=term(COMPARED["laag"]),
                often_laag=often(laag),
                nonwestern=term(COMPARED["nonwestern"]),
                often_nonwestern=often(nonwestern),
            ),
            number_of(laag["n_obs"]),
        )


def _year3(shares: pd.DataFrame) -> Iterable[Row]:
    rows = shares[shares["model"] == "position_year3"]
    at = one(rows, group=EVERYONE, term="at the advice")
    up = one(rows, group="under-advised, not revised", term="above the advice")
    if is_known(at):
        yield (
            "position_year3",
            say("position_year3", year=at["school_year"], share=at["estimate"], more=_under_advised(up)),
            number_of(at["n_obs"]),
        )


def _under_advised(up: pd.Series) -> str:
    if not is_known(up):
        return ""
    return say("position_under_advised", n=number_of(up["n_obs"]), share=up["estimate"])


def _at_scores(shares: pd.DataFrame, counted: pd.DataFrame) -> Iterable[Row]:
    rows = shares[shares["model"] == "at_score"]
    for name, (happens, did) in AT_SCORE.items():
        laag, hoog = (one(rows, term=happens, group=group) for group in ("laag", "hoog"))
        if is_known(laag, hoog):
            yield (
                f"score_{name}",
                say(
                    "at_score",
                    score=term(laag["category"]),
                    laag=laag["estimate"],
                    did=term(did),
                    n_laag=number_of(laag["n_obs"]),
                    hoog=hoog["estimate"],
                    n_hoog=number_of(hoog["n_obs"]),
                ),
                pupils(counted, model="at_score", term=happens, group=["laag", "hoog"]),
            )


def _scenario(shares: pd.DataFrame, gaps: pd.DataFrame) -> Iterable[Row]:
    rows = shares[(shares["term"] == "loses a bijstelling") & (shares["category"] == "education")]
    year = rows["school_year"].max()
    everyone, laag, hoog = (one(rows, school_year=year, group=group) for group in (EVERYONE, "laag", "hoog"))
    lost, gap = (one(gaps, term=f"mean level{part}", school_year=year) for part in (" lost", ", with the test"))
    if is_known(everyone, laag, hoog, lost, gap):
        yield (
            "no_test",
            say(
                "no_test",
                year=year,
                everyone=everyone["estimate"],
                laag=laag["estimate"],
                n_laag=number_of(laag["n_obs"]),
                hoog=hoog["estimate"],
                n_hoog=number_of(hoog["n_obs"]),
                change=_change(lost, gap),
            ),
            number_of(everyone["n_obs"]),
        )


def _change(lost: pd.Series, gap: pd.Series) -> str:
    """Say what becomes of a gap that has lost so much; larger or smaller only where there is a gap."""
    if lost["ci_low"] <= 0 <= lost["ci_high"]:
        return text("not measurably change")
    if gap["ci_low"] <= 0 <= gap["ci_high"]:
        return say("gap_changes", size=interval(mirrored(lost), 1, 3))
    less = lost if gap["estimate"] > 0 else mirrored(lost)
    if less["estimate"] > 0:
        return text("be {size} of a level smaller", size=interval(less, 1, 3))
    return text("be {size} of a level larger", size=interval(mirrored(less), 1, 3))


def _spread(spread: pd.DataFrame) -> Iterable[Row]:
    sd = one(spread, term="sd between schools")
    low, high = (one(spread, term=f"{side} tenth of schools") for side in ("lowest", "highest"))
    if is_known(sd, low, high):
        yield (
            "schools",
            say(
                "schools",
                schools=number_of(sd["n_clusters"]),
                sd=interval(sd),
                low=tenth_below(low["estimate"]),
                high=tenth_above(high["estimate"]),
            ),
            number_of(sd["n_obs"]),
        )
