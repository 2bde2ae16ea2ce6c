"""The pictures of a run: drawn to files, never on a screen, so that ``plt.show()`` has nothing to show them on.

matplotlib would pass over the call without a word, and the picture would be missing from the page.
"""

from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

from analysis.errors import StaatError

FigureCanvas, FigureManager = FigureCanvasAgg, FigureManagerBase


def show(*_: object, **__: object) -> None:
    """Refuse to show pictures on a screen."""
    raise StaatError("plt.show() shows nothing in a run; publish the figure with chapter.show, or take it out")
