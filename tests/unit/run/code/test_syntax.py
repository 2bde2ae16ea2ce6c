"""Two threads may look at code at once: Python 3.11 cannot parse in both."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import analysis
from analysis.run.code import Code
from analysis.run.code.cells import cell_tree

DEEP = "x = " + "(" * 60 + "1" + " + 1)" * 60


def test_cells_and_modules_are_parsed_side_by_side() -> None:
    def look(number: int) -> int:
        if number % 2:
            return len(cell_tree(f"{DEEP} + {number}\n" * 20).body)
        return len(Code(Path(analysis.__file__).parent).of_symbol("analysis.errors.InputError").functions)

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(look, range(24)))
    assert set(found[1::2]) == {20}
    assert len(set(found[::2])) == 1


def test_one_walk_at_a_time_finds_the_same() -> None:
    code = Code(Path(analysis.__file__).parent)
    names = ["analysis.run.seal.write_sealed", "analysis.run.room.make_room", "analysis.errors.nearest"] * 4
    with ThreadPoolExecutor(4) as threads:
        reached = list(threads.map(lambda name: code.of_symbol(name).functions, names))
    assert reached[:3] == reached[3:6] == reached[9:] == [code.of_symbol(name).functions for name in names[:3]]
