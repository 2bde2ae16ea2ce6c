"""What the chapter on newcomers and internationals finds, in sentences; which one follows from sign and interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from analysis.chapters.newcomers.models.apart import CHANCE, FREED, OBSERVED
from analysis.chapters.newcomers.models.rates import ALL, KINDS
from analysis.language import term
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import LEVEL, Finding, as_rows, frame, listed, number_of, one, where_known
from analysis.publish.units import ENDS, direction
from analysis.stats.multiplicity import holm

say = sentences_beside(__file__)

PUPILS = "pupils"


def newcomers(
    changes: pd.DataFrame, apart: pd.DataFrame, most: pd.DataFrame, *, first_year: int, last_year: int
) -> pd.DataFrame:
    """Say how many more there are, from which continents, and whether schools differ by more than chance.

    Parameters
    ----------
    changes, apart, most : The chapter's tables, gated; a finding that rests on a withheld number is left out.
    first_year, last_year : That are compared.

    Returns
    -------
    DataFrame
        One row per finding, as `publish.findings.frame` makes them.
    """
    years = {"first_year": first_year, "last_year": last_year}
    return frame(
        where_known(
            *(_change(changes, group, years) for group in KINDS),
            *(_continents(changes, group, years) for group in KINDS),
            *(_apart(apart, group, last_year) for group in KINDS),
            *(_most(most, group, last_year) for group in KINDS),
        )
    )


def tests(changes: pd.DataFrame, apart: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that hold the p-values of findings, below each other.

    Parameters
    ----------
    changes, apart : Gated.
    """
    return pd.concat([changes, apart], ignore_index=True)


def _change(changes: pd.DataFrame, group: str, years: dict[str, int]) -> Iterator[Finding]:
    row = one(changes, group=group, term=ALL)
    if row:
        sign = direction(row)
        told: dict[str, Any] = {**years, **_per_cent(row, -1 if sign < 0 else 1), "group": term(group)}
        told |= {"before_pupils": number_of(row["n_first"]), "after_pupils": number_of(row["n_obs"])}
        sentence = say(("change_unclear", "change_up", "change_down")[sign], **told)
        yield Finding(f"change_{group}", sentence, number_of(row["n_obs"]), PUPILS)


def _per_cent(row: Mapping[str, Any], sign: int) -> dict[str, float]:
    """Return a change and its interval, with its sign or the other one."""
    size, low, high = (sign * row[end] for end in ENDS)
    return {"size": size, "low": min(low, high), "high": max(low, high)}


def _continents(changes: pd.DataFrame, group: str, years: dict[str, int]) -> Iterator[Finding]:
    """Say of which continents the share rose or fell, by tests that are corrected for how many there are (Holm)."""
    own = changes[(changes["group"] == group) & (changes["term"] != ALL)].dropna(subset=[*ENDS, "p_value", "n_obs"])
    if len(own) < 2:
        return
    clear = own.assign(p=holm(own["p_value"])).query("p < @LEVEL")
    up, down = (clear.loc[side, "term"].tolist() for side in (clear["estimate"] > 0, clear["estimate"] < 0))
    told: dict[str, Any] = {**years, "group": term(group)}
    told |= {name: listed([*map(term, terms)]) for name, terms in (("up", up), ("down", down)) if terms}
    which = bool(up) + 2 * bool(down)
    sentence = say(("continents_none", "continents_up", "continents_down", "continents_both")[which], **told)
    yield Finding(f"continents_{group}", sentence, number_of(own["n_obs"].sum()), PUPILS)


def _apart(apart: pd.DataFrame, group: str, year: int) -> Iterator[Finding]:
    """Say whether a group is more uneven than chance, and by how much once this is taken off."""
    rows = {row["term"]: row for row in as_rows(apart[apart["group"] == group].dropna(subset="estimate"))}
    if not {OBSERVED, CHANCE, FREED} <= set(rows) or pd.isna([rows[FREED][end] for end in ENDS]).any():
        return
    more = rows[OBSERVED]["p_value"] < LEVEL and rows[FREED]["ci_low"] > 0
    told: dict[str, Any] = {"group": term(group), "year": year}
    told |= {"observed": rows[OBSERVED]["estimate"], "chance": rows[CHANCE]["estimate"]}
    told |= dict(zip(("freed", "low", "high"), (rows[FREED][end] for end in ENDS), strict=True))
    sentence = say("apart_more" if more else "apart_chance", **told)
    yield Finding(f"apart_{group}", sentence, number_of(rows[OBSERVED]["n_obs"]), PUPILS)


def _most(most: pd.DataFrame, group: str, year: int) -> Iterator[Finding]:
    for row in as_rows(most[most["group"] == group].dropna(subset=["share", "chance", "schools"])):
        told = {"group": term(group), "year": year, "share": row["share"], "chance": row["chance"]}
        sentence = say("most", schools=number_of(row["schools"]), **told)
        yield Finding(f"most_{group}", sentence, number_of(row["pupils_of_group"]), PUPILS)
