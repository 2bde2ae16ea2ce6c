"""Why the number of pupils changed: who entered, who left for secondary education, what cohorts became on the way."""

from __future__ import annotations

import pandas as pd

from analysis.chapters.landscape.models.panel import AGES, COUNTRY, STEP, Panel
from analysis.stats.forecast.change import components

PARTS = ("entries", "leavers", "moved")
LEAVING = AGES.index(11)


def change(data: Panel, area: str) -> pd.DataFrame:
    """Split the change from 2012 to 2017 of the country, of each province and of one municipality; exact.

    Parameters
    ----------
    data : Counts by age.
    area : The municipality; a name that is none is not told.

    Returns
    -------
    DataFrame
        One row per place: ``place, kind, pupils_before, pupils_after, n_entries, n_leavers``, and these and the net
        movement as shares of the pupils before: ``entries_share, leavers_share, flow_share`` (both together),
        ``moved_share, change_share``. Whoever reaches age 11 counts as a leaver if not at school: on 1 October some of
        that age have left.
    """
    split = components(data.before, data.base, step=STEP, leaving_from=LEAVING)
    by_area = data.areas.assign(
        pupils_before=data.before.sum(axis=1),
        pupils_after=data.base.sum(axis=1),
        n_entries=split.entries,
        n_leavers=split.leavers,
        moved=split.moved.sum(axis=1),
    )
    numbers = ["pupils_before", "pupils_after", "n_entries", "n_leavers", "moved"]
    country = by_area[numbers].sum().to_frame().T.assign(place=COUNTRY, kind="country")
    provinces = by_area.groupby("province")[numbers].sum().rename_axis("place").reset_index().assign(kind="province")
    own = by_area.loc[by_area["area"] == area, ["area", *numbers]].rename(columns={"area": "place"})
    rows = pd.concat([country, own.assign(kind="municipality"), provinces], ignore_index=True)
    rows = rows.astype(dict.fromkeys(numbers, "int64"))
    shares = {
        "entries_share": rows["n_entries"],
        "leavers_share": -rows["n_leavers"],
        "flow_share": rows["n_entries"] - rows["n_leavers"],
        "moved_share": rows["moved"],
        "change_share": rows["pupils_after"] - rows["pupils_before"],
    }
    return rows[["place", "kind", *numbers[:-1]]].assign(
        **{name: n / rows["pupils_before"] for name, n in shares.items()}
    )


def cohort_ratios(data: Panel, area: str) -> pd.DataFrame:
    """Return what became of each cohort of 2012 by 2017, net.

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
        if age + STEP <= AGES[-1]
    ]
    table = pd.DataFrame(rows)
    return table.assign(ratio=table["pupils_after"] / table["pupils_before"])
