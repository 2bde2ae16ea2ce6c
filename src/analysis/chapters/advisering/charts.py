"""The charts of shares in the chapter on the school advice, each drawn from the frame that is published beside it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from analysis.chapters.advisering.models.test_advice import TEST_ADVICE_NAMES
from analysis.language import term, text
from analysis.publish import forms
from analysis.publish.forms.marks import present

EVERYONE = "all"
EDUCATION = ("hoog", "middelbaar", "laag", "onbekend")

FROM_BELOW = ("#b5431f", "#e8a488", "#e7ebee", "#8fb3c9", "#12355b")
"""Below, a little below, equal, a little above, above: dark ends, and light enough between to be told apart in grey."""

_shares = partial(forms.points, numbers="percent", zero="edge")
_over_years = partial(forms.lines, x="school_year", series="group", numbers="percent", zero="edge")

stacked = forms.stacked


def by_year(shares: pd.DataFrame, panels: Sequence[str], groups: Sequence[str], breaks: Sequence[str] = ()) -> Figure:
    """Draw shares over the years, a panel per term and a line per group; a dashed line is before each of `breaks`."""
    return _over_years(_in_order(shares), names=groups, panel="term", titles=panels, breaks=breaks)


def lost(shares: pd.DataFrame, groups: Sequence[str]) -> Figure:
    """Draw the share of pupils that would miss a bijstelling without the test, by year and group."""
    return _over_years(_in_order(shares), names=groups, label=text("share of all pupils"))


def _in_order(shares: pd.DataFrame) -> pd.DataFrame:
    return shares.sort_values("school_year", kind="stable")


def heat_map(crosstab: pd.DataFrame) -> Figure:
    """Draw the advice by the advice of the test, lowest first: colour and number are the share of the row."""
    names = {name: name for name in TEST_ADVICE_NAMES.values()}
    return forms.heat_map(
        crosstab,
        text("first advice of the school"),
        line="test_advice",
        lines=present(names, crosstab["test_advice"]),
        column="advice",
        total="n_tested",
        label=text("advice of the test"),
        bar=text("share of the pupils with that test advice"),
    )


def by_group(shares: pd.DataFrame, categories: Sequence[str]) -> Figure:
    """Draw under- and over-advice of the groups of these categories, in this order."""
    chosen = shares[shares["category"].isin(list(categories)) & (shares["group"] != EVERYONE)]
    chosen = chosen.sort_values("category", key=lambda names: names.map([*categories].index), kind="stable")
    named = chosen.assign(name=chosen["category"].map(term) + ": " + chosen["group"].map(term))
    return _shares(named, text("share of pupils with a test score"), line="name", series="term")


def by_test_advice(shares: pd.DataFrame, groups: Sequence[str]) -> Figure:
    """Draw under- and over-advice of groups at equal test advice (``category``), a panel each."""
    return _shares(
        shares,
        text("share of pupils"),
        line="category",
        label=text("advice of the test"),
        series="group",
        names=groups,
        panel="term",
        beside=True,
    )


def groups_at_score(shares: pd.DataFrame) -> Figure:
    """Draw shares at one exact test score, by group, a panel per score (``category``)."""
    titled = shares.assign(score=shares["category"].map(term) + ": " + shares["term"].map(term))
    return _shares(titled, text("share of pupils"), line="group", panel="score")
