r"""The closure year against years before it: the design of Engzell, Frey & Verhagen (2021) and its variations.

Growth is the change in national percentile between the M- and the E-test of a year. The design regresses it on the
closure year, a trend over the years and the days between the two tests, with errors clustered by school:

.. math:: g_{it} = \alpha + \delta\,\mathrm{closure}_t + \gamma\,\mathrm{year}_t + \kappa\,\mathrm{days}_{it} + e_{it}

:math:`\delta` is how far growth in the closure year lies from what the trend would have given, in percentile points.
Year and days are standardised over the rows of each regression, as in the publication.

Every function takes the rows that `percentile_growth` makes, fits per outcome (each subject, and the composite) and
returns estimates in the one form of `analysis.stats.estimates`, with ``outcome, by, category, n_closure, n_before,
n_pupils`` after it: ``group`` says the first three in words, ``n_obs`` counts rows (pupil-years), ``n_closure``
those of the closure year, ``n_before`` those of the control years and ``n_pupils`` pupils, each once. All take
`weights`, the name of a column of inverse probabilities.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import pandas as pd

from analysis.chapters.leergroei.models.design import (
    PERCENTILES,
    Design,
    composite,
    refuse_absent_years,
    tested,
    usable,
)
from analysis.errors import ModelError, Reason
from analysis.stats.complete import check_complete
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
COLUMNS = ("pupil", "year", "groep", "location", "education", "sex", "at_risk")
DAYS_IN_WEEK = 7.0


def percentile_growth(by_pupil_test: pd.DataFrame, design: Design, *, weights: str | None = None) -> pd.DataFrame:
    """Select the rows with both results and compute growth in percentiles; make the composite.

    Parameters
    ----------
    by_pupil_test
        As its contract says, with the column `weights` if one is named. Rows without consent or tested adaptively are
        left out here.
    design
        The years and tests.
    weights
        Column to keep; the composite takes the mean over its subjects.

    Returns
    -------
    DataFrame
        ``by_pupil_growth``, one row per pupil, outcome and year: ``pupil, year, outcome, groep, location, education,
        sex, at_risk, m_percentile, e_percentile, prior_percentile`` (missing in a first year of testing), ``growth``
        (percentile points), ``start`` (calendar year in which the school year starts), ``days`` between the tests,
        ``closure`` (1 in the closure year, else 0), and `weights`.

    Raises
    ------
    ModelError
        If a year of the design has no pupil with both results in a subject, or the composite has a subject without
        groepen.
    """
    if set(design.composite) - set(design.groepen):
        raise ModelError(
            f"the composite of {', '.join(design.composite)} has subjects without groepen; there are "
            f"{', '.join(design.groepen)}",
            Reason.INVALID,
        )
    needed = ("pupil", "subject", "year", "groep", "location", "consent", "adaptive")
    check_complete(by_pupil_test, needed, "growth")
    starts = {int(year[:4]) for year in (*design.control_years, design.closure_year)}
    rows = by_pupil_test[usable(by_pupil_test)]
    rows = rows.assign(start=rows["year"].astype(str).str[:4].astype(int), days=rows["e_day"] - rows["m_day"])
    rows = rows[rows["start"].isin(starts) & tested(rows, design.groepen)].rename(columns={"subject": "outcome"})
    kept = ["outcome", *COLUMNS, *PERCENTILES, "start", "days", *([weights] if weights else [])]
    rows = rows[kept]
    if design.composite:
        rows = pd.concat([composite(rows, design, weights), rows], ignore_index=True)
    refuse_absent_years(rows, starts)
    closed = int(design.closure_year[:4])
    return rows.assign(
        growth=rows["e_percentile"] - rows["m_percentile"], closure=(rows["start"] == closed).astype(float)
    ).reset_index(drop=True)


def overall(by_pupil_growth: pd.DataFrame, *, weights: str | None = None, model: str = "pnas_overall") -> pd.DataFrame:
    """Estimate the design; terms ``intercept, closure, year, days``."""
    return _per_outcome(by_pupil_growth, lambda rows: _told(_design(rows, weights), rows, model))


def one_control_year(
    by_pupil_growth: pd.DataFrame, *, weights: str | None = None, model: str = "pnas_one_control"
) -> pd.DataFrame:
    """Estimate the design with the last control year alone: no trend, so that rising growth hides part of the loss."""
    check_complete(by_pupil_growth, ["start", "closure"], model)
    last = by_pupil_growth.loc[by_pupil_growth["closure"] == 0, "start"].max()
    return overall(by_pupil_growth[by_pupil_growth["start"] >= last], weights=weights, model=model)


def by_education(by_pupil_growth: pd.DataFrame, *, weights: str | None = None) -> pd.DataFrame:
    """Let the effect differ by parental education: ``laag`` against ``middelbaar or hoog``; unknown is left out.

    Returns
    -------
    DataFrame
        Model ``pnas_ses``; per outcome and category a row with term ``closure`` (the effect in that category), and per
        category but the reference one with term ``difference`` (from the reference). ``n_obs``, ``n_pupils`` and
        ``n_clusters`` are those of the category, for a difference those of both categories; ``n_closure`` and
        ``n_before`` are then those of the category with the fewest.
    """
    check_complete(by_pupil_growth, ["education"], "pnas_ses")
    rows = by_pupil_growth[by_pupil_growth["education"] != "onbekend"]
    category = rows["education"].where(rows["education"] == "laag", HIGHER_EDUCATION)
    return _by_category(rows.assign(category=category), "parental education", HIGHER_EDUCATION, "pnas_ses", weights)


def by_sex(by_pupil_growth: pd.DataFrame, *, weights: str | None = None) -> pd.DataFrame:
    """Let the effect differ by sex, model ``pnas_sex``, reference boys; see `by_education`."""
    check_complete(by_pupil_growth, ["sex"], "pnas_sex")
    category = by_pupil_growth["sex"].map(SEXES)
    return _by_category(by_pupil_growth.assign(category=category), "sex", SEXES["m"], "pnas_sex", weights)


def by_prior(by_pupil_growth: pd.DataFrame, *, weights: str | None = None) -> pd.DataFrame:
    """Let the effect differ by third of the previous E-test, model ``pnas_ability``, reference top third.

    Growth is not counted from the previous test, so that regression to the mean hardly enters. Rows without one are
    left out; thirds are cut per outcome; see `by_education`.
    """
    rows = by_pupil_growth[by_pupil_growth["prior_percentile"].notna()]
    rank = rows.groupby("outcome")["prior_percentile"].rank(pct=True, method="average")
    category = pd.cut(rank, [0, 1 / 3, 2 / 3, 1], labels=list(PRIOR)).astype(str)
    return _by_category(rows.assign(category=category), "prior performance", PRIOR[-1], "pnas_ability", weights)


def by_grade(by_pupil_growth: pd.DataFrame, *, weights: str | None = None) -> pd.DataFrame:
    """Estimate the design per groep, model ``pnas_grade``, terms as `overall`."""
    check_complete(by_pupil_growth, ["groep"], "pnas_grade")

    def estimate(rows: pd.DataFrame) -> pd.DataFrame:
        parts = [
            _told(_design(part, weights), part, "pnas_grade", by="groep", category=str(groep))
            for groep, part in rows.groupby("groep")
        ]
        return pd.concat(parts)

    return _per_outcome(by_pupil_growth, estimate)


def school_effects(by_pupil_growth: pd.DataFrame, *, weights: str | None = None) -> pd.DataFrame:
    """Estimate the design with an effect for every school, model ``pnas_school_fe``: within schools only."""
    return _per_outcome(
        by_pupil_growth,
        lambda rows: _told(_design(rows, weights, entity="location"), rows, "pnas_school_fe"),
    )


def placebo(by_pupil_growth: pd.DataFrame, *, weights: str | None = None) -> pd.DataFrame:
    """Treat every control year as if schools had closed in it, model ``placebo``, term ``closure``.

    The closure year is left out; ``category`` is the school year. With three control years the three placebos are
    one contrast, told with other signs and sizes: how far the middle year lies off the line through the others.

    Raises
    ------
    ModelError
        With fewer than two control years.
    """
    check_complete(by_pupil_growth, ["start", "closure", "year"], "placebo")
    control = by_pupil_growth[by_pupil_growth["closure"] == 0]
    if control["start"].nunique() < 2:
        raise ModelError("placebo years need at least two control years", Reason.TOO_FEW)

    def estimate(rows: pd.DataFrame) -> pd.DataFrame:
        parts = []
        for year, start in rows[["year", "start"]].drop_duplicates().sort_values("start").itertuples(index=False):
            pretended = rows.assign(closure=(rows["start"] == start).astype(float))
            told = _told(_design(pretended, weights), pretended, "placebo", by="year", category=str(year))
            parts.append(told[told["term"] == "closure"])
        return pd.concat(parts)

    return _per_outcome(control, estimate)


def weekly_progress(by_pupil_growth: pd.DataFrame, *, weights: str | None = None) -> pd.DataFrame:
    """Estimate what a week more between the tests adds, model ``weekly``, term ``week``.

    On the control years, with an effect for every year: progress in national percentiles, so beyond what pupils in the
    country make in the time that the norm assumes.
    """

    def estimate(rows: pd.DataFrame) -> pd.DataFrame:
        starts = sorted(rows["start"].unique())[1:]
        years = {f"year_{start}": (rows["start"] == start).astype(float) for start in starts}
        rows = rows.assign(week=rows["days"] / DAYS_IN_WEEK, **years)
        found = fit_where_determined(rows, "growth", ["week", *years], cluster="location", weights=weights)
        return _told(found, rows, "weekly", terms=["week"])

    return _per_outcome(by_pupil_growth[by_pupil_growth["closure"] == 0], estimate)


def ancova(by_pupil_growth: pd.DataFrame, *, weights: str | None = None) -> pd.DataFrame:
    """Regress the E-percentile on the design and the M-percentile, model ``ancova``.

    Terms ``intercept, closure, year, days, m_percentile``. The change score is the same regression with the coefficient
    of the M-percentile held at one. Where that coefficient is below one (error of measurement, regression to the mean)
    the two estimates of ``closure`` differ by one minus it, times what the closure year's pupils stood higher on the
    M-test than the trend and the days say: they answer different questions (Lord's paradox).
    """
    return _per_outcome(
        by_pupil_growth,
        lambda rows: _told(_design(rows, weights, "e_percentile", ["m_percentile"]), rows, "ancova"),
    )


def standardised(by_pupil_growth: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Standardise year and days over the rows; the trend is ``year``, or nothing with one control year.

    With one control year the trend would say what the closure says.
    """
    check_complete(by_pupil_growth, ["start", "days"], "growth")
    starts, days = by_pupil_growth["start"].astype(float), by_pupil_growth["days"]
    rows = by_pupil_growth.assign(year=in_sd(starts, "the year"), days=in_sd(days, "the number of days"))
    return rows, ["year"] if starts.nunique() > 2 else []


def _design(
    rows: pd.DataFrame,
    weights: str | None,
    outcome: str = "growth",
    further: Sequence[str] = (),
    entity: str | None = None,
) -> Fit:
    data, trend = standardised(rows)
    return fit_where_determined(
        data, outcome, ["closure", *trend, "days", *further], cluster="location", entity=entity, weights=weights
    )


def _per_outcome(rows: pd.DataFrame, estimate: Callable[[pd.DataFrame], pd.DataFrame]) -> pd.DataFrame:
    check_complete(rows, ["outcome", "start", "location"], "growth")
    return pd.concat([estimate(part) for _, part in rows.groupby("outcome", sort=False)], ignore_index=True)


def _told(
    found: Fit,
    rows: pd.DataFrame,
    model: str,
    by: str = "",
    category: str = "",
    terms: Sequence[str] | None = None,
) -> pd.DataFrame:
    outcome = str(rows["outcome"].iloc[0])
    group = f"{outcome}, {by}: {category}" if by else outcome
    told = found.estimates(model, group, UNITS, terms)
    return told.assign(outcome=outcome, by=by, category=category, **counts(rows), df=found.n_clusters - 1.0)


def _by_category(rows: pd.DataFrame, by: str, reference: str, model: str, weights: str | None) -> pd.DataFrame:
    """Fit the design with a category's indicator and its product with the closure, for all but the reference."""

    def estimate(part: pd.DataFrame) -> pd.DataFrame:
        others = [name for name in dict.fromkeys(sorted(part["category"].unique())) if name != reference]
        part = part.assign(**{name: (part["category"] == name).astype(float) for name in others})
        further = [term for name in others for term in (name, f"closure:{name}")]
        found = _design(part, weights, further=further)
        tell = partial(_effect, found, part, by=by, model=model)
        told = [tell({"closure": 1.0}, "closure", [reference])]
        for name in others:
            product = f"closure:{name}"
            told.append(tell({"closure": 1.0, product: 1.0}, "closure", [name]))
            told.append(tell({product: 1.0}, "difference", [name, reference]))
        return pd.concat(told)

    return _per_outcome(rows, estimate)


def _effect(
    found: Fit,
    rows: pd.DataFrame,
    weights: Mapping[str, float],
    term: str,
    categories: Sequence[str],
    *,
    by: str,
    model: str,
) -> pd.DataFrame:
    """Put a sum of coefficients in the one form: it rests on the pupils of the categories and has the first's name."""
    estimate, error = found.combination(weights)
    # Few columns only: a copy of all rows would cost more than the regression.
    members = rows.loc[rows["category"].isin(categories), ["pupil", "location", "closure", "category"]]
    least = members.groupby("category")["closure"].agg(n_closure="sum", n_rows="size")
    outcome = str(rows["outcome"].iloc[0])
    told = t_interval(pd.Series([estimate]), pd.Series([error]), found.n_clusters)
    return in_form(
        told,
        model=model,
        group=f"{outcome}, {by}: {categories[0]}",
        term=term,
        n_obs=len(members),
        n_clusters=int(members["location"].nunique()),
        unit=UNITS[term],
        outcome=outcome,
        by=by,
        category=categories[0],
        df=found.n_clusters - 1.0,
        **counts(members),
    ).assign(n_closure=int(least["n_closure"].min()), n_before=int((least["n_rows"] - least["n_closure"]).min()))


def counts(rows: pd.DataFrame) -> dict[str, int]:
    """Count the pupils, each once, and the rows of the closure year and of the years before it."""
    closed = int(rows["closure"].sum())
    return {"n_closure": closed, "n_before": len(rows) - closed, "n_pupils": rows["pupil"].nunique()}
