"""Why the number of pupils changed: who entered, who left for secondary education, what cohorts became on the way."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from analysis.chapters.landscape.models.few import told_ages
from analysis.chapters.landscape.models.panel import AGES, COUNTRY, STEP, Panel
from analysis.stats.forecast.change import components

Rounded = Callable[[pd.Series], pd.Series]
PARTS = ("entries", "leavers", "moved")
LEAVING = AGES.index(11)


def change(data: Panel, area: str, rounded: Rounded) -> pd.DataFrame:
    """Split the change from 2012 to 2017 of the country, of each province and of one municipality; exact.

    Parameters
    ----------
    data : Counts by age.
    area : The municipality; a name that is none is not told.
    rounded : Rounds counts as they are published: a share of exact ones beside rounded ones would tell these closer.

    Returns
    -------
    DataFrame
        One row per place: ``place, kind, pupils_before, pupils_after, n_entries, n_leavers``, and these and the net
        movement as shares of the pupils before: ``entries_share, leavers_share, flow_share`` (both together),
        ``moved_share, change_share``. Whoever reaches age 11 counts as a leaver if not at school: on 1 October some of
        that age have left.
    """
    numbers = ["pupils_before", "pupils_after", "n_entries", "n_leavers"]
    rows = _by_place(data, area, numbers)
    before, after, entries, leavers = (rounded(rows[name]) for name in numbers)
    shares = {
        "entries_share": entries,
        "leavers_share": -leavers,
        "flow_share": entries - leavers,
        "moved_share": after - before - entries + leavers,
        "change_share": after - before,
    }
    return rows.assign(**{name: n / before for name, n in shares.items()})


def _by_place(data: Panel, area: str, numbers: list[str]) -> pd.DataFrame:
    """Count pupils, entries and leavers of the country, of the municipality if there is, and of each province."""
    split = components(data.before, data.base, step=STEP, leaving_from=LEAVING)
    by_area = data.areas.assign(
        pupils_before=data.before.sum(axis=1),
        pupils_after=data.base.sum(axis=1),
        n_entries=split.entries,
        n_leavers=split.leavers,
    )
    country = by_area[numbers].sum().to_frame().T.assign(place=COUNTRY, kind="country")
    provinces = by_area.groupby("province")[numbers].sum().rename_axis("place").reset_index().assign(kind="province")
    own = by_area.loc[by_area["area"] == area, ["area", *numbers]].rename(columns={"area": "place"})
    rows = pd.concat([country, own.assign(kind="municipality"), provinces], ignore_index=True)
    return rows.astype(dict.fromkeys(numbers, "int64"))[["place", "kind", *numbers]]


def cohort_ratios(data: Panel, area: str, rounded: Rounded, least: int) -> pd.DataFrame:
    """Return what became of each cohort of 2012 by 2017, net; the ratio is that of the counts as they are published.

    Parameters
    ----------
    data, area, rounded : As of `change`.
    least : Fewest pupils that may be told: see `few.told_ages`.

    Returns
    -------
    DataFrame
        ``place, age`` and ``age_later`` (12 with older), ``pupils_before, pupils_after, ratio``.
    """
    places = [COUNTRY, *({area} & {*data.areas["area"]})]
    rows = [
        {
            "place": place,
            "age": age,
            "age_later": age + STEP,
            "pupils_before": int(data.before[data.of(place), number].sum()),
            "pupils_after": int(data.base[data.of(place), number + STEP].sum()),
        }
        for place in places
        for number, age in enumerate(AGES)
        if age in told_ages(data, place, least)
    ]
    columns = ["place", "age", "age_later", "pupils_before", "pupils_after"]
    table = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[1:], "int64"))
    return table.assign(ratio=rounded(table["pupils_after"]) / rounded(table["pupils_before"]))
