"""Which schools are short of teachers, by how much, and how that is associated with the inspectorate's judgement.

Associations: nothing here says what a shortage is caused by, or what it causes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.run.remembered import remembered
from analysis.stats import regression
from analysis.stats.arrays import Floats
from analysis.stats.complete import check_complete, where_known
from analysis.stats.estimates import in_form, t_interval, with_reasons
from analysis.stats.fit import Fit, stacked
from analysis.stats.fractional import design, fit_where_determined, probability, slope
from analysis.stats.regression import INTERCEPT
from analysis.stats.shares import share_interval
from analysis.topics.staffing.models.rows import no_rows
from analysis.topics.staffing.models.shortage import MAY_BE_MISSING, NEEDED

LARGE = 0.05
TERMS = ("g5", "weging", "g5:weging")


@remembered
def two_part(panel: pd.DataFrame, *, weights: str | None = None) -> pd.DataFrame:
    r"""Estimate which schools have a shortage at all, and how much those that have one.

    Parameters
    ----------
    panel : A row per school and year: the columns `NEEDED`.
    weights : ``teachers_fte`` for shares of employment, None for schools.

    Returns
    -------
    DataFrame
        With ``outcome`` and ``weights``. Models ``shortage_any`` and ``shortage_amount``:
        coefficients in log-odds; ``shortage_any_ame``, ``shortage_amount_ame`` and ``shortage_expected_ame``: average
        effects on the probability of a shortage, on the shortage of schools that have one, and on both together. Where
        a part cannot be estimated, its rows have no numbers, and a column ``reason`` says why. No rows where the data
        lack a column of `NEEDED`.

    Notes
    -----
    :math:`P(y > 0) = \Lambda(x'\beta)`, :math:`E[y \mid y > 0] = \Lambda(x'\gamma)` and
    :math:`E[y] = \Lambda(x'\beta)\Lambda(x'\gamma)`, with x: G5, schoolweging, their product, and years. Average
    effects set a school in the G5 or outside, and raise schoolweging by 10, with all else as it is. Errors are
    clustered by board in both parts at once.
    """
    panel = where_known(panel, MAY_BE_MISSING)
    if panel.empty or not {*NEEDED} <= {*panel}:
        return no_rows()
    rows, terms = _coded(panel)
    some = rows[rows["any"] == 1.0]
    has = fit_where_determined(rows, "any", terms, cluster="board", weights=weights)
    amount = fit_where_determined(some, "shortage", terms, cluster="board", weights=weights)
    w = np.ones(len(rows)) if weights is None else rows[weights].to_numpy(float)
    estimates = [
        _coefficients(has, "shortage_any", "any shortage"),
        _coefficients(amount, "shortage_amount", "shortage if any"),
    ]
    for term, (low, high) in _contrasts(rows).items():
        ends = [(-1.0, design(low, terms)), (1.0, design(high, terms))]
        estimates.append(_effects(term, ends, rows["any"] == 1.0, w, has, amount))
    table = with_reasons(pd.concat(estimates, ignore_index=True))
    return table.assign(weights="employment" if weights else "schools", group="all schools")


def _coded(panel: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    check_complete(panel, NEEDED, "shortage")
    last = panel["year"].max()
    years = {f"year_{year}": (panel["year"] == year).astype(float) for year in sorted(set(panel["year"]) - {last})}
    rows = panel[list(NEEDED)].assign(
        g5=panel["g5"].astype(float),
        weging=(panel["schoolweging"] - 30.0) / 10.0,  # from the middle of its scale, in steps of 10
        any=(panel["shortage"] > 0).astype(float),
        **years,
    )
    return rows, [*TERMS, *years]


def _contrasts(rows: pd.DataFrame) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    return {
        "g5": (rows.assign(g5=0.0), rows.assign(g5=1.0)),
        "weging": (rows, rows.assign(weging=rows["weging"] + 1.0)),
    }


def _coefficients(model: Fit, name: str, outcome: str) -> pd.DataFrame:
    return in_form(model.rows().assign(outcome=outcome, reason=model.reason), model=name, group="", unit="log-odds")


Ends = Sequence[tuple[float, pd.DataFrame]]


def _effects(term: str, ends: Ends, has_any: pd.Series, w: Floats, has: Fit, amount: Fit) -> pd.DataFrame:
    over_all, over_some = w / w.sum(), np.where(has_any, w, 0.0)
    effects = [
        _one_part(ends, has, over_all, "shortage_any_ame", "any shortage"),
        _one_part(ends, amount, over_some / over_some.sum(), "shortage_amount_ame", "shortage if any"),
        _both_parts(ends, has, amount, over_all),
    ]
    return in_form(pd.DataFrame(effects), term=term, group="")


def _one_part(ends: Ends, model: Fit, over: Floats, name: str, outcome: str) -> dict[str, object]:
    value = sum(sign * float(over @ probability(model, X)) for sign, X in ends)
    gradient = sum(sign * (over @ slope(model, X)) for sign, X in ends)
    unit = "probability" if model.n_obs == len(over) else "share of employment"
    return _row(value, model.error(np.asarray(gradient)), model, name, outcome, unit)


def _both_parts(ends: Ends, has: Fit, amount: Fit, over: Floats) -> dict[str, object]:
    value = sum(sign * float(over @ (probability(has, X) * probability(amount, X))) for sign, X in ends)
    by_any = sum(sign * ((over * probability(amount, X)) @ slope(has, X)) for sign, X in ends)
    by_amount = sum(sign * ((over * probability(has, X)) @ slope(amount, X)) for sign, X in ends)
    both = stacked({"any": has, "amount": amount})
    error = both.error(np.concatenate([np.asarray(by_any), np.asarray(by_amount)]))
    row = _row(value, error, has, "shortage_expected_ame", "shortage", "share of employment")
    return row | {"reason": has.reason or amount.reason}


def _row(value: float, error: float, model: Fit, name: str, outcome: str, unit: str) -> dict[str, object]:
    interval = t_interval(pd.Series([value]), pd.Series([error]), model.n_clusters).iloc[0]
    return {
        **{str(column): number for column, number in interval.items()},
        "n_obs": model.n_obs,
        "n_clusters": model.n_clusters,
        "model": name,
        "outcome": outcome,
        "unit": unit,
        "reason": model.reason,
    }


def judgement(panel: pd.DataFrame, year: int) -> pd.DataFrame:
    """Regress the judgement onvoldoende on a large shortage (5% or more), alone and at equal schoolweging.

    Parameters
    ----------
    panel : As in `two_part`, with ``insufficient``.
    year : Of judgement and shortage.

    Returns
    -------
    DataFrame
        Model ``judgement_lpm`` (difference of shares) and ``judgement_logit`` (log-odds), with ``outcome`` and
        ``controls`` (``none``, ``schoolweging``); term ``large_shortage``. The intercept
        without controls is the share among schools with a small shortage.
    """
    panel = where_known(panel, [*MAY_BE_MISSING, "insufficient"])
    if panel.empty or not {*NEEDED} <= {*panel}:
        return no_rows()
    check_complete(panel, [*NEEDED, "insufficient"], "judgement")
    rows, _ = _coded(panel[panel["year"] == year])
    rows = rows.assign(
        insufficient=panel.loc[rows.index, "insufficient"].astype(float),
        large_shortage=(rows["shortage"] >= LARGE).astype(float),
    )
    estimates = []
    for controls, terms in {"none": ["large_shortage"], "schoolweging": ["large_shortage", *TERMS]}.items():
        shares = regression.fit_where_determined(rows, "insufficient", terms, cluster="board")
        odds = fit_where_determined(rows, "insufficient", terms, cluster="board")
        estimates += [
            _with_share(shares.estimates("judgement_lpm", str(year), "share of schools"), controls),
            _coefficients(odds, "judgement_logit", "").assign(controls=controls, group=str(year)),
        ]
    table = pd.concat(estimates, ignore_index=True).assign(outcome="insufficient")
    return with_reasons(table[table["term"].isin(["intercept", "large_shortage"])].reset_index(drop=True))


def _with_share(rows: pd.DataFrame, controls: str) -> pd.DataFrame:
    """Give the intercept the interval of a share where it is one, without controls; above zero it always is."""
    if controls == "none":
        low, high = share_interval(rows["estimate"], rows["std_error"], rows["n_clusters"])
        is_share = rows["term"] == INTERCEPT
        rows = rows.assign(
            ci_low=rows["ci_low"].mask(is_share, low),
            ci_high=rows["ci_high"].mask(is_share, high),
            p_value=rows["p_value"].mask(is_share),
        )
    return rows.assign(controls=controls, reason=rows.get("reason", ""))
