"""Titles of figures on the school advice that no finding names, from sign and interval of what is drawn."""

from __future__ import annotations

from functools import partial

from analysis.publish.alternative import headline
from analysis.publish.declared import sentences_beside

say = sentences_beside(__file__)
gaps = partial(headline, say=say, stem="title_gaps")
schools = partial(headline, say=say, stem="title_schools")
