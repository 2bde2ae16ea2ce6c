"""What the chapter on staffing finds, in sentences; numbers, and words that rest on them, are computed.

A direction is stated where the corrected p-value and the interval establish it, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.language import joined, term, text, word
from analysis.publish import units
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import LEVEL, Finding, as_rows, frame, listed, number_of, one, where_known
from analysis.publish.ranked import larger
from analysis.publish.tables import number
from analysis.publish.units import Row
from analysis.stats.multiplicity import holm
from analysis.topics.staffing.words import MIRROR

say = sentences_beside(__file__)

# The verdicts of `chapters.staffing.models.validity`, its families and its level, to which a test holds them.
RULED_OUT, SOMETHING, UNKNOWN = "ruled out beyond the margin", "an effect", "too uncertain to say"
MONEY = "money and pupils per teacher"
SCHOOLS, SCHOOL_YEARS = "schools", "school years"
RATIO = {"outcome": "pupils_per_teacher"}
PLAUSIBLE = 1.0  # pupils per teacher per 1,000 euro a pupil: no effect of money on staffing is as large
OUTCOMES = {
    "inflow": word("the inflow of teachers"),
    "outflow": word("the outflow of teachers"),
    "hours": word("the number of hours per teacher"),
    "pupils_per_teacher": word("the number of pupils per teacher"),
    "shortage": word("the teacher shortage"),
    "unqualified": word("the share of unqualified staff"),
}
BRIEF = OUTCOMES | {
    "hours": word("hours per teacher"),
    "pupils_per_teacher": word("pupils per teacher"),
    "unqualified": word("unqualified staff"),
}
"""Outcomes as a headline names them."""


def staffing(
    distribution: pd.DataFrame, estimates: pd.DataFrame, nulls: pd.DataFrame, *, last_year: int, start: int
) -> pd.DataFrame:
    """State what the chapter on shortage, toelage and OAB finds.

    Parameters
    ----------
    distribution, estimates, nulls
        The chapter's tables, as the gate let them through; a finding that rests on a withheld number is left out.
    last_year : Of the shortage.
    start : First year of the toelage.

    Returns
    -------
    DataFrame
        One row per finding, as `findings.frame`.
    """
    jumps = (one(estimates, model="amt_first_stage"), one(estimates, model="amt_honest_rd", outcome="log_wage"))
    return frame(
        where_known(
            _toelage(nulls),
            _wage(*jumps),
            _levels(
                distribution, last_year, one(estimates, model="shortage_expected_ame", term="g5", weights="schools")
            ),
            _weging(one(estimates, model="shortage_expected_ame", term="weging", weights="schools")),
            _judgement(one(estimates, model="judgement_lpm", term="large_shortage", controls="none")),
            _money(estimates, last_year, start - 1),
        )
    )


def _toelage(nulls: pd.DataFrame) -> Iterator[Finding]:
    """State the verdicts of either comparison on all of its outcomes at once."""
    known = as_rows(nulls.dropna(subset=["estimate", "ci_low", "ci_high", "verdict"]))
    comparisons = (
        ("toelage", "amt_did", text("Compared before and after"), "", SCHOOL_YEARS),
        ("toelage_cutoff", "amt_rd", text("At the cut-off"), text(", at the cut-off"), SCHOOLS),
    )
    for name, model, where, at, unit in comparisons:
        rows = [row for row in known if row["model"] == model and row["outcome"] != MIRROR]
        if rows:
            first = min(rows, key=lambda row: row["p_corrected"])
            tested = {"p_value": first["p_value"], "family": first["family"], "p_corrected": first["p_corrected"]}
            yield Finding(
                name, _verdicts(rows, where, at), max(number_of(row["n_obs"]) for row in rows), unit, **tested
            )


def _verdicts(rows: Sequence[Row], where: str, at: str) -> str:
    """State on which outcomes there is an effect, on which one is ruled out, and on which nothing can be said."""
    changed, excluded, open_ = (
        [row for row in rows if row["verdict"] == verdict] for verdict in (SOMETHING, RULED_OUT, UNKNOWN)
    )
    return say(
        ("toelage_changed_several" if len(changed) > 1 else "toelage_changed")
        if changed
        else {(True, False): "toelage_no_effect", (True, True): "toelage_not_seen"}.get(
            (bool(excluded), bool(open_)), "toelage_uncertain"
        ),
        where=where,
        at=at,
        changes=listed([_moved(row, units.size(row)) for row in changed]),
        moved=listed([_moved(row) for row in changed]),
        margins=_margins(excluded),
        excluded=say("excluded", margins=_margins(excluded)) if excluded else "",
        open=say("too_uncertain", outcomes=_names(open_)) if open_ else "",
        outcomes=_names(open_),
        brief=_brief(excluded, len(rows)),
        n_changed=len(changed),
        n_excluded=len(excluded),
        n_open=len(open_),
        n_tested=len(rows),
        drift=_drift([*changed, *excluded]) or None,
    )


def _names(rows: Sequence[Row]) -> str:
    return listed([term(OUTCOMES[row["outcome"]]) for row in rows])


def _brief(rows: Sequence[Row], tested: int) -> str:
    """Name an outcome in a headline; of more only how many of those tested."""
    if len(rows) == 1:
        return term(BRIEF[rows[0]["outcome"]])
    return text("{some_groups} of {groups} outcomes", some_groups=len(rows), groups=tested)


def _margins(rows: Sequence[Row]) -> str:
    return listed([_on(row, units.quantity(row["margin"], row["unit"], 1)) for row in rows])


def _on(row: Row, size: str) -> str:
    return text("{size} on {outcome}", size=size, outcome=term(OUTCOMES[row["outcome"]]))


def _moved(row: Row, size: str = "") -> str:
    """State that an outcome rose or fell, and by how much where a size is given."""
    values = {"outcome": term(OUTCOMES[row["outcome"]]), "by": text(" by {size}", size=size) if size else ""}
    return text("{outcome} rose{by}", **values) if row["estimate"] > 0 else text("{outcome} fell{by}", **values)


def _drift(rows: Sequence[Row]) -> str:
    """State at which drift of the groups the first of the verdicts falls; of the cut-off there is none."""
    if not rows or rows[0]["model"] != "amt_did":
        return ""
    falling = [row for row in rows if not pd.isna(row["falls_at"])]
    if not falling:
        return say("every_drift")
    first = min(row["falls_at"] for row in falling)
    outcomes = _names([row for row in falling if row["falls_at"] == first])
    return say("falls_at_drift" if first else "falls_without_drift", drift=number(first, 1), outcomes=outcomes)


def _wage(row: Row | None, honest: Row | None) -> Iterator[Finding]:
    if not row:
        return
    sentence = say(
        {1: "wage_higher", -1: "wage_lower"}.get(units.direction(row), "no_wage_jump"),
        size=units.size(row),
        interval=units.with_interval(row),
        honest=_honest(row, honest),
        percent=abs(units.converted(row["estimate"], row["unit"])),
    )
    yield Finding("wage", sentence, number_of(row["n_obs"]), SCHOOLS, row["p_value"])


def _honest(row: Row, honest: Row | None) -> str:
    """Write the honest interval beside the robust one, turned as that one is."""
    if honest is None:
        return ""
    turned = -1 if units.direction(row) < 0 else 1
    ends = sorted(turned * units.converted(honest[end], row["unit"]) for end in ("ci_low", "ci_high"))
    return say("worst_bias", low=number(ends[0], 1), high=number(ends[1], 1))


def _levels(distribution: pd.DataFrame, year: int, at_equal: Row | None = None) -> Iterator[Finding]:
    """Compare the large cities with the rest; `at_equal` is their difference at equal schoolweging, of all years."""
    chosen = distribution[(distribution["year"] == year) & (distribution["outcome"] == "mean_employment")]
    by_region = {row["category"]: row for row in as_rows(chosen.dropna(subset=["estimate", "schools"]))}
    if {"G5", "outside the G5"} <= set(by_region):
        inside, outside = by_region["G5"], by_region["outside the G5"]
        untested = any(pd.isna(row[end]) for row in (inside, outside) for end in ("ci_low", "ci_high"))
        yield Finding(
            "shortage_at_equal" if untested and at_equal else "shortage_levels",
            say(
                "shortage_untested"
                if untested and not at_equal
                else {1: "shortage_larger_at_equal", -1: "shortage_smaller_at_equal"}.get(
                    units.direction(at_equal), "shortage_alike_at_equal"
                )
                if untested and at_equal
                else {1: "shortage_larger", -1: "shortage_smaller"}.get(larger(inside, outside), "shortage_alike"),
                year=str(year),
                at_equal="" if untested else _at_equal(at_equal),
                size=units.size(at_equal) if at_equal else "",
                interval=units.with_interval(at_equal) if at_equal else "",
                points=abs(units.converted(at_equal["estimate"], at_equal["unit"])) if at_equal else None,
                inside=inside["estimate"],
                outside=outside["estimate"],
            ),
            number_of(at_equal["n_obs"])
            if untested and at_equal
            else number_of(inside["schools"]) + number_of(outside["schools"]),
            SCHOOL_YEARS if untested and at_equal else SCHOOLS,
        )


def _at_equal(row: Row | None) -> str:
    """State what the model of the shortage finds of the large cities at equal schoolweging."""
    if not row:
        return ""
    return say(
        {1: "large_cities_more", -1: "large_cities_less"}.get(units.direction(row), "large_cities_alike"),
        size=units.size(row),
        interval=units.with_interval(row),
    )


def _weging(row: Row | None) -> Iterator[Finding]:
    if not row:
        return
    sentence = say(
        {1: "weging_larger", -1: "weging_smaller"}.get(units.direction(row), "weging_unclear"),
        size=units.size(row),
        interval=units.with_interval(row),
        points=abs(units.converted(row["estimate"], row["unit"])),
    )
    yield Finding("shortage_weging", sentence, number_of(row["n_obs"]), SCHOOL_YEARS, row["p_value"])


def _judgement(row: Row | None) -> Iterator[Finding]:
    if not row:
        return
    sentence = say(
        {1: "judgement_more", -1: "judgement_less"}.get(units.direction(row), "judgement_unclear"),
        size=units.size(row),
        interval=units.with_interval(row),
    )
    yield Finding("judgement", sentence, number_of(row["n_obs"]), SCHOOLS, row["p_value"])


def _established(row: Row) -> int:
    """Return the sign that the interval and the corrected p-value both establish, else 0."""
    return units.direction(row) if row["p_corrected"] < LEVEL else 0


def _money(estimates: pd.DataFrame, last_year: int, before: int) -> Iterator[Finding]:
    """State the three findings on money and pupils per teacher: one family, corrected together."""
    event = {"model": "oab_event", "group": "all schools", **RATIO}
    rows = {
        "oab_event": one(estimates, term=f"year_{last_year}", **event),
        "oab_dose": one(estimates, model="oab_dose", group="schools with a score in 2016", **RATIO),
        "oab_kink": one(estimates, model="oab_kink", **RATIO),
    }
    known = {name: row for name, row in rows.items() if row}
    corrected = dict(zip(known, holm([row["p_value"] for row in known.values()]), strict=True))
    earlier = one(estimates, term=f"year_{before}", **event)
    sentences = {"oab_event": lambda row: _oab(row, last_year, earlier, before), "oab_dose": _dose, "oab_kink": _kink}
    for name, row in known.items():
        # A sentence names the euros: the unit is that of the outcome.
        judged = {**row, "unit": "pupils per fte", "p_corrected": corrected[name]}
        unit = SCHOOLS if name == "oab_kink" else SCHOOL_YEARS
        yield Finding(
            name, sentences[name](judged), number_of(row["n_obs"]), unit, row["p_value"], MONEY, corrected[name]
        )


def _oab(row: Row, year: int, before: Row | None, year_before: int) -> str:
    sign = _established(row)
    sentence = say(
        {1: "money_more", -1: "money_fewer"}.get(sign, "money_unclear"),
        year=str(year),
        size=units.size(row),
        interval=units.with_interval(row),
    )
    if not sign or before is None or units.direction(before) != sign:
        return sentence
    return joined(" ", (sentence, say("money_before", year=str(year_before), size=units.size(before))))


def _dose(row: Row) -> str:
    return say(
        {1: "dose_more", -1: "dose_fewer"}.get(_established(row), "dose_unclear"),
        size=units.size(row),
        interval=units.with_interval(row),
    )


def _kink(row: Row) -> str:
    unknown = row["ci_low"] < -PLAUSIBLE and row["ci_high"] > PLAUSIBLE
    return say(
        {1: "kink_more", -1: "kink_fewer"}.get(_established(row), "kink_uncertain" if unknown else "kink_unclear"),
        size=units.size(row, digits=1),
        interval=units.with_interval(row, digits=1),
    )
