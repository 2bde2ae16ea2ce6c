"""What a chapter declares of a table beside its counts: which rows are totals, and what other tables call the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from analysis.errors import InputError


@dataclass(frozen=True)
class Linked:
    """How the rows of a table are related to each other and to other tables.

    What adds up in numbers is found without any of this. It is for where numbers cannot show it: a table of one row, or
    one of which too much is withheld.
    """

    # Per key column the word of the rows that count all others together: ``{"place": "city"}``.
    totals: Mapping[str, str] = field(default_factory=dict)
    # Per key column the name that the same words have in other tables: ``{"stadsdeel": "region"}``.
    same: Mapping[str, str] = field(default_factory=dict)
    # Per count column that repeats a sum in each row the count column that adds up to it, over the rows that differ in
    # a key: ``{"pupils_all": ("pupils", "band")}``.
    whole: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    # Key columns that separate no persons: they say in words what other columns say too, as ``group`` does beside
    # ``region`` and ``band``, or name the model of the same persons.
    labels: Sequence[str] = ()

    def refuse_unknown(self, columns: list[str]) -> None:
        """Refuse a declaration about a column that the table does not have."""
        named = {*self.totals, *self.same, *self.labels, *chain(self.whole, *self.whole.values())}
        for name in sorted(named - set(columns)):
            raise InputError("linked", f"the table has no column {name!r}", allowed=", ".join(columns))


NOTHING_DECLARED = Linked()
