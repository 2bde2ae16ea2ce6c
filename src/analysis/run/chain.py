"""The chain as data: which notebook needs and produces which tables, and the order that follows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from analysis.errors import InputError, StaatError


@dataclass(frozen=True)
class Step:
    """One notebook of the chain.

    Parameters
    ----------
    notebook
        File name without extension: a number for the reader and the stem, such as ``03_school_choice``.
    needs
        Internal tables without which the step cannot run.
    wants
        Internal tables that the step uses when the edition makes them.
    produces
        Internal tables that the step hands over.
    may_produce
        Internal tables that it hands over in some editions only; a step can want them, not need them.
    reads
        What it reads besides tables: files and folders below the project's folder, or in braces the name of a folder
        that the edition's parameters point at (``{data.folder}``). Any other file that it opens fails the run.
    """

    notebook: str
    needs: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    produces: tuple[str, ...] = ()
    may_produce: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()

    @property
    def stem(self) -> str:
        """The name that notebook, module, parameters block and output folder share."""
        return self.notebook.partition("_")[2]


def plan(chain: Iterable[Step], stems: Collection[str]) -> list[Step]:
    """Choose the steps of an edition and put them in an order in which every table is made before it is read.

    Parameters
    ----------
    chain
        All steps that there are.
    stems
        The stems whose parameter blocks the edition has.

    Raises
    ------
    InputError
        If a step of the edition needs a table whose maker the edition leaves out.
    StaatError
        If the chain itself is wrong: two makers of one table, or a circle.
    """
    steps = {step.stem: step for step in chain}
    makers = _makers(steps.values())
    chosen = {stem: step for stem, step in steps.items() if stem in stems}
    before = {stem: _predecessors(step, makers, chosen) for stem, step in sorted(chosen.items(), key=_by_notebook)}
    return [chosen[stem] for stem in _ordered(before)]


def predecessors(steps: Iterable[Step]) -> dict[str, set[str]]:
    """Return for every step of a plan, by stem, the steps whose tables it reads."""
    chosen = {step.stem: step for step in steps}
    makers = _makers(chosen.values())
    return {stem: _predecessors(step, makers, chosen) for stem, step in chosen.items()}


def descendants(steps: Iterable[Step], stem: str) -> set[str]:
    """Return the steps of a plan that directly or indirectly read what the step `stem` makes."""
    before = predecessors(steps)
    found: set[str] = set()
    while new := {after for after, needed in before.items() if needed & {stem, *found}} - found:
        found |= new
    return found


def ancestors(steps: Iterable[Step], stem: str) -> set[str]:
    """Return the steps of a plan whose tables the step `stem` directly or indirectly reads."""
    before = predecessors(steps)
    found: set[str] = set()
    while new := set().union(*(before[one] for one in {stem, *found})) - found:
        found |= new
    return found


def _by_notebook(item: tuple[str, Step]) -> str:
    return item[1].notebook


def _makers(steps: Iterable[Step]) -> dict[str, str]:
    makers: dict[str, str] = {}
    for step in steps:
        for table in (*step.produces, *step.may_produce):
            if table in makers:
                raise StaatError(f"the chain has two makers of {table!r}: {makers[table]} and {step.stem}")
            makers[table] = step.stem
    return makers


def _predecessors(step: Step, makers: dict[str, str], chosen: dict[str, Step]) -> set[str]:
    for table in step.needs:
        maker = makers.get(table)
        if maker is None:
            raise StaatError(f"the chain has no maker of {table!r}, which {step.stem} needs")
        if maker not in chosen:
            raise InputError(
                step.stem,
                f"needs the table {table!r} of {maker}, which this edition leaves out",
                hint=f"add a block {maker}",
            )
    return {makers[table] for table in (*step.needs, *step.wants) if makers.get(table) in chosen}


def _ordered(before: dict[str, set[str]]) -> list[str]:
    sorter = TopologicalSorter(before)
    try:
        sorter.prepare()
    except CycleError as error:
        raise StaatError(f"the chain runs in a circle: {' -> '.join(error.args[1])}") from None
    order: list[str] = []
    rank = {stem: place for place, stem in enumerate(before)}
    ready: list[str] = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()], key=rank.__getitem__)
        order.append(ready.pop(0))  # one at a time: a reader meets the notebooks by number wherever that is possible
        sorter.done(order[-1])
    return order
