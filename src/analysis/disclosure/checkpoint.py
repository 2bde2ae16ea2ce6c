"""The gate of one chapter: the rules that every frame passes, in this order, before a value of it is published.

Read `RULES` from top to bottom, and of each rule the module that it names. What the author of a chapter did wrong is
an error; what the data alone keep from being published is withheld. What has left the gate travels: it does not pass
again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict

import pandas as pd

from analysis.disclosure.declared import (
    Contributors,
    Counts,
    Free,
    Totals,
    counted,
    flat,
    names_of,
    refuse_uncounted,
    refuse_unfounded,
    refuse_whole,
)
from analysis.disclosure.gate import SUPPRESSED, Gated, suppress
from analysis.disclosure.linked import NOTHING_DECLARED, Linked
from analysis.disclosure.passed import Passed
from analysis.disclosure.profiles import Profile
from analysis.disclosure.ratios import Ratios
from analysis.disclosure.rules.cells import endless, refuse_odd_cells
from analysis.disclosure.rules.extremes import masked, refuse_extremes, withhold_tails, without_few
from analysis.disclosure.rules.identity import refuse_identifying, refuse_numbered
from analysis.disclosure.rules.numbers import Numbers
from analysis.disclosure.rules.order import own_cells
from analysis.disclosure.rules.raw import Loaded
from analysis.errors import InputError


class Resting(TypedDict, total=False):
    """What the cells of a frame rest on besides counts; see `analysis.disclosure.suppress`.

    ``free`` are numeric columns that neither count nor rest on a count, as they say nothing of anybody: constants of
    the method, parameters, published figures, places of areas. Where the chapter has loaded rows of persons, schools or
    areas, any other column of the kind is refused.
    """

    free: Free
    totals: Totals | None
    ratios: Ratios | None
    contributors: Contributors | None
    linked: Linked


class Rests(Resting):
    """What the cells of a frame count and rest on."""

    counts: Counts


class Checkpoint:
    """The gate of one chapter, with what it has loaded and what has passed already.

    Parameters
    ----------
    profile : The thresholds of the edition.
    rows : What a row of each internal table is, by its name.
    keys : The columns by which the registers of the edition know persons, schools and addresses.
    """

    def __init__(self, profile: Profile, rows: Mapping[str, str], keys: Collection[str] = ()) -> None:
        self.profile, self.keys = profile, keys
        self.loaded = Loaded(rows)
        self.numbers = Numbers(profile)
        self.passed = Passed()

    def admit(self, frame: pd.DataFrame, rests: Rests, *, withheld: bool = False) -> Gated:
        """Return what of a frame may be published, and remember the counts that no word may say.

        Parameters
        ----------
        frame : One row per published row.
        rests : What its columns count and rest on.
        withheld : Whether the chapter itself withheld what the column ``suppressed`` names, before the gate.
        """
        request = Request(self, flat(frame), rests, withheld=withheld)
        odd_cells(request)
        if shown := self.passed.again(request.frame, rests.get("linked", NOTHING_DECLARED)):
            request.rests = {**rests, "counts": shown.counting(rests["counts"])}
            names(request)
            return shown
        for rule in RULES:
            rule(request)
        gated = suppress(request.rest, rests["counts"], self.profile, **request.how)
        whole(request)
        self.numbers.remember(request.frame, gated, request.counting)
        self.loaded.passed(gated.frame)
        self.passed.add(gated)
        return gated


@dataclass
class Request:
    """A frame at the gate.

    Parameters
    ----------
    gate, frame, rests, withheld : Of which chapter, and as `Checkpoint.admit` has them.
    rest : What the rules so far have left of the frame.
    rows : Columns that may be values of single rows.
    """

    gate: Checkpoint
    frame: pd.DataFrame
    rests: Rests
    withheld: bool
    rest: pd.DataFrame = field(init=False)
    rows: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.rest = self.frame

    @property
    def counting(self) -> tuple[str, ...]:
        """The columns that count."""
        return counted(self.rests["counts"])

    @property
    def free(self) -> Free:
        """The numeric columns that say nothing of anybody."""
        return self.rests.get("free", ())

    @property
    def how(self) -> dict[str, Any]:
        """What `suppress` takes besides."""
        return {name: value for name, value in self.rests.items() if name not in ("counts", "free")}


def odd_cells(request: Request) -> None:
    """Refuse cells that are not one number, word or nothing, numbers among words, and words that count few persons."""
    refuse_odd_cells(request.frame, request.gate.profile)


def unchanged(request: Request) -> None:
    """Refuse what was changed after it had passed."""
    if SUPPRESSED in request.frame and not request.withheld:
        problem = "has numbers that are new, or not what they were when they passed the gate"
        where = f"frame of {', '.join(request.frame.columns[:4])}, ..."
        raise InputError(where, problem, hint="change them, then gate the result")


def all_counts(request: Request) -> None:
    """Refuse a column that counts and is not declared."""
    refuse_uncounted(request.frame, request.counting)


def no_rows(request: Request) -> None:
    """Refuse, or note, columns that hold the values of single rows of what the chapter has loaded."""
    shown = without_few(request.frame, request.rests["counts"], request.gate.profile)
    request.rows = request.gate.loaded.columns_of_rows(shown)


def founded(request: Request) -> None:
    """Refuse a number that rests on no count, where rows of persons, schools or areas have been loaded."""
    if request.gate.loaded.microdata:
        refuse_unfounded(request.frame, request.rests["counts"], request.free, request.rests.get("contributors"))


def names(request: Request) -> None:
    """Refuse a word or number that names a person, a school or a board."""
    refuse_identifying(request.frame, request.gate.keys)
    refuse_numbered(request.frame, request.counting)
    request.gate.loaded.names.refuse_frame(request.frame)


def extremes(request: Request) -> None:
    """Refuse a highest or lowest value."""
    refuse_extremes(request.frame)


def own_values(request: Request) -> None:
    """Withhold cells that are the value of a single row at an end, or without end."""
    spared = (*request.counting, *names_of(request.free), SUPPRESSED)
    own = own_cells(request.frame, request.gate.loaded, spared) | endless(request.frame, spared)
    own[[*request.rows]] = True
    request.rest = masked(request.frame, own)


def tails(request: Request) -> None:
    """Withhold quantiles beyond which too few lie."""
    request.rest = withhold_tails(request.rest, request.rests["counts"], request.gate.profile)


def whole(request: Request) -> None:
    """Refuse a count in disguise among the numbers that were not withheld."""
    refuse_whole(request.frame, request.rests["counts"], request.free, request.rests.get("contributors"))


RULES: tuple[Callable[[Request], None], ...] = (
    unchanged,
    all_counts,
    no_rows,
    founded,
    names,
    extremes,
    own_values,
    tails,
)
"""What is request of a frame before `suppress` withholds the cells that rest on too few, and what would give them away.

`odd_cells` stands before them, for frames that travel too; `whole` behind, as it compares with what was withheld.
"""
