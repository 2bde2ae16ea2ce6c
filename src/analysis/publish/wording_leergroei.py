"""What the chapter on learning growth finds, in sentences; numbers, and words that rest on them, are computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.publish.tables import number

SUBJECTS = {
    "lezen": "reading (begrijpend lezen)",
    "rekenen": "arithmetic (rekenen-wiskunde)",
    "dmt": "technical reading (DMT)",
    "spelling": "spelling",
    "composite": "the mean of the tests",
}
COLUMNS = ["name", "sentence", "n", "unit"]
SD = "standard deviations of growth"

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
        yield (
            "norm_growth",
            f"In {before} growth was farthest from the national norm in {_subject(most)}, {most['category']}: "
            f"{_size(most)} national standard deviations {_side(most, 'below', 'above')} it.",
            int(most["n_obs"]),
        )


def _overall(rows: Sequence[Row], before: str, closed: str) -> Iterator[Finding]:
    for row in rows:
        yield (
            f"growth_{row['outcome']}",
            f"In {_subject(row)} pupils {_grew(row)} in {closed} than pupils of the same groep and level in "
            f"{before}, in {SD} of that year. Only pupils who sat both tests are in this number.",
            int(row["n_obs"]),
        )


def _levels(rows: Sequence[Row], closed: str) -> Iterator[Finding]:
    for outcome, of in _by_outcome(rows):
        low, high = (choose(of, key=lambda row: row["estimate"]) for choose in (min, max))
        yield (
            f"levels_{outcome}",
            f"In {SUBJECTS[outcome]} the levels farthest apart in {closed} are these: pupils of {low['category']} "
            f"{_grew(low)} than such pupils the year before ({SD}), pupils of {high['category']} {_grew(high)}.",
            sum(int(row["n_obs"]) for row in of),
        )


def _bands(rows: Sequence[Row], closed: str) -> Iterator[Finding]:
    for outcome, of in _by_outcome(rows):
        low, high = of[0], of[-1]
        if low is not high:
            yield (
                f"bands_{outcome}",
                f"In {SUBJECTS[outcome]} pupils of {_band(low)} {_grew(low)} in {closed} than the "
                f"year before ({SD}), those of {_band(high)} {_grew(high)}. Who was absent from the "
                f"E-test is not in these numbers, and absence was not the same at all schools.",
                sum(int(row["n_obs"]) for row in of),
            )


def _schools(spread: pd.DataFrame, closed: str) -> Iterator[Finding]:
    rows = _rows(spread)
    if rows:
        most = max(rows, key=lambda row: row["sd_schools"])
        low, high = (
            f"{abs(most[name]):.2f} {'less' if most[name] < 0 else 'more'}" for name in ("low_tenth", "high_tenth")
        )
        yield (
            "schools",
            f"Comparable schools differ, most so in {_subject(most)} among {_band(most)}: chance "
            f"apart, a tenth of them grew at least {low} in {closed} than the year before ({SD}), and another tenth at "
            f"least {high}.",
            int(most["n_pupils"]),
        )


def _shortage(rows: Sequence[Row], closed: str) -> Iterator[Finding]:
    if rows:
        told = "; ".join(f"{_grew(row)} in {_subject(row)}" for row in rows)
        yield (
            "shortage",
            f"Compared with schools that have as many pupils at risk, pupils of schools with 10 percentage points more "
            f"teacher shortage {told} in {closed}, in {SD}.",
            max(int(row["n_obs"]) for row in rows),
        )


def _examples(examples: pd.DataFrame) -> Iterator[Finding]:
    for _, rows in examples.groupby("share_at_risk", sort=True):
        by_term = {row["term"]: row for row in _rows(rows)}
        if {"before", "closure", "difference"} <= set(by_term):
            old, new = by_term["before"], by_term["closure"]
            yield (
                f"example_{new['share_at_risk']:.0%}".rstrip("%"),
                f"A pupil in groep {new['groep']} at level {new['level']} in {_subject(new)}, at a school with "
                f"{new['share_at_risk']:.0%} of pupils at risk, had a probability of {_percent(old)} to drop a level "
                f"in {old['year']} and of {_percent(new)} in {new['year']}.",
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
            f"Against all control years and their trend, growth in {SUBJECTS[outcome]} was {_points(many[outcome])} in "
            f"{closed}; against the year before alone, {_points(one[outcome])}. Where growth was rising, comparing "
            f"with one year hides part of the loss.",
            int(many[outcome]["n_obs"]),
        )


def _education(rows: Sequence[Row]) -> Iterator[Finding]:
    for row in rows[:1]:
        yield (
            "education",
            f"The effect of the closure on growth in {_subject(row)} was {_points(row)} for pupils whose parents "
            f"have a low education than for pupils whose parents have a middle or high one.",
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
            f"Of the pupils at level {top} in {_subject(observed)} {observed['estimate']:.0%} dropped a level in "
            f"{closed}; {expected['estimate']:.0%} would have without any closure: a high score is in part luck.",
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
            f"Of the pupils with an M-test in {SUBJECTS[outcome]}, {low['share_present']:.0%} of those at level "
            f"{levels[-1]} sat the E-test in {closed} ({low_before['share_present']:.0%} in {before}), and "
            f"{high['share_present']:.0%} of those at level {levels[0]} ({high_before['share_present']:.0%}). What the "
            f"absent would have shown is unknown; all findings on growth rest on those who were there.",
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
        return f"grew neither measurably less nor more ({_told(row)})"
    return f"grew {_size(row)} {_side(row, 'less', 'more')}"


def _points(row: Row) -> str:
    if not _measurable(row):
        return f"neither measurably lower nor higher ({_told(row, 1)} percentile points)"
    return f"{_size(row, 1)} percentile points {_side(row, 'lower', 'higher')}"


def _measurable(row: Row) -> bool:
    return not row["ci_low"] <= 0 <= row["ci_high"]


def _side(row: Row, below: str, above: str) -> str:
    return below if row["estimate"] < 0 else above


def _size(row: Row, digits: int = 2) -> str:
    """Tell an estimate and its interval; where the words beside it tell the side, without a sign."""
    low, high = row["ci_low"], row["ci_high"]
    if row["estimate"] < 0:
        low, high = -high, -low
    return f"{abs(row['estimate']):.{digits}f} (95% interval {number(low, digits)} to {number(high, digits)})"


def _told(row: Row, digits: int = 2) -> str:
    estimate, low, high = (number(row[name], digits) for name in ("estimate", "ci_low", "ci_high"))
    return f"{estimate}, 95% interval {low} to {high}"


def _percent(row: Row) -> str:
    return f"{row['estimate']:.0%} (95% interval {row['ci_low']:.0%} to {row['ci_high']:.0%})"


def _band(row: Row) -> str:
    return "schools with " + str(row["category"]).replace("below", "fewer than")


def _subject(row: Row) -> str:
    return SUBJECTS.get(row["outcome"], str(row["outcome"]))
