"""How much of a change in segregation is composition, how much sorting, and how much schools that open and close.

Composition is how many pupils each group and each school has; sorting is who attends which school given that, as the
odds ratios of the table of schools and groups.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.chapters.segregation.models.attendance import by_group, characteristics, is_expected
from analysis.chapters.segregation.models.estimates import (
    BY_PAIR,
    CORRECTED,
    MIRRORED,
    PAIRS,
    Pairs,
    indices_of,
    moved_interval,
)
from analysis.chapters.segregation.models.two_years import TwoYears
from analysis.errors import ModelError, Reason
from analysis.run.remembered import remembered
from analysis.stats.complete import check_complete
from analysis.stats.estimates import ESTIMATE_COLUMNS, in_form
from analysis.stats.segregation import Array, Tally

Tables = dict[tuple[int, int], Array]

ROUNDS, FEW_ROUNDS = 2000, 100
TOLERANCE = 1e-7
COLUMNS = ("comparison", "characteristic", "index", "first_year", "last_year")
PARTS = (
    "composition",
    "sorting",
    "schools",
    "total",
    "composition_first",
    "sorting_last",
    "sorting_first",
    "composition_last",
)


@remembered
def decompose(
    by_attendance: pd.DataFrame, by_stay: pd.DataFrame, *, draws: int, seed: int, pairs: Pairs = PAIRS
) -> pd.DataFrame:
    r"""Decompose the change between the first and the last year.

    Parameters
    ----------
    by_attendance : ``year, location, education, background, pupils``; counted pupils.
    by_stay
        Those among them who were there in the first year and are in the last, by what they were in either:
        ``first_location, last_location`` and likewise education and background, ``pupils``. Where no pupil is known in
        both years it has no rows or columns, and the years are resampled as if no pupil were in both: intervals are
        then too wide rather than too narrow, because a pupil who stays mostly stays at the school.
    draws, seed : Resamples of the pupils, for the intervals, and their seed.
    pairs : Which groups are compared.

    Returns
    -------
    DataFrame
        In the form of all estimates, with `COLUMNS`; ``term`` is one of `PARTS`. No rows where there is one year.

    Raises
    ------
    ModelError
        If the numbers are expected ones, or more pupils stayed at a school than were there.

    Notes
    -----
    With :math:`I(m, o)` the index of the table with the margins of year :math:`m` and the odds ratios of year :math:`o`
    (by iterative proportional fitting), composition comes to :math:`I(1,0) - I(0,0)` when it is counted first and
    :math:`I(1,1) - I(0,1)` when it is counted last; the mean of both orders is its Shapley value (Elbers, 2023).
    Schools of one of the two years have no odds ratios in the other: what they change is a part, ``schools``.
    Pupils are resampled and not their years: one who is in both is drawn with both, within the groups that he is of.
    """
    check_complete(by_attendance, ["year", "location", "pupils"], "segregation")
    first, last = int(by_attendance["year"].min()), int(by_attendance["year"].max())
    if first == last:
        return pd.DataFrame(columns=[*ESTIMATE_COLUMNS, *COLUMNS])
    if is_expected(by_attendance):
        raise ModelError("a change is decomposed between counted pupils; these are expected numbers", Reason.INVALID)
    kinds = characteristics(by_attendance)
    frames = []
    for kind, stream in zip(kinds, np.random.SeedSequence(seed).spawn(len(kinds)), strict=True):
        known = by_attendance.dropna(subset=kind)
        before, after = (by_group(known[known["year"] == year], kind) for year in (first, last))
        rows = _rows(
            TwoYears.of(before, after, _stayed(by_stay, kind), kind),
            draws=draws,
            rng=np.random.default_rng(stream),
            pairs=pairs,
        )
        frames.append(pd.DataFrame(rows).assign(characteristic=kind, first_year=first, last_year=last))
    return in_form(pd.concat(frames, ignore_index=True), model="composition", p_value=np.nan, unit="index (0-1)")


def _stayed(by_stay: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Choose the pupils of both years of whom school and group are known in both; none where the data do not tell."""
    sides = [f"{side}_{of}" for side in ("first", "last") for of in ("location", kind)]
    if not {*sides, "pupils"} <= set(by_stay):
        return pd.DataFrame(columns=[*sides, "pupils"])
    return by_stay.dropna(subset=sides)


