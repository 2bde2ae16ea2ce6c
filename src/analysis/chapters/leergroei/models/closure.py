r"""The closure year against years before it: the design of Engzell, Frey & Verhagen (2021) and its variations.

Growth is the change in national percentile between the M- and the E-test of a year. The design regresses it on the
closure year, a trend over the years and the days between the two tests, with errors clustered by school:

.. math:: g_{it} = \alpha + \delta\,\mathrm{closure}_t + \gamma\,\mathrm{year}_t + \kappa\,\mathrm{days}_{it} + e_{it}

:math:`\delta` is how far growth in the closure year is from what the trend would have given, in percentile points.
Year and days are standardised over the rows of each regression, as in the publication.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from analysis.chapters.leergroei.models.rows import no_rows, stacked
from analysis.errors import ModelError, Reason
from analysis.run.remembered import remembered
from analysis.stats.complete import check_complete, where_known
from analysis.stats.estimates import in_form, t_interval
from analysis.stats.fit import Fit
from analysis.stats.regression import fit_where_determined, in_sd

POINTS = "percentile points"
UNITS: Mapping[str, str] = {
    "intercept": POINTS,
    "closure": POINTS,
    "difference": POINTS,
    "year": "percentile points per sd of years",
    "days": "percentile points per sd of days",
    "week": "percentile points per week",
    "m_percentile": "percentile points per percentile point on the M-test",
}
PRIOR = ("bottom", "middle", "top")
HIGHER_EDUCATION = "middelbaar or hoog"
SEXES: Mapping[str, str] = {"m": "boys", "v": "girls"}
DAYS_IN_WEEK = 7.0

Fitted = Callable[[pd.DataFrame, str, str | None], pd.DataFrame]
"""From the rows of one outcome, the name of the model and the column of weights to estimates."""


def estimate(by_pupil_growth: pd.DataFrame, model: str = "pnas_overall", *, weights: str | None = None) -> pd.DataFrame:
    """Estimate the design, or a variation of it, for each subject and the composite.

    Parameters
    ----------
    by_pupil_growth : as `design.percentile_growth` returns it
    model : one of `VARIATIONS`:

        - ``pnas_overall``: the design; terms ``intercept, closure, year, days``;
        - ``pnas_one_control``: with the last control year alone and no trend, so that rising growth hides part of the
          loss;
        - ``pnas_ses``, ``pnas_sex``, ``pnas_ability``: the effect differs by parental education (``laag`` against
          ``middelbaar or hoog``, unknown left out), sex (reference boys), or third of the previous E-test (reference
          top; growth is not counted from that test, so that regression to the mean hardly enters). Term ``closure`` is
          the effect in a category, ``difference`` what it differs from the reference;
        - ``pnas_grade``: per groep;
        - ``pnas_school_fe``: with an effect for every school, so within schools only;
        - ``placebo``: every control year treated as if schools had closed in it, term ``closure``; ``category`` is the
          year. With three control years the three placebos are one contrast with other signs and sizes: how far the
          middle year is off the line through the others;
        - ``weekly``: what a week more between the tests adds, term ``week``, on the control years with an effect for
          every year: progress in percentiles, so beyond what the norm assumes for that time;
        - ``ancova``: the E-percentile on the design and the M-percentile. The change score is the same with the
          coefficient of the M-percentile held at one. Where that is below one (error of measurement, regression to the
          mean) the two estimates of ``closure`` differ by one minus it, times what the closure year's pupils are higher
          on the M-test than trend and days say: they answer different questions (Lord's paradox).
    weights : column of inverse probabilities

    Returns
    -------
    DataFrame
        Tidy estimates (`analysis.stats.estimates`), then ``outcome, by, category`` (in words in ``group``), ``n_least``
        (rows on the smaller side of the closure; of a difference in the category with the fewest), ``n_pupils`` (each
        once) and ``df``. ``n_obs`` counts rows, so pupil-years; of a difference, those of both categories.

    Raises
    ------
    ModelError
        If a value is missing, or for ``placebo`` with fewer than two control years.
    """
    if by_pupil_growth.empty:
        return no_rows()
    variation = VARIATIONS[model]
    selected_by = [name for name in ("outcome", "start", "location", "closure") if name in by_pupil_growth]
    check_complete(by_pupil_growth, selected_by, model)
    rows = variation.select(by_pupil_growth)
    check_complete(rows, ["outcome", "start", "location", *variation.needed], model)
    by_outcome = rows.groupby("outcome", sort=False)
    return pd.concat([variation.fit(rows, model, weights) for _, rows in by_outcome], ignore_index=True)


@remembered
def pnas(by_pupil_growth: pd.DataFrame) -> pd.DataFrame:
    """Estimate the PNAS design in all its variations.

    Parameters
    ----------
    by_pupil_growth : as `design.percentile_growth` returns it

    Returns
    -------
    DataFrame
        As `estimate` returns it, of all models for which the data have the columns. With a single control year there
        are no placebo years.
    """
    if by_pupil_growth.empty:
        return no_rows()
    control = by_pupil_growth.loc[by_pupil_growth["closure"] == 0, "start"].nunique()
    models = [
        name
        for name, variation in VARIATIONS.items()
        if set(variation.needed) <= set(by_pupil_growth) and (name != "placebo" or control > 1)
    ]
    return stacked([estimate(by_pupil_growth, model) for model in models])


def standardised(by_pupil_growth: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Standardise year and days over the rows.

    Parameters
    ----------
    by_pupil_growth : as `design.percentile_growth` returns it, of one outcome

    Returns
    -------
    tuple of DataFrame and list
        The rows with ``year`` and ``days`` in standard deviations, and the terms beside the closure: ``year``, unless
        there is one control year, when it would say what the closure says; and ``days``, where the data have them.
    """
    days = [name for name in ("days",) if name in by_pupil_growth]
    check_complete(by_pupil_growth, ["start", *days], "growth")
    starts = by_pupil_growth["start"].astype(float)
    rows = by_pupil_growth.assign(
        year=in_sd(starts, "the year"), **{name: in_sd(by_pupil_growth[name], "the number of days") for name in days}
    )
    return rows, [*(["year"] if starts.nunique() > 2 else []), *days]


def counts(rows: pd.DataFrame) -> dict[str, int]:
    """Count what an estimate rests on.

    Parameters
    ----------
    rows : with ``closure`` (0 or 1) and ``pupil``

    Returns
    -------
    dict : ``n_least`` rows on the smaller side of the closure and ``n_pupils``, each once
    """
    closed = int(rows["closure"].sum())
    return {"n_least": _least(closed, len(rows) - closed), "n_pupils": rows["pupil"].nunique()}


def _least(closed: int, others: int) -> int:
    # Some models look at the control years alone.
    return closed if 0 < closed < others else others


def _design(
    rows: pd.DataFrame,
    weights: str | None,
    outcome: str = "growth",
    further: Sequence[str] = (),
    entity: str | None = None,
) -> Fit:
    data, controls = standardised(rows)
    terms = ["closure", *controls, *further]
    return fit_where_determined(data, outcome, terms, cluster="location", entity=entity, weights=weights)


def _labelled(
    fit: Fit, rows: pd.DataFrame, model: str, by: str = "", category: str = "", terms: Sequence[str] | None = None
) -> pd.DataFrame:
    outcome = str(rows["outcome"].iloc[0])
    group = f"{outcome}, {by}: {category}" if by else outcome
    labels = {"outcome": outcome, "by": by, "category": category}
    return fit.estimates(model, group, UNITS, terms).assign(**labels, **counts(rows), df=fit.n_clusters - 1.0)


def _overall(rows: pd.DataFrame, model: str, weights: str | None) -> pd.DataFrame:
    return _labelled(_design(rows, weights), rows, model)


def _within_schools(rows: pd.DataFrame, model: str, weights: str | None) -> pd.DataFrame:
    return _labelled(_design(rows, weights, entity="location"), rows, model)


def _by_groep(rows: pd.DataFrame, model: str, weights: str | None) -> pd.DataFrame:
    parts = rows.groupby("groep")
    return pd.concat([_labelled(_design(part, weights), part, model, "groep", str(groep)) for groep, part in parts])


def _placebo(rows: pd.DataFrame, model: str, weights: str | None) -> pd.DataFrame:
    placebos = []
    for year, start in rows[["year", "start"]].drop_duplicates().sort_values("start").itertuples(index=False):
        pretended = rows.assign(closure=(rows["start"] == start).astype(float))
        placebos.append(_labelled(_design(pretended, weights), pretended, model, "year", str(year)))
    estimates = pd.concat(placebos)
    return estimates[estimates["term"] == "closure"]


def _weekly(rows: pd.DataFrame, model: str, weights: str | None) -> pd.DataFrame:
    starts = sorted(rows["start"].unique())[1:]
    years = {f"year_{start}": (rows["start"] == start).astype(float) for start in starts}
    rows = rows.assign(week=rows["days"] / DAYS_IN_WEEK, **years)
    fit = fit_where_determined(rows, "growth", ["week", *years], cluster="location", weights=weights)
    return _labelled(fit, rows, model, terms=["week"])


def _ancova(rows: pd.DataFrame, model: str, weights: str | None) -> pd.DataFrame:
    return _labelled(_design(rows, weights, "e_percentile", ["m_percentile"]), rows, model)


def _by_category(by: str, reference: str) -> Fitted:
    """Return the fit with a category's indicator and its product with the closure, for all but the reference."""

    def estimates_of(rows: pd.DataFrame, model: str, weights: str | None) -> pd.DataFrame:
        others = [name for name in sorted(rows["category"].unique()) if name != reference]
        rows = rows.assign(**{name: (rows["category"] == name).astype(float) for name in others})
        fit = _design(rows, weights, further=[term for name in others for term in (name, f"closure:{name}")])
        effects = [_effect(fit, rows, {"closure": 1.0}, [reference])]
        for name in others:
            product = f"closure:{name}"
            effects.append(_effect(fit, rows, {"closure": 1.0, product: 1.0}, [name]))
            effects.append(_effect(fit, rows, {product: 1.0}, [name, reference]))
        outcome = str(rows["outcome"].iloc[0])
        estimates = pd.concat(effects).assign(model=model, outcome=outcome, by=by)
        return in_form(estimates.assign(group=f"{outcome}, {by}: " + estimates["category"]))

    return estimates_of


def _effect(fit: Fit, rows: pd.DataFrame, weights: Mapping[str, float], categories: Sequence[str]) -> pd.DataFrame:
    """Return a sum of coefficients: the effect in one category, or the difference of a first from a second."""
    estimate, error = fit.combination(weights)
    term = "closure" if len(categories) == 1 else "difference"
    # Few columns only: a copy of all rows would cost more than the regression.
    members = rows.loc[rows["category"].isin(categories), ["pupil", "location", "closure", "category"]]
    by_category = members.groupby("category")["closure"].agg(closed="sum", rows="size")
    others = by_category["rows"] - by_category["closed"]
    return t_interval(pd.Series([estimate]), pd.Series([error]), fit.n_clusters).assign(
        term=term,
        n_obs=len(members),
        n_clusters=int(members["location"].nunique()),
        unit=UNITS[term],
        category=categories[0],
        df=fit.n_clusters - 1.0,
        n_least=_least(int(by_category["closed"].min()), int(others.min())),
        n_pupils=members["pupil"].nunique(),
    )


def _all(by_pupil_growth: pd.DataFrame) -> pd.DataFrame:
    return by_pupil_growth


def _control_years(by_pupil_growth: pd.DataFrame) -> pd.DataFrame:
    return by_pupil_growth[by_pupil_growth["closure"] == 0]


def _placebo_years(by_pupil_growth: pd.DataFrame) -> pd.DataFrame:
    control = _control_years(by_pupil_growth)
    if control["start"].nunique() < 2:
        raise ModelError("placebo years need at least two control years", Reason.TOO_FEW)
    return control


def _from_last_control_year(by_pupil_growth: pd.DataFrame) -> pd.DataFrame:
    last = int(_control_years(by_pupil_growth)["start"].max())
    return by_pupil_growth[by_pupil_growth["start"] >= last]


def _with_education(by_pupil_growth: pd.DataFrame) -> pd.DataFrame:
    rows = where_known(by_pupil_growth, ["education"])
    rows = rows[rows["education"] != "onbekend"]
    return rows.assign(category=rows["education"].where(rows["education"] == "laag", HIGHER_EDUCATION))


def _with_sex(by_pupil_growth: pd.DataFrame) -> pd.DataFrame:
    rows = where_known(by_pupil_growth, ["sex"])
    return rows.assign(category=rows["sex"].map(SEXES))


def _with_prior(by_pupil_growth: pd.DataFrame) -> pd.DataFrame:
    rows = by_pupil_growth[by_pupil_growth["prior_percentile"].notna()]
    rank = rows.groupby("outcome")["prior_percentile"].rank(pct=True, method="average")
    return rows.assign(category=pd.cut(rank, [0, 1 / 3, 2 / 3, 1], labels=list(PRIOR)).astype(str))


class Variation(NamedTuple):
    """The fit of a variation to the rows of one outcome, which rows those are, and the further columns they have."""

    fit: Fitted
    select: Callable[[pd.DataFrame], pd.DataFrame] = _all
    needed: Sequence[str] = ()


VARIATIONS: Mapping[str, Variation] = {
    "pnas_overall": Variation(_overall),
    "pnas_one_control": Variation(_overall, _from_last_control_year, ["closure"]),
    "pnas_ses": Variation(_by_category("parental education", HIGHER_EDUCATION), _with_education, ["education"]),
    "pnas_sex": Variation(_by_category("sex", SEXES["m"]), _with_sex, ["sex"]),
    "pnas_ability": Variation(_by_category("prior performance", PRIOR[-1]), _with_prior, ["prior_percentile"]),
    "pnas_grade": Variation(_by_groep, needed=["groep"]),
    "pnas_school_fe": Variation(_within_schools),
    "weekly": Variation(_weekly, _control_years, ["days"]),
    "ancova": Variation(_ancova),
    "placebo": Variation(_placebo, _placebo_years, ["closure", "year"]),
}
