"""The conditional logit of school choice by a formula: design, estimation, prediction and the names of terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.chapters.school_choice.models.choosers import CLUSTER, Choosers, Flags, Floats
from analysis.stats.conditional_logit import ChoiceDesign, ConditionalLogitResult, design_from_formula, fit_factored
from analysis.stats.conditional_logit.design import Coding
from analysis.stats.conditional_logit.pairs import Pairs, Rows, blocks, made

# Not variables of a formula: where things are, and what they are called.
NO_VARIABLES = ("group", "lat", "lon", CLUSTER)
UNITS: Mapping[str, float] = {
    "schoolweging": 5.0,
    "share_hoog": 0.1,
    "share_nonwestern": 0.1,
    "share_havo_vwo": 0.1,
    "share_hoog_same_year": 0.1,
    "share_nonwestern_same_year": 0.1,
    "nonwestern": 0.1,
    "pupils": 100.0,
}
"""What one unit of a variable is in every formula: 5 points of schoolweging, 10 percentage points of a share."""
LEVEL = re.compile(r"(?:C\()?(\w+)\)?\[(?:T\.)?([^\]]+)\]")
CALL = re.compile(r"(\w+)\((\w+)\)")
SHARE = "share"


def design(
    choosers: Choosers, formula: str, schools: pd.DataFrame | None = None, codings: Sequence[Coding] = ()
) -> ChoiceDesign:
    """Build the design of a formula over the variables of pairs, schools and choosers, in the units of `UNITS`.

    Parameters
    ----------
    choosers, formula : Who chooses, and by what.
    schools : The same schools with other attributes, as in a counterfactual; those of the choosers where None.
    codings : Levels of categories, of estimates on other choosers or schools.

    Returns
    -------
    ChoiceDesign
        Situations x schools x terms, factored.
    """
    return design_from_formula(
        formula,
        pairs=choosers.pairs,
        alternatives=in_units(choosers.schools if schools is None else schools),
        choosers=in_units(choosers.situations),
        codings=codings,
    )


def fit_logit(
    choosers: Choosers, formula: str, *, tolerance: float = 1e-10, max_iterations: int = 100
) -> ConditionalLogitResult:
    """Estimate the conditional logit of a formula.

    Parameters
    ----------
    choosers, formula : Who chooses, and by what.
    tolerance, max_iterations : As in `conditional_logit.fit`.

    Returns
    -------
    ConditionalLogitResult
        With standard errors classical and clustered by postcode.
    """
    return fit_factored(
        design(choosers, formula),
        choosers.chosen,
        grouped=True,
        cluster=choosers.clusters,
        tolerance=tolerance,
        max_iterations=max_iterations,
    )


def closed(schools: pd.DataFrame, coding: Coding) -> Flags:
    """Find the schools of a kind that estimates do not know, because nobody attended them.

    Parameters
    ----------
    schools, coding : The schools, and the levels of the categories of the estimates.

    Returns
    -------
    array
        Of each school whether it is closed.
    """
    attributes = in_units(schools)
    known = [attributes[name].isin(list(levels)).to_numpy() for name, levels in coding.items() if name in attributes]
    return np.asarray(~np.all(known, axis=0)) if known else np.zeros(len(schools), dtype=np.bool_)


def predicted(choosers: Choosers, formula: str, params: pd.Series, coding: Coding) -> Pairs:
    """Predict by estimates on other choosers or schools.

    Parameters
    ----------
    choosers : For whom.
    formula, params, coding : Of the estimates.

    Returns
    -------
    array
        Probabilities, situations x schools; zero for schools of a kind that is not in the coding.
    """
    return probabilities(design(choosers, formula, codings=[coding]), params, closed(choosers.schools, coding))


def probabilities(
    design: ChoiceDesign, params: pd.Series, closed: Flags | None = None, effects: Floats | None = None
) -> Pairs:
    """Predict the choices of a conditional logit.

    Parameters
    ----------
    design, params : The design and the coefficient of each of its terms.
    closed : Schools that cannot be chosen; none where None.
    effects : What else each school is worth to everybody; nothing where None.

    Returns
    -------
    array
        Probabilities, situations x schools.
    """
    utility = utilities_of(design, params)

    def of(rows: Rows) -> Floats:
        each = utility(rows) if effects is None else utility(rows) + effects
        if closed is not None:
            each[:, closed] = -np.inf
        return softmax(each)

    return made((len(design.situations), len(design.alternatives)), of)


def expected_at(weights: Floats, share: Pairs) -> Floats:
    """Return the expected number of choosers of each school.

    Parameters
    ----------
    weights, share : Choosers of each situation, and their probabilities.
    """
    return np.asarray(sum(weights[rows] @ share[rows] for rows in blocks(share.shape)))


def softmax(utility: Floats) -> Floats:
    """Turn utilities into probabilities, in their place.

    Parameters
    ----------
    utility : Situations x schools.
    """
    utility -= utility.max(axis=1, keepdims=True)
    share = np.exp(utility, out=utility)
    share /= share.sum(axis=1, keepdims=True)
    return share


def utilities(design: ChoiceDesign, params: pd.Series) -> Pairs:
    """Compute the utility of each school to each situation, up to a constant per situation.

    Parameters
    ----------
    design, params : The design and the coefficient of each of its terms.

    Returns
    -------
    array
        Situations x schools.
    """
    return made((len(design.situations), len(design.alternatives)), utilities_of(design, params))


def utilities_of(design: ChoiceDesign, params: pd.Series) -> Callable[[Rows], Floats]:
    """Return the function of rows that gives their `utilities`.

    Parameters
    ----------
    design, params : As of `utilities`.
    """
    return rows_of(design, design.maps @ params.loc[list(design.terms)].to_numpy(float))


def rows_of(design: ChoiceDesign, coefficients: Floats) -> Callable[[Rows], Floats]:
    """Return the function of rows that sums their base functions.

    Parameters
    ----------
    design, coefficients : The design, and the coefficients of its base functions: types x functions.
    """
    columns = coefficients[:, len(design.pairs) :] @ design.columns.to_numpy(float).T

    def of(rows: Rows) -> Floats:
        types = design.types[rows]
        utility: Floats = columns[types]
        for pair, values in enumerate(design.pairs.values()):
            if coefficients[:, pair].any():
                utility += coefficients[types, pair][:, None] * values[rows]
        return utility

    return of


def in_units(frame: pd.DataFrame) -> pd.DataFrame:
    """Express the variables of choosers or schools that a formula may use in the units of `UNITS`.

    Parameters
    ----------
    frame : Variables in their own units.

    Returns
    -------
    DataFrame
        Without `NO_VARIABLES`.
    """
    variables = frame.drop(columns=list(NO_VARIABLES), errors="ignore")
    return variables.assign(**{name: variables[name] / unit for name, unit in UNITS.items() if name in variables})


def term_name(term: str) -> str:
    """Name a term of a formula: ``C(denomination)[T.rk]`` is denomination_rk, ``a:b`` is a_x_b, ``log(a)`` log_a.

    Parameters
    ----------
    term : As in the formula.

    Returns
    -------
    str
        As in tables.
    """
    named = CALL.sub(r"\1_\2", LEVEL.sub(r"\1_\2", term))
    return named.replace(":", "_x_").replace(" ", "_")


def unit_of(term: str) -> str:
    """Describe the unit of the coefficient of a term.

    Parameters
    ----------
    term : As in the formula.

    Returns
    -------
    str
        Utility per unit of its variables; of a category against the first one.
    """
    parts = [_unit_of_factor(factor) for factor in term.split(":") if not LEVEL.fullmatch(factor)]
    per = " and ".join(part for part in parts if part)
    return f"utility per {per}" if per else "utility, against the reference"


def _unit_of_factor(factor: str) -> str:
    if factor == "distance_km":
        return "km"
    if factor == "log_distance":
        return "log km"
    if factor not in UNITS:
        return f"unit of {factor}"
    if factor.startswith(SHARE) or factor == "nonwestern":
        return f"{100 * UNITS[factor]:g} percentage points"
    return f"{UNITS[factor]:g} points" if factor == "schoolweging" else f"{UNITS[factor]:g} pupils"
