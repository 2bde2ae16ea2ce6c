"""Every published figure that the world is compared with, computed from the world's frames."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import pandas as pd

from analysis.errors import StaatError
from analysis.stats.comparison import compare
from analysis.synthetic.moments_advice import MOMENTS as ADVICE
from analysis.synthetic.moments_city import MOMENTS as CITY
from analysis.synthetic.moments_counts import MOMENTS as COUNTS
from analysis.synthetic.moments_judgements import MOMENTS as JUDGEMENTS
from analysis.synthetic.moments_learning import MOMENTS as LEARNING
from analysis.synthetic.moments_levels import MOMENTS as LEVELS
from analysis.synthetic.moments_origins import MOMENTS as ORIGINS
from analysis.synthetic.moments_staffing import MOMENTS as STAFFING

Moment = Callable[[Mapping[str, pd.DataFrame]], float]

PARTS: tuple[Mapping[str, Moment], ...] = (CITY, LEARNING, ADVICE, STAFFING, LEVELS, COUNTS, ORIGINS, JUDGEMENTS)


def moments(
    frames: Mapping[str, pd.DataFrame],
    parts: Sequence[Mapping[str, Moment]] = PARTS,
    wanted: Collection[str] | None = None,
) -> dict[str, float]:
    """Compute the moments of a world (or of parts of it), all or those wanted, by the id of the published figure."""
    computed: dict[str, float] = {}
    for part in parts:
        twice = computed.keys() & part.keys()
        if twice:
            raise StaatError(f"two parts compute the same figures: {', '.join(sorted(twice))}")
        asked = {name: moment for name, moment in part.items() if wanted is None or name in wanted}
        computed |= {name: float(moment(frames)) for name, moment in asked.items()}
    return computed


def compare_with_published(
    frames: Mapping[str, pd.DataFrame],
    published: pd.DataFrame,
    scale: float,
    parts: Sequence[Mapping[str, Moment]] = PARTS,
) -> pd.DataFrame:
    r"""Compare a world with the published figures.

    Returns the figures of `published` (see `data.published.read_published`), which are in `parts`, with
    ``computed`` and ``within``, and the tolerance for a world of this size. A total is divided by the scale before it
    is compared. A tolerance is rounding plus sampling error at scale 1; sampling error is proportional to
    :math:`1/\sqrt{\text{scale}}`. A larger world has the tolerance of scale 1: its truth was calibrated no closer.
    """
    computed = moments(frames, parts, set(published["figure_id"]))
    totals = published.loc[published["total"], "figure_id"]
    computed |= {name: computed[name] / scale for name in totals if name in computed}
    sampling = (published["tolerance"] - published["rounding"]) / min(1.0, scale) ** 0.5
    return compare(published.assign(tolerance=published["rounding"] + sampling), computed)
