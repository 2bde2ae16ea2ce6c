"""Plain descriptions of what came in."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.codes import Codes
from analysis.language import spoken, text
from analysis.stats.complete import check_complete
from analysis.stats.selection import Keeps, walk

UNKNOWN = "onbekend"


def by_denomination(by_school: pd.DataFrame) -> pd.DataFrame:
    """Count schools and pupils by denomination.

    Parameters
    ----------
    by_school : ``denomination, pupils`` and, if known of every school, ``schoolweging``; one row per school.

    Returns
    -------
    DataFrame
        One row per denomination: ``denomination, schools, pupils, share`` (of all pupils) and ``schoolweging`` (mean
        over pupils).

    Raises
    ------
    ModelError : If a school lacks denomination or pupils: sums would pass over it.
    """
    check_complete(by_school, ["denomination", "pupils"], "schools")
    sums = by_school.assign(schools=1).groupby("denomination")[["schools", "pupils"]].sum()
    counts = sums.assign(share=sums["pupils"] / sums["pupils"].sum())
    if "schoolweging" in by_school and by_school["schoolweging"].notna().all():
        weighted = (by_school["schoolweging"] * by_school["pupils"]).groupby(by_school["denomination"]).sum()
        counts["schoolweging"] = weighted / sums["pupils"]
    return counts.reset_index()


def at_other_schools(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Count the pupils who are in no description of schools: theirs is not among the schools, or a special one.

    Parameters
    ----------
    tables : Internal tables, of which ``by_pupil`` (a row per pupil) and ``by_location`` tell it.

    Returns
    -------
    DataFrame
        The steps at which pupils leave, in the form of `chapter.Chapter.account`; no rows where nobody does.
    """
    if not tables.keys() >= {"by_pupil", "by_location"}:
        return pd.DataFrame()
    schools = tables["by_location"]
    steps = [
        ("school in the data", "the school is not among those of the edition", _at(schools)),
        ("regular school", "a special school", _at(schools[~schools["special"].to_numpy(bool)])),
    ]
    account = walk(tables["by_pupil"], steps)[1]
    return account[account["pupils_out"] > 0].reset_index(drop=True)


def _at(schools: pd.DataFrame) -> Keeps:
    return lambda rows: rows["location"].isin(schools["location"])


def education_by_background(tables: Mapping[str, pd.DataFrame], codes: Codes) -> pd.DataFrame:
    """Count by background the pupils whose parents' education is not known: who is left without them differs.

    Parameters
    ----------
    tables : Internal tables, of which ``by_pupil`` (a row per pupil) may tell ``education`` and ``background``.
    codes : The backgrounds of the edition.

    Returns
    -------
    DataFrame
        One row per background, in their order: ``background`` (its label), ``n_known, n_unknown`` and ``share_unknown``
        of the pupils; no rows where the education of all is known.
    """
    pupils = tables.get("by_pupil", pd.DataFrame())
    if not {"education", "background"} <= {*pupils} or not (pupils["education"] == UNKNOWN).any():
        return pd.DataFrame()
    unknown, nobody_knows = pupils["education"] == UNKNOWN, text("background unknown")
    labels = {code: getattr(label, spoken()) for code, label in codes.background.items()}
    names = pupils["background"].map(labels).fillna(nobody_knows).rename("background")
    counts = pd.DataFrame({"n_known": ~unknown, "n_unknown": unknown}).groupby(names).sum()
    counts = counts.loc[[name for name in (*labels.values(), nobody_knows) if name in counts.index]].reset_index()
    return counts.assign(share_unknown=counts["n_unknown"] / counts[["n_known", "n_unknown"]].sum(axis=1))
