"""Moments of the city, its pupils and its schools, to compare with published figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import ModelError, Reason
from analysis.stats.segregation import dissimilarity, isolation
from analysis.synthetic.once import once_per_frame

Frames = Mapping[str, pd.DataFrame]
Moment = Callable[[Frames], float]


def _regular_schools(frames: Frames) -> pd.DataFrame:
    """Regular basisscholen, indexed by location."""
    return _regular(frames["by_location"])


@once_per_frame
def _regular(schools: pd.DataFrame) -> pd.DataFrame:
    return schools[~schools["special"].to_numpy(bool)].set_index("location")


@once_per_frame
def _attended(pupils: pd.DataFrame) -> tuple[NDArray[np.intp], pd.Index]:
    """Return the number of each pupil's school, and the location of each number."""
    school, location = pd.factorize(pupils["location"])
    return school, pd.Index(location)


def _at_school(frames: Frames, column: str) -> pd.Series:
    """Give every pupil the value that its school has in `column`."""
    school, location = _attended(frames["by_pupil"])
    return _regular_schools(frames)[column].reindex(location).iloc[school].set_axis(frames["by_pupil"].index)


def _share_of_pupils(frames: Frames, column: str, value: object) -> float:
    """Share of the pupils who have a value."""
    return float((frames["by_pupil"][column] == value).mean())


def _share_at_schools(frames: Frames, column: str, *values: object) -> float:
    """Share of the pupils at schools that have one of the values."""
    return float(_at_school(frames, column).isin(values).mean())


def between(frames: Frames, column: str, above: float, most: float, size: str | None = None) -> float:
    """Share of the pupils (of schools of one size) at schools with a value above `above` and at most `most`."""
    value = _at_school(frames, column)
    if size is not None:
        value = value[_at_school(frames, "size_class") == size]
    return float(((value > above) & (value <= most)).mean())


def _by_school(frames: Frames, column: str, value: str) -> pd.Series:
    """Count the pupils per regular school who have a value."""
    school, location = _attended(frames["by_pupil"])
    has = (frames["by_pupil"][column] == value).to_numpy(bool)
    number = pd.Series(np.bincount(school[has], minlength=len(location)), index=location)
    return number.reindex(_regular_schools(frames).index, fill_value=0)


def uneven(frames: Frames, column: str, group: str, comparison: str) -> float:
    """Dissimilarity of two groups over schools."""
    return dissimilarity(_by_school(frames, column, group), _by_school(frames, column, comparison))


def isolated(frames: Frames, column: str, group: str) -> float:
    """Isolation of a group over schools."""
    return isolation(_by_school(frames, column, group), _regular_schools(frames)["pupils"])


def mirroring(frames: Frames, points: float) -> float:
    """Share of the schools whose share of highly educated parents is at most `points` from that of their wijk."""
    wijk, schools = _hoog_by_wijk(frames["by_pupil"]), _regular_schools(frames)
    return float(((schools["share_hoog"] - schools["wijk"].map(wijk)).abs() <= points).mean())


@once_per_frame
def _hoog_by_wijk(pupils: pd.DataFrame) -> pd.Series:
    known = pupils.loc[pupils["education"] != "onbekend", ["education", "wijk"]]
    return (known["education"] == "hoog").groupby(known["wijk"]).mean()


def at_risk(frames: Frames, size: str) -> float:
    """Share of pupils at risk of educational disadvantage at schools of one size."""
    return float(frames["by_pupil"]["at_risk"][_at_school(frames, "size_class") == size].mean())


def _same_school(frames: Frames, cohort: int) -> float:
    """Share of a cohort at the same school after five years."""
    rows = frames["by_pupil_retention"]
    return float((rows.loc[rows["cohort"] == cohort, "outcome"] == "same school").mean())


def _in_grade(frames: Frames, cohort: int, grade: str) -> float:
    """Count the pupils of a cohort who are in a grade after five years."""
    rows = frames["by_pupil_retention"]
    return float(((rows["cohort"] == cohort) & (rows["grade"] == grade)).sum())


def _pupils_at(frames: Frames, column: str, low: float, high: float) -> float:
    value = _at_school(frames, column)
    return float(((value >= low) & (value < high)).sum())


def _count(frames: Frames, *, special: bool, column: str | None = None) -> float:
    schools = frames["by_location"]
    chosen = schools[schools["special"].to_numpy(bool) == special]
    return float(len(chosen) if column is None else chosen[column].sum())


def _of_size(frames: Frames, size: str) -> float:
    return float((_regular_schools(frames)["size_class"] == size).sum())


