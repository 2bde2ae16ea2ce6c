"""Who sat the E-test, and what it would do to the findings if the absent had been there.

Three answers that lean on different assumptions: weights (the absent are like those present with the same level, groep,
traits and school), bounds (nobody is present because of the closure who would else have been absent) and schools that
tested nearly everybody (such schools are like the others).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd
from scipy.special import expit

from analysis.chapters.leergroei.models import logit
from analysis.chapters.leergroei.models.design import Design
from analysis.chapters.leergroei.models.levels import all_products, logit_table
from analysis.chapters.leergroei.models.rows import PROBABILITY, in_rows, means_by, parts, row
from analysis.chapters.leergroei.models.sample import Groups, reference_year, with_m_test
from analysis.stats.complete import check_complete
from analysis.stats.logit_states import Logit, fit_logit
from analysis.stats.regression import INTERCEPT

WEIGHT = "weight"


def missing_tests(rows: pd.DataFrame, design: Design, by: Sequence[str] = ("level_m",)) -> pd.DataFrame:
    """Count who of those with an M-test sat the E-test, by subject, year and level.

    Parameters
    ----------
    rows
        As `sample.select` returns them.
    by
        Columns that make the groups.

    Returns
    -------
    DataFrame
        ``outcome, year``, the columns of `by`, ``n_m_test, n_both, n_absent, n_schools``; ``share_present`` (of those
        with an M-test); ``share_of_m_test, share_of_both``: the group's share among all pupils of the subject and year
        with an M-test, and among those with both.
    """
    had = (
        with_m_test(rows, design)
        .assign(both=lambda had: had["reason"] == "both")
        .rename(columns={"subject": "outcome"})
    )
    keys = ["outcome", "year", *by]
    check_complete(had, [*keys, "location"], "missing_tests")
    counts = had.groupby(keys, observed=True).agg(
        n_m_test=("both", "size"), n_both=("both", "sum"), n_schools=("location", "nunique")
    )
    counts["n_absent"] = counts["n_m_test"] - counts["n_both"]
    totals = counts.groupby(["outcome", "year"])[["n_m_test", "n_both"]].transform("sum")
    shares = counts.assign(
        share_present=counts["n_both"] / counts["n_m_test"],
        share_of_m_test=counts["n_m_test"] / totals["n_m_test"],
        share_of_both=counts["n_both"] / totals["n_both"],
    ).reset_index()
    order = {outcome: place for place, outcome in enumerate(design.groepen)}
    return shares.sort_values(keys, key=lambda c: c.map(order) if c.name == "outcome" else c, ignore_index=True)


def of_two_years(rows: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Return the rows of pupils with an M-test that may be used, of the closure year and the year before."""
    had = with_m_test(rows, design)
    return had[had["year"].isin([reference_year(design), design.closure_year])]


