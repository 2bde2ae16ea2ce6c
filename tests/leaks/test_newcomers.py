"""Few newcomers of a continent follow from no total, share, ratio or change of the chapter, and none of a school."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

import analysis.chapters.newcomers as chapter
from analysis.chapters.newcomers.models import rates
from analysis.chapters.newcomers.models.apart import apart
from analysis.publish.exhibits import read_exhibits
from analysis.publish.release import Release

EXHIBITS = read_exhibits(Path(chapter.__file__).with_name("exhibits.yml"))
NEW = {
    "Africa": {2017: 60, 2019: 80},
    "America": {2017: 7, 2019: 40},
    "Asia": {2017: 50, 2019: 90},
    "Europe": {2017: 120, 2019: 160},
}
SCHOOLS, EACH = 40, 100


def pupils() -> pd.DataFrame:
    parts = []
    for year in (2017, 2019):
        own = pd.DataFrame({"location": np.tile([f"s{number}" for number in range(SCHOOLS)], EACH), "year": year})
        continent = np.repeat([*NEW], [number[year] for number in NEW.values()])
        rest = np.full(len(own) - len(continent), "Netherlands")
        parts.append(
            own.assign(continent=np.concatenate([continent, rest]), newcomer=np.arange(len(own)) < len(continent))
        )
    rows = pd.concat(parts, ignore_index=True).assign(pupil=lambda own: np.arange(len(own)))
    rows.loc[rows.groupby("year").tail(1).index, "pupil"] = len(rows)  # one is there in both years
    return rates.select(rows, 2017, 2019)[0]


def test_seven_newcomers_do_not_follow_from_the_city_and_the_other_continents(release: Release) -> None:
    """All less the three others would be 7: of 2017 two continents are missing, with their shares and their changes."""
    rows = pupils()
    counts = rates.counts(rows)
    shown = release.gated(counts, **EXHIBITS.frame("counts", counts))
    early = shown[shown["year"] == 2017]
    missing = set(early.loc[early["pupils"].isna(), "continent"])
    assert "America" in missing
    assert len(missing) >= 2
    assert early.loc[early["pupils"].isna(), "share"].isna().all()
    told = rates.as_told(rates.changes(rows, 2017, 2019), shown, 2017, 2019)
    changes = release.gated(told, **EXHIBITS.frame("changes", told)).set_index("term")
    numbers = ["estimate", "std_error", "ci_low", "ci_high", "p_value", "ratio", "against_poisson", "n_first", "n_obs"]
    assert changes.loc[sorted(missing), numbers].isna().all(axis=None)
    assert changes.loc[rates.ALL, numbers].notna().all()


def test_three_internationals_who_are_no_newcomers_are_no_difference_of_two_rows(release: Release) -> None:
    """29 children of internationals from America less 26 newcomers, who are all among them, are three."""
    rows = pupils().assign(international=lambda own: own["newcomer"])
    early = rows["year"] == 2017
    settled = rows.index[early & ~rows["newcomer"]]
    rows.loc[settled[:300], ["continent", "international"]] = ["Africa", True]
    rows.loc[settled[300:500], ["continent", "international"]] = ["Asia", True]
    rows.loc[settled[500:519], ["continent", "newcomer", "international"]] = ["America", True, True]
    rows.loc[settled[519:522], ["continent", "international"]] = ["America", True]
    counts = rates.counts(rows)
    assert counts.query("year == 2017 and continent == 'America'")["pupils"].tolist() == [26, 29]
    shown = release.gated(counts, **EXHIBITS.frame("counts", counts))
    told = shown.query("year == 2017 and continent == 'America'")["pupils"].notna()
    assert told.tolist() == [False, True]
    missing = shown[(shown["group"] == rates.NEWCOMERS) & (shown["year"] == 2017)]["pupils"].isna()
    assert missing.sum() > 1


def test_a_withheld_number_of_newcomers_is_not_told_beside_what_rests_on_it(release: Release) -> None:
    """All but two children of internationals are newcomers: no table has the number of these."""
    rows = pupils().assign(international=lambda own: own["newcomer"])
    settled = rows.index[(rows["year"] == 2019) & ~rows["newcomer"]]
    rows.loc[settled[:2], ["continent", "international"]] = ["Asia", True]
    counts = rates.counts(rows)
    shown = release.gated(counts, **EXHIBITS.frame("counts", counts))
    whole = shown[(shown["year"] == 2019) & (shown["continent"] == rates.ALL)].set_index("group")["pupils"]
    assert whole.isna().to_dict() == {rates.NEWCOMERS: True, rates.INTERNATIONALS: False}
    indices, most = (rates.as_counted(table, shown, 2019) for table in apart(rows, 2019, draws=100, seed=1))
    own = indices[indices["group"] == rates.NEWCOMERS]
    assert own.select_dtypes("number").isna().all(axis=None)
    assert set(own["reason"]) == {rates.WITHHELD}
    assert indices.loc[indices["group"] == rates.INTERNATIONALS, "estimate"].notna().all()
    assert most["group"].tolist() == [rates.INTERNATIONALS]


def test_no_table_has_a_row_of_fewer_than_three_schools(release: Release) -> None:
    indices, most = apart(pupils(), 2019, draws=100, seed=1)
    assert most["schools"].min() >= 3
    few = most.assign(schools=2)
    shown = release.gated(few, **EXHIBITS.frame("most", few))
    assert shown[["share", "chance"]].isna().all(axis=None)
    assert not {"location", "school"} & {*indices, *most}


def test_the_few_who_are_at_none_of_the_schools_with_most_follow_from_nothing(release: Release) -> None:
    """66 of 70 at three schools: the share would tell of the other 4."""
    few = pd.DataFrame(
        [{"group": rates.NEWCOMERS, "share": 66 / 70, "chance": 0.4, "schools": 3, "pupils_of_group": 70}]
    )
    shown = release.gated(few, **EXHIBITS.frame("most", few))
    assert shown["share"].isna().all()
