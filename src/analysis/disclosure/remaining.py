"""What of a gated frame can be shown: the rows with their numbers, whether anything is left, and the words for it."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pandas as pd

from analysis.disclosure import Gated
from analysis.errors import WithheldError
from analysis.language import text

INTERVAL = frozenset({"std_error", "ci_low", "ci_high", "p_value"})
"""What only says how sure a number is: without it the number is drawn all the same."""


def drawable_rows(gated: Gated) -> pd.DataFrame:
    """Return the rows of which a number is published, with or without its interval."""
    return gated.frame[~_withheld_numbers(gated).all(axis=1)].reset_index(drop=True)


def in_their_places(gated: Gated) -> pd.DataFrame:
    """Return all rows for a figure: of one without a published number, none that counts or rests on a count.

    So a figure can say at the place of such a row that it is withheld, and has nothing of it to draw. One of which the
    interval alone is withheld has its number.
    """
    closed = _withheld_numbers(gated).all(axis=1)
    resting = {*gated.resting, *chain.from_iterable(gated.resting.values())}
    columns = [name for name in map(str, gated.frame) if name in resting or _is_withheld(gated, name)]
    frame = gated.frame.reset_index(drop=True)
    return frame.assign(**{name: frame[name].mask(closed) for name in columns})


def _withheld_numbers(gated: Gated) -> np.ndarray:
    """Return per row and number that rests on a count whether it is withheld; intervals aside, and counts if it can."""
    values = {*chain.from_iterable(gated.resting.values())} - {*gated.resting} - INTERVAL
    numbers = [name for name in gated.suppressed if name in values] or [*gated.resting] or [*gated.suppressed]
    withheld: np.ndarray = (gated.suppressed[numbers] != "").to_numpy()
    return withheld if numbers else np.zeros((len(gated.frame), 1), dtype=bool)


def _is_withheld(gated: Gated, name: str) -> bool:
    return name in gated.suppressed and bool((gated.suppressed[name] != "").any())


def refuse_nothing(gated: Gated, shown: pd.DataFrame, nothing: str) -> None:
    """Withhold a figure of which no row is left to draw; `nothing` are the words where there never were any."""
    if gated.frame.empty:
        raise WithheldError(nothing or text("Not shown: this edition has no data for it."))
    if shown.empty:
        raise WithheldError(text("Not shown: every row of its data counts too few, or would give such a row away."))


def left_out(gated: Gated) -> str:
    """Say of how many rows a figure leaves a number out and why; empty when it shows them all."""
    missing = int(_withheld_numbers(gated).any(axis=1).sum())
    if not missing:
        return ""
    return text(
        "Left out: {missing:,} of the {rows:,} rows of its data, which count too few or would give such a row away",
        missing=missing,
        rows=len(gated.frame),
    )


def refuse_withheld_whole(gated: Gated, nothing: str = "") -> None:
    """Withhold a table in which everything that counts, and so all that rests on it, is withheld.

    One without any row says `nothing`, where there is something to say.
    """
    if nothing and gated.frame.empty:
        raise WithheldError(nothing)
    columns = [column for column in gated.resting if column in gated.suppressed]
    if not columns or gated.frame.empty:
        return
    published = gated.frame[columns].notna().to_numpy().any()
    if not published and (gated.suppressed[columns] != "").to_numpy().any():
        raise WithheldError(text("Not shown: every row counts too few, or would give such a row away."))
