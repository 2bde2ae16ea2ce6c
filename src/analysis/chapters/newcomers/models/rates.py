r"""Newcomers and internationals by year and continent, and how their part of all pupils has changed.

A complete register has no error of sampling. What is estimated is the rate at which such pupils come to be at school:
with families that come, stay or leave other than they did, the numbers of the same years would have been others.

.. math:: E[y_t] = \mu_t T_t, \qquad \log \mathrm{RR} = \log \frac{y_1 / T_1}{y_0 / T_0}

is the Poisson model with all pupils as exposure. Its own error, :math:`\sqrt{1/y_0 + 1/y_1}`, takes pupils as coming
one by one and the two years as strangers. Families come together, and many internationals of one year are the same
children in the other: so pupils are clustered by the school where they are first seen, and each school is left out.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import InputError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.estimates import in_form, t_interval, with_reasons
from analysis.stats.selection import Keeps, Step, walk

TABLE = "by_pupil_origin"
NEWCOMERS, INTERNATIONALS = "newcomers", "internationals"
KINDS = {NEWCOMERS: "newcomer", INTERNATIONALS: "international"}
"""Groups, each with the column that says who belongs to it; an office may lack the second."""
ALL = "all continents"
SURELY = 5
"""Years after which some pupils are still at primary school."""
ENOUGH = 10
"""Schools with pupils of a group, of which fewer tell no error."""
WITHHELD = "a count of it is withheld"


def kinds(pupils: pd.DataFrame) -> list[str]:
    """Return the groups that a table knows."""
    return [name for name, column in KINDS.items() if column in pupils]


def select(by_pupil_origin: pd.DataFrame, first: int, last: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take the pupils of the years between two, and count those who leave.

    Parameters
    ----------
    by_pupil_origin : As its contract says.
    first, last : Years that are compared.

    Returns
    -------
    tuple of DataFrame
        The rows with ``seen``, the school where a pupil is first seen in these years; and the account in the form of
        `chapter.Chapter.accounts`, by ``year``.

    Raises
    ------
    InputError
        Nobody is told of in one of the two years, what is asked of pupils is known of nobody in one of them, nobody is
        anything else than a newcomer, or nobody has the same number in both years.
    """
    _check_years(by_pupil_origin, first, last)
    _check_known(by_pupil_origin, first, last)
    rows = by_pupil_origin[by_pupil_origin["year"].between(first, last)]
    steps: list[Step] = [
        (f"{KINDS[name]} known", f"{KINDS[name]} not known", _known(KINDS[name])) for name in kinds(rows)
    ]
    steps += [("continent known", "continent not known", _known("continent"))]
    walked = {year: walk(part, steps) for year, part in rows.groupby("year")}
    kept = pd.concat([part for part, _ in walked.values()]).sort_values(["year", "pupil"], ignore_index=True)
    kept = kept.astype({KINDS[name]: bool for name in kinds(kept)})
    account = pd.concat([left.assign(year=year) for year, (_, left) in walked.items()], ignore_index=True)
    _check_pupils(kept, first, last)
    return kept.assign(seen=kept.groupby("pupil")["location"].transform("first")), account


def _known(column: str) -> Keeps:
    return lambda rows: rows[column].notna()


def _check_years(table: pd.DataFrame, first: int, last: int) -> None:
    years = sorted(table["year"].unique())
    for name, year in (("first_year", first), ("last_year", last)):
        if year not in years:
            allowed = ", ".join(map(str, years)) or "none: the table is empty"
            hint = "name a year of the table, or bring the pupils of this year"
            raise InputError(f"newcomers.{name}", f"{TABLE} has no pupils of {year}", allowed=allowed, hint=hint)


def _check_known(table: pd.DataFrame, first: int, last: int) -> None:
    """Refuse a year of which all pupils would leave, with the first column for which they do."""
    for year in (first, last):
        known = pd.Series(data=True, index=table.index[table["year"] == year])
        for column in (*(KINDS[name] for name in kinds(table)), "continent"):
            known &= table.loc[known.index, column].notna()
            if not known.any():
                leave = "" if column in {KINDS[NEWCOMERS], "continent"} else ", or leave the column out"
                problem = f"of no pupil of {year} this and what stands before it are known"
                hint = f"bring it for the pupils of {year}, compare other years{leave}"
                raise InputError(f"{TABLE}: {column}", problem, hint=hint)


