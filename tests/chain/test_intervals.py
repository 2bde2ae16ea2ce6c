"""An estimate that an edition shows twice has one interval and one number of pupils."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

INTERVAL = ["ci_low", "ci_high"]
IDENTIFYING = ["std_error", *INTERVAL, "p_value", "n_obs", "n_clusters"]
KEYS = ("year", "groep", "step")
"""Numbers that identify rows."""
SAME = {"model", "group", "term"}
"""Tables that do not both say this are not compared: rounded estimates of different things are often equal."""
NOT_A_KEY = {*IDENTIFYING, "estimate", "suppressed", "unit"}


def tables_of(edition: Path) -> dict[tuple[str, str], pd.DataFrame]:
    """Every published table, by chapter and name."""
    return {(path.parent.name, path.stem): pd.read_csv(path) for path in sorted(edition.glob("tables/*/*.csv"))}


def keys_of(one: pd.DataFrame, other: pd.DataFrame) -> list[str]:
    """Columns by which both tables say what an estimate is of."""
    shared = [name for name in one.columns.intersection(other.columns) if name not in NOT_A_KEY]
    return [name for name in shared if name in KEYS or not pd.api.types.is_numeric_dtype(one[name])]


def shown_twice(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Rows of two tables with one estimate (to the last digit) of one thing, as far as both tables say what it is."""
    keys = keys_of(one, other)
    sides = [
        frame[frame["estimate"].mod(0.005) != 0].dropna(subset=["estimate"]).astype(dict.fromkeys(keys, str))
        for frame in (one, other)
    ]
    return sides[0].merge(sides[1], on=[*keys, "estimate"], suffixes=("", "_again"))


def contradictions(one: pd.DataFrame, other: pd.DataFrame) -> Iterator[str]:
    """Estimates of which no row of one table says what a row of the other says: one may have errors of two kinds."""
    both = shown_twice(one, other)
    names = [name for name in IDENTIFYING if f"{name}_again" in both]
    for _, rows in both.groupby(["estimate", *keys_of(one, other)]):
        first, again = rows[names].to_numpy(float), rows[[f"{name}_again" for name in names]].to_numpy(float)
        if not np.isclose(first, again, rtol=1e-9, atol=0, equal_nan=True).all(axis=1).any():
            yield ", ".join(f"{name} {rows[name].iloc[0]}" for name in ("estimate", *names))


def test_an_estimate_that_is_shown_twice_is_one_estimate(ci_edition: Path) -> None:
    tables, seen = tables_of(ci_edition), 0
    known = {place: frame for place, frame in tables.items() if {"estimate", *INTERVAL} <= set(frame)}
    for (first, one), (second, other) in combinations(known.items(), 2):
        # Random effects of schools give other estimates of the same terms, which round to the same now and then.
        if first[0] == second[0] and set(one) & set(other) >= SAME and "two_step" not in {*one, *other}:
            seen += len(shown_twice(one, other))
            assert list(contradictions(one, other)) == [], (first, second)
    assert seen > 100  # figures show rows of tables


def test_two_bootstraps_of_one_estimate_are_found() -> None:
    # D .6194 from .6091 in one table and from .6103 in another.
    latest = pd.DataFrame({"group": ["laag"], "estimate": [0.61936], "ci_low": [0.6091], "n_obs": [39025]})
    figure = pd.DataFrame({"group": ["laag"], "estimate": [0.61936], "ci_low": [0.6103], "n_obs": [39025]})
    assert list(contradictions(latest, figure)) == ["estimate 0.61936, ci_low 0.6091, n_obs 39025"]
    assert list(contradictions(latest, latest.assign(ci_low=0.6091, n_obs=39030))) != []
    assert list(contradictions(latest, latest)) == []
    assert list(contradictions(latest, figure.assign(group="turkish"))) == []
