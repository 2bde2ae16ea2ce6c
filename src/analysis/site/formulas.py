"""TeX formulas as drawings inside the page: no script, no font and no request, in the colour of the text around."""

from __future__ import annotations

import re
from functools import cache

from markupsafe import Markup, escape
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from analysis.publish.rendering import defaults

EM = 100
"""Size at which a formula is drawn; coordinates are whole numbers then, and fine enough."""

COMMANDS = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C"}
PLAINER = {
    r"\\t?frac(\d)(\d)": r"\\frac{\1}{\2}",
    r"\\(le|ge)\b": r"\\\1q",
    r"\\big[lr]": "",
    r"\\dots\b": r"\\ldots",
    r"\s+": " ",
}
"""What matplotlib's TeX does not know (a pattern), and what it knows that says the same."""


@cache
@defaults()
def formula(tex: str, *, display: bool = False) -> Markup:
    """Draw a formula; its TeX is its text for who cannot see it. What cannot be drawn is shown as TeX.

    Parameters
    ----------
    tex : Without dollar signs.
    display : On a line of its own, rather than in a sentence.
    """
    kind = "formula display" if display else "formula"
    try:
        drawn = TextPath((0, 0), f"${_plainer(tex)}$", size=EM, prop=FontProperties(math_fontfamily="dejavuserif"))
    except ValueError:
        return Markup('<code class="{0}">{1}</code>').format(kind, tex)
    box = drawn.get_extents()
    left, foot = int(box.x0) - 2, int(box.y0) - 2
    width, height = int(box.width) + 4, int(box.height) + 4
    return Markup(
        '<svg class="{0}" role="img" aria-label="{1}" viewBox="{2} {3} {4} {5}" style="width:{6}em;height:{7}em;'
        'vertical-align:{8}em"><path d="{9}"/></svg>'
    ).format(
        kind,
        " ".join(tex.split()),
        *(left, -foot - height, width, height),
        *(round(width / EM, 2), round(height / EM, 2), round(foot / EM, 2)),
        _drawing(drawn),
    )


def with_formulas(text: str) -> Markup:
    """Escape a text and draw the formulas in it, written ``:math:`...```."""
    parts = re.split(r":math:`([^`]+)`", text)
    return Markup("").join(formula(part) if place % 2 else escape(part) for place, part in enumerate(parts))


def _plainer(tex: str) -> str:
    for unknown, known in PLAINER.items():
        tex = re.sub(unknown, known, tex)
    return tex.strip()


def _drawing(drawn: Path) -> str:
    """Write a path in the language of SVG, whose vertical axis points down."""
    parts = []
    for points, code in drawn.iter_segments(simplify=False, curves=True):
        if code == Path.CLOSEPOLY:
            parts.append("Z")
            continue
        parts.append(COMMANDS[code] + " ".join(f"{x:.0f} {-y:.0f}" for x, y in points.reshape(-1, 2)))
    return " ".join(parts)  # apart: "12ZM34" would look like the key of a school
