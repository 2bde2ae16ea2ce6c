"""What of a gated frame can be shown: the rows that are whole, whether anything is left, and the words for it."""

from __future__ import annotations

import pandas as pd

from analysis.disclosure import Gated
from analysis.errors import WithheldError
from analysis.language import text


def whole_rows(gated: Gated) -> pd.DataFrame:
    """Return the rows of which nothing is withheld: a figure cannot hide a bar, so it is drawn without the others."""
    open_ = (gated.suppressed != "").any(axis=1).to_numpy()
    return gated.frame[~open_].reset_index(drop=True)


def refuse_nothing(gated: Gated, shown: pd.DataFrame, nothing: str) -> None:
    """Withhold a figure of which no whole row is left to draw; `nothing` are the words where there never were any."""
    if gated.frame.empty:
        raise WithheldError(nothing or text("Not shown: this edition has no data for it."))
    if shown.empty:
        raise WithheldError(text("Not shown: every row of its data counts too few, or would give such a row away."))


def left_out(gated: Gated, shown: pd.DataFrame) -> str:
    """Say how many rows a figure leaves out and why; empty when it shows them all."""
    missing = len(gated.frame) - len(shown)
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
