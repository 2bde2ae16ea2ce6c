"""Where each group goes, by kind of school, and what is left of it without a taste for the kind itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.chapters.school_choice.models.choosers import probabilities
from analysis.chapters.school_choice.models.groups import GroupFit


def kinds_attended(fits: Sequence[GroupFit]) -> pd.DataFrame:
    """Tell which share of each group attends schools of each kind, for every category in the formula.

    Returns
    -------
    DataFrame
        ``model, group, attribute, category, pupils`` (of the group), ``attending`` and ``n_schools`` (of the category),
        ``observed`` and ``without_taste``: the share that the model predicts when the terms of the attribute are zero
        and everything else is as it is, such as where homes are and whom the schools attract. With its own terms the
        model predicts what is observed.
    """
    rows = [row for fit in fits for row in _of_group(fit)]
    columns = ["model", "group", "attribute", "category", "pupils", "attending", "n_schools", "observed"]
    return pd.DataFrame(rows, columns=[*columns, "without_taste"])


def _of_group(fit: GroupFit) -> Iterator[dict[str, str | int | float]]:
    schools = fit.choosers.schools
    for name in schools.select_dtypes("category").columns:
        own = [term for term, of in fit.design.about.items() if name in of.variables]
        if not own:
            continue
        neutral = fit.result.params.where(~fit.result.params.index.isin(own), 0.0)
        expected = fit.choosers.weights @ probabilities(fit.design, neutral)
        told = {"observed": fit.choosers.counts.sum(axis=0), "without_taste": expected}
        for category in schools[name].cat.categories:
            members = (schools[name] == category).to_numpy()
            yield {
                "model": fit.model,
                "group": fit.group,
                "attribute": str(name),
                "category": str(category),
                "pupils": fit.choosers.number,
                "attending": int(told["observed"][members].sum()),
                "n_schools": int(members.sum()),
                **{key: float(mass[members].sum() / mass.sum()) for key, mass in told.items()},
            }