def _rows(years: TwoYears, *, draws: int, rng: np.random.Generator, pairs: Pairs) -> list[dict[str, object]]:
    both = years.schools[0].intersection(years.schools[1])
    before, after = (schools.isin(both) for schools in years.schools)
    counted, drawn = (years.before.astype(float), years.after.astype(float)), years.resampled(draws, rng)
    observed = _four(counted[0][:, before], counted[1][:, after], strict=True)
    again = _four(drawn[0][..., before], drawn[1][..., after], strict=False)
    rows: list[dict[str, object]] = []
    for group, other in pairs:
        if not {group, other} <= set(years.groups):
            continue
        a, b = years.groups.index(group), years.groups.index(other)
        labels = {"group": group, "comparison": other, "n_clusters": len(both)}
        for name, compute in indices_of(a, b).items():
            if name not in (CORRECTED, "isolation") or (name in BY_PAIR and group in MIRRORED):
                continue
            whole = [compute(Tally(table)) for table in counted]
            whole_drawn = [compute(Tally(table)) for table in drawn]
            parts = _parts({key: compute(Tally(table)) for key, table in observed.items()}, *whole)
            parts_drawn = _parts({key: compute(Tally(table)) for key, table in again.items()}, *whole_drawn)
            members = [a] if name == "isolation" else [a, b]
            labels["n_obs"] = min(int(table[members].sum()) for table in counted)
            rows += [
                {"index": name, "term": part, **moved_interval(float(parts[part]), parts_drawn[part]), **labels}
                for part in PARTS
            ]
    return rows


def _four(before: Array, after: Array, *, strict: bool) -> Tables:
    """Tables with the margins of one year (first) and the odds ratios of another (second)."""
    return {
        (0, 0): np.asarray(before, float),
        (1, 1): np.asarray(after, float),
        (1, 0): fitted(before, after, strict=strict),
        (0, 1): fitted(after, before, strict=strict),
    }


def _parts(index: Mapping[tuple[int, int], Array], before: Array, after: Array) -> dict[str, Array]:
    parts = {
        "composition_first": index[1, 0] - index[0, 0],
        "sorting_last": index[1, 1] - index[1, 0],
        "sorting_first": index[0, 1] - index[0, 0],
        "composition_last": index[1, 1] - index[0, 1],
        "total": after - before,
    }
    return parts | {
        "composition": (parts["composition_first"] + parts["composition_last"]) / 2,
        "sorting": (parts["sorting_first"] + parts["sorting_last"]) / 2,
        "schools": after - before - (index[1, 1] - index[0, 0]),
    }


def fitted(table: Array, margins: Array, *, strict: bool = True) -> Array:
    """Give a table the margins of another and leave its odds ratios as they are: iterative proportional fitting.

    Parameters
    ----------
    table, margins : Pupils, shape (..., n_groups, n_schools).
    strict
        Refuse what does not succeed; else return what is nearest after `FEW_ROUNDS`: a resample may happen to have
        nobody where the margins want somebody.

    Returns
    -------
    array
        The table with those margins.

    Raises
    ------
    ModelError
        If that does not succeed: a school or group has nobody in one of the two, or odds ratios of zero forbid it.
    """
    result: Array = np.array(table, dtype=float)
    rows, columns = margins.sum(axis=-1, keepdims=True), margins.sum(axis=-2, keepdims=True)
    near = TOLERANCE * margins.sum(axis=(-1, -2), keepdims=True)
    for _ in range(ROUNDS if strict else FEW_ROUNDS):
        result *= _ratio(rows, result.sum(axis=-1, keepdims=True))
        result *= _ratio(columns, result.sum(axis=-2, keepdims=True))
        if (np.abs(result.sum(axis=-1, keepdims=True) - rows) <= near).all():
            return result
    if not strict:
        return result
    raise ModelError(
        "a table cannot be given the margins of another year: too many of its cells are empty", Reason.NO_CONVERGENCE
    )


def _ratio(wanted: Array, present: Array) -> Array:
    return np.divide(wanted, present, out=np.zeros_like(present), where=present > 0)