def presence_by_level(rows: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Share that sat the E-test, of those with an M-test, by level, in the year before and the closure year.

    Returns
    -------
    DataFrame
        In the form of `rows.means_by`, model ``e_test_share``; the term is the year.
    """
    had = with_m_test(rows, design)
    had = had.assign(present=(had["reason"] == "both").astype(float))
    told = {"model": "e_test_share", "unit": PROBABILITY}
    return pd.concat(
        [
            means_by(had[had["year"] == year], design.groepen, ("level_m",), "present", term=year, **told)
            for year in (reference_year(design), design.closure_year)
        ],
        ignore_index=True,
    )


def fit_presence(rows: pd.DataFrame, design: Design, groups: Groups) -> dict[str, Logit]:
    """Fit a logit of presence at the E-test for every subject, in the closure year and the year before.

    The terms are those of `levels.all_products` and the product of level, closure year and share at risk: whether the
    absent of the closure year were at low levels at schools with many at risk.

    Parameters
    ----------
    rows
        As `sample.select` returns them.
    """
    had = of_two_years(rows, design)
    had = had.assign(present=(had["reason"] == "both").astype(float))
    check_complete(had, ["subject", "year", "location", "level_m", "groep", "share_at_risk"], "e_test_logit")
    models = {}
    for outcome, _, part in parts(had, design.groepen):
        layout = partial(_presence_terms, groepen=tuple(design.groepen[outcome]), levels=tuple(groups.levels))
        models[outcome] = fit_logit(outcome, part, "present", layout)
    return models


def presence_estimates(models: Mapping[str, Logit]) -> pd.DataFrame:
    """Tell the coefficients (``e_test_logit``) and what the closure year did to presence (``e_test_ame``).

    The average effects are told for all pupils, by level, and by level and many or few at risk at the school.
    """
    effects = []
    for outcome, fitted in models.items():
        years = fitted.rows["year"].unique().tolist()
        for by in ((), ("level_m",), ("risk_side", "level_m")):
            for _, values, part in parts(fitted.rows, [outcome], by):
                effects.append({**row(outcome, by, values, part, years), **logit.closure_effect(fitted, part)})
    told = in_rows(pd.DataFrame(effects), model="e_test_ame", term="closure", unit=PROBABILITY)
    return pd.concat([logit_table(models, "e_test_logit"), told])


def with_weights(rows: pd.DataFrame, design: Design, trim: float) -> pd.DataFrame:
    r"""Give the pupils with both tests the weights that make them stand for all with an M-test.

    Parameters
    ----------
    rows
        As `sample.select` returns them.
    trim
        Share of the weights at either end that is brought back to the quantile there.

    Returns
    -------
    DataFrame
        `rows` with ``weight``; missing for pupils without both tests.

    Notes
    -----
    :math:`w_i = \bar p / \hat p_i`, with :math:`\hat p_i` from a logit of presence per subject and year on groep,
    level, share at risk and its product with level, parental education and sex. They mend what goes with these, and
    nothing else. Errors of weighted estimates take the weights as known.
    """
    had = with_m_test(rows, design)
    check_complete(
        had, ["subject", "year", "location", "level_m", "groep", "education", "sex", "share_at_risk"], WEIGHT
    )
    weights = [_weights(part, trim) for _, part in had.groupby(["subject", "year"], sort=False)]
    return rows.assign(**{WEIGHT: pd.concat(weights).reindex(rows.index)})


def covered(rows: pd.DataFrame, design: Design, coverage: float) -> pd.DataFrame:
    """Keep the schools at which at least a share `coverage` of the pupils have both tests, per subject.

    It must hold in the closure year and in the year before; pupils who may be compared count, so not those without
    consent or tested adaptively.
    """
    check_complete(rows, ["subject", "location", "year"], "covered")
    counted = rows[rows["reason"].isin(["both", "no_m_test", "no_e_test"])]
    counted = counted[counted["year"].isin([reference_year(design), design.closure_year])]
    both = (counted["reason"] == "both").groupby([counted["subject"], counted["location"], counted["year"]]).mean()
    lowest = both.groupby(["subject", "location"]).agg(["min", "size"])
    kept = lowest.index[(lowest["min"] >= coverage) & (lowest["size"] == 2)]
    return rows[pd.MultiIndex.from_frame(rows[["subject", "location"]]).isin(kept)]


def _presence_terms(rows: pd.DataFrame, groepen: Sequence[int], levels: Sequence[str]) -> pd.DataFrame:
    terms = all_products(rows, groepen, levels)
    both = terms["closure:share_at_risk"]
    return terms.assign(
        **{f"level {level}:closure:share_at_risk": terms[f"level {level}"] * both for level in levels[1:]}
    )


def _weights(part: pd.DataFrame, trim: float) -> pd.Series:
    present = part["reason"] == "both"
    if present.all():
        return pd.Series(1.0, index=part.index)
    fitted = fit_logit(str(part["subject"].iloc[0]), part.assign(present=present.astype(float)), "present", _traits)
    # Log odds are missing where everybody like a pupil was present (or absent).
    chance = pd.Series(expit(fitted.log_odds(fitted.rows)), index=part.index)[present].fillna(1.0)
    weight = present.mean() / chance
    return weight.clip(*weight.quantile([trim, 1 - trim]))


def _traits(part: pd.DataFrame) -> pd.DataFrame:
    level = pd.get_dummies(part["level_m"], prefix="level", dtype=float).iloc[:, 1:]
    others = [
        pd.get_dummies(part[name], prefix=name, dtype=float).iloc[:, 1:] for name in ("groep", "education", "sex")
    ]
    risk = part["share_at_risk"].rename("share_at_risk")
    products = level.mul(risk, axis=0).add_suffix(":share_at_risk")
    return pd.concat([pd.Series(1.0, part.index, name=INTERCEPT), level, *others, risk, products], axis=1)
