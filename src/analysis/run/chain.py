"""The chain as data: which notebook needs and produces which tables, and the order that follows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from analysis.errors import InputError, StaatError, nearest


@dataclass(frozen=True)
class Step:
    """One notebook of the chain, and the names of the internal tables that it reads and writes."""

    notebook: str  # file name without extension: a number for the reader and the stem, such as ``03_school_choice``
    needs: tuple[str, ...] = ()  # without which it cannot run
    wants: tuple[str, ...] = ()  # which it uses when the edition has them
    produces: tuple[str, ...] = ()
    may_produce: tuple[str, ...] = ()  # in some editions only; a step can want them, not need them
    # Besides tables: files and folders below the project's folder, or in braces the name of a folder that the edition's
    # parameters point at (``{data.folder}``). Any other file that it opens fails the run.
    reads: tuple[str, ...] = ()

    @property
    def stem(self) -> str:
        """The name that notebook, module, parameters block and output folder share."""
        return self.notebook.partition("_")[2]


def plan(chain: Iterable[Step], stems: Collection[str]) -> list[Step]:
    """Choose steps by stem, and put them in an order in which every table is written before it is read.

    Raises
    ------
    InputError
        If a step of the edition needs a table of a step that the edition leaves out.
    StaatError
        If the chain itself is wrong: two steps produce one table, or a circle.
    """
    steps = sorted(chain, key=lambda step: step.notebook)
    producers = _producers(steps)
    chosen = {step.stem: step for step in steps if step.stem in stems}
    before = {stem: _predecessors(step, producers, chosen) for stem, step in chosen.items()}
    return [chosen[stem] for stem in _ordered(before)]


def predecessors(steps: Iterable[Step]) -> dict[str, set[str]]:
    """Return for every step of a plan, by stem, the steps whose tables it reads."""
    chosen = {step.stem: step for step in steps}
    producers = _producers(chosen.values())
    return {stem: _predecessors(step, producers, chosen) for stem, step in chosen.items()}


def descendants(steps: Iterable[Step], stem: str) -> set[str]:
    """Return the steps of a plan that directly or indirectly read what the step `stem` produces."""
    before = predecessors(steps)
    after: set[str] = set()
    while new := {reader for reader, needed in before.items() if needed & {stem, *after}} - after:
        after |= new
    return after


def ancestors(steps: Iterable[Step], stem: str) -> set[str]:
    """Return the steps of a plan whose tables the step `stem` directly or indirectly reads."""
    before = predecessors(steps)
    needed: set[str] = set()
    while new := set().union(*(before[one] for one in {stem, *needed})) - needed:
        needed |= new
    return needed


def _producers(steps: Iterable[Step]) -> dict[str, str]:
    """Return the stem of the step that produces each table."""
    producers: dict[str, str] = {}
    for step in steps:
        for table in (*step.produces, *step.may_produce):
            if table in producers:
                raise StaatError(f"the chain has two producers of {table!r}: {producers[table]} and {step.stem}")
            producers[table] = step.stem
    return producers


def _predecessors(step: Step, producers: dict[str, str], chosen: dict[str, Step]) -> set[str]:
    for table in step.needs:
        producer = producers.get(table)
        if producer is None:
            near = nearest(table, producers)
            hint = f"did you mean {near}?" if near else "declare what produces it"
            raise InputError(f"{step.stem}: needs", f"the chain has no producer of {table!r}", hint=hint)
        if producer not in chosen:
            problem = f"needs the table {table!r} of {producer}, which this edition leaves out"
            raise InputError(step.stem, problem, hint=f"add a block {producer}")
    return {producers[table] for table in (*step.needs, *step.wants) if producers.get(table) in chosen}


def _ordered(before: dict[str, set[str]]) -> list[str]:
    sorter = TopologicalSorter(before)
    try:
        sorter.prepare()
    except CycleError as error:
        raise StaatError(f"the chain runs in a circle: {' -> '.join(error.args[1])}") from None
    order: list[str] = []
    rank = {stem: position for position, stem in enumerate(before)}
    ready: list[str] = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()], key=rank.__getitem__)
        order.append(ready.pop(0))  # one at a time: a reader meets the notebooks by number wherever that is possible
        sorter.done(order[-1])
    return order
