"""What the chapters on school choice measure in: units of attributes, denominations, and all choosers together."""

from __future__ import annotations

LOG_OFFSET_KM = 0.1
WEGING_UNIT = 5.0
SHARE_UNIT = 0.1
REFERENCE = "openbaar"
DENOMINATIONS = ("rk", "pc", "other")
ALL = "all"
"""The group of choosers that holds everybody, where nothing is known of them."""
SAME_YEAR = "_same_year"
"""Ends the name of a composition that is not of a year before: it is partly an outcome of the choices."""
