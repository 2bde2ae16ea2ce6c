"""Titles of figures on learning growth that no finding names, from sign and interval of what is drawn."""

from __future__ import annotations

from functools import partial

from analysis.publish.alternative import headline
from analysis.publish.declared import sentences_beside

say = sentences_beside(__file__)
growth = partial(headline, say=say, stem="title_growth")
drop = partial(headline, say=say, stem="title_drop")
closure = partial(headline, say=say, stem="title_closure")
