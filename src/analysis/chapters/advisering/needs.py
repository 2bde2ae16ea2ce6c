"""What the chapter uses of the pupils, by column."""

from __future__ import annotations

from analysis.chapters.advisering.parameters import AdviseringBlock
from analysis.declare import Blocks, Needs, Uses
from analysis.language import word

REQUIRED = ("pupil", "year", "location", "education", "advice_first", "advice_final", "revised")
TEST_ADVICE = ("test_advice_low", "test_advice_high")
OPTIONAL = {
    "background": word("differences by migration background"),
    "income": word("differences by income"),
    "one_parent": word("differences by household"),
    "sex": word("differences by sex"),
    "share_hoog": word("the highly educated parents of a school"),
    "cet": word("what rests on exact scores of the Centrale Eindtoets"),
    "lovs": word("the correction for the error of the test"),
    "year1": word("the class in year 1"),
    "year3": word("the position in year 3"),
}
BY = {"region": word("the gaps by region"), "urbanicity": word("the gaps by urbanicity")}


def columns(blocks: Blocks) -> Needs:
    """Return what the chapter uses of the table of its block.

    Besides, it uses ``test`` where that is there; without it every score is one of the Centrale Eindtoets. Where there
    are cut scores, the advice of the test may be in the data or follow from ``cet``: one of the two must be there.
    """
    block = blocks["advisering"]
    assert isinstance(block, AdviseringBlock)  # the key says so
    optional = OPTIONAL | {column: what for column, what in BY.items() if column in block.gaps_by}
    required = frozenset(REQUIRED if block.cut_scores else (*REQUIRED, *TEST_ADVICE))
    return {block.table: Uses(required, optional)}
