"""The forms that every chart is one of: a chapter says which columns are what, and how they are called."""

from analysis.publish.forms.bars import bars, stacked
from analysis.publish.forms.bubbles import attendance_map, bubbles
from analysis.publish.forms.cells import heat_map
from analysis.publish.forms.lines import lines
from analysis.publish.forms.points import points
from analysis.publish.forms.scatter import scatter

__all__ = ["attendance_map", "bars", "bubbles", "heat_map", "lines", "points", "scatter", "stacked"]
