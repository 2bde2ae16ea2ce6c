"""The teacher shortage: its level and distribution, and at which schools.

Means are both shares of employment (schools weigh as their teachers in fte) and shares of schools (every school weighs
the same).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.run.remembered import remembered
from analysis.stats.bands import in_bands, per_cent
from analysis.stats.complete import check_complete, where_known
from analysis.stats.estimates import in_form, no_estimates
from analysis.stats.fit import Floats
from analysis.stats.fit import mean as clustered_mean
from analysis.stats.shares import share_interval

MAY_BE_MISSING = ("schoolweging", "shortage", "teachers_fte")
NEEDED = ("location", "year", "board", "g5", *MAY_BE_MISSING)
SCHOOLS = ("location", "board", "pupils", "share_at_risk")
"""What the shortage of a city's schools by their pupils is computed from."""
REGIONS = {True: "G5", False: "outside the G5"}
TESTED = "schools_least"
"""The smaller side of a yes-no: where it is few the share is withheld; else it follows from share and schools."""
ALL = "all"
MEASURES: Mapping[str, tuple[Callable[[Floats], Floats], str | None]] = {
    "mean_employment": (lambda shortage: shortage, "teachers_fte"),
    "mean_schools": (lambda shortage: shortage, None),
    "zero": (lambda shortage: np.equal(shortage, 0).astype(float), None),
    "above_30": (lambda shortage: np.greater(shortage, 0.30).astype(float), None),
}
UNITS = {
    "mean_employment": "share of employment (fte)",
    "mean_schools": "mean over schools of the share of employment",
    "zero": "share of schools",
    "above_30": "share of schools",
}


@remembered
def distribution(panel: pd.DataFrame, weging_edges: Sequence[float]) -> pd.DataFrame:
    """Estimate level and distribution of the shortage by year, in the G5 and outside, and by band of schoolweging.

    Parameters
    ----------
    panel : A row per school and year: the columns `NEEDED`.
    weging_edges : Edges of the bands of schoolweging.

    Returns
    -------
    DataFrame
        Estimates without ``n_obs``, for ``schools`` counts them; after it ``outcome`` (one of `MEASURES`),
        ``year, by, category, region, band, schools, schools_least``. Of rows that are not about one region or band
        these are `ALL`; ``schools_least`` counts the schools on the smaller side of a yes-no. Intervals are
        clustered by board and within 0 and 1 (`analysis.stats.shares`); a share has no null hypothesis of zero,
        so no p-value. Without rows where the data lack a column of `NEEDED`.
    """
    panel = where_known(panel, MAY_BE_MISSING)
    if panel.empty or not {*NEEDED} <= {*panel}:
        return _nothing()
    check_complete(panel, NEEDED, "shortage")
    rows = panel[list(NEEDED)].assign(
        board=pd.factorize(panel["board"])[0],
        region=panel["g5"].map(REGIONS),
        band=in_bands(panel["schoolweging"], weging_edges).astype(str),
    )
    rows["region_band"] = rows["region"] + ", " + rows["band"]
    order = {"": [""], "region": list(REGIONS.values()), "band": list(in_bands([0.0], weging_edges).categories)}
    order["region_band"] = [f"{region}, {band}" for region in order["region"] for band in order["band"]]
    estimates = [
        estimate
        for year, of_year in rows.groupby("year")
        for by, categories in order.items()
        for category in categories
        for estimate in _measured(of_year if not by else of_year[of_year[by] == category], year, by, category)
    ]
    return _with_parts(_with_intervals(estimates, "shortage_distribution"))


def by_share_at_risk(
    by_location: pd.DataFrame, by_location_shortage: pd.DataFrame, edges: Sequence[float]
) -> pd.DataFrame:
    """Estimate the city's shortage in October of every year that is known by the school's share of pupils at risk.

    Parameters
    ----------
    by_location
        The city's schools, as `data.microdata.BY_LOCATION`; special schools, and schools without a shortage or
        share, are left out. Employment is not known for them: ``mean_employment`` weighs schools by pupils.
    by_location_shortage : ``location, year, shortage``.
    edges : Edges of the bands.

    Returns
    -------
    DataFrame : As `distribution`, ``by`` is ``risk``; without rows where the data lack a column for it.
    """
    if "shortage" not in by_location_shortage or not set(SCHOOLS) <= set(by_location):
        return _nothing()
    check_complete(by_location, ["board", "pupils"], "shortage")
    estimates: list[dict[str, object]] = []
    for year, of_year in by_location_shortage.groupby("year"):
        joined = by_location.merge(of_year[["location", "shortage"]], on="location", validate="one_to_one")
        rows = joined.dropna(subset=["share_at_risk", "shortage"])
        rows = rows[rows["pupils"] > 0]
        rows = rows.assign(teachers_fte=rows["pupils"].astype(float))
        band = in_bands(rows["share_at_risk"], edges, per_cent)
        for category in ("", *band.categories):
            part = rows if category == "" else rows[band == category]
            estimates += _measured(part, year, "risk", category)
    return _with_parts(_with_intervals(estimates, "shortage_city"))


def _nothing() -> pd.DataFrame:
    words = ("outcome", "by", "category", "region", "band")
    return no_estimates(words, (), ("year", "schools", TESTED)).drop(columns="n_obs")


def _measured(rows: pd.DataFrame, year: object, by: str, category: str) -> Iterator[dict[str, object]]:
    group = ", ".join(filter(None, (str(year), category)))
    for name, (measure, weights) in MEASURES.items():
        value = measure(rows["shortage"].to_numpy(float))
        least = len(rows) if name.startswith("mean") else int(min(value.sum(), len(rows) - value.sum()))
        mean = clustered_mean(value, rows["board"], None if weights is None else rows[weights])
        yield {
            "estimate": mean.coefficients["mean"],
            "std_error": mean.std_errors["mean"],
            "group": group,
            "n_obs": len(rows),
            "n_clusters": mean.n_clusters,
            "unit": UNITS[name],
            "outcome": name,
            "year": year,
            "by": by,
            "category": category,
            "schools": len(rows),
            "schools_least": least,
        }


def _with_parts(rows: pd.DataFrame) -> pd.DataFrame:
    """Put region and band of a row in columns of their own; `ALL` where it is about all."""
    region = rows["category"].str.partition(", ")[0].where(rows["by"].str.startswith("region"), ALL)
    band = rows["category"].str.rpartition(", ")[2].where(~rows["by"].isin(["", "region"]), ALL)
    return rows.assign(region=region, band=band.replace("", ALL)).drop(columns="n_obs")


def _with_intervals(estimates: list[dict[str, object]], model: str) -> pd.DataFrame:
    rows = pd.DataFrame(estimates)
    low, high = share_interval(rows["estimate"], rows["std_error"], rows["n_clusters"])
    return in_form(rows.assign(ci_low=low, ci_high=high, p_value=np.nan), model=model, term="level")
