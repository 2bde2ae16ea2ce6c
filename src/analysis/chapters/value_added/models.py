r"""Growth and value added on tests before and after: what schools add, on real pupils.

The value added of a school is how far its pupils are above what their earlier test and background expect:

.. math:: y_{ij} = x_{ij}'\beta + u_j + e_{ij},\quad u_j \sim N(0, \tau^2),\; e_{ij} \sim N(0, \sigma^2)

The two tests of a subject are different tests, so that growth exists in standard deviations only: the change of place
among the pupils of the data.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.stats.complete import check_complete
from analysis.stats.mixed_effects import MixedEffects, fit_mixed
from analysis.stats.regression import fit, in_sd

ITEMS = "items right"
SD = "sd of the test"
EARLIER = "earlier_test"
BACKGROUND = ("iq_verbal", "ses", "minority")
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)


def textbook(by_pupil: pd.DataFrame) -> pd.DataFrame:
    """Fit the models of the textbook to the later language test (maximum likelihood).

    Parameters
    ----------
    by_pupil : ``school, language_post, iq_verbal``.

    Returns
    -------
    DataFrame
        Estimates, in items right: model ``empty`` (schools only), ``iq`` (with verbal IQ, centred on the mean of
        the pupils) and ``iq_slope`` (its slope differing by school).
    """
    rows = by_pupil.assign(iq=by_pupil["iq_verbal"] - by_pupil["iq_verbal"].mean())
    models: dict[str, tuple[list[str], list[str]]] = {
        "empty": ([], []),
        "iq": (["iq"], []),
        "iq_slope": (["iq"], ["iq"]),
    }
    estimates = []
    for model, (terms, slopes) in models.items():
        fitted = fit_mixed(rows, "language_post", terms, group="school", slopes=slopes, reml=False)
        estimates.append(fitted.estimates(model, "language", ITEMS, f"{ITEMS} squared"))
    return pd.concat(estimates, ignore_index=True)


def growth_by_background(by_pupil: pd.DataFrame, subjects: Sequence[str]) -> pd.DataFrame:
    """Estimate who grew more in two ways that answer different questions (Lord's paradox).

    Parameters
    ----------
    by_pupil
        ``school, iq_verbal, ses, minority`` and a test before and after by subject: ``language_pre, language_post``.
    subjects : Of the tests.

    Returns
    -------
    DataFrame
        Estimates, errors clustered by school. Model ``gain`` regresses the change in standard scores on
        background (do groups converge?), ``ancova`` the later standard score on the earlier one and background
        (of pupils with equal earlier scores, who ends higher?). IQ and SES are per standard deviation.
    """
    rows = standardised(by_pupil, subjects)
    estimates = []
    for subject in subjects:
        before, after = f"{subject}_pre", f"{subject}_post"
        gain = fit(rows.assign(gain=rows[after] - rows[before]), "gain", BACKGROUND, cluster="school")
        ancova = fit(rows, after, [before, *BACKGROUND], cluster="school")
        for model, fitted in (("gain", gain), ("ancova", ancova)):
            estimates.append(fitted.estimates(model, subject, SD).replace({"term": {before: EARLIER}}))
    return pd.concat(estimates, ignore_index=True)


def value_added(by_pupil: pd.DataFrame, subjects: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimate how schools differ, in raw later scores and in value added.

    Parameters
    ----------
    by_pupil, subjects : As in `growth_by_background`.

    Returns
    -------
    tuple of DataFrame
        The estimates: model ``raw`` (later standard score, schools only) and ``value_added`` (with the earlier test and
        background), restricted maximum likelihood. And the distribution over schools: one row per subject and quantile
        with ``raw`` and ``added`` (shrunken effects, sd of the test), ``reliable`` (the mean share of a school's value
        added that is not chance), ``n_schools, n_pupils``. Never by school.
    """
    rows = standardised(by_pupil, subjects)
    estimates, quantiles = [], []
    for subject in subjects:
        after = f"{subject}_post"
        raw = fit_mixed(rows, after, [], group="school")
        added = fit_mixed(rows, after, [f"{subject}_pre", *BACKGROUND], group="school")
        for model, fitted in (("raw", raw), ("value_added", added)):
            table = fitted.estimates(model, subject, SD, f"{SD} squared")
            estimates.append(table.replace({"term": {f"{subject}_pre": EARLIER}}))
        quantiles.append(_quantiles(subject, raw, added))
    return pd.concat(estimates, ignore_index=True), pd.concat(quantiles, ignore_index=True)


def standardised(by_pupil: pd.DataFrame, subjects: Sequence[str]) -> pd.DataFrame:
    """Put tests, IQ and SES in standard deviations of the pupils, and minority as 0 or 1.

    Parameters
    ----------
    by_pupil, subjects : As in `growth_by_background`.

    Returns
    -------
    DataFrame : The tests, ``iq_verbal, ses, minority, school``.
    """
    scores = [f"{subject}_{when}" for subject in subjects for when in ("pre", "post")]
    check_complete(by_pupil, [*scores, "iq_verbal", "ses", "minority", "school"], "growth")
    measured = by_pupil[[*scores, "iq_verbal", "ses"]].astype(float)
    measured = measured.apply(lambda column: in_sd(column, str(column.name)))
    return measured.assign(minority=by_pupil["minority"].astype(float), school=by_pupil["school"])


def rank_agreement(by_pupil: pd.DataFrame, subjects: Sequence[str]) -> pd.DataFrame:
    """Correlate schools' mean later scores with their value added.

    Parameters
    ----------
    by_pupil, subjects : As in `growth_by_background`.

    Returns
    -------
    DataFrame : ``subject, rank_correlation`` (Spearman, over schools), ``n_schools``.
    """
    rows = standardised(by_pupil, subjects)
    correlations = []
    for subject in subjects:
        added = fit_mixed(rows, f"{subject}_post", [f"{subject}_pre", *BACKGROUND], group="school").by_group
        means = rows.groupby("school")[f"{subject}_post"].mean()
        agreement = means.corr(added["intercept"].reindex(means.index), method="spearman")
        correlations.append({"subject": subject, "rank_correlation": agreement, "n_schools": len(means)})
    return pd.DataFrame(correlations)


def _quantiles(subject: str, raw: MixedEffects, added: MixedEffects) -> pd.DataFrame:
    shares = np.asarray(QUANTILES)
    between, n = added.between.to_numpy()[0, 0], added.by_group["n"]
    return pd.DataFrame(
        {
            "subject": subject,
            "quantile": shares,
            "raw": raw.by_group["intercept"].quantile(shares).to_numpy(),
            "added": added.by_group["intercept"].quantile(shares).to_numpy(),
            "reliable": float((between / (between + added.within / n)).mean()),
            "n_schools": len(n),
            "n_pupils": added.n_obs,
        }
    )
