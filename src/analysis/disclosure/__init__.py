"""What may be released: the one gate through which every published cell passes.

A cell that counts few persons says something about each of them, so it is not published, and neither is a mean or a
share that rests on it. `profiles` holds the rules, `gate` applies them to one table, `secondary` withholds what would
give a withheld cell away, `audit` computes what a reader could still find out.
"""

from analysis.disclosure.declared import (
    Contributors,
    Counts,
    Free,
    Totals,
    flat,
    is_calendar,
    names_of,
    refuse_uncounted,
    refuse_unfounded,
    refuse_whole,
)
from analysis.disclosure.gate import CROSS, SUPPRESSED, Gated, suppress
from analysis.disclosure.linked import NOTHING_DECLARED, Linked
from analysis.disclosure.profiles import DOMINATED, PROFILES, Profile, profile
from analysis.disclosure.ratios import Ratios

__all__ = [
    "CROSS",
    "DOMINATED",
    "NOTHING_DECLARED",
    "PROFILES",
    "SUPPRESSED",
    "Contributors",
    "Counts",
    "Free",
    "Gated",
    "Linked",
    "Profile",
    "Ratios",
    "Totals",
    "flat",
    "is_calendar",
    "names_of",
    "profile",
    "refuse_uncounted",
    "refuse_unfounded",
    "refuse_whole",
    "suppress",
]
