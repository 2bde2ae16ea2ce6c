"""From the caller's frames to the checked arrays of the conditional logit: one row per situation and alternative."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import InputError, ModelError, Reason
from analysis.stats.complete import is_missing

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

SAMPLED = "alternatives are a sample"
"""Key in the `attrs` of attributes whose sets hold a sample of the alternatives, so that an offset must correct it."""


@dataclass(frozen=True, eq=False)
class ChoiceSets:
    """The choice sets as arrays whose rows are together by situation.

    Parameters
    ----------
    attributes : Rows x terms, in the caller's units.
    offset : Offset per row; zeros where none was given.
    starts, sizes : First row and number of rows of each situation.
    order : Position of each row in the caller's frame.
    index : The caller's index, in the caller's order.
    situations : Label of each situation.
    terms : Names of the attributes.
    """

    attributes: Floats
    offset: Floats
    starts: Integers
    sizes: Integers
    order: Integers
    index: pd.MultiIndex
    situations: pd.Index
    terms: list[str]


def listed(labels: Iterable[object], limit: int = 5) -> str:
    """Write labels for a message.

    Parameters
    ----------
    labels : Names, or values of an index.
    limit : Number of labels that are written in full.

    Returns
    -------
    str
        The first labels, quoted, and the number of the rest.
    """
    names = [repr(getattr(label, "item", lambda label=label: label)()) for label in labels]
    rest = len(names) - limit
    return ", ".join(names[:limit]) + (f" and {rest} more" if rest > 0 else "")


def choice_sets(attributes: pd.DataFrame, offset: pd.Series | None) -> ChoiceSets:
    """Check attributes and offset and bring the rows of each situation together.

    Parameters
    ----------
    attributes : One row per situation and alternative, one numeric column per term.
    offset : Added to the utility, on the index of `attributes`; zeros where None.

    Returns
    -------
    ChoiceSets
        Rows x terms, by situation.

    Raises
    ------
    InputError
        The index is not a unique two-level one without gaps, a column is not numeric, a value is not finite, or the
        offset is not on the index of the attributes.
    """
    index = _checked_index(attributes)
    values = _checked_values(attributes)
    shift = np.zeros(len(index)) if offset is None else _aligned_offset(offset, index)
    codes, situations = pd.factorize(index.get_level_values(0))
    order = np.argsort(codes, kind="stable")
    sizes = np.bincount(codes)
    return ChoiceSets(
        attributes=values[order],
        offset=shift[order],
        starts=np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.intp),
        sizes=sizes,
        order=order,
        index=index,
        situations=pd.Index(situations),
        terms=list(attributes.columns),
    )


def chosen_weights(choices: pd.Series, sets: ChoiceSets, grouped: bool) -> Floats:
    """Align the weight of each choice with the rows of the sets.

    Parameters
    ----------
    choices : Weight by situation and alternative; a pair that is absent weighs nothing.
    sets : The choice sets.
    grouped : Whether a situation may have more than one choice.

    Returns
    -------
    array
        Weight of each row of the sets.

    Raises
    ------
    InputError
        A weight is not a finite number of at least zero, or a pair occurs twice.
    ModelError
        A choice is outside its choice set, a situation has no choice or, in the individual form, more than one.
    """
    given = _checked_weights(choices)
    _check_same_levels(choices.index, sets.index, "choices")
    rows = sets.index.get_indexer(choices.index)
    _check_inside(choices.index, rows < 0)
    weights = np.zeros(len(sets.index))
    weights[rows] = given
    weights = weights[sets.order]
    chosen = np.add.reduceat((weights > 0).astype(np.intp), sets.starts)
    _check_one_choice_each(chosen, sets.situations, grouped)
    return weights


def chosen_pairs(
    choices: pd.Series, situations: pd.Index, alternatives: pd.Index, grouped: bool
) -> tuple[Integers, Integers, Floats]:
    """Find the situation and the alternative of each choice, every situation having all alternatives in its set.

    Parameters
    ----------
    choices, grouped : As of `chosen_weights`.
    situations, alternatives : Labels.

    Returns
    -------
    array, array
        Position of the situation and of the alternative of each choice.
    array
        Its weight, above zero.

    Raises
    ------
    InputError, ModelError
        As `chosen_weights`.
    """
    weights = _checked_weights(choices)
    rows = situations.get_indexer(choices.index.get_level_values(0))
    columns = alternatives.get_indexer(choices.index.get_level_values(1))
    _check_inside(choices.index, (rows < 0) | (columns < 0))
    chosen = weights > 0
    _check_one_choice_each(np.bincount(rows[chosen], minlength=len(situations)), situations, grouped)
    return rows[chosen], columns[chosen], weights[chosen]


def cluster_codes(cluster: pd.Series, situations: pd.Index) -> Integers:
    """Return the number of the cluster of each situation.

    Parameters
    ----------
    cluster : Label of the cluster, indexed by situation.
    situations : Labels of the situations.

    Returns
    -------
    array
        Number of the cluster from 0, in the order of `situations`.

    Raises
    ------
    InputError
        A situation occurs twice in `cluster`, is absent from it, or has no label.
    """
    if not cluster.index.is_unique:
        twice = _duplicates(cluster.index)
        raise InputError("cluster", f"more than one row for situation {twice}", allowed="one row per situation")
    rows = cluster.index.get_indexer(situations)
    unknown = situations[rows < 0]
    if len(unknown):
        raise InputError("cluster", f"no cluster for situation {listed(unknown)}", hint="index it by situation")
    missing = is_missing(cluster.iloc[rows])
    if missing.any():
        raise InputError("cluster", f"an empty cluster label for situation {listed(situations[missing])}")
    return pd.factorize(cluster.iloc[rows])[0]


def _checked_index(attributes: pd.DataFrame) -> pd.MultiIndex:
    index = _two_levels(attributes.index, "attributes")
    if not len(index):
        raise InputError("attributes", "no rows", hint="give one row per situation and alternative")
    if not index.is_unique:
        raise InputError("attributes", f"duplicate rows for {_duplicates(index)}", allowed="one row per alternative")
    return index


def _duplicates(labels: pd.Index) -> str:
    return listed(labels[labels.duplicated()].unique())


def _two_levels(index: pd.Index, where: str) -> pd.MultiIndex:
    if not isinstance(index, pd.MultiIndex) or index.nlevels != 2:
        raise InputError(where, "the index has not two levels", allowed="a MultiIndex of (situation, alternative)")
    for level, codes in enumerate(index.codes):
        if (np.asarray(codes) < 0).any():
            raise InputError(where, f"a missing label in index level {index.names[level] or level!r}")
    return index


def _checked_values(attributes: pd.DataFrame) -> Floats:
    columns = attributes.columns
    if not len(columns):
        raise InputError("attributes", "no columns", hint="give at least one attribute")
    if not columns.is_unique:
        raise InputError("attributes", f"duplicate columns {_duplicates(columns)}")
    if not all(isinstance(term, str) for term in columns):
        raise InputError("attributes", "a column name that is not text", given=list(columns))
    return np.column_stack([finite_values(attributes[term], f"attributes, column {term!r}") for term in columns])


def finite_values(series: pd.Series, where: str) -> Floats:
    """Return the values as floats.

    Parameters
    ----------
    series : Real numbers, of any numeric type.
    where : What they are, for the message.

    Returns
    -------
    array
        All finite, shape (rows,).

    Raises
    ------
    InputError
        A value is not a finite number.
    """
    kind = series.dtype
    if not pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_complex_dtype(kind):
        raise InputError(where, "not numeric", given=str(kind), allowed="real numbers")
    values = series.to_numpy(dtype=np.float64, na_value=np.nan)
    bad = ~np.isfinite(values)
    if bad.any():
        problem = f"{int(bad.sum())} missing or infinite values, at {listed(series.index[bad], 3)}"
        raise InputError(where, problem, hint="decide what a missing value means before estimating")
    return values


def _check_same_levels(given: pd.Index, index: pd.MultiIndex, where: str) -> None:
    """Refuse (alternative, situation) for (situation, alternative): whole numbers would match by accident."""
    pairs = zip(given.names, index.names, strict=True)
    if any(ours is not None and theirs is not None and ours != theirs for ours, theirs in pairs):
        raise InputError(where, "index levels named otherwise than those of attributes", allowed=listed(index.names))


def _aligned_offset(offset: pd.Series, index: pd.MultiIndex) -> Floats:
    given = _two_levels(offset.index, "offset")
    _check_same_levels(given, index, "offset")
    if not given.is_unique:
        raise InputError("offset", f"duplicate rows for {_duplicates(given)}")
    rows = given.get_indexer(index)
    if (rows < 0).any() or len(given) != len(index):
        odd = given.symmetric_difference(index)
        raise InputError("offset", f"not on the index of attributes: {listed(odd)}", hint="give one value per row")
    return finite_values(offset, "offset")[rows]


def _checked_weights(choices: pd.Series) -> Floats:
    index = _two_levels(choices.index, "choices")
    weights = finite_values(choices, "choices")
    if (weights < 0).any():
        negative = listed(index[weights < 0])
        raise InputError("choices", f"a negative weight for {negative}", allowed="weights of zero or more")
    if not index.is_unique:
        twice = _duplicates(index)
        raise InputError("choices", f"duplicate rows for {twice}", allowed="one row per pair", hint="add them")
    return weights


def _check_inside(pairs: pd.Index, outside: NDArray[np.bool_]) -> None:
    if outside.any():
        raise ModelError(
            f"conditional logit: choices outside their choice set: {listed(pairs[outside])}. Give the full set; "
            "adding only the chosen alternative to a set that was cut by distance biases the estimates.",
            Reason.INVALID,
        )


def _check_one_choice_each(chosen: Integers, situations: pd.Index, grouped: bool) -> None:
    without = situations[chosen == 0]
    if len(without):
        raise ModelError(
            f"conditional logit: {len(without)} situations without a choice: {listed(without)}. "
            "Leave them out and report how many they are.",
            Reason.INVALID,
        )
    double = situations[chosen > 1]
    if len(double) and not grouped:
        raise ModelError(
            f"conditional logit: {len(double)} situations with two choices or more: {listed(double)}. A situation is "
            "one chooser; pass grouped=True if many choosers share it.",
            Reason.INVALID,
        )
