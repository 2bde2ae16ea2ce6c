"""Text in long columns, of which there are few different ones: looked up and compared once for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def numbers_of(labels: pd.Series, number: Mapping[str, float] | pd.Series) -> NDArray[np.float64]:
    """Look a number up for every label; missing for a label without one. Much faster than `Series.map` on text."""
    code, names = pd.factorize(labels, use_na_sentinel=False)
    return np.asarray(pd.Series(number).reindex(names).to_numpy(float)[code], dtype=np.float64)


def texts(code: NDArray[np.integer], names: Sequence[str]) -> pd.api.extensions.ExtensionArray:
    """Write numbered labels as text; missing where the number is -1."""
    return pd.array(list(names), dtype="str").take(code, allow_fill=True)
