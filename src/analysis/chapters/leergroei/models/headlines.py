"""The main findings of the chapter: as they are, weighted for absence or consent, and at schools that tested all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.chapters.leergroei.models import closure, weights
from analysis.chapters.leergroei.models.design import TAKEN, Design, percentile_growth
from analysis.chapters.leergroei.models.growth import CELL, change, standardised
from analysis.chapters.leergroei.models.logits import DROPPED, drop_effects, fit_drop
from analysis.chapters.leergroei.models.missing import covered
from analysis.chapters.leergroei.models.rows import ESTIMATE, stacked
from analysis.chapters.leergroei.models.sample import Groups, comparable
from analysis.errors import ModelError
from analysis.run.remembered import remembered
from analysis.stats.complete import where_known

MAIN = ("ois_standardised", "pnas_overall", "level_drop_ame")


def as_headlines(estimates: pd.DataFrame, model: str) -> pd.DataFrame:
    """Choose the main findings among estimates: the change of standardised growth, the PNAS design, dropping a level.

    Parameters
    ----------
    estimates : tidy, of these models among others
    model : new name of the model

    Returns
    -------
    DataFrame
        Tidy estimates, term ``closure``, with the name `model`; then ``outcome``, ``by`` (the model of the finding, one
        of `MAIN`), ``category`` (`model`) and ``n_least``.
    """
    main = estimates["model"].isin(MAIN) & (estimates["by"] == "") & (estimates["term"] == "closure")
    rows = estimates[main].reset_index(drop=True)
    return rows.assign(group=rows["outcome"] + ", " + rows["model"], by=rows["model"], category=model, model=model)


@remembered
def compared(
    rows: pd.DataFrame,
    ois: Design,
    pnas: Design,
    groups: Groups,
    unweighted: pd.DataFrame,
    trim: float,
    coverage: float,
) -> pd.DataFrame:
    """Estimate the main findings in other ways of counting who is absent.

    Parameters
    ----------
    rows : as `sample.select` returns them
    ois, pnas : subjects and years of the research office's design and of the PNAS design
    groups : the levels
    unweighted : the main findings as they are, of `as_headlines`
    trim : of the weights, see `weights.for_absence`
    coverage : share of pupils tested, see `missing.covered`

    Returns
    -------
    DataFrame
        `unweighted`, then in the same form models ``ipw`` (weighted for who was absent), ``covered`` (at schools that
        tested that share of their pupils) and ``consent_ipw`` (weighted for schools without consent). Where too few
        schools show who gives consent, the last is `unweighted` without numbers; where the data do not say who gave it,
        it is not there.
    """
    both = ois.joined(pnas)
    ipw = _main(weights.for_absence(rows, both, trim), ois, pnas, groups, weights.WEIGHT)
    at_covered = _main(covered(rows, ois, coverage), ois, pnas, groups)
    parts = [unweighted, as_headlines(ipw, "ipw"), as_headlines(at_covered, "covered")]
    if "consent" in rows:
        parts.append(_for_consent(rows, ois, pnas, groups, unweighted, trim))
    return stacked(parts)


def _for_consent(
    rows: pd.DataFrame, ois: Design, pnas: Design, groups: Groups, unweighted: pd.DataFrame, trim: float
) -> pd.DataFrame:
    """Weigh the main findings for schools without consent; without numbers where too few schools show who gives it."""
    try:
        weighted = weights.for_consent(rows, ois.joined(pnas), trim)
    except ModelError as error:
        if not error.reason.of_the_data:
            raise
        return unweighted.assign(**dict.fromkeys(ESTIMATE, np.nan), model="consent_ipw", category="consent_ipw")
    return as_headlines(_main(weighted, ois, pnas, groups, weights.WEIGHT), "consent_ipw")


def _main(rows: pd.DataFrame, ois: Design, pnas: Design, groups: Groups, weight: str | None = None) -> pd.DataFrame:
    weights = [weight] if weight else []

    def of(design: Design, columns: Sequence[str]) -> pd.DataFrame:
        """Return the rows of one finding, and no more: each has gone before the next."""
        return where_known(comparable(rows, design, columns=[*columns, *weights]), weights)

    changes = change(standardised(of(ois, (*CELL, "growth")), ois, weights=weight), ois, weights=weight)
    trend = closure.estimate(percentile_growth(of(pnas, TAKEN), pnas, weights=weight), weights=weight)
    drops = fit_drop(of(ois, DROPPED), ois, groups, weights=weight)
    return stacked([changes, trend, drop_effects(drops, overall_only=True)])
