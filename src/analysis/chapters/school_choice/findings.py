"""Findings on school choice in sentences: which schools attract whom."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd

from analysis.chapters.school_choice.words import CODES, group_label, step_words
from analysis.codes import Codes
from analysis.language import joined, term, text
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import frame, interval, number_of, where_known
from analysis.publish.ranked import leads, trails
from analysis.stats.ranks import is_largest, is_smallest

say = sentences_beside(__file__)

NEIGHBOURHOOD = "non-western"


def school_choice(
    travel: pd.DataFrame, nearest: pd.DataFrame, fit: pd.DataFrame, kinds: pd.DataFrame, codes: Codes = CODES
) -> pd.DataFrame:
    """Say how far pupils go, for which schools they go farther, and who attends which kind of school.

    Parameters
    ----------
    travel : Willingness to travel of one model for one attribute, by one method; a row per kind of chooser.
    nearest : ``from, pupils, share`` of all pupils together, as it passed the gate.
    fit : The fit table of the model, a row per group.
    kinds : Attendance by kind of school, as it passed the gate.
    codes : What the edition calls the concepts of schools.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``.
    """
    rows = [*where_known(_at_nearest(nearest, fit), _distance(fit), _travel(travel, codes), _concepts(kinds, fit))]
    return frame((*row, "pupils") for row in rows)


def none_estimated(estimated: Collection[object], refused: pd.DataFrame) -> str:
    """Say that no group of choosers could be estimated and why; empty where one could.

    Parameters
    ----------
    estimated : The models of the groups.
    refused : The groups without one, with the ``reason``.
    """
    if estimated:
        return ""
    return text(
        "Not shown: of no group of pupils can a model of their choices be estimated ({reasons}).",
        reasons=", ".join(term(str(reason)) for reason in refused["reason"].unique()),
    )


def _at_nearest(nearest: pd.DataFrame, fit: pd.DataFrame) -> Iterator[tuple[str, str, int]]:
    for row in nearest.dropna(subset=["pupils", "share"]).to_dict("records"):
        values = {"share": row["share"], "schools": number_of(fit["n_schools"].max())}
        sentence = say("nearest_to_home", **values) if row["from"] == "home" else say("nearest_to_postcode", **values)
        yield "at_nearest_school", sentence, number_of(row["pupils"])


def _distance(fit: pd.DataFrame) -> Iterator[tuple[str, str, int]]:
    share = (fit["pseudo_r2_distance"] / fit["pseudo_r2"]).dropna()
    if len(share) < 2:
        return
    sentence = say("distance", low=share.min(), high=share.max())
    if share.min() > 0.5:
        yield "distance", sentence, number_of(fit["n_choosers"].sum())


def _travel(travel: pd.DataFrame, codes: Codes) -> Iterator[tuple[str, str, int]]:
    known = travel.dropna(subset=["estimate"]).sort_values("estimate", kind="stable")
    if known.empty:
        return
    if len(known) == 1:
        yield "travel", _travel_sentence(known.iloc[0], codes), number_of(known.iloc[0]["n_obs"])
        return
    rows = known.to_dict("records")
    low, high = known.iloc[0], known.iloc[-1]
    yield (
        "travel_low",
        joined(" ", (_travel_sentence(low, codes), "" if trails(rows) else say("perhaps_lowest", groups=len(known)))),
        number_of(low["n_obs"]),
    )
    yield (
        "travel_high",
        joined(" ", (_travel_sentence(high, codes), "" if leads(rows) else say("perhaps_highest", groups=len(known)))),
        number_of(high["n_obs"]),
    )


def _travel_sentence(row: pd.Series, codes: Codes) -> str:
    less = bool(row["estimate"] < 0)
    values = {
        "who": _who(str(row["group"])),
        "where": step_words(str(row["term"]), float(row["step"]), less=less, codes=codes),
        "start": row["start_km"],
        "km": interval(_mirrored(row) if less else row),
    }
    if row["ci_low"] <= 0 <= row["ci_high"]:
        usual = step_words(str(row["term"]), float(row["step"]), less=False, codes=codes)
        return say("no_farther", **{**values, "where": usual, "km": interval(row)})
    if not less:
        return say("farther", **values)
    # Distance counts less the farther one goes, so a negative estimate holds for the km before the start, not after it.
    return say("farther_up_to", **values)


def _who(group: str) -> str:
    if group.endswith(NEIGHBOURHOOD):
        band = group.removesuffix(NEIGHBOURHOOD).strip()
        return say("neighbourhoods", band=term(band))
    name = group_label(group)
    return name[:1].upper() + name[1:]


def _concepts(kinds: pd.DataFrame, fit: pd.DataFrame) -> Iterator[tuple[str, str, int]]:
    """Compare who attends a school with a concept, of groups of which nothing is withheld."""
    rows = kinds[(kinds["attribute"] == "concept") & (kinds["category"] == "none")]
    rows = rows.dropna(subset=["observed", "without_taste"]).sort_values("observed")
    if len(rows) < 2 or rows["observed"].nunique() < 2:
        return
    most, least = rows.iloc[0], rows.iloc[-1]
    values = {
        "most": group_label(str(most["group"])),
        "least": group_label(str(least["group"])),
        "share": 1 - most["observed"],
        "least_share": 1 - least["observed"],
        "share_without": 1 - most["without_taste"],
        "least_without": 1 - least["without_taste"],
    }
    share, n = rows["observed"].to_numpy(float), rows["pupils"].to_numpy(float)
    error = np.sqrt(share * (1 - share) / n)
    if is_largest(share, error) and is_smallest(share, error):
        sentence = say("concepts", **values)
    else:
        sentence = say("concepts_unclear", **values)
    # Numbers of the fits are not rounded yet: a sum of rounded ones would be another number of the same pupils.
    compared = fit["group"].isin(rows["group"])
    yield "concepts", sentence, number_of(fit.loc[compared, "n_choosers"].sum())


def _mirrored(row: pd.Series) -> pd.Series:
    return pd.Series({"estimate": -row["estimate"], "ci_low": -row["ci_high"], "ci_high": -row["ci_low"]})
