"""The kinds of schools that a formula names: denominations and concepts, in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.codes import Codes
from analysis.errors import ModelError, Reason

# The first of each is the one that the others are compared with.
CATEGORIES: Mapping[str, Sequence[str]] = {
    "denomination": ("openbaar", "rk", "pc", "islamic", "other"),
    "concept": ("none", "Montessori", "Dalton", "Jenaplan", "Vrije School"),
}


def categorised(schools: pd.DataFrame, codes: Codes) -> pd.DataFrame:
    """Order the categories of the schools: a file keeps the words, and not their order.

    Parameters
    ----------
    schools : One row per school.
    codes : What codes of schools mean.

    Raises
    ------
    ModelError
        For a category that is not known.
    """
    orders = {name: _order(name, schools[name], codes) for name in CATEGORIES if name in schools}
    kinds = {name: pd.Categorical(schools[name], order) for name, order in orders.items()}
    unknown = [name for name, kind in kinds.items() if ((kind.codes < 0) & schools[name].notna()).any()]
    if unknown:
        raise ModelError(
            f"choosers: schools of another {unknown[0]} than {', '.join(orders[unknown[0]])}", Reason.INVALID
        )
    return schools.assign(**kinds)


def _order(name: str, values: pd.Series, codes: Codes) -> list[str]:
    """Return the categories in their order: concepts are those of the edition's codes, by default those of the data."""
    if name != "concept":
        return [*CATEGORIES[name]]
    known = [*codes.concept] or [*CATEGORIES[name]]
    return known if codes.concept else known + sorted(set(values.dropna()) - set(known))


def without_unused(schools: pd.DataFrame) -> pd.DataFrame:
    """Leave no category without a school: it would be a term that never varies.

    Parameters
    ----------
    schools : Of `categorised`.
    """
    categories = schools.select_dtypes("category")
    kinds = {str(name): kind.cat.remove_unused_categories() for name, kind in categories.items()}
    return schools.assign(**kinds)
