"""How many pupils a number rests on, each counted once.

The rows of this chapter are a pupil, a subject and a school year: a pupil who is compared in two years has two rows in
a subject (pupil-years), so that the rows of a design are more than its pupils.
"""

from __future__ import annotations

import pandas as pd


def pupils(rows: pd.DataFrame, **values: object) -> int:
    """Count the pupils among rows with these values, each once.

    Parameters
    ----------
    rows : with ``pupil``
    **values : per column the value, or the values (a list), that count

    Returns
    -------
    int : number of distinct pupils
    """
    for column, value in values.items():
        rows = rows[rows[column].isin(value if isinstance(value, list) else [value])]
    return int(rows["pupil"].nunique())
