"""The forms that every chart is one of: a chapter says which column is what, and what its values are called.

A form draws rows with ``estimate, ci_low, ci_high``, unless it says otherwise. What is withheld is missing, and leaves
its place open. The keywords that several forms have:

- ``axis, label``: what is along the axis from left to right, and along the other one, with its unit.
- ``line, x, series, panel``: columns with a line, a place along the axis, a colour with its marker, a panel per value;
  ``lines, names, titles``: what these values are called (`marks.Names`), in the order in which they are drawn.
- ``legend``: what the series are.
- ``numbers``: how the numbers along an axis are written (`axes.Numbers`); ``zero``: what zero is (`marks.Zero`).
- ``breaks``: places before which there is a dashed line, because something was otherwise there.
"""

from analysis.publish.forms.bars import bars, stacked
from analysis.publish.forms.bubbles import attendance_map, bubbles
from analysis.publish.forms.cells import heat_map
from analysis.publish.forms.estimates import estimates, in_words
from analysis.publish.forms.hexagons import hexagons
from analysis.publish.forms.lines import lines
from analysis.publish.forms.points import points
from analysis.publish.forms.scatter import scatter

__all__ = [
    "attendance_map",
    "bars",
    "bubbles",
    "estimates",
    "heat_map",
    "hexagons",
    "in_words",
    "lines",
    "points",
    "scatter",
    "stacked",
]
