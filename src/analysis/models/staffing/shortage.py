"""The teacher shortage: how large and how spread, for whom, and how it goes with the inspectorate's judgement.

Means are told both as shares of employment (schools weigh as their teachers in fte) and as shares of schools (every
school weighs the same). Associations: nothing here says what a shortage is caused by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from analysis.models.bands import in_bands, per_cent
from analysis.models.estimates import in_form
from analysis.models.regression import fit, t_interval
from analysis.models.staffing.fractional import Floats, FractionalLogit, delta_error, design, fit_fractional

NEEDED = ("location", "year", "board", "g5", "schoolweging", "shortage", "teachers_fte")
REGIONS = {True: "G5", False: "outside the G5"}
LARGE, VERY_LARGE = 0.05, 0.30
CENTRE, STEP = 30.0, 10.0  # schoolweging is told from 30, the middle of its scale, in steps of 10
TERMS = ("g5", "weging", "g5:weging")
COUNTS = {
    "schools": ("estimate", "std_error", "ci_low", "ci_high", "p_value", "schools_least"),
    "schools_least": ("estimate", "std_error", "ci_low", "ci_high", "p_value"),
    "n_obs": (),
    "n_clusters": (),
}
MEASURES: Mapping[str, tuple[Callable[[Floats], Floats], str | None]] = {
    "mean_employment": (lambda shortage: shortage, "teachers_fte"),
    "mean_schools": (lambda shortage: shortage, None),
    "zero": (lambda shortage: np.equal(shortage, 0).astype(float), None),
    "above_30": (lambda shortage: np.greater(shortage, VERY_LARGE).astype(float), None),
}
UNITS = {
    "mean_employment": "share of employment (fte)",
    "mean_schools": "mean over schools of the share of employment",
    "zero": "share of schools",
    "above_30": "share of schools",
}


def distribution(panel: pd.DataFrame, weging_edges: Sequence[float]) -> pd.DataFrame:
    """Tell level and distribution of the shortage by year, in the G5 and outside, and by band of schoolweging.

    Parameters
    ----------
    panel
        A row per school and year: the columns `NEEDED`.
    weging_edges
        Edges of the bands of schoolweging.

    Returns
    -------
    DataFrame
        In the one form, with ``outcome`` (one of `MEASURES`), ``year, by, category, schools, schools_least`` after it:
        ``schools_least`` counts the schools on the smaller side of a yes-no. Intervals are clustered by board.
    """
    rows = panel[list(NEEDED)].assign(
        board=pd.factorize(panel["board"])[0],
        region=panel["g5"].map(REGIONS),
        band=in_bands(panel["schoolweging"], weging_edges).astype(str),
    )
    rows["region_band"] = rows["region"] + ", " + rows["band"]
    order = {"": [""], "region": list(REGIONS.values()), "band": list(in_bands([0.0], weging_edges).categories)}
    order["region_band"] = [f"{region}, {band}" for region in order["region"] for band in order["band"]]
    told = [
        told
        for year, of_year in rows.groupby("year")
        for by, categories in order.items()
        for category in categories
        for told in _measured(of_year if not by else of_year[of_year[by] == category], year, by, category)
    ]
    return _with_intervals(told, model="shortage_distribution", term="level")


def in_two(rows: pd.DataFrame) -> pd.DataFrame:
    """Take categories of two parts apart: the first part to a column ``region``."""
    parts = rows["category"].str.partition(", ")
    return rows.assign(region=parts[0], category=parts[2])


def by_share_at_risk(by_location: pd.DataFrame, edges: Sequence[float]) -> pd.DataFrame:
    """Tell the city's shortage of October 2019 and 2020 by the school's share of pupils at risk.

    Parameters
    ----------
    by_location
        The city's schools, as `data.microdata.BY_LOCATION`; special schools, and schools that tell no shortage or
        share, have no place in it. Employment is not known for them: ``mean_employment`` weighs schools by pupils.
    edges
        Edges of the bands.

    Returns
    -------
    DataFrame
        As `distribution`, ``by`` is ``risk``.
    """
    told: list[dict[str, object]] = []
    for year in (2019, 2020):
        rows = by_location.dropna(subset=["share_at_risk", f"shortage_{year}"])
        rows = rows[rows["pupils"] > 0].rename(columns={f"shortage_{year}": "shortage"})
        rows = rows.assign(teachers_fte=rows["pupils"].astype(float))
        band = in_bands(rows["share_at_risk"], edges, per_cent)
        for category in ("", *band.categories):
            part = rows if category == "" else rows[band == category]
            told += _measured(part, year, "risk", category)
    return _with_intervals(told, model="shortage_city", term="level")


def _measured(rows: pd.DataFrame, year: object, by: str, category: str) -> Iterator[dict[str, object]]:
    group = ", ".join(filter(None, (str(year), category)))
    board, boards = pd.factorize(rows["board"])
    for name, (measure, weights) in MEASURES.items():
        value = measure(rows["shortage"].to_numpy(float))
        least = len(rows) if name.startswith("mean") else int(min(value.sum(), len(rows) - value.sum()))
        mean, error = _mean(value, board, np.ones(len(rows)) if weights is None else rows[weights].to_numpy(float))
        yield {
            "estimate": mean,
            "std_error": error,
            "group": group,
            "n_obs": len(rows),
            "n_clusters": len(boards),
            "unit": UNITS[name],
            "outcome": name,
            "year": year,
            "by": by,
            "category": category,
            "schools": len(rows),
            "schools_least": least,
        }


def _mean(value: Floats, board: NDArray[np.intp], weights: Floats) -> tuple[float, float]:
    """Return a (weighted) mean and its error; schools of one board, or all alike, have none."""
    if not len(value):
        return np.nan, np.nan
    share = weights / weights.sum()
    mean, boards = float(share @ value), int(board.max()) + 1
    if boards < 2 or np.ptp(value) == 0:
        return mean, np.nan
    squares = np.bincount(board, share * (value - mean)) ** 2
    return mean, float(np.sqrt(boards / (boards - 1) * squares.sum()))


def _with_intervals(told: list[dict[str, object]], **constants: str) -> pd.DataFrame:
    rows = pd.DataFrame(told)
    half = student.ppf(0.975, rows["n_clusters"] - 1) * rows["std_error"]
    p_value = 2 * student.sf(rows["estimate"] / rows["std_error"], rows["n_clusters"] - 1)
    limits = {"ci_low": rows["estimate"] - half, "ci_high": rows["estimate"] + half, "p_value": p_value}
    return in_form(rows.assign(**limits), **constants)


def two_part(panel: pd.DataFrame, *, weights: str | None = None) -> pd.DataFrame:
    r"""Estimate which schools have a shortage at all, and how much those that have one.

    Parameters
    ----------
    panel
        A row per school and year: the columns `NEEDED`.
    weights
        ``teachers_fte`` for shares of employment, None for schools.

    Returns
    -------
    DataFrame
        In the one form, with ``outcome`` and ``weights`` after it. Models ``shortage_any`` and ``shortage_amount``:
        coefficients in log-odds; ``shortage_any_ame``, ``shortage_amount_ame`` and ``shortage_expected_ame``: average
        effects on the probability of a shortage, on the shortage of schools that have one, and on both together.

    Notes
    -----
    :math:`P(y > 0) = \Lambda(x'\beta)`, :math:`E[y \mid y > 0] = \Lambda(x'\gamma)` and
    :math:`E[y] = \Lambda(x'\beta)\Lambda(x'\gamma)`, with x: G5, schoolweging, their product, and years. Average
    effects set a school in the G5 or outside, and raise schoolweging by 10, with all else as it is. Errors are
    clustered by board in both parts at once.
    """
    rows, years = _coded(panel)
    terms = [*TERMS, *years]
    some = rows[rows["any"] == 1.0]
    has = fit_fractional(rows, "any", terms, cluster="board", weights=weights)
    amount = fit_fractional(some, "shortage", terms, cluster="board", weights=weights)
    log_odds = [
        _coefficients(has, "shortage_any", "any shortage"),
        _coefficients(amount, "shortage_amount", "shortage if any"),
    ]
    effects = [
        _effect(name, low, high, rows, has, amount, years, weights) for name, (low, high) in _contrasts(rows).items()
    ]
    told = pd.concat([*log_odds, *effects], ignore_index=True)
    return told.assign(weights="employment" if weights else "schools", group="all schools")


def _coded(panel: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    last = panel["year"].max()
    years = {f"year_{year}": (panel["year"] == year).astype(float) for year in sorted(set(panel["year"]) - {last})}
    rows = panel[list(NEEDED)].assign(
        g5=panel["g5"].astype(float),
        weging=(panel["schoolweging"] - CENTRE) / STEP,
        any=(panel["shortage"] > 0).astype(float),
        **years,
    )
    return rows, list(years)


def _contrasts(rows: pd.DataFrame) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    return {
        "g5": (rows.assign(g5=0.0), rows.assign(g5=1.0)),
        "weging": (rows, rows.assign(weging=rows["weging"] + 1.0)),
    }


def _coefficients(model: FractionalLogit, name: str, outcome: str) -> pd.DataFrame:
    told = t_interval(model.coefficients, model.std_errors, model.n_clusters)
    told.insert(0, "term", list(model.coefficients.index))
    counts = {"n_obs": model.n_obs, "n_clusters": model.n_clusters}
    return in_form(told.assign(outcome=outcome), model=name, group="", unit="log-odds", **counts)


def _effect(
    term: str,
    low: pd.DataFrame,
    high: pd.DataFrame,
    rows: pd.DataFrame,
    has: FractionalLogit,
    amount: FractionalLogit,
    years: Sequence[str],
    weights: str | None,
) -> pd.DataFrame:
    terms = [*TERMS, *years]
    ends = [(sign, design(end, terms)) for sign, end in ((-1.0, low), (1.0, high))]
    w = np.ones(len(rows)) if weights is None else rows[weights].to_numpy(float)
    over_all, over_some = w / w.sum(), np.where(rows["any"] == 1.0, w, 0.0)
    told = [
        _one_part(ends, has, over_all, "shortage_any_ame", "any shortage"),
        _one_part(ends, amount, over_some / over_some.sum(), "shortage_amount_ame", "shortage if any"),
        _both_parts(ends, has, amount, over_all),
    ]
    return in_form(pd.DataFrame(told), term=term, group="")


Ends = Sequence[tuple[float, pd.DataFrame]]


def _one_part(ends: Ends, model: FractionalLogit, over: Floats, name: str, outcome: str) -> dict[str, object]:
    value = sum(sign * float(over @ model.probability(X)) for sign, X in ends)
    gradient = sum(sign * (over @ model.slope(X)) for sign, X in ends)
    error = delta_error([(model, np.asarray(gradient))])
    unit = "probability" if model.n_obs == len(over) else "share of employment"
    return _told(value, error, model, name, outcome, unit)


def _both_parts(ends: Ends, has: FractionalLogit, amount: FractionalLogit, over: Floats) -> dict[str, object]:
    value = sum(sign * float(over @ (has.probability(X) * amount.probability(X))) for sign, X in ends)
    by_any = sum(sign * ((over * amount.probability(X)) @ has.slope(X)) for sign, X in ends)
    by_amount = sum(sign * ((over * has.probability(X)) @ amount.slope(X)) for sign, X in ends)
    error = delta_error([(has, np.asarray(by_any)), (amount, np.asarray(by_amount))])
    return _told(value, error, has, "shortage_expected_ame", "shortage", "share of employment")


def _told(value: float, error: float, model: FractionalLogit, name: str, outcome: str, unit: str) -> dict[str, object]:
    told = t_interval(pd.Series([value]), pd.Series([error]), model.n_clusters).iloc[0]
    counts = {"n_obs": model.n_obs, "n_clusters": model.n_clusters}
    return {
        **dict(zip(map(str, told.index), told, strict=True)),
        **counts,
        "model": name,
        "outcome": outcome,
        "unit": unit,
    }


def judgement(panel: pd.DataFrame, year: int) -> pd.DataFrame:
    """Estimate how the judgement onvoldoende goes with a large shortage (5% or more), alone and at equal schoolweging.

    Parameters
    ----------
    panel
        As in `two_part`, with ``insufficient``.
    year
        Of judgement and shortage.

    Returns
    -------
    DataFrame
        Model ``judgement_lpm`` (difference of shares) and ``judgement_logit`` (log-odds) in the one form, with
        ``outcome`` and ``controls`` (``none``, ``schoolweging``) after it; term ``large_shortage``. The intercept
        without controls is the share among schools with a small shortage.
    """
    rows, _ = _coded(panel[panel["year"] == year])
    rows = rows.assign(
        insufficient=panel.loc[rows.index, "insufficient"].astype(float),
        large_shortage=(rows["shortage"] >= LARGE).astype(float),
    )
    told = []
    for controls, terms in {"none": ["large_shortage"], "schoolweging": ["large_shortage", *TERMS]}.items():
        shares = fit(rows, "insufficient", terms, cluster="board")
        odds = fit_fractional(rows, "insufficient", terms, cluster="board")
        told += [
            shares.estimates("judgement_lpm", str(year), "share of schools").assign(controls=controls),
            _coefficients(odds, "judgement_logit", "").assign(controls=controls, group=str(year)),
        ]
    found = pd.concat(told, ignore_index=True).assign(outcome="insufficient")
    return found[found["term"].isin(["intercept", "large_shortage"])].reset_index(drop=True)
