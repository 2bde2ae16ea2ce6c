"""Values that are one person's or one school's own: the highest, the lowest, and quantiles of few."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from analysis.disclosure import SUPPRESSED, Counts, Profile
from analysis.errors import DisclosureError

EXTREME = re.compile(r"min|max|minimum|maximum|lowest|highest|laagste|hoogste")
QUANTILE_NAME = re.compile(r"(?:.*_)?(?:p|q|perc|percentile|percentiel|quantile|kwantiel)_?(\d{1,2})(?:_.*)?")
PART_NAME = re.compile(r"(?:.*_)?(quartile|kwartiel|quintile|kwintiel|decile|deciel)_?(\d{1,2})(?:_.*)?")
PARTS = {"quartile": 4, "kwartiel": 4, "quintile": 5, "kwintiel": 5, "decile": 10, "deciel": 10}
MEDIAN_NAME = re.compile(r"(?:.*_)?(?:median|mediaan)(?:_.*)?")
QUANTILE_COLUMNS = ("quantile", "kwantiel")


def refuse_extremes(frame: pd.DataFrame) -> None:
    """Refuse a column or row that holds the highest or lowest value: whoever has it is shown in full.

    Raises
    ------
    DisclosureError
        Naming the column, and the row where a row is at fault.
    """
    for column in map(str, frame.columns):
        if any(EXTREME.fullmatch(word) for word in re.split(r"[^a-z]+", column.lower())):
            raise DisclosureError(f"column {column!r}: an extreme is one person's or one school's own value{_HINT}")
        if pd.api.types.is_numeric_dtype(frame[column]):
            continue
        words = set(map(str.lower, map(str, frame[column].unique())))
        if any(EXTREME.fullmatch(word) for word in words):
            named = frame[column].astype("string").str.lower().str.fullmatch(EXTREME).fillna(value=False)
            row = int(named.to_numpy(bool).argmax()) + 1
            raise DisclosureError(f"column {column!r}, row {row}: an extreme is one person's own value{_HINT}")


def withhold_tails(frame: pd.DataFrame, counts: Counts, profile: Profile) -> pd.DataFrame:
    """Withhold the quantiles beyond which too few lie.

    Parameters
    ----------
    frame : With quantiles in rows (a column ``quantile`` between 0 and 1) or in columns (``p90``, ``score_q25``).
    counts : What the cells rest on; see `analysis.disclosure.suppress`.
    profile : The rules.

    Returns
    -------
    pandas.DataFrame
        The frame itself when nothing is withheld; else with missing values and the column ``suppressed``.

    Notes
    -----
    The quantile q of n values has n min(q, 1 - q) values beyond it, and with few of these it is nearly one of them.
    """
    withheld = pd.DataFrame(data=False, index=frame.index, columns=frame.columns)
    resting = _resting(frame, counts)
    profile = profile.on(resting)
    for count, values in resting.items():
        n = pd.to_numeric(frame[count], errors="coerce").astype(float)
        for value in values:
            share = _quantile(frame, value, medians=profile.medians == "as percentiles")
            if share is not None:
                beyond = (n * share.clip(upper=1 - share)).round(6)
                withheld[value] |= ((beyond < profile.threshold(count)) & (n > 0)).fillna(value=False)
    return masked(frame, withheld)


def without_few(frame: pd.DataFrame, counts: Counts, profile: Profile) -> pd.DataFrame:
    """Return a frame without the numbers that rest on too few: these are withheld, whatever they are."""
    few = pd.DataFrame(data=False, index=frame.index, columns=frame.columns)
    for count, values in _resting(frame, counts).items():
        n = pd.to_numeric(frame[count], errors="coerce").astype(float)
        small = ((n < profile.threshold(count)) & (n > 0)).to_numpy()
        few[[count, *values]] |= small[:, None]
    return frame.mask(few) if few.to_numpy().any() else frame


def masked(frame: pd.DataFrame, withheld: pd.DataFrame) -> pd.DataFrame:
    """Return a frame without the cells that are withheld; the column ``suppressed`` names them."""
    if not withheld.to_numpy().any():
        return frame
    hidden = withheld & frame.notna()
    names = [";".join(row.index[row]) for _, row in hidden.iterrows()]
    before = frame[SUPPRESSED].fillna("") if SUPPRESSED in frame else pd.Series("", index=frame.index)
    joined = [";".join(filter(None, pair)) for pair in zip(before, names, strict=True)]
    return frame.mask(hidden).assign(**{SUPPRESSED: joined})


def _resting(frame: pd.DataFrame, counts: Counts) -> dict[str, list[str]]:
    if isinstance(counts, Mapping):
        resting = {count: [values] if isinstance(values, str) else list(values) for count, values in counts.items()}
    else:
        counted = [counts] if isinstance(counts, str) else list(counts)
        numeric = [str(name) for name in frame.select_dtypes("number") if name not in counted]
        resting = dict.fromkeys(counted, numeric)
    known = {count: [value for value in values if value in frame] for count, values in resting.items()}
    return {count: values for count, values in known.items() if count in frame}


def _quantile(frame: pd.DataFrame, column: str, *, medians: bool) -> pd.Series | None:
    """Return the quantile of each row that a column is; None when it is none, or a median that counts for none."""
    if medians and MEDIAN_NAME.fullmatch(column.lower()):
        return pd.Series(0.5, index=frame.index)
    if part := PART_NAME.fullmatch(column.lower()):
        return pd.Series(int(part[2]) / PARTS[part[1]], index=frame.index).clip(upper=1.0)
    named = QUANTILE_NAME.fullmatch(column.lower())
    if named:
        return pd.Series(int(named[1]) / 100, index=frame.index)
    in_rows = next((name for name in QUANTILE_COLUMNS if name in frame.columns), None)
    if in_rows is None or column == in_rows or not pd.api.types.is_numeric_dtype(frame[in_rows]):
        return None
    return frame[in_rows].astype(float)


_HINT = "\n  do      publish a quantile with enough values beyond it, or the spread"
