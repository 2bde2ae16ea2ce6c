"""Titles of figures on school choice where no finding names them, from sign and interval of what is drawn."""

from __future__ import annotations

from functools import partial

from analysis.publish.alternative import headline
from analysis.publish.declared import sentences_beside

say = sentences_beside(__file__)
travel = partial(headline, say=say, stem="title_travel")
