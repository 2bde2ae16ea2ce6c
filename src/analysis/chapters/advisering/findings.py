"""The findings about the school advice in sentences.

Every number in them is computed, and so is every word that depends on one; a sentence about a withheld number is left
out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from analysis.chapters.advisering.numbers import (
    having,
    interval,
    is_known,
    often,
    one,
    pupils,
    tenth_above,
    tenth_below,
)
from analysis.language import term, text, word
from analysis.publish import units
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import frame, listed, number_of, where_known
from analysis.publish.ranked import larger, leads

say = sentences_beside(__file__)

EVERYONE = "all"
PUPILS = {
    "laag": (word("pupils of low-educated parents"), word("pupils of highly educated parents")),
    "nonwestern": (word("pupils with a non-western background"), word("pupils without a migration background")),
}
WHO = {
    "laag": word("children of low-educated parents"),
    "nonwestern": word("children with a non-western background"),
}
COUNTED = {"first": "first advice, half levels counted", "final": "final advice, half levels counted"}
"""Which advice the two findings on all pupils count, in the same way, so that the two can be compared."""
AT_SCORE = {
    "below_vwo": ("final advice below vwo", word("had a final advice below vwo"), word("had an advice below vwo")),
    "vwo_class": ("class for vwo alone", word("were in a vwo class in year 1"), word("were in a vwo class")),
}

Row = tuple[str, str, int]


def advisering(
    shares: pd.DataFrame,
    estimates: pd.DataFrame,
    spread: pd.DataFrame,
    *,
    counted: pd.DataFrame,
    breaks: Sequence[str] = (),
) -> pd.DataFrame:
    """Say what the chapter finds.

    Parameters
    ----------
    shares : All shares of `chapters.advisering.models.shares` and `scenario`, gated.
    estimates : All estimates of the regressions, gated.
    spread : Of `chapters.advisering.models.between_schools.distribution`, gated.
    counted
        All shares before the gate: where a finding rests on several rows, their pupils are added up and then rounded.
    breaks : School years whose test differs from that of the year before, which are not compared with it.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``.
    """
    rows = where_known(
        _at_equal_test(estimates),
        _measurement_error(estimates),
        _revised_gaps(estimates),
        _scenario(shares),
        _spread(spread),
        _at_scores(shares, counted),
        _revised_path(shares, counted, breaks),
        _year3(shares),
        _advice_by_education(shares),
        _deviation(shares),
    )
    return frame((*row, "pupils") for row in rows)


def _at_equal_test(estimates: pd.DataFrame) -> Iterable[Row]:
    for group, (pupils_of, others) in PUPILS.items():
        under, over = (
            one(estimates, model=f"{outcome}_lpm_fe", term=group, controls="mutual") for outcome in ("under", "over")
        )
        if is_known(under, over):
            sides = units.direction(under), units.direction(over)
            first, second = (under, over) if sides[0] else (over, under)
            yield (
                f"equal_{group}",
                say(
                    {0: "advised_alike", 1: "advised_off_more", -1: "advised_off_less"}[sides[0]]
                    if sides[0] == sides[1]
                    else ("advised_lower" if sides[0] > sides[1] else "advised_higher"),
                    pupils=term(pupils_of),
                    others=term(others),
                    who=term(WHO[group]),
                    under=often(under),
                    over=often(over),
                    n_over=number_of(over["n_obs"]),
                    below=interval(under),
                    above=interval(over),
                    points=abs(100 * first["estimate"]),
                    side=_side(first),
                    other=abs(100 * second["estimate"]) if units.direction(second) else None,
                    other_side=_side(second),
                ),
                number_of(under["n_obs"]),
            )


def _side(row: pd.Series) -> str:
    """Name what is more or less often: advised below the test, or above it."""
    values = {"often": text("more often") if row["estimate"] > 0 else text("less often")}
    if row["model"].startswith("under"):
        return text("{often} advised below their test", **values)
    return text("{often} advised above their test", **values)


def _measurement_error(estimates: pd.DataFrame) -> Iterable[Row]:
    plain, mended, beside = (one(estimates, model=f"under_{way}", term="laag") for way in ("ols", "iv", "lovs"))
    if is_known(plain, mended):
        before, after = units.direction(plain), units.direction(mended)
        differ = is_known(beside) and bool(units.direction(beside)) != bool(after)
        yield (
            "measurement_error",
            say(
                "no_gap"
                if not before
                else "gap_by_one"
                if differ
                else {0: "gap_of_luck", before: "gap_remains", -before: "gap_turns"}[after],
                pupils=term(PUPILS["laag"][0]),
                others=term(PUPILS["laag"][1]),
                beside=often(beside) if differ else None,
                plain=often(plain),
                mended=often(mended),
                side=_side(mended),
                uncorrected=abs(100 * plain["estimate"]),
                points=abs(100 * mended["estimate"]),
            ),
            number_of(plain["n_obs"]),
        )


def _revised_gaps(estimates: pd.DataFrame) -> Iterable[Row]:
    laag = one(estimates, model="revised_lpm_fe", controls="mutual", term="laag")
    if is_known(laag):
        yield (
            "revised_gaps",
            say(
                {1: "revised_more", -1: "revised_less"}.get(units.direction(laag), "revised_alike"),
                pupils=term(PUPILS["laag"][0]),
                others=term(PUPILS["laag"][1]),
                often_laag=often(laag),
                points=abs(100 * laag["estimate"]),
            ),
            number_of(laag["n_obs"]),
        )


def _scenario(shares: pd.DataFrame) -> Iterable[Row]:
    rows = having(shares, term="loses a bijstelling", category="education")
    year = rows["school_year"].max()
    everyone, laag, hoog = (one(rows, school_year=year, group=group) for group in (EVERYONE, "laag", "hoog"))
    if is_known(everyone, laag, hoog):
        yield (
            "no_test",
            say(
                {1: "no_test_costs_laag", -1: "no_test_costs_hoog"}.get(larger(laag, hoog), "no_test"),
                year=year,
                everyone=everyone["estimate"],
                laag=laag["estimate"],
                hoog=hoog["estimate"],
            ),
            number_of(everyone["n_obs"]),
        )


def _spread(spread: pd.DataFrame) -> Iterable[Row]:
    sd = one(spread, term="sd between schools")
    low, high = (one(spread, term=f"{side} tenth of schools") for side in ("lowest", "highest"))
    if is_known(sd, low, high):
        differ = bool(sd["ci_low"] > 0)
        yield (
            "schools",
            say(
                "schools_differ" if differ else "schools_alike",
                schools=number_of(sd["n_clusters"]),
                sd=interval(sd),
                low=tenth_below(low["estimate"]),
                high=tenth_above(high["estimate"]),
            ),
            number_of(sd["n_obs"]),
        )


def _at_scores(shares: pd.DataFrame, counted: pd.DataFrame) -> Iterable[Row]:
    rows = shares[shares["model"] == "at_score"]
    for name, (happens, did, brief) in AT_SCORE.items():
        laag, hoog = (one(rows, term=happens, group=group) for group in ("laag", "hoog"))
        if is_known(laag, hoog):
            yield (
                f"score_{name}",
                say(
                    {1: "at_score_more", -1: "at_score_less"}.get(larger(laag, hoog), "at_score"),
                    score=term(laag["category"]),
                    laag=laag["estimate"],
                    did=term(did),
                    brief=term(brief),
                    hoog=hoog["estimate"],
                ),
                pupils(counted, model="at_score", term=happens, group=["laag", "hoog"]),
            )


def _revised_path(shares: pd.DataFrame, counted: pd.DataFrame, breaks: Sequence[str]) -> Iterable[Row]:
    chosen = {"model": "revised_by_year", "group": EVERYONE, "category": "education"}
    known = having(shares, **chosen).dropna(subset=["estimate"]).sort_values("school_year")
    if known.empty:
        return
    rows = _of_one_test(known, breaks)
    top = rows.iloc[int(rows["estimate"].astype(float).argmax())]
    # A year between the first and the last is picked out only where it is known to be the highest.
    peak = [top] if leads(rows.to_dict("records")) else []
    first, last, latest = rows.iloc[0], rows.iloc[-1], known.iloc[-1]
    path = {row["school_year"]: row for row in (first, *peak, last)}
    apart = latest["school_year"] not in set(rows["school_year"])
    yield (
        "revised",
        say(
            {1: "revised_rose", -1: "revised_fell"}.get(larger(last, first), "revised"),
            years=listed([_in_year(row) for row in path.values()]),
            other_test=say("other_test", share=units.share(latest), year=latest["school_year"]) if apart else "",
            share=last["estimate"],
            year=last["school_year"],
            first=first["school_year"],
            was=first["estimate"],
        ),
        pupils(counted, **chosen, school_year=[*path, *([latest["school_year"]] if apart else [])]),
    )


def _of_one_test(rows: pd.DataFrame, breaks: Sequence[str]) -> pd.DataFrame:
    """Return the longest run of years with the same test, the last of equally long ones."""
    nth = rows["school_year"].map(lambda year: sum(start <= year for start in breaks))
    years = nth.value_counts()
    chosen: pd.DataFrame = rows[nth == years[years == years.max()].index.max()]
    return chosen


def _in_year(row: pd.Series) -> str:
    return text("{share} in {year}", share=units.share(row), year=row["school_year"])


def _year3(shares: pd.DataFrame) -> Iterable[Row]:
    rows = shares[shares["model"] == "position_year3"]
    at = one(rows, group=EVERYONE, term="at the advice")
    up = one(rows, group="under-advised, not revised", term="above the advice")
    if is_known(at):
        more = say("position_under_advised", share=up["estimate"]) if is_known(up) else ""
        yield (
            "position_year3",
            say("position_year3", year=at["school_year"], share=at["estimate"], more=more),
            number_of(at["n_obs"]),
        )


def _advice_by_education(shares: pd.DataFrame) -> Iterable[Row]:
    rows = having(shares, model="advice_by_education", term="vwo")
    year = rows["school_year"].max()
    everyone, hoog, laag = (one(rows, school_year=year, group=group) for group in (EVERYONE, "hoog", "laag"))
    if is_known(everyone, hoog, laag):
        yield (
            "advice_vwo",
            say(
                {1: "more_vwo_hoog", -1: "more_vwo_laag"}.get(larger(hoog, laag), "vwo_alike"),
                year=year,
                everyone=everyone["estimate"],
                hoog=hoog["estimate"],
                laag=laag["estimate"],
            ),
            number_of(everyone["n_obs"]),
        )


def _deviation(shares: pd.DataFrame) -> Iterable[Row]:
    rows = shares[shares["model"] == "deviation_as_published"]
    year = rows["school_year"].max()
    for name, category in COUNTED.items():
        first = name == "first"
        below, above = (one(rows, category=category, school_year=year, term=term) for term in ("below", "above"))
        if is_known(below, above):
            yield (
                f"deviation_{name}",
                say(
                    "deviation_first" if first else "deviation_final",
                    year=year,
                    above=above["estimate"],
                    below=below["estimate"],
                ),
                number_of(below["n_obs"]),
            )
