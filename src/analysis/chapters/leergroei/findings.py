"""What the chapter on learning growth finds, in sentences; numbers, and words that rest on them, are computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.chapters.leergroei import findings_groups as to_whom
from analysis.chapters.leergroei.findings_limits import absent, beyond_luck, consent_given, with_shocks
from analysis.chapters.leergroei.findings_rows import Count, Finding, known, rows_of, signs_of, withheld
from analysis.chapters.leergroei.phrases import Row, briefly, points, short, signed, size, subject
from analysis.language import joined, term, text
from analysis.publish import units
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import frame, listed, number_of, where_known
from analysis.publish.ranked import leads
from analysis.publish.tables import number

say = sentences_beside(__file__)


def findings(
    estimates: pd.DataFrame,
    examples: pd.DataFrame,
    spread: pd.DataFrame,
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
    estimates, examples, spread, year_shocks, consent
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
    changed = known(estimates, model="ois_standardised", by="")
    by_level = known(estimates, model="ois_standardised", by="level_m")
    by_band = known(estimates, model="ois_standardised", by="band")
    rows = where_known(
        _growth(changed, withheld(estimates, "ois_standardised"), year_shocks, before, closed, compared),
        _pnas(estimates, year_shocks, closed),
        _education(known(estimates, model="pnas_ses", term="difference"), closed),
        to_whom.levels(by_level, closed, compared),
        to_whom.bands(by_band, closed, compared),
        to_whom.schools(spread.dropna(subset=["low_tenth", "high_tenth"]), closed),
        to_whom.shortage(
            known(estimates, model="ois_shortage", by=""), closed, compared, withheld(estimates, "ois_shortage")
        ),
        to_whom.examples(examples.dropna(subset=["estimate"])),
        beyond_luck(known(estimates, model="regression_to_mean", category=f"level {levels[0]}"), levels[0], closed),
        absent(
            rows_of(estimates[estimates["model"] == "e_test_share"].dropna(subset="estimate")),
            levels,
            before,
            closed,
            with_m_test,
        ),
        _norm(known(estimates, model="norm_growth"), before),
    )
    of_schools = list(where_known(consent_given(consent.dropna(), estimates, closed)))
    return frame([*((*row, "pupils") for row in rows), *((*row, "schools") for row in of_schools)])


def _growth(
    rows: Sequence[Row],
    hidden: Sequence[str],
    year_shocks: pd.DataFrame,
    before: str,
    closed: str,
    compared: Count,
) -> Iterator[Finding]:
    if not rows:
        return
    shocks = with_shocks(year_shocks, "ois_standardised", rows)
    moved = sorted((row for row in rows if units.direction(row)), key=lambda row: -abs(row["estimate"]))
    yield (
        "growth",
        say(
            {(1,): "growth_more", (-1,): "growth_less", (-1, 1): "growth_mixed"}.get(signs_of(rows), "growth_unclear"),
            before=before,
            closed=closed,
            changes=to_whom.changes(moved),
            others=to_whom.not_measurable(rows),
            where=_where(moved, rows, hidden),
            **to_whom.known_and_not(rows, hidden),
            most=abs(moved[0]["estimate"]) if moved else None,
            subject=short((moved or rows)[0]),
            least=abs(moved[-1]["estimate"]) if len(moved) > 1 else None,
            other=short((moved or rows)[-1]),
            low=number(min(row["ci_low"] for row in rows), 2),
            high=number(max(row["ci_high"] for row in rows), 2),
            shocks=joined("", (" ", shocks)) if shocks else "",
        ),
        compared(subject=[row["outcome"] for row in rows]),
    )


def _where(moved: Sequence[Row], rows: Sequence[Row], hidden: Sequence[str]) -> str:
    """Name the part of the subjects that changed."""
    if len(rows) == 1:
        return short(rows[0])
    if hidden:
        return listed([short(row) for row in moved])
    if len(moved) == len(rows):
        return text("every subject")
    return text("{some} of {all} subjects", some=len(moved), all=len(rows))


def _pnas(estimates: pd.DataFrame, year_shocks: pd.DataFrame, closed: str) -> Iterator[Finding]:
    many, one = (
        {row["outcome"]: row for row in known(estimates, model=model, term="closure")}
        for model in ("pnas_overall", "pnas_one_control")
    )
    trends = {row["outcome"]: row for row in known(estimates, model="pnas_overall", term="year")}
    for outcome in [name for name in many if name in one][:1]:
        row, alone = many[outcome], one[outcome] if outcome in trends else None
        sign = units.direction(row)
        yield (
            "pnas",
            say(
                {1: "pnas_more", -1: "pnas_less"}.get(sign, "pnas_unclear"),
                subject=subject(row),
                many=points(row),
                closed=closed,
                than=text("than the trend of the control years implies") if alone else text("than the year before"),
                alone=say("year_before_alone", one=briefly(alone)) if alone else "",
                size=abs(row["estimate"]),
                beside=abs(alone["estimate"]) if alone and units.direction(alone) == sign else None,
                shocks=with_shocks(year_shocks, "pnas_overall", [row], 1) or None,
            ),
            number_of(row["n_pupils"]),
        )


def _education(rows: Sequence[Row], closed: str) -> Iterator[Finding]:
    for row in rows[:1]:
        yield (
            "education",
            say(
                {1: "education_more", -1: "education_less"}.get(units.direction(row), "education_unclear"),
                closed=closed,
                points=points(row),
                size=abs(row["estimate"]),
            ),
            number_of(row["n_pupils"]),
        )


def _norm(rows: Sequence[Row], before: str) -> Iterator[Finding]:
    if rows:
        most = max(rows, key=lambda row: abs(row["estimate"]))
        established = leads({**row, "estimate": abs(row["estimate"])} for row in rows)
        sign = units.direction(most)
        yield (
            "norm_growth",
            say(
                (
                    {1: "farthest_above_the_norm", -1: "farthest_below_the_norm"}
                    if established
                    else {1: "above_the_norm", -1: "below_the_norm"}
                ).get(sign, "at_the_norm"),
                before=before,
                subject=short(most),
                groep=term(most["category"]),
                size=size(most),
                signed=signed(most),
            ),
            number_of(most["n_pupils"]),
        )
