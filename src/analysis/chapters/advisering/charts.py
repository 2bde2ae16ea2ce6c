"""The charts of shares in the chapter on the school advice, each drawn from the frame that is published beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from analysis.chapters.advisering.models.test_advice import TEST_ADVICE_NAMES
from analysis.language import term, text, word
from analysis.publish import figures, forms
from analysis.publish.forms.marks import present

EVERYONE = "all"
EDUCATION = ("laag", "middelbaar", "hoog", "onbekend")
FROM_BELOW = figures.FROM_BELOW
NAMES: Mapping[str, str] = {
    EVERYONE: word("all pupils"),
    "laag": word("parents low-educated"),
    "middelbaar": word("parents middle-educated"),
    "hoog": word("parents highly educated"),
    "onbekend": word("education unknown"),
    "none": word("no migration background"),
    "western": word("western background"),
    "non-western": word("non-western background"),
}
"""What groups of pupils are called: by education of the parents, lowest first, and by background."""
BREAK = word("the test changed")

_shares = partial(forms.points, numbers="percent", zero="edge")
_over_years = partial(forms.lines, x="school_year", series="group", numbers="percent", zero="edge")

as_published = partial(_over_years, series="term", panel="category", columns=2)
stacked = partial(forms.stacked, break_words=BREAK)


def by_year(shares: pd.DataFrame, panels: Sequence[str], groups: Sequence[str]) -> Figure:
    """Draw shares over the years on one scale, a panel per term and a line for each of two groups.

    The bands of more would hide each other: drawn are the two of which most is published, in the order of `groups`.
    """
    known = shares[shares["group"].isin([*groups])].groupby("group")["estimate"].count()
    most = sorted(known.nlargest(2).index, key=[*groups].index)
    drawn = _in_order(shares[shares["group"].isin(most)])
    return _over_years(drawn, names=_called(most), panel="term", titles=panels, across=True)


def revised(shares: pd.DataFrame, groups: Sequence[str], breaks: Sequence[str] = ()) -> Figure:
    """Draw the share of under-advised pupils that is revised, a panel for all pupils and one per group.

    Parameters
    ----------
    breaks : Years from which on the advice was made otherwise.
    """
    return _apart(shares, groups, text("share of under-advised pupils"), breaks)


def lost(shares: pd.DataFrame, groups: Sequence[str]) -> Figure:
    """Draw the share of pupils that would miss a bijstelling without the test over the years, as `revised` does."""
    return _apart(shares, groups, text("share of all pupils"))


def _apart(shares: pd.DataFrame, groups: Sequence[str], label: str, breaks: Sequence[str] = ()) -> Figure:
    """Draw the line of all pupils and that of each group in panels of their own, where what is withheld says so."""
    titles = present(_called([EVERYONE, *groups]), shares["group"])
    rows = _in_order(shares[shares["group"].isin([*titles])])
    return forms.lines(
        rows.assign(line=""),
        x="school_year",
        series="line",
        names=str,
        panel="group",
        titles=titles,
        label=label,
        numbers="percent",
        zero="edge",
        breaks=dict.fromkeys(breaks, BREAK),
        columns=3,
        across=True,
    )


def _called(groups: Sequence[str]) -> dict[str, str]:
    return {group: NAMES.get(group, group) for group in groups}


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
    """Draw under- and over-advice of the groups of these categories, below a heading each, in this order."""
    chosen = shares[shares["category"].isin(list(categories)) & (shares["group"] != EVERYONE)]
    order = {group: number for number, group in enumerate(EDUCATION)}
    chosen = chosen.sort_values("group", key=lambda names: names.map(order).fillna(len(order)), kind="stable")
    chosen = chosen.sort_values("category", key=lambda names: names.map([*categories].index), kind="stable")
    lines = chosen.assign(line=chosen["category"] + ": " + chosen["group"])
    called = {line: NAMES.get(group, term(group)) for line, group in zip(lines["line"], lines["group"], strict=True)}
    axis = text("share of pupils with a test score")
    return _shares(lines, axis, line="line", lines=called, heading="category", series="term")


def by_test_advice(shares: pd.DataFrame, groups: Sequence[str]) -> Figure:
    """Draw under- and over-advice of groups at equal test advice (``category``), a panel each.

    What cannot be, as an advice above the highest, is left out.
    """
    largest = shares.groupby(["term", "category"])["estimate"].transform("max")
    return _shares(
        shares[largest.isna() | (largest > 0)],
        text("share of pupils"),
        line="category",
        label=text("advice of the test"),
        series="group",
        names=_called(groups),
        panel="term",
        beside=True,
    )


def groups_at_score(shares: pd.DataFrame) -> Figure:
    """Draw shares at one exact test score, by group, a panel per score (``category``)."""
    titled = shares.assign(score=shares["category"].map(term) + ": " + shares["term"].map(term))
    lines = present(NAMES, shares["group"])
    return _shares(titled, text("share of pupils"), line="group", lines=lines, panel="score")
