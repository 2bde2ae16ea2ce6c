"""TeX formulas as MathML, which browsers draw and screen readers read: no script, no font, no request, no picture."""

from __future__ import annotations

import re
from functools import cache

from markupsafe import Markup, escape

from analysis.errors import InputError
from analysis.language import localised, spoken

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\s+|.", re.DOTALL)
SMALL = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau phi chi psi omega"
LARGE = "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
LETTERS = {
    **dict(zip((f"\\{name}" for name in SMALL.split()), "αβγδεζηθικλμνξπρστφχψω", strict=True)),
    **dict(zip((f"\\{name}" for name in LARGE.split()), "ΓΔΘΛΞΠΣΦΨΩ", strict=True)),
    **{r"\varphi": "φ", r"\infty": "∞", r"\#": "#", r"\%": "%", r"\dots": "…"},
}
OPENING = {"(": "(", "[": "[", r"\{": "{", r"\lfloor": "⌊"}
CLOSING = {")": ")", "]": "]", r"\}": "}", r"\rfloor": "⌋"}
SIGNS = {
    **{r"\le": "≤", r"\ge": "≥", r"\ne": "≠", r"\in": "∈", r"\mid": "∣", r"\sim": "∼", r"\approx": "≈", r"\to": "→"},
    **{r"\cup": "∪", r"\subseteq": "⊆", r"\setminus": "∖", r"\mp": "∓", r"\propto": "∝"},
    **{r"\pm": "±", r"\cdot": "⋅", r"\times": "×", "=": "=", "<": "<", ">": ">", "+": "+", "-": "−", ":": ":"},
    **{"!": "!", "/": "/", "*": "*", ",": ",", ".": ".", ";": ";"},
}
SIGNED = {"+", "-", r"\pm", r"\mp"}
"""They are a sign of what follows, and no operation, where nothing is before them."""
NEAR = {"lspace": "0.06em", "rspace": "0.06em"}
FUNCTIONS = {r"\ln": "ln", r"\log": "log", r"\exp": "exp", r"\sin": "sin", r"\cos": "cos", r"\tanh": "tanh"}
FUNCTIONS |= {r"\arcsin": "arcsin"}
LIMITS = {r"\sum": "∑", r"\prod": "∏", r"\int": "∫", r"\max": "max", r"\min": "min"}
"""What is below and above these stands there over their whole width, in a formula on a line of its own."""
ACCENTS = {r"\hat": "^", r"\bar": "¯", r"\tilde": "~"}
SPACES = {r"\,": "0.17em", r"\;": "0.28em", r"\ ": "0.33em", r"\quad": "1em"}


def formula(tex: str, *, display: bool = False) -> Markup:
    """Return a formula as MathML.

    Parameters
    ----------
    tex : Without dollar signs.
    display : On a line of its own, rather than in a sentence.

    Raises
    ------
    InputError
        When something in it is not known here, or a brace is not closed: a reader would see its source, or nothing.
    """
    return _formula(tex, display, spoken())


@cache
def _formula(tex: str, display: bool, _: str) -> Markup:
    # Numbers are written in the language, which is a key of the cache for that.
    reader = _Reader(tex)
    body = reader.row()
    if reader.next:
        raise reader.fault("closes a brace that was not opened")
    kind = {"class": "formula display", "display": "block"} if display else {"class": "formula"}
    return _tag("math", body, **kind)


def with_formulas(text: str) -> Markup:
    """Escape a text and write the formulas in it, which stand between dollar signs, as MathML."""
    found = re.split(r"\$([^$]+)\$([,.;:)?]*)", text)
    said = zip(found[::3], [*found[1::3], ""], [*found[2::3], ""], strict=True)
    return Markup("").join(escape(before) + _in_text(tex, behind) for before, tex, behind in said)


def _in_text(tex: str, behind: str) -> Markup:
    """Return a formula in a sentence; no line ends between it and the signs behind it."""
    if not behind:
        return formula(tex) if tex else Markup("")
    return Markup('<span class="whole">{0}{1}</span>').format(formula(tex), behind)


def _tag(name: str, *parts: str, **attributes: str) -> Markup:
    written = Markup("").join(Markup(' {0}="{1}"').format(key, value) for key, value in attributes.items())
    inside = Markup("").join(parts)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), written, inside)  # noqa: S704 - a literal of this module


