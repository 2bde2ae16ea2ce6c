"""The reference levels (referentieniveaus) of the end of primary school, as DUO counts them."""

from __future__ import annotations

SUBJECTS = ("lezen", "taal", "rekenen")
LEVELS = ("below_1F", "1F", "target")
"""From low to high; the target level (streefniveau) is 2F of lezen and taal, and 1S of rekenen."""
COUNTED = ("below", "fundamental", "target")
"""What counts of `LEVELS` are called: pupils at each level, and at no other."""
FEWEST_COUNTED = 5
"""Of fewer pupils, but for none, DUO tells no number: ``<5``."""
