"""Made-up judgements: schools with as many of each as is asked for, and boards whose good goes with their size."""

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.inspectorate import ASPECTS, GOOD, INSUFFICIENT, NONE, SUFFICIENT, VERY_WEAK

REGULAR = {GOOD: 14, SUFFICIENT: 30, INSUFFICIENT: 4, NONE: 165}
SPECIAL = {GOOD: 7, SUFFICIENT: 8, INSUFFICIENT: 1, NONE: 10}
BEFORE = {GOOD: 8, SUFFICIENT: 15, INSUFFICIENT: 3, VERY_WEAK: 3, NONE: 184}


def _kind(counts, excellent, year, special):
    judgement = [name for name, count in counts.items() for _ in range(count)]
    first = "98" if special else "99"
    rows = pd.DataFrame({"location": [f"{first}A{number:03d}" for number in range(len(judgement))], "year": year})
    title = np.arange(len(judgement)) < excellent
    return rows.assign(judged_on=None, judgement=judgement, excellent=title, special=special)


def schools(regular=REGULAR, special=SPECIAL, before=BEFORE, excellent=(2, 5)):
    """Return ``by_school_judgement`` of 2019 and 2020; the excellent are the first of the good."""
    parts = [_kind(before, 0, 2019, False), _kind(special, 0, 2019, True)]
    parts += [_kind(regular, excellent[0], 2020, False), _kind(special, excellent[1], 2020, True)]
    return pd.concat(parts, ignore_index=True)


def boards(number=24, slope=1.2, seed=1, level=-3.0):
    """Return ``by_board_judgement``: `slope` is of good per doubling; a third of the others are insufficient."""
    rng = np.random.default_rng(seed)
    size = rng.integers(2, 15, number)
    frame = pd.DataFrame({"board": [f"{90001 + k}" for k in range(number)], "schools": size})
    for aspect in ASPECTS:
        good = rng.random(number) < expit(level + slope * np.log2(size))
        frame[aspect] = np.where(good, GOOD, np.where(rng.random(number) < 1 / 3, INSUFFICIENT, SUFFICIENT))
    return frame


def boards_of(counts, on_some=None):
    """Return boards of one size with as many good, sufficient and insufficient on each aspect as is asked for."""
    number = sum(counts)
    judgement = [GOOD] * counts[0] + [SUFFICIENT] * counts[1] + [INSUFFICIENT] * counts[2]
    frame = pd.DataFrame({"board": [f"{90001 + k}" for k in range(number)], "schools": 1 + np.arange(number) % 7})
    shift = 0 if on_some is None else on_some - counts[2]
    return frame.assign(quality_care=judgement, culture=np.roll(judgement, shift), dialogue=judgement)
