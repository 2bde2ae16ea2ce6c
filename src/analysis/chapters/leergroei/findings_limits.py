"""What the headlines on learning growth leave open, in sentences: luck, who was absent, schools without consent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.chapters.leergroei.findings_rows import Count, Finding, by_outcome, known, rows_of
from analysis.chapters.leergroei.phrases import SHORT, Row, change_of, gap, short, span, widened
from analysis.language import joined, term, text
from analysis.publish import units
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import listed, number_of
from analysis.publish.ranked import leads, trails

say = sentences_beside(__file__)


def with_shocks(year_shocks: pd.DataFrame, design: str, headlines: Sequence[Row], digits: int = 2) -> str:
    """Say the intervals of headlines if years differ by shocks: of all of them, or nothing where one is not known."""
    of_design = year_shocks[(year_shocks["model"] == design) & year_shocks["estimate"].notna()]
    by_subject = {row["outcome"]: row for row in rows_of(of_design)}
    if not headlines or not {row["outcome"] for row in headlines} <= set(by_subject):
        return ""
    rows = [by_subject[row["outcome"]] for row in headlines]
    unit = say("in_sd") if digits > 1 else say("in_percentile_points")
    chosen = ((wider, [row for row in rows if widened(row) is wider]) for wider in (True, False, None))
    return joined(" ", (_shocks(wider, of, len(of) == len(rows) == 1, unit, digits) for wider, of in chosen if of))


def _shocks(wider: bool | None, rows: Sequence[Row], alone: bool, unit: str, digits: int) -> str:
    spans = [span(row["shock_low"], row["shock_high"], digits) for row in rows] if wider else []
    named = [text("{span} in {subject}", span=of, subject=short(row)) for of, row in zip(spans, rows, strict=False)]
    return say(
        {True: "shocks_widen", False: "shocks_hidden", None: "shocks_unknown"}[wider],
        years=int(rows[0]["control_years"]),
        spans=listed(spans if alone else named),
        where="" if alone else say("in_subjects", subjects=listed([short(row) for row in rows])),
        unit=unit,
    )


def beyond_luck(rows: Sequence[Row], top: str, closed: str) -> Iterator[Finding]:
    """Compare the pupils of the highest level who dropped with those who would have without a closure."""
    pairs = []
    for _, of in by_outcome(rows):
        by_term = {row["term"]: row for row in of}
        if {"drop_expected", "drop_closure"} <= set(by_term):
            pairs.append((by_term["drop_expected"], by_term["drop_closure"]))
    if pairs:
        gaps = [change_of(*pair) for pair in pairs]
        nth = max(range(len(pairs)), key=lambda place: gaps[place]["estimate"])
        expected, observed = pairs[nth]
        yield (
            "regression_to_mean",
            say(
                {1: "more_than_luck", -1: "less_than_luck"}.get(units.direction(gaps[nth]), "as_luck"),
                rank=_most_above(gaps),
                top=top,
                subject=short(observed),
                observed=observed["estimate"],
                closed=closed,
                expected=expected["estimate"],
                gap=gap(gaps[nth]),
            ),
            number_of(observed["n_pupils"]),
        )


def _most_above(gaps: Sequence[Row]) -> str:
    """Say whether the difference is known to be the largest; the subject was chosen by the estimates."""
    if len(gaps) < 2:
        return ""
    return say("difference_largest" if leads(gaps) else "difference_perhaps_largest")


def absent(
    shares: Sequence[Row], levels: Sequence[str], before: str, closed: str, with_m_test: Count
) -> Iterator[Finding]:
    """Say who sat the E-test, of the subject in which presence at the lowest level changed the lowest.

    Parameters
    ----------
    shares : The estimates that the figure draws, so that sentence and figure have the same numbers.
    """
    high, low = (f"level {level}" for level in (levels[0], levels[-1]))
    wanted = [(level, year) for level in (low, high) for year in (before, closed)]
    by_subject = {}
    for outcome, of in by_outcome(shares):
        present = {(row["category"], row["term"]): row for row in of}
        if set(wanted) <= set(present):
            by_subject[outcome] = [present[key] for key in wanted]
    if by_subject:
        changes = {outcome: change_of(*of[:2]) for outcome, of in by_subject.items()}
        outcome = min(changes, key=lambda name: changes[name]["estimate"])
        low_before, low_closed, high_before, high_closed = (row["estimate"] for row in by_subject[outcome])
        yield (
            "absent",
            say(
                {1: "absent_less", -1: "absent_more"}.get(units.direction(changes[outcome]), "absent_unclear"),
                rank=_most_below([*changes.values()], levels[-1]),
                subject=term(SHORT.get(outcome, outcome)),
                low=low_closed,
                lowest=levels[-1],
                closed=closed,
                low_before=low_before,
                before=before,
                high=high_closed,
                highest=levels[0],
                high_before=high_before,
            ),
            with_m_test(subject=outcome, level_m=[levels[-1], levels[0]]),
        )


def _most_below(changes: Sequence[Row], lowest: str) -> str:
    """Say whether presence is known to have changed the least or fallen the most here; see `_most_above`."""
    if len(changes) < 2:
        return ""
    return say("change_lowest" if trails(changes) else "change_perhaps_lowest", lowest=lowest)


def consent_given(make_up: pd.DataFrame, estimates: pd.DataFrame, closed: str) -> Iterator[Finding]:
    """Say what schools without consent may do to the changes; nothing where a number of it is withheld."""
    schools = {row["consent"]: number_of(row["n_schools"]) for row in rows_of(make_up)}
    spans = [*_spans(estimates)]
    if spans and {"with consent", "without consent"} <= set(schools):
        yield (
            "consent",
            say(
                "consent",
                schools=sum(schools.values()),
                without_schools=schools["without consent"],
                closed=closed,
                spans=listed(spans),
            ),
            sum(schools.values()),
        )


def _spans(estimates: pd.DataFrame) -> Iterator[str]:
    for _, of in by_outcome(known(estimates, model="consent_bounds")):
        ends = {row["term"]: row["estimate"] for row in of}
        yield text("{span} in {subject}", span=span(ends["lower"], ends["upper"]), subject=short(of[0]))
