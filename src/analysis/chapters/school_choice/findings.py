"""Findings on school choice in sentences: which schools attract whom."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd
from scipy.special import ndtri

from analysis.chapters.school_choice.words import CODES, children, group_label, schools_with, step_words
from analysis.codes import Codes
from analysis.language import Text, term, text
from analysis.publish import units
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import frame, number_of, where_known
from analysis.publish.ranked import furthest_apart
from analysis.publish.tables import number
from analysis.stats.ranks import is_largest, is_smallest

say = sentences_beside(__file__)


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
    rows = [*where_known(_at_nearest(nearest), _distance(fit), _travel(travel, codes), _concepts(kinds, fit))]
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


def _at_nearest(nearest: pd.DataFrame) -> Iterator[tuple[str, str, int]]:
    for row in nearest.dropna(subset=["pupils", "share"]).to_dict("records"):
        share, pupils = row["share"], number_of(row["pupils"])
        half = float(ndtri(0.975)) * np.sqrt(share * (1 - share) / pupils)
        side = int(share - half > 0.5) - int(share + half < 0.5)
        at_home = row["from"] == "home"
        sentence = say(
            ("at_nearest_half", "at_nearest_most", "at_nearest_few")[side],
            attend=units.share({"estimate": share, "ci_low": share - half, "ci_high": share + half}),
            share=share,
            elsewhere=1 - share,
            origin=say("from_home" if at_home else "from_postcode"),
        )
        yield "at_nearest_school", sentence, pupils


def _distance(fit: pd.DataFrame) -> Iterator[tuple[str, str, int]]:
    share = fit["distance_share"].dropna()
    if len(share) > 1 and share.min() > 0.5:
        yield (
            "distance",
            say("distance", low=share.min(), high=share.max(), rest=1 - share.min()),
            number_of(fit["n_choosers"].sum()),
        )


def _travel(travel: pd.DataFrame, codes: Codes) -> Iterator[tuple[str, str, int]]:
    """Compare the groups with the lowest and the highest estimate of the extra distance."""
    known = travel.dropna(subset=["estimate"]).sort_values("estimate", kind="stable")
    if known.empty:
        return
    low, high = known.iloc[0], known.iloc[-1]
    if len(known) == 1:
        sentence = _travel_of_one(high, codes)
        yield "travel", sentence, number_of(high["n_obs"])
        return
    established = furthest_apart(known.to_dict("records"))
    others = "" if established else say("perhaps_others", groups=len(known))
    signs = known.apply(units.direction, axis=1)
    yield "travel", _travel_of_two(low, high, others, signs, codes), number_of(low["n_obs"] + high["n_obs"])


def _travel_of_one(row: pd.Series, codes: Codes) -> Text:
    less = units.direction(row) < 0
    first = say("first_farther" if units.direction(row) else "first_none", **_of(row, codes, less=less))
    return say("travel_one" if units.direction(row) else "travel_one_none", first=first, **_to(row, less))


def _travel_of_two(low: pd.Series, high: pd.Series, others: str, known: pd.Series, codes: Codes) -> Text:
    """Compare two groups, first the one that goes farther; where both avoid the schools, the one that does so most."""
    signs = units.direction(low), units.direction(high)
    first, second = (low, high) if signs[0] < 0 >= signs[1] else (high, low)
    less = units.direction(first) < 0
    alike, apart = signs[0] == signs[1], signs == (-1, 1)
    return say(
        ("travel_alike" if less or signs[1] else "travel_none")
        if alike
        else "travel_some"
        if 0 in signs
        else "travel_one_each"
        if (known != 0).sum() == len(signs)
        else "travel_apart",
        first=say("first_farther" if units.direction(first) else "first_none", **_of(first, codes, less=less)),
        second=say(
            "first_farther" if apart else "second_alike" if units.direction(second) else "second_none",
            **_of(second, codes, less=units.direction(second) < 0),
        ),
        other_who=group_label(str(second["group"])),
        other_km=_km(second, less=less != apart),
        groups=len(known),
        for_groups=int((known == units.direction(first)).sum()),
        others=others,
        **_to(first, less),
    )


def _of(row: pd.Series, codes: Codes, *, less: bool) -> dict[str, str]:
    """Write who goes how much farther, and where; of the opposite of the step, without the sign."""
    turned = -1 if less else 1
    low, high = sorted(turned * row[end] for end in ("ci_low", "ci_high"))
    return {
        "who": children(str(row["group"])),
        "where": step_words(str(row["term"]), float(row["step"]), less=less, codes=codes),
        "km": _km(row, less=less),
        "from_km": number(low, 2),
        "to_km": number(high, 2),
    }


def _to(row: pd.Series, less: bool) -> dict[str, str | float]:
    return {
        "key_km": _km(row, less=less),
        "key_who": group_label(str(row["group"])),
        "schools": schools_with(str(row["term"]), less=less),
        "start": row["start_km"],
    }


def _km(row: pd.Series, *, less: bool) -> str:
    return number(-row["estimate"] if less else row["estimate"], 2)


def _concepts(kinds: pd.DataFrame, fit: pd.DataFrame) -> Iterator[tuple[str, str, int]]:
    """Compare who attends a school without a concept, of groups of which nothing is withheld."""
    rows = kinds[(kinds["attribute"] == "concept") & (kinds["category"] == "none")]
    rows = rows.dropna(subset=["observed", "without_taste"]).sort_values("observed")
    if len(rows) < 2 or rows["observed"].nunique() < 2:
        return
    least, most = rows.iloc[0], rows.iloc[-1]
    share, n = rows["observed"].to_numpy(float), rows["pupils"].to_numpy(float)
    error = np.sqrt(share * (1 - share) / n)
    established = is_largest(share, error) and is_smallest(share, error)
    sentence = say(
        "concepts" if established else "concepts_unclear",
        most=children(str(most["group"])),
        least=children(str(least["group"])),
        most_label=group_label(str(most["group"])),
        least_label=group_label(str(least["group"])),
        share=most["observed"],
        least_share=least["observed"],
        share_without=most["without_taste"],
        least_without=least["without_taste"],
    )
    # Numbers of the fits are not rounded yet: a sum of rounded ones would be another number of the same pupils.
    compared = fit["group"].isin(rows["group"])
    yield "concepts", sentence, number_of(fit.loc[compared, "n_choosers"].sum())
