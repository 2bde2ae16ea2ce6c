"""The judgements (oordelen) of the Inspectie van het Onderwijs about schools and boards, as it words them."""

from __future__ import annotations

GOOD, SUFFICIENT, INSUFFICIENT, VERY_WEAK, NONE = "goed", "voldoende", "onvoldoende", "zeer_zwak", "none"
OF_SCHOOLS = (GOOD, SUFFICIENT, INSUFFICIENT, VERY_WEAK, NONE)
"""From high to low, and that there is none in force."""
OF_BOARDS = (GOOD, SUFFICIENT, INSUFFICIENT, NONE)
WEAK = (INSUFFICIENT, VERY_WEAK)
ASPECTS = ("quality_care", "culture", "dialogue")
"""Parts of kwaliteitszorg en ambitie that a board is judged on: kwaliteitszorg, kwaliteitscultuur, verantwoording en
dialoog."""
