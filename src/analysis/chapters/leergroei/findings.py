"""What the chapter on learning growth finds, in sentences; numbers, and words that rest on them, are computed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import pandas as pd

from analysis.chapters.leergroei.findings_limits import (
    Finding,
    by_outcome,
    consent_given,
    known,
    left_out,
    rows_of,
    with_shocks,
)
from analysis.chapters.leergroei.phrases import (
    SUBJECTS,
    Row,
    band,
    grew,
    percent,
    points,
    signed,
    size,
    subject,
    tenth_above,
    tenth_below,
)
from analysis.language import joined, term, text
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import frame, number_of, where_known
from analysis.publish.ranked import furthest_apart, leads, trails

say = sentences_beside(__file__)

Count = Callable[..., int]
"""Counts the pupils, each once, with given values of columns; see `counting.pupils`."""

SPREAD = ("sd_schools", "sd_low", "sd_high")


def findings(
    estimates: pd.DataFrame,
    examples: pd.DataFrame,
    spread: pd.DataFrame,
    missing: pd.DataFrame,
    year_shocks: pd.DataFrame,
    consent: pd.DataFrame,
    *,
    compared: Count,
    with_m_test: Count,
    before: str,
    closed: str,
    levels: Sequence[str],
) -> pd.DataFrame:
    """Say what the closure did to growth, to whom, and how sure that is.

    Parameters
    ----------
    estimates, examples, spread, missing, year_shocks, consent
        The chapter's tables, as the gate let them through; a finding that rests on a withheld number is left out.
    compared, with_m_test
        Counts of the pupils whose growth is compared in the two years, and of those with an M-test in these.
    before, closed : The year before, and the closure year.
    levels : Ability levels, the highest first.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``.
    """
    rows = [
        *where_known(
            _norm(known(estimates, model="norm_growth"), before),
            _overall(known(estimates, model="ois_standardised", by=""), year_shocks, before, closed),
            _levels(known(estimates, model="ois_standardised", by="level_m"), closed, compared),
            _bands(known(estimates, model="ois_standardised", by="band"), closed, compared),
            _schools(spread.dropna(subset=["low_tenth", "high_tenth"]), closed),
            _shortage(known(estimates, model="ois_shortage", by=""), closed, compared),
            _examples(examples.dropna(subset=["estimate"])),
            _pnas(estimates, year_shocks, closed),
            _education(known(estimates, model="pnas_ses", term="difference"), closed),
        ),
        *where_known(
            _regression(known(estimates, model="regression_to_mean", category=f"level {levels[0]}"), levels[0], closed)
        ),
        *where_known(
            _absent(
                missing.dropna(subset=["share_present"]),
                known(estimates, model="e_test_share", category=f"level {levels[-1]}"),
                levels,
                before,
                closed,
                with_m_test,
            )
        ),
    ]
    of_schools = list(where_known(consent_given(consent.dropna(), estimates, closed)))
    return frame([*((*row, "pupils") for row in rows), *((*row, "schools") for row in of_schools)])


def _norm(rows: Sequence[Row], before: str) -> Iterator[Finding]:
    if rows:
        most = max(rows, key=lambda row: abs(row["estimate"]))
        values = {"before": before, "subject": subject(most), "groep": term(most["category"]), "size": size(most)}
        established = leads({**row, "estimate": abs(row["estimate"])} for row in rows)
        known_off = not most["ci_low"] <= 0 <= most["ci_high"]
        sentence = (
            _off_the_norm(values, below=most["estimate"] < 0, established=established)
            if known_off
            else _at_the_norm(values, signed(most))
        )
        yield "norm_growth", sentence, number_of(most["n_pupils"])


def _at_the_norm(values: dict[str, str], estimate: str) -> str:
    return say("at_the_norm", **{**values, "signed": estimate})


def _off_the_norm(values: dict[str, str], *, below: bool, established: bool) -> str:
    if established and below:
        return say("farthest_below_the_norm", **values)
    if established:
        return say("farthest_above_the_norm", **values)
    if below:
        return say("below_the_norm", **values)
    return say("above_the_norm", **values)


def _overall(rows: Sequence[Row], year_shocks: pd.DataFrame, before: str, closed: str) -> Iterator[Finding]:
    for row in rows:
        yield (
            f"growth_{row['outcome']}",
            say(
                "growth",
                subject=subject(row),
                grew=grew(row),
                closed=closed,
                before=before,
                shocks=with_shocks(year_shocks, "ois_standardised", row),
            ),
            number_of(row["n_pupils"]),
        )


def _levels(rows: Sequence[Row], closed: str, compared: Count) -> Iterator[Finding]:
    for outcome, of in by_outcome(rows):
        low, high = (choose(of, key=lambda row: row["estimate"]) for choose in (min, max))
        values = {
            "subject": subject(low),
            "closed": closed,
            "low": term(low["category"]),
            "grew_low": grew(low),
            "high": term(high["category"]),
            "grew_high": grew(high),
        }
        yield (
            f"levels_{outcome}",
            _apart(values, established=furthest_apart(of)),
            compared(subject=outcome, level_m=[row["category"].removeprefix("level ") for row in (low, high)]),
        )


def _apart(values: dict[str, str], *, established: bool) -> str:
    if established:
        return say("levels_apart", **values)
    return say("levels_perhaps_apart", **values)


def _bands(rows: Sequence[Row], closed: str, compared: Count) -> Iterator[Finding]:
    for outcome, of in by_outcome(rows):
        low, high = of[0], of[-1]
        if low is not high:
            yield (
                f"bands_{outcome}",
                say(
                    "bands",
                    subject=subject(low),
                    low=band(low),
                    grew_low=grew(low),
                    closed=closed,
                    high=band(high),
                    grew_high=grew(high),
                ),
                compared(subject=outcome, band=[row["category"].removesuffix(" at risk") for row in (low, high)]),
            )


def _schools(spread: pd.DataFrame, closed: str) -> Iterator[Finding]:
    rows = rows_of(spread)
    if rows:
        most = max(rows, key=lambda row: row["sd_schools"])
        values = {
            "subject": subject(most),
            "band": band(most),
            "low": tenth_below(most["low_tenth"]),
            "closed": closed,
            "high": tenth_above(most["high_tenth"]),
        }
        differ = bool(most["sd_low"] > 0)
        yield "schools", _unlike(values, differ=differ, established=leads(rows, *SPREAD)), number_of(most["n_pupils"])


def _unlike(values: dict[str, str], *, differ: bool, established: bool) -> str:
    if not differ:
        return say("schools_alike", **values)
    if established:
        return say("schools_differ_most", **values)
    return say("schools_differ", **values)


def _shortage(rows: Sequence[Row], closed: str, compared: Count) -> Iterator[Finding]:
    if rows:
        changes = joined("; ", (text("{grew} in {subject}", grew=grew(row), subject=subject(row)) for row in rows))
        yield (
            "shortage",
            say("shortage", changes=changes, closed=closed),
            compared(subject=[row["outcome"] for row in rows]),
        )


def _examples(examples: pd.DataFrame) -> Iterator[Finding]:
    for _, rows in examples.groupby("share_at_risk", sort=True):
        by_term = {row["term"]: row for row in rows_of(rows)}
        if {"before", "closure", "difference"} <= set(by_term):
            old, new = by_term["before"], by_term["closure"]
            yield (
                f"example_{new['share_at_risk']:.0%}".rstrip("%"),
                say(
                    "example",
                    groep=new["groep"],
                    level=new["level"],
                    subject=subject(new),
                    share=new["share_at_risk"],
                    old=percent(old),
                    before=old["year"],
                    new=percent(new),
                    closed=new["year"],
                ),
                number_of(by_term["difference"]["n_pupils"]),
            )


def _pnas(estimates: pd.DataFrame, year_shocks: pd.DataFrame, closed: str) -> Iterator[Finding]:
    many, one = (
        {row["outcome"]: row for row in known(estimates, model=model, term="closure")}
        for model in ("pnas_overall", "pnas_one_control")
    )
    trends = {row["outcome"]: row for row in known(estimates, model="pnas_overall", term="year")}
    for outcome in [name for name in many if name in one][:1]:
        values = {"subject": subject(many[outcome]), "many": points(many[outcome]), "closed": closed}
        values["shocks"] = with_shocks(year_shocks, "pnas_overall", many[outcome], 1)
        sentence = say("one_control_year", **values)
        if outcome in trends:
            alone = say("all_control_years", one=points(one[outcome]), **values)
            sentence = joined(" ", (alone, left_out(trends[outcome], many[outcome], one[outcome])))
        yield (
            "pnas",
            sentence,
            number_of(many[outcome]["n_pupils"]),
        )


def _education(rows: Sequence[Row], closed: str) -> Iterator[Finding]:
    for row in rows[:1]:
        yield (
            "education",
            say("education", subject=subject(row), closed=closed, points=points(row)),
            number_of(row["n_pupils"]),
        )


def _regression(rows: Sequence[Row], top: str, closed: str) -> Iterator[Finding]:
    pairs = []
    for _, of in by_outcome(rows):
        by_term = {row["term"]: row for row in of}
        if {"drop_expected", "drop_closure"} <= set(by_term):
            pairs.append((by_term["drop_expected"], by_term["drop_closure"]))
    if pairs:
        gaps = [_change(*pair) for pair in pairs]
        expected, observed = pairs[max(range(len(pairs)), key=lambda place: gaps[place]["estimate"])]
        yield (
            "regression_to_mean",
            say(
                "regression_to_mean",
                rank=_most_above(gaps),
                top=top,
                subject=subject(observed),
                observed=observed["estimate"],
                closed=closed,
                expected=expected["estimate"],
            ),
            number_of(observed["n_pupils"]),
        )


def _change(before: Row, after: Row) -> Row:
    """Return the difference of two estimates, with its interval if these are independent."""
    value = after["estimate"] - before["estimate"]
    half = math.hypot(*((row["ci_high"] - row["ci_low"]) / 2 for row in (before, after)))
    return {"estimate": value, "ci_low": value - half, "ci_high": value + half}


def _most_above(gaps: Sequence[Row]) -> str:
    """Say whether the difference is known to be the largest; the subject was chosen by the estimates."""
    if len(gaps) < 2:
        return ""
    if leads(gaps):
        return say("difference_largest")
    return say("difference_perhaps_largest")


def _most_below(changes: Sequence[Row], subjects: int, lowest: str) -> str:
    """Say whether presence is known to have changed the least or fallen the most here; see `_most_above`."""
    if subjects < 2:
        return ""
    if len(changes) == subjects and trails(changes):
        return say("change_lowest", lowest=lowest)
    return say("change_perhaps_lowest", lowest=lowest)


def _absent(
    missing: pd.DataFrame, shares: Sequence[Row], levels: Sequence[str], before: str, closed: str, with_m_test: Count
) -> Iterator[Finding]:
    wanted = [(level, year) for level in (levels[-1], levels[0]) for year in (before, closed)]
    by_subject = []
    for outcome, of in missing.groupby("outcome", sort=False):
        present = {(row["level_m"], row["year"]): row for row in rows_of(of)}
        if set(wanted) <= set(present):
            by_subject.append((str(outcome), [present[key] for key in wanted]))
    if by_subject:
        outcome, rows = min(by_subject, key=lambda pair: pair[1][1]["share_present"] - pair[1][0]["share_present"])
        low_before, low, high_before, high = rows
        by_year = [{row["term"]: row for row in of} for name, of in by_outcome(shares) if name in dict(by_subject)]
        changes = [_change(of[before], of[closed]) for of in by_year if {before, closed} <= set(of)]
        yield (
            "absent",
            say(
                "absent",
                rank=_most_below(changes, len(by_subject), levels[-1]),
                subject=term(SUBJECTS.get(outcome, outcome)),
                low=low["share_present"],
                lowest=levels[-1],
                closed=closed,
                low_before=low_before["share_present"],
                before=before,
                high=high["share_present"],
                highest=levels[0],
                high_before=high_before["share_present"],
            ),
            with_m_test(subject=outcome, level_m=[levels[-1], levels[0]]),
        )
