"""Where an edition takes results from, besides its own folders: earlier runs, other editions, colleagues."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from analysis.run import publication, records
from analysis.run.assess import Assessor
from analysis.run.chain import Step
from analysis.run.earlier import Earlier, Shared, bases
from analysis.run.hashes import digest
from analysis.run.prose import refresh, rename
from analysis.run.records import Record


class Stock:
    """The results that one edition may take, and those that it gives.

    Parameters
    ----------
    assessor : Of the edition.
    earlier : What is kept below the outputs; the editions of one run have the same.
    cache : The folder that colleagues share; None for none.
    """

    def __init__(self, assessor: Assessor, earlier: Earlier, cache: Path | None) -> None:
        self._assessor, self._earlier = assessor, earlier
        self._order, self._project = assessor.order, assessor.project
        self._shared = Shared(cache) if cache else None

    def others(self, stem: str) -> list[Path]:
        """Return where else a result of a step may lie; results on registers of persons lie in their edition alone."""
        kept = [] if self._order.confidential else self._earlier.folders(stem)
        return [*bases(self._project.outputs, self._order.edition), *kept]

    def take(self, step: Step, folders: Sequence[Path], tables: Mapping[str, str], to: Path) -> Record | None:
        """Put a valid result of a step in a folder, with the present text and this edition's name; return its record.

        Parameters
        ----------
        folders : Of the edition itself, where it is looked for first.
        tables : Digests of the tables that the step reads.
        """
        result = self._find(step, folders, tables)
        if not result:
            return None
        folder, record = result
        records.take_over(record, folder, to)
        self._earlier.use(folder)
        renamed = record.edition not in ("", self._order.edition)
        if renamed and not self._rename(step, record.edition, to):
            return None
        if self._refresh(step, to) or renamed:
            outputs, _ = records.outputs_of(to, step, self._project.hashes)
            record = replace(record, outputs=outputs, edition=self._order.edition)
            records.write(to, record)
        return record

    def give(self, record: Record, folder: Path) -> None:
        """Keep a result for when its key holds again, here and where colleagues look."""
        if self._order.confidential:
            return
        place = self._earlier.keep(record, folder)
        if place and self._shared:
            self._shared.put(record, place)

    def is_made_elsewhere(self, step: Step, tables: Mapping[str, str]) -> bool:
        """Return whether another edition of this run is at the same result; else this one is, until it has ended."""
        if self._order.confidential:
            return False
        claim = digest(json.dumps(self._assessor.key(step, tables), sort_keys=True, default=str))
        return self._earlier.claims.setdefault(claim, (self, step.stem)) != (self, step.stem)

    def release(self, step: Step) -> None:
        """Let other editions of this run have the result of a step, or make it themselves."""
        claims = self._earlier.claims
        for claim in [claim for claim, who in claims.items() if who == (self, step.stem)]:
            del claims[claim]

    def _find(self, step: Step, folders: Sequence[Path], tables: Mapping[str, str]) -> tuple[Path, Record] | None:
        """Return a folder with a valid result of a step: of this edition, of what is kept, of what colleagues share."""
        find = self._assessor.find
        result = find(step, folders, tables) or find(step, self.others(step.stem), tables)
        if result or self._order.confidential or not self._shared:
            return result
        taken = self._shared.take(step, lambda record: not self._assessor.reasons(step, record, tables), self._earlier)
        return find(step, self.others(step.stem), tables) if taken else None

    def _rename(self, step: Step, old: str, folder: Path) -> bool:
        """Let the files of a result that another edition made name this one; return whether they could."""
        new, settle = self._order.edition, self._project.settle
        if settle and not publication.load(f"{settle}:rename")(folder, step.stem, old, new):
            return False
        for executed in self._executed(step, folder):
            rename(executed, new)
        return True

    def _refresh(self, step: Step, folder: Path) -> bool:
        """Give the executed notebook the present text, also as the step wrote it before the edition was settled."""
        source = self._project.notebook(step)
        changed = [refresh(executed, source) for executed in self._executed(step, folder)]
        return any(changed)

    def _executed(self, step: Step, folder: Path) -> list[Path]:
        places = (folder, folder.joinpath(*records.UNSETTLED, step.stem))
        notebooks = (place / "notebooks" / f"{step.notebook}.ipynb" for place in places)
        return [notebook for notebook in notebooks if notebook.exists()]
