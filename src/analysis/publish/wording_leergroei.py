"""What the chapter on learning growth finds, in sentences; numbers, and words that rest on them, are computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.publish.language import term, text, word
from analysis.publish.tables import number

SUBJECTS = {
    "lezen": word("reading (begrijpend lezen)"),
    "rekenen": word("arithmetic (rekenen-wiskunde)"),
    "dmt": word("technical reading (DMT)"),
    "spelling": word("spelling"),
    "composite": word("the mean of the tests"),
}
COLUMNS = ["name", "sentence", "n", "unit"]

Row = Mapping[str, Any]
Finding = tuple[str, str, int]


def findings(
    estimates: pd.DataFrame,
    examples: pd.DataFrame,
    spread: pd.DataFrame,
    missing: pd.DataFrame,
    *,
    before: str,
    closed: str,
    levels: Sequence[str],
) -> pd.DataFrame:
    """Tell what the closure did to growth, to whom, and how sure that is.

    Parameters
    ----------
    estimates, examples, spread, missing
        The chapter's tables, as the gate let them through; a finding that rests on a withheld number is not told.
    before, closed
        The year before, and the closure year.
    levels
        Ability levels, the highest first.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``.
    """
    rows = [
        *_norm(_known(estimates, model="norm_growth"), before),
        *_overall(_known(estimates, model="ois_standardised", by=""), before, closed),
        *_levels(_known(estimates, model="ois_standardised", by="level_m"), closed),
        *_bands(_known(estimates, model="ois_standardised", by="band"), closed),
        *_schools(spread.dropna(subset=["low_tenth", "high_tenth"]), closed),
        *_shortage(_known(estimates, model="ois_shortage", by=""), closed),
        *_examples(examples.dropna(subset=["estimate"])),
        *_pnas(estimates, closed),
        *_education(_known(estimates, model="pnas_ses", term="difference")),
        *_regression(_known(estimates, model="regression_to_mean", category=f"level {levels[0]}"), levels[0], closed),
        *_absent(missing.dropna(subset=["share_present"]), levels, before, closed),
    ]
    return pd.DataFrame([(*row, "pupils") for row in rows], columns=COLUMNS)


def _norm(rows: Sequence[Row], before: str) -> Iterator[Finding]:
    if rows:
        most = max(rows, key=lambda row: abs(row["estimate"]))
        told = {"before": before, "subject": _subject(most), "groep": term(most["category"]), "size": _size(most)}
        yield (
            "norm_growth",
            text(
                "In {before} growth was farthest from the national norm in {subject}, {groep}: {size} national "
                "standard deviations below it.",
                **told,
            )
            if most["estimate"] < 0
            else text(
                "In {before} growth was farthest from the national norm in {subject}, {groep}: {size} national "
                "standard deviations above it.",
                **told,
            ),
            int(most["n_obs"]),
        )


def _overall(rows: Sequence[Row], before: str, closed: str) -> Iterator[Finding]:
    for row in rows:
        yield (
            f"growth_{row['outcome']}",
            text(
                "In {subject} pupils {grew} in {closed} than pupils of the same groep and level in {before}, in "
                "standard deviations of growth of that year. Only pupils who sat both tests are in this number.",
                subject=_subject(row),
                grew=_grew(row),
                closed=closed,
                before=before,
            ),
            int(row["n_obs"]),
        )


def _levels(rows: Sequence[Row], closed: str) -> Iterator[Finding]:
    for outcome, of in _by_outcome(rows):
        low, high = (choose(of, key=lambda row: row["estimate"]) for choose in (min, max))
        yield (
            f"levels_{outcome}",
            text(
                "In {subject} the levels farthest apart in {closed} are these: pupils of {low} {grew_low} than such "
                "pupils the year before (standard deviations of growth), pupils of {high} {grew_high}.",
                subject=_subject(low),
                closed=closed,
                low=term(low["category"]),
                grew_low=_grew(low),
                high=term(high["category"]),
                grew_high=_grew(high),
            ),
            sum(int(row["n_obs"]) for row in of),
        )


def _bands(rows: Sequence[Row], closed: str) -> Iterator[Finding]:
    for outcome, of in _by_outcome(rows):
        low, high = of[0], of[-1]
        if low is not high:
            yield (
                f"bands_{outcome}",
                text(
                    "In {subject} pupils of {low} {grew_low} in {closed} than the year before (standard deviations of "
                    "growth), those of {high} {grew_high}. Who was absent from the E-test is not in these numbers, and "
                    "absence was not the same at all schools.",
                    subject=_subject(low),
                    low=_band(low),
                    grew_low=_grew(low),
                    closed=closed,
                    high=_band(high),
                    grew_high=_grew(high),
                ),
                sum(int(row["n_obs"]) for row in of),
            )


def _schools(spread: pd.DataFrame, closed: str) -> Iterator[Finding]:
    rows = _rows(spread)
    if rows:
        most = max(rows, key=lambda row: row["sd_schools"])
        yield (
            "schools",
            text(
                "Comparable schools differ, most so in {subject} among {band}: chance apart, a tenth of them grew at "
                "least {low} in {closed} than the year before (standard deviations of growth), and another tenth at "
                "least {high}.",
                subject=_subject(most),
                band=_band(most),
                low=_more_or_less(most["low_tenth"]),
                closed=closed,
                high=_more_or_less(most["high_tenth"]),
            ),
            int(most["n_pupils"]),
        )


def _more_or_less(size: float) -> str:
    if size < 0:
        return text("{size:.2f} less", size=-size)
    return text("{size:.2f} more", size=size)


def _shortage(rows: Sequence[Row], closed: str) -> Iterator[Finding]:
    if rows:
        told = "; ".join(text("{grew} in {subject}", grew=_grew(row), subject=_subject(row)) for row in rows)
        yield (
            "shortage",
            text(
                "Compared with schools that have as many pupils at risk, pupils of schools with 10 percentage points "
                "more teacher shortage {told} in {closed}, in standard deviations of growth.",
                told=told,
                closed=closed,
            ),
            max(int(row["n_obs"]) for row in rows),
        )


def _examples(examples: pd.DataFrame) -> Iterator[Finding]:
    for _, rows in examples.groupby("share_at_risk", sort=True):
        by_term = {row["term"]: row for row in _rows(rows)}
        if {"before", "closure", "difference"} <= set(by_term):
            old, new = by_term["before"], by_term["closure"]
            yield (
                f"example_{new['share_at_risk']:.0%}".rstrip("%"),
                text(
                    "A pupil in groep {groep} at level {level} in {subject}, at a school with {share:.0%} of pupils at "
                    "risk, had a probability of {old} to drop a level in {before} and of {new} in {closed}.",
                    groep=new["groep"],
                    level=new["level"],
                    subject=_subject(new),
                    share=new["share_at_risk"],
                    old=_percent(old),
                    before=old["year"],
                    new=_percent(new),
                    closed=new["year"],
                ),
                int(by_term["difference"]["n_obs"]),
            )


def _pnas(estimates: pd.DataFrame, closed: str) -> Iterator[Finding]:
    many, one = (
        {row["outcome"]: row for row in _known(estimates, model=model, term="closure")}
        for model in ("pnas_overall", "pnas_one_control")
    )
    for outcome in [name for name in many if name in one][:1]:
        yield (
            "pnas",
            text(
                "Against all control years and their trend, growth in {subject} was {many} in {closed}; against the "
                "year before alone, {one}. Where growth was rising, comparing with one year hides part of the loss.",
                subject=_subject(many[outcome]),
                many=_points(many[outcome]),
                closed=closed,
                one=_points(one[outcome]),
            ),
            int(many[outcome]["n_obs"]),
        )


def _education(rows: Sequence[Row]) -> Iterator[Finding]:
    for row in rows[:1]:
        yield (
            "education",
            text(
                "The effect of the closure on growth in {subject} was {points} for pupils whose parents have a low "
                "education than for pupils whose parents have a middle or high one.",
                subject=_subject(row),
                points=_points(row),
            ),
            int(row["n_obs"]),
        )


def _regression(rows: Sequence[Row], top: str, closed: str) -> Iterator[Finding]:
    told = []
    for _, of in _by_outcome(rows):
        by_term = {row["term"]: row for row in of}
        if {"drop_expected", "drop_closure"} <= set(by_term):
            told.append((by_term["drop_expected"], by_term["drop_closure"]))
    if told:
        expected, observed = max(told, key=lambda pair: pair[1]["estimate"] - pair[0]["estimate"])
        yield (
            "regression_to_mean",
            text(
                "Of the pupils at level {top} in {subject} {observed:.0%} dropped a level in {closed}; {expected:.0%} "
                "would have without any closure: a high score is in part luck.",
                top=top,
                subject=_subject(observed),
                observed=observed["estimate"],
                closed=closed,
                expected=expected["estimate"],
            ),
            int(observed["n_obs"]),
        )


def _absent(missing: pd.DataFrame, levels: Sequence[str], before: str, closed: str) -> Iterator[Finding]:
    wanted = [(level, year) for level in (levels[-1], levels[0]) for year in (before, closed)]
    told = []
    for outcome, of in missing.groupby("outcome", sort=False):
        present = {(row["level_m"], row["year"]): row for row in _rows(of)}
        if set(wanted) <= set(present):
            told.append((str(outcome), [present[key] for key in wanted]))
    if told:
        outcome, rows = min(told, key=lambda pair: pair[1][1]["share_present"] - pair[1][0]["share_present"])
        low_before, low, high_before, high = rows
        yield (
            "absent",
            text(
                "Of the pupils with an M-test in {subject}, {low:.0%} of those at level {lowest} sat the E-test in "
                "{closed} ({low_before:.0%} in {before}), and {high:.0%} of those at level {highest} "
                "({high_before:.0%}). What the absent would have shown is unknown; all findings on growth rest on "
                "those who were there.",
                subject=term(SUBJECTS[outcome]),
                low=low["share_present"],
                lowest=levels[-1],
                closed=closed,
                low_before=low_before["share_present"],
                before=before,
                high=high["share_present"],
                highest=levels[0],
                high_before=high_before["share_present"],
            ),
            int(low["n_m_test"]) + int(high["n_m_test"]),
        )


def _known(estimates: pd.DataFrame, **chosen: str) -> list[Row]:
    rows = estimates.dropna(subset=["estimate", "ci_low", "ci_high", "n_obs"])
    for column, value in chosen.items():
        rows = rows[rows[column] == value]
    return _rows(rows)


def _rows(frame: pd.DataFrame) -> list[Row]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _by_outcome(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    for outcome in dict.fromkeys(row["outcome"] for row in rows):
        yield str(outcome), [row for row in rows if row["outcome"] == outcome]


def _grew(row: Row) -> str:
    if not _measurable(row):
        return text("grew neither measurably less nor more ({told})", told=_told(row))
    if row["estimate"] < 0:
        return text("grew {size} less", size=_size(row))
    return text("grew {size} more", size=_size(row))


def _points(row: Row) -> str:
    if not _measurable(row):
        return text("neither measurably lower nor higher ({told} percentile points)", told=_told(row, 1))
    if row["estimate"] < 0:
        return text("{size} percentile points lower", size=_size(row, 1))
    return text("{size} percentile points higher", size=_size(row, 1))


def _measurable(row: Row) -> bool:
    return not row["ci_low"] <= 0 <= row["ci_high"]


def _size(row: Row, digits: int = 2) -> str:
    """Tell an estimate and its interval; where the words beside it tell the side, without a sign."""
    low, high = row["ci_low"], row["ci_high"]
    if row["estimate"] < 0:
        low, high = -high, -low
    estimate = number(abs(row["estimate"]), digits)
    return text(
        "{estimate} (95% interval {low} to {high})",
        estimate=estimate,
        low=number(low, digits),
        high=number(high, digits),
    )


def _told(row: Row, digits: int = 2) -> str:
    estimate, low, high = (number(row[name], digits) for name in ("estimate", "ci_low", "ci_high"))
    return text("{estimate}, 95% interval {low} to {high}", estimate=estimate, low=low, high=high)


def _percent(row: Row) -> str:
    estimate, low, high = (f"{row[name]:.0%}" for name in ("estimate", "ci_low", "ci_high"))
    return text("{estimate} (95% interval {low} to {high})", estimate=estimate, low=low, high=high)


def _band(row: Row) -> str:
    return text("schools with {band}", band=term(str(row["category"]).replace("below", "fewer than")))


def _subject(row: Row) -> str:
    return term(SUBJECTS.get(row["outcome"], str(row["outcome"])))
