"""How much of a change in segregation is composition, how much sorting, and how much schools that open and close.

Composition is how many pupils each group and each school has; sorting is who attends which school given that, as the
odds ratios of the table of schools and groups tell it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import ModelError, Reason
from analysis.models.complete import refuse_missing
from analysis.models.estimates import ESTIMATE_COLUMNS, in_form
from analysis.models.segregation.attendance import by_group, characteristics, is_expected
from analysis.models.segregation.estimates import MIRRORED, PAIRS, basic_interval, indices_of
from analysis.models.segregation.measures import Array

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


def decompose(by_attendance: pd.DataFrame, *, draws: int, seed: int) -> pd.DataFrame:
    r"""Decompose the change between the first and the last year.

    Parameters
    ----------
    by_attendance
        ``year, location, education, background, pupils``; counted pupils.
    draws, seed
        Resamples of the pupils within groups, for the intervals, and their seed.

    Returns
    -------
    DataFrame
        In the form of all estimates, with `COLUMNS`; ``term`` is one of `PARTS`. No rows where there is one year.

    Notes
    -----
    With :math:`I(m, o)` the index of the table with the margins of year :math:`m` and the odds ratios of year :math:`o`
    (made by iterative proportional fitting), composition comes to :math:`I(1,0) - I(0,0)` when it is counted first and
    :math:`I(1,1) - I(0,1)` when it is counted last; the mean of both orders is its Shapley value (Elbers, 2023).
    Schools of one of the two years have no odds ratios in the other: what they change is told apart, as ``schools``.
    """
    refuse_missing(by_attendance, ["year", "location", "pupils"], "segregation")
    first, last = int(by_attendance["year"].min()), int(by_attendance["year"].max())
    if first == last:
        return pd.DataFrame(columns=[*ESTIMATE_COLUMNS, *COLUMNS])
    if is_expected(by_attendance):
        raise ModelError("a change is decomposed between counted pupils; these are expected numbers", Reason.INVALID)
    kinds = characteristics(by_attendance)
    frames = []
    for kind, stream in zip(kinds, np.random.SeedSequence(seed).spawn(len(kinds)), strict=True):
        tables = [by_group(by_attendance[by_attendance["year"] == year], kind) for year in (first, last)]
        rows = _rows(*tables, draws=draws, rng=np.random.default_rng(stream))
        frames.append(pd.DataFrame(rows).assign(characteristic=kind, first_year=first, last_year=last))
    return in_form(pd.concat(frames, ignore_index=True), model="composition", p_value=np.nan, unit="index (0-1)")


def _rows(
    before: pd.DataFrame, after: pd.DataFrame, *, draws: int, rng: np.random.Generator
) -> list[dict[str, object]]:
    groups = before.columns.union(after.columns)
    tables = [table.reindex(columns=groups, fill_value=0) for table in (before, after)]
    both = tables[0].index.intersection(tables[1].index)
    kept = [table.index.isin(both) for table in tables]
    counted = [table.to_numpy(np.int64).T for table in tables]
    drawn = [_resampled(table, draws, rng) for table in counted]
    observed = _four(*(table[:, keep] for table, keep in zip(counted, kept, strict=True)), strict=True)
    again = _four(*(table[:, :, keep] for table, keep in zip(drawn, kept, strict=True)), strict=False)
    rows: list[dict[str, object]] = []
    for group, other in PAIRS:
        if not {group, other} <= set(groups):
            continue
        a, b = list(groups).index(group), list(groups).index(other)
        told = {"group": group, "comparison": other, "n_clusters": len(both)}
        for name, compute in indices_of(a, b).items():
            if name == "interaction" or (name == "dissimilarity" and group in MIRRORED):
                continue
            whole = [compute(table.astype(float)) for table in counted]
            whole_drawn = [compute(table) for table in drawn]
            parts = _parts({key: compute(table) for key, table in observed.items()}, *whole)
            parts_drawn = _parts({key: compute(table) for key, table in again.items()}, *whole_drawn)
            members = [a] if name == "isolation" else [a, b]
            n = {"n_obs": min(int(table[members].sum()) for table in counted)}
            rows += [
                {"index": name, "term": part, **basic_interval(float(parts[part]), parts_drawn[part]), **told, **n}
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
    table, margins
        Pupils, shape (..., n_groups, n_schools).
    strict
        Refuse what does not succeed; else return what is nearest after `FEW_ROUNDS`: a resample may happen to have
        nobody where the margins want somebody.

    Raises
    ------
    ModelError
        If that does not succeed: a school or group has nobody in one of the two, or odds ratios of zero forbid it.
    """
    found: Array = np.array(table, dtype=float)
    rows, columns = margins.sum(axis=-1, keepdims=True), margins.sum(axis=-2, keepdims=True)
    near = TOLERANCE * margins.sum(axis=(-1, -2), keepdims=True)
    for _ in range(ROUNDS if strict else FEW_ROUNDS):
        found *= _ratio(rows, found.sum(axis=-1, keepdims=True))
        found *= _ratio(columns, found.sum(axis=-2, keepdims=True))
        if (np.abs(found.sum(axis=-1, keepdims=True) - rows) <= near).all():
            return found
    if not strict:
        return found
    raise ModelError(
        "a table cannot be given the margins of another year: too many of its cells are empty", Reason.NO_CONVERGENCE
    )


def _ratio(wanted: Array, present: Array) -> Array:
    return np.divide(wanted, present, out=np.zeros_like(present), where=present > 0)


def _resampled(table: NDArray[np.int64], draws: int, rng: np.random.Generator) -> Array:
    drawn = [rng.multinomial(row.sum(), row / max(row.sum(), 1), draws) for row in table]
    return np.stack(drawn, axis=1).astype(float)
