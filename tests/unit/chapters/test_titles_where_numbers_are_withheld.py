"""Whatever of a figure is withheld, its title is said: a small city's edition must not stop at one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.advisering import findings_titles as advisering
from analysis.chapters.advisering.models.definitions import DEVIATIONS
from analysis.chapters.leergroei import findings_titles as leergroei
from analysis.chapters.school_choice import findings_titles as school_choice
from analysis.chapters.segregation import findings_titles as segregation
from analysis.chapters.staffing import findings_titles as staffing
from analysis.chapters.teachers import findings_titles as teachers
from analysis.topics.staffing.words import BINS

GROUPS, YEARS, LEVELS = ("laag", "middelbaar", "hoog"), ("2017/18", "2018/19"), ("level I", "level II")
BANDS, SUBJECTS, EDUCATION = ("below 20%", "20%-40%"), ("lezen", "rekenen"), "sd between schools"
UNDER = ("under-advice", "over-advice")
INTERVAL, SHARES = ("estimate", "ci_low", "ci_high"), ("share", "proportional")
Lines = Mapping[str, Sequence[object]]
TITLES: dict[str, tuple[Callable[[pd.DataFrame], str], Lines, Sequence[str]]] = {
    "gaps": (advisering.gaps, {"term": ["laag", "nonwestern"], "group": [0, 1]}, INTERVAL),
    "by_education": (
        advisering.by_education,
        {"group": GROUPS, "term": ["vwo", "havo"], "school_year": YEARS},
        INTERVAL,
    ),
    "by_group": (advisering.by_group, {"group": GROUPS, "term": UNDER}, INTERVAL),
    "at_test_advice": (
        advisering.at_test_advice,
        {"group": GROUPS, "category": ["havo", "vwo"], "term": UNDER},
        INTERVAL,
    ),
    "remaining": (advisering.remaining, {"term": ["laag"], "part": ["raw", "school", "rest"]}, INTERVAL),
    "by_year": (
        lambda rows: advisering.by_year(rows, "first"),
        {"school_year": YEARS, "term": list(DEVIATIONS)},
        INTERVAL,
    ),
    "crossed": (advisering.crossed, {"test_advice": ["havo", "vwo"], "advice": ["havo", "vwo"]}, ["share"]),
    "schools": (
        lambda rows: advisering.schools(rows, rows.assign(term=EDUCATION)),
        {"place": [0, 1, 2]},
        INTERVAL,
    ),
    "presence": (leergroei.presence, {"outcome": SUBJECTS, "category": LEVELS}, INTERVAL),
    "expected": (
        leergroei.expected,
        {"outcome": SUBJECTS, "category": LEVELS, "series": ["expected", "closure"]},
        INTERVAL,
    ),
    "nearest": (school_choice.nearest, {"pc4": [0, 1, 2]}, ["share"]),
    "fit": (school_choice.fit, {"band": BANDS}, ["observed", "predicted"]),
    "moved": (
        school_choice.moved,
        {"scenario": ["closes", "opens"], "term": ["below 1", "1 to 2"], "group": [0, 1]},
        INTERVAL,
    ),
    "of_kind": (school_choice.of_kind, {"scenario": ["changes"], "group": [0, 1]}, INTERVAL),
    "kept": (
        school_choice.kept,
        {"closes": ["one school"], "kind": ["a", "b"], "to": ["a", "b"], "model": [0, 1]},
        SHARES,
    ),
    "areas": (lambda rows: segregation.areas(rows, "share"), {"area": [0, 1, 2]}, ["share"]),
    "nearest_bands": (segregation.nearest, {"band": BANDS}, ["share_now", "share_nearest"]),
    "years": (segregation.by_year, {"band": BANDS, "year": [2015, 2019]}, ["share_now"]),
    "one_year": (segregation.by_year, {"band": BANDS, "year": [2015]}, ["share_now"]),
    "sizes": (segregation.by_size, {"band": BANDS, "size": ["small", "large"]}, ["share_now"]),
    "by_weging": (
        staffing.by_weging,
        {"outcome": ["mean_employment"], "region": ["G5", "outside the G5"], "category": ["below 24", "36 or more"]},
        INTERVAL,
    ),
    "money": (
        lambda rows: staffing.money(rows.assign(schools=5.0), 0.7),
        {"name": [BINS], "raw_per_pupil": [0.0, 0.5, 1.0, 2.0]},
        ["euro_per_pupil"],
    ),
    "by_risk": (
        teachers.by_risk,
        {"outcome": ["mean_schools"], "year": [2023, 2024], "category": ["below 20%", "80% or more"]},
        INTERVAL,
    ),
}


@pytest.mark.parametrize("withheld", [0.0, 0.3, 0.7, 1.0])
@pytest.mark.parametrize("name", TITLES)
def test_a_title_is_said_whatever_is_withheld(name: str, withheld: float) -> None:
    title, lines, numbers = TITLES[name]
    draws = np.random.default_rng(20201101)
    for _ in range(20):
        rows = pd.DataFrame(list(product(*lines.values())), columns=list(lines))
        # An estimate lies between the ends of its interval, and a share between none and all.
        values = np.sort(draws.uniform(0, 1, (len(rows), len(numbers))), axis=1)
        order = [numbers.index(each) for each in ("ci_low", "estimate", "ci_high")] if numbers == INTERVAL else ...
        rows[[*np.array(numbers)[order]]] = values - (0.5 if numbers == INTERVAL else 0)
        rows.loc[draws.random(len(rows)) < withheld, [*numbers]] = np.nan
        words = title(rows)
        assert words
        assert "nan" not in words.split()