def _shortage_2020(frames: Frames) -> float:
    by_year = frames["by_location_shortage"]
    shortage = by_year[by_year["year"] == 2020].set_index("location")["shortage"]
    shortage = shortage.reindex(_regular_schools(frames).index)
    if shortage.isna().any():
        raise ModelError("shortage in 2020: a regular school has no shortage", Reason.EMPTY)
    return float(shortage.mean())


OTHER_DENOMINATIONS = ("Antroposofisch", "Evangelisch", "Hindoeistisch", "Interconfessioneel", "Joods")

MOMENTS: dict[str, Moment] = {
    "city_basisscholen": partial(_count, special=False),
    "city_pupils": partial(_count, special=False, column="pupils"),
    "city_special_schools": partial(_count, special=True),
    "city_special_pupils": partial(_count, special=True, column="pupils"),
    "city_schools": lambda frames: float(len(frames["by_location"])),
    "city_boards": lambda frames: float(frames["by_location"]["board"].nunique()),
    "city_migration_share": lambda frames: 1.0 - _share_of_pupils(frames, "background", "none"),
    "city_hoog_share": partial(_share_of_pupils, column="education", value="hoog"),
    "city_laag_share": partial(_share_of_pupils, column="education", value="laag"),
    "city_moroccan_share": partial(_share_of_pupils, column="background", value="moroccan"),
    "city_turkish_share": partial(_share_of_pupils, column="background", value="turkish"),
    "city_europe_share": partial(_share_of_pupils, column="continent", value="Europe"),
    "city_asia_share": partial(_share_of_pupils, column="continent", value="Asia"),
    "city_classic_share": partial(_share_of_pupils, column="motive", value="classic"),
    "city_asylum_share": partial(_share_of_pupils, column="motive", value="asylum"),
    "city_first_generation_share": partial(_share_of_pupils, column="generation", value="first"),
    "city_one_parent_share": partial(_share_of_pupils, column="one_parent", value=True),
    "city_openbaar_share": lambda frames: _share_at_schools(frames, "denomination", "Openbaar"),
    "city_rk_share": lambda frames: _share_at_schools(frames, "denomination", "Rooms-Katholiek"),
    "city_pc_share": lambda frames: _share_at_schools(frames, "denomination", "Protestants-Christelijk"),
    "city_other_denomination_share": lambda frames: _share_at_schools(frames, "denomination", *OTHER_DENOMINATIONS),
    "city_no_concept_share": lambda frames: _share_at_schools(frames, "concept", "none"),
    "city_small_schools": partial(_of_size, size="small"),
    "city_medium_schools": partial(_of_size, size="medium"),
    "city_small_at_risk": partial(at_risk, size="small"),
    "city_pupils_few_at_risk": partial(_pupils_at, column="share_at_risk", low=0.0, high=0.2),
    "city_pupils_many_at_risk": partial(_pupils_at, column="share_at_risk", low=0.6, high=1.1),
    "city_hoog_at_most_20": partial(between, column="share_hoog", above=-1.0, most=0.2),
    "city_hoog_41_60": partial(between, column="share_hoog", above=0.4, most=0.6),
    "city_hoog_above_80": partial(between, column="share_hoog", above=0.8, most=1.0),
    "city_hoog_mixed": lambda frames: between(frames, "share_hoog", 0.2, 0.4) + between(frames, "share_hoog", 0.6, 0.8),
    "city_small_hoog_at_most_20": partial(between, column="share_hoog", above=-1.0, most=0.2, size="small"),
    "city_large_hoog_above_80": partial(between, column="share_hoog", above=0.8, most=1.0, size="large"),
    "city_mirror_10": partial(mirroring, points=0.1),
    "city_mirror_20": partial(mirroring, points=0.2),
    "city_turkish_dissimilarity": partial(uneven, column="background", group="turkish", comparison="none"),
    "city_hoog_isolation": partial(isolated, column="education", group="hoog"),
    "city_turkish_isolation": partial(isolated, column="background", group="turkish"),
    "city_shortage_2020": _shortage_2020,
    **{
        f"city_retention_{cohort}_{name}": partial(_in_grade, cohort=cohort, grade=grade)
        for cohort in (2008, 2010, 2012, 2014)
        for name, grade in (("lower", "lower"), ("6_7", "6 or 7"), ("8", "8"))
    },
    **{f"city_same_school_{cohort}": partial(_same_school, cohort=cohort) for cohort in (2008, 2010, 2012, 2014)},
}