def _check_pupils(pupils: pd.DataFrame, first: int, last: int) -> None:
    """Refuse a table of newcomers alone, and pupils who have another number in every year."""
    if len(pupils) and pupils[KINDS[NEWCOMERS]].all():
        hint = "bring all pupils of each year: shares are of these"
        raise InputError(f"{TABLE}: newcomer", "every pupil is a newcomer", hint=hint)
    early, late = (pupils.loc[pupils["year"] == year, "pupil"] for year in (first, last))
    if last - first <= SURELY and not early.isin(late).any():
        problem = f"no pupil of {first} has the same number in {last}"
        raise InputError(f"{TABLE}: pupil", problem, hint="give a pupil one number in all years of the table")


def counts(pupils: pd.DataFrame) -> pd.DataFrame:
    """Count newcomers and internationals by year and continent.

    Parameters
    ----------
    pupils : Of `select`.

    Returns
    -------
    DataFrame
        ``group, continent, year, pupils, pupils_at_school`` (in the year, from wherever) and ``share``, the part
        that they are of these. A continent without any in all years has no rows; `ALL` stands first.
        ``pupils_besides`` are those of the other group who are not of this one where all of this one are of the other:
        the difference of two rows. Elsewhere the pupils again.
    """
    at_school = pupils.groupby("year").size()
    rows = []
    for kind in kinds(pupils):
        own = pupils[pupils[KINDS[kind]]]
        by_continent = pd.crosstab(own["continent"], own["year"])
        number = pd.concat([own.groupby("year").size().to_frame(ALL).T, by_continent])
        number = number.reindex(columns=at_school.index, fill_value=0).fillna(0).rename_axis("continent")
        rows.append(number.reset_index().melt("continent", var_name="year", value_name="pupils").assign(group=kind))
    table = pd.concat(rows, ignore_index=True).astype({"year": "int64", "pupils": "int64"})
    table["pupils_at_school"] = table["year"].map(at_school)
    table["share"] = table["pupils"] / table["pupils_at_school"]
    table["pupils_besides"] = _besides(pupils, table)
    first = (table["continent"] != ALL).rename("first")
    ordered = table.assign(first=first, place=table["group"].map([*KINDS].index))
    ordered = ordered.sort_values(["place", "first", "continent", "year"], ignore_index=True)
    return ordered[["group", "continent", "year", "pupils", "pupils_at_school", "share", "pupils_besides"]]


def _besides(pupils: pd.DataFrame, table: pd.DataFrame) -> list[int]:
    """Count, for rows of groups, who is of the other group alone, where this one is part of it; else who is of it."""
    numbers = []
    for kind, continent, year, number in table[["group", "continent", "year", "pupils"]].itertuples(index=False):
        at = (pupils["year"] == year) & ((continent == ALL) | (pupils["continent"] == continent))
        own, others = pupils[KINDS[kind]] & at, (pupils[KINDS[name]] & at for name in kinds(pupils) if name != kind)
        rest = [int((other & ~own).sum()) for other in others if number and not (own & ~other).any()]
        numbers.append(next((count for count in rest if count), number))
    return numbers