class _Reader:
    """Reads a formula from left to right."""

    def __init__(self, tex: str) -> None:
        self.tex = tex
        self.tokens: list[str] = TOKEN.findall(tex)
        self.starts = True
        """Whether nothing that can be added to stands before the next sign."""

    @property
    def next(self) -> str:
        """The next token that is no space; empty at the end."""
        while self.tokens and self.tokens[0].isspace():
            self.tokens.pop(0)
        return self.tokens[0] if self.tokens else ""

    def fault(self, problem: str) -> InputError:
        return InputError("a formula", problem, given=self.tex)

    def row(self) -> Markup:
        """Read until a brace closes the row, or the end."""
        self.starts, found = True, []
        while self.next not in ("", "}"):
            found.append(self._scripted())
        return found[0] if len(found) == 1 else _tag("mrow", *found)

    def _take(self) -> str:
        sign = self.next
        if not sign:
            raise self.fault("ends too early")
        return self.tokens.pop(0)

    def _scripted(self) -> Markup:
        """Read a sign with what is below, above and behind it."""
        wide = self.next in LIMITS
        base = self._sign()
        below: list[Markup] = []
        above: list[Markup] = []
        starts, primes = self.starts, ""
        while self.next in ("_", "^", "'"):
            mark = self._take()
            if mark == "'":
                primes += "′"
            else:
                (below if mark == "_" else above).append(self._argument())
        self.starts = starts
        scripted = self._with(base, below, above, wide=wide) if below or above else base
        return _tag("mrow", scripted, _tag("mo", primes, lspace="0", rspace="0")) if primes else scripted

    @staticmethod
    def _with(base: Markup, below: list[Markup], above: list[Markup], *, wide: bool) -> Markup:
        kind = ("munder", "mover", "munderover") if wide else ("msub", "msup", "msubsup")
        raised = [above[0] if len(above) == 1 else _tag("mrow", *above)] if above else []
        return _tag(kind[2 if below and above else 1 if above else 0], base, *below, *raised)

    def _argument(self) -> Markup:
        """Read what a command or script takes: a group in braces, or one sign."""
        if len(self.next) > 1 and self.next[0].isdigit():  # of \frac12 the numerator is 1
            number = self._take()
            self.tokens.insert(0, number[1:])
            return _tag("mn", number[0])
        self.starts = True
        return self._sign()

    def _group(self) -> Markup:
        body = self.row()
        if self._take() != "}":
            raise self.fault("has a brace that is not closed")
        self.starts = False
        return body

    def _words(self) -> str:
        """Read what stands between braces as it is, with its spaces."""
        if self._take() != "{" or "}" not in self.tokens:
            raise self.fault("has words without braces")
        end = self.tokens.index("}")
        words, self.tokens = "".join(self.tokens[:end]), self.tokens[end + 1 :]
        return words

    def _sign(self) -> Markup:
        if self.next in ("_", "^"):  # as in {}_aP, where nothing bears the script
            return _tag("mrow")
        sign = self._take()
        starts, self.starts = self.starts, sign in OPENING or sign in SIGNS or sign in LIMITS
        if sign == "|":
            self.starts = starts  # where nothing precedes it opens, else it closes
            return _tag("mo", sign, stretchy="false", **NEAR)
        if sign in OPENING or sign in CLOSING:
            return _tag("mo", {**OPENING, **CLOSING}[sign], stretchy="false")
        if sign in SIGNS:
            form = {"form": "prefix"} if starts and sign in SIGNED else NEAR if sign == "/" else {}
            return _tag("mo", SIGNS[sign], **form)
        if sign in LIMITS:
            return _tag("mo", LIMITS[sign], movablelimits="true", lspace="0", rspace="0.17em")
        if sign in FUNCTIONS:
            return self._function(sign, starts=starts)
        return self._command(sign) if sign.startswith("\\") or sign == "{" else self._letter(sign)

    def _function(self, sign: str, *, starts: bool) -> Markup:
        thin = _tag("mspace", width=SPACES[r"\,"])
        if self.next == "^":  # the exponent is the function's
            return _tag("mi", FUNCTIONS[sign])
        behind = [] if self.next in OPENING else [thin]
        return _tag("mrow", *([] if starts else [thin]), _tag("mi", FUNCTIONS[sign]), *behind)

    def _letter(self, sign: str) -> Markup:
        if sign[0].isdigit():
            return _tag("mn", localised(sign))
        if not sign.isalpha():
            raise self.fault(f"has {sign}, which is not known")
        return _tag("mi", sign)

    def _command(self, sign: str) -> Markup:
        if sign == "{":
            return self._group()
        if sign in LETTERS:
            return _tag("mi", LETTERS[sign])
        if sign in SPACES:
            return _tag("mspace", width=SPACES[sign])
        if sign in ACCENTS:
            return _tag("mover", self._argument(), _tag("mo", ACCENTS[sign], stretchy="false"), accent="true")
        if sign in (r"\text", r"\mathrm"):
            return _tag("mtext", self._words())
        return self._built(sign)

    def _built(self, sign: str) -> Markup:
        if sign == r"\sqrt":
            return _tag("msqrt", self._argument())
        if sign in (r"\frac", r"\tfrac"):
            fraction = _tag("mfrac", self._argument(), self._argument())
            return fraction if sign == r"\frac" else _tag("mstyle", fraction, displaystyle="false", scriptlevel="1")
        if sign == r"\binom":
            above_below = _tag("mfrac", self._argument(), self._argument(), linethickness="0")
            return _tag("mrow", _tag("mo", "("), above_below, _tag("mo", ")"))
        raise self.fault(f"has {sign}, which is not known")
