"""Other worlds: a school closes, opens or becomes of another kind. Which one, a rule decides, never a name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from analysis.chapters.school_choice.models.choosers import CLUSTER, Choosers, Flags
from analysis.chapters.school_choice.models.distances import distances
from analysis.errors import InputError
from analysis.stats.conditional_logit.pairs import beside, by_row, of_columns

NEW = "new school"

FEWEST = 3
"""Schools of which one may close and leave a choice."""

Rule = Literal["largest", "median", "smallest"]


@dataclass(frozen=True, eq=False)
class Change:
    """Another world, and the school that makes the difference.

    Parameters
    ----------
    choosers
        The choosers in that world; their choices are those of this world, without those that cannot be made there.
    school : The school that closed, opened or changed.
    point : Its ``lat`` and ``lon``.
    """

    choosers: Choosers
    school: str
    point: pd.Series


def ruled(choosers: Choosers, rule: Rule, among: Flags | None = None) -> str:
    """Find the school with the most, the median or the fewest choosers; of equals the first.

    Parameters
    ----------
    choosers, rule : The choosers, and which school.
    among : Schools that count; all where None.

    Returns
    -------
    str
        Location.

    Raises
    ------
    InputError
        There is no school to choose from.
    """
    size = pd.Series(choosers.attending, index=choosers.schools.index)
    size = size if among is None else size[among]
    if size.empty:
        raise InputError("rule", "there is no such school", given=rule)
    ordered = size.sort_values(ascending=False, kind="stable").index
    return str(ordered[{"largest": 0, "median": len(ordered) // 2, "smallest": len(ordered) - 1}[rule]])


def other_worlds(choosers: Choosers, rule: Rule, attribute: str, value: str) -> dict[str, Change]:
    """Build the worlds with another set of schools.

    Parameters
    ----------
    choosers, rule : The choosers, and which school closes or changes.
    attribute, value : What the changed school gets.

    Returns
    -------
    dict
        Worlds in which a school ``closes``, ``opens`` or ``changes``; none of fewer than three schools, and none with a
        change where no school has the value, or all.
    """
    if len(choosers.schools) < FEWEST:
        return {}
    worlds = {"closes": closes(choosers, rule), "opens": opens(choosers)}
    if attribute in choosers.schools and not 0 < (choosers.schools[attribute] == value).sum() < len(choosers.schools):
        return worlds
    return worlds | {"changes": changes(choosers, rule, attribute, value)}


def closes(choosers: Choosers, rule: Rule) -> Change:
    """Close a school: nobody can choose it, and who had priority there has it at another one.

    Parameters
    ----------
    choosers, rule : The choosers, and which school.

    Returns
    -------
    Change
        The world without it.
    """
    school = ruled(choosers, rule)
    stays = choosers.schools.index != school
    left = replace(
        choosers,
        schools=choosers.schools[stays],
        distance_km=of_columns(choosers.distance_km, stays),
        chosen=choosers.chosen[choosers.chosen.index.get_level_values(1) != school],
    )
    return Change(left, school, _point(choosers, school))


def opens(choosers: Choosers) -> Change:
    """Open an average school where it shortens the way most.

    Parameters
    ----------
    choosers
        Of whom the school opens in the middle of the homes of the postcode with the most kilometres to the nearest
        school, all together.

    Returns
    -------
    Change
        The world with a school whose attributes are the median of all schools, or what most schools have.
    """
    homes, weights = choosers.situations, choosers.weights
    nearest = by_row(choosers.everywhere.distance_km, lambda km: km.min(axis=1))
    way = pd.Series(weights * nearest, index=homes.index).groupby(homes[CLUSTER]).sum()
    near = (homes[CLUSTER] == way.idxmax()).to_numpy()
    point = pd.Series({name: np.average(homes.loc[near, name], weights=weights[near]) for name in ("lat", "lon")})
    schools = pd.concat([choosers.schools, _average(choosers.schools, point)])
    # Joining frames forgets what the categories were.
    schools = schools.astype(choosers.schools.dtypes.to_dict())
    schools.index.name = choosers.schools.index.name
    km = beside(choosers.distance_km, distances(homes, schools.loc[[NEW]]))
    return Change(replace(choosers, schools=schools, distance_km=km), NEW, point)


def changes(choosers: Choosers, rule: Rule, attribute: str, value: str) -> Change:
    """Give an attribute of a school that has another value, such as its concept, this value.

    Parameters
    ----------
    choosers, rule : The choosers, and which school among those with another value.
    attribute, value : What it gets.

    Returns
    -------
    Change
        The world with it.

    Raises
    ------
    InputError
        No school has such an attribute, or it has no such value.
    """
    if attribute not in choosers.schools:
        raise InputError(
            "attribute", "schools have none such", given=attribute, allowed=", ".join(map(str, choosers.schools))
        )
    values = choosers.schools[attribute]
    if value not in set(values):
        raise InputError(
            "value", f"no school has this {attribute}", given=value, allowed=", ".join(map(str, set(values)))
        )
    school = ruled(choosers, rule, (values != value).to_numpy())
    changed = values.mask(values.index == school, value).astype(values.dtype)
    return Change(choosers.with_schools(**{attribute: changed}), school, _point(choosers, school))


def _point(choosers: Choosers, school: str) -> pd.Series:
    return choosers.schools[["lat", "lon"]].astype(float).T[school]


def _average(schools: pd.DataFrame, point: pd.Series) -> pd.DataFrame:
    numbers = schools.select_dtypes("number")
    others = schools.drop(columns=numbers.columns)
    row = {**numbers.median(), **{name: others[name].mode().iloc[0] for name in others}, **point}
    return pd.DataFrame([row], index=[NEW])[list(schools)]