def changes(pupils: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    r"""Estimate how the part of all pupils that each group is has changed from one year to another.

    Parameters
    ----------
    pupils : Of `select`.
    first, last : The years.

    Returns
    -------
    DataFrame
        Estimates: ``group`` newcomers or internationals, ``term`` the continent; ``estimate`` is the rate ratio less
        one, its interval that of the logarithm. ``n_first, n_obs`` are its pupils in the two years, ``n_clusters``
        schools with some of them. ``ratio`` is the rate ratio and ``against_poisson`` the error of its logarithm by
        that of two independent Poisson counts. Where the data do not determine some, ``reason``.

    Notes
    -----
    :math:`s^2 = \frac{G-1}{G} \sum_g (\hat\theta_{(g)} - \bar\theta)^2` with :math:`\hat\theta_{(g)}` the log rate
    ratio without school g and its pupils, all of whose rows belong to the school where they are first seen. Student's
    t has one degree of freedom less than there are schools with pupils of the group.
    """
    rows = []
    for kind in kinds(pupils):
        own = pupils[KINDS[kind]]
        for continent in [ALL, *sorted(pupils.loc[own, "continent"].unique())]:
            has = own if continent == ALL else own & (pupils["continent"] == continent)
            sizes = _by_school(pupils, has, (first, last))
            rows.append({"group": kind, "term": continent, **_change(*sizes)})
    return with_reasons(in_form(pd.DataFrame(rows), model="poisson, all pupils", unit="relative change"))


def as_told(changes: pd.DataFrame, counts: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Leave out the numbers of a change of which the count in one of its years is withheld: it would follow from them.

    Parameters
    ----------
    changes : Of `changes`.
    counts : Of `counts`, as the gate let them through.
    first, last : The years of the changes.

    Returns
    -------
    DataFrame
        All rows, with ``reason`` where one has no numbers.
    """
    of_years = counts[counts["year"].isin([first, last])]
    told = of_years["pupils"].notna().groupby([of_years["group"], of_years["continent"]]).all()
    keys = pd.MultiIndex.from_frame(changes[["group", "term"]])
    return _without_numbers(changes, ~told.reindex(keys, fill_value=False).to_numpy(bool))


def as_counted(rows: pd.DataFrame, counts: pd.DataFrame, year: int) -> pd.DataFrame:
    """Leave out the numbers of a group whose count in a year is withheld: they hold, or rest on, this count.

    Parameters
    ----------
    rows : Estimates or counts by ``group``.
    counts : Of `counts`, as the gate let them through.
    year : Of the rows.

    Returns
    -------
    DataFrame
        Of estimates all rows, with ``reason`` where one has no numbers; else the rows of the other groups.
    """
    counted = counts[(counts["year"] == year) & (counts["continent"] == ALL) & counts["pupils"].notna()]
    withheld = ~rows["group"].isin(counted["group"]).to_numpy(bool)
    return _without_numbers(rows, withheld) if "estimate" in rows else rows[~withheld].reset_index(drop=True)


def _without_numbers(rows: pd.DataFrame, withheld: NDArray[np.bool_]) -> pd.DataFrame:
    numbers = [*rows.select_dtypes("number")]
    left = rows.assign(**{name: rows[name].mask(withheld) for name in numbers})
    reason = rows["reason"] if "reason" in rows else pd.Series("", rows.index)
    own = withheld & rows["estimate"].notna().to_numpy(bool)
    return with_reasons(left.assign(reason=reason.mask(own, WITHHELD)))


def _by_school(pupils: pd.DataFrame, has: pd.Series, years: Collection[int]) -> tuple[Floats, Floats]:
    """Count pupils who have something, and all, by year and school of first sight: shape (2, schools)."""
    some = pupils.assign(has=has)[pupils["year"].isin(years)]
    all_of = pd.crosstab(some["year"], some["seen"])
    own = pd.crosstab(some["year"], some["seen"], some["has"], aggfunc="sum").fillna(0)
    return own.loc[[*years]].to_numpy(float), all_of.loc[[*years]].to_numpy(float)


def _change(number: Floats, exposure: Floats) -> dict[str, float | str]:
    before, after = number.sum(axis=1)
    clusters = int((number.sum(axis=0) > 0).sum())
    sizes = {"n_first": int(before), "n_obs": int(after), "n_clusters": clusters}
    none = dict.fromkeys(("estimate", "std_error", "ci_low", "ci_high", "p_value", "ratio", "against_poisson"), np.nan)
    if min(before, after) == 0:
        return {**none, **sizes, "reason": Reason.EMPTY.value}
    with np.errstate(divide="ignore", invalid="ignore"):
        without = _log_ratio(number.sum(axis=1, keepdims=True) - number, exposure.sum(axis=1, keepdims=True) - exposure)
    if clusters < ENOUGH or not np.isfinite(without).all():
        return {**none, **sizes, "reason": Reason.TOO_FEW_CLUSTERS.value}
    log_ratio = float(_log_ratio(number.sum(axis=1), exposure.sum(axis=1)))
    error = float(np.sqrt((len(without) - 1) * without.var()))
    ends = t_interval(pd.Series([log_ratio]), pd.Series([error]), clusters).iloc[0]
    ratio = float(np.exp(log_ratio))
    return {
        "estimate": ratio - 1,
        "std_error": ratio * error,
        "ci_low": float(np.exp(ends["ci_low"])) - 1,
        "ci_high": float(np.exp(ends["ci_high"])) - 1,
        "p_value": float(ends["p_value"]),
        "ratio": ratio,
        "against_poisson": error / float(np.sqrt(1 / before + 1 / after)),
        **sizes,
        "reason": "",
    }


def _log_ratio(number: Floats, exposure: Floats) -> Floats:
    rate = np.log(number) - np.log(exposure)
    return np.asarray(rate[1] - rate[0])
