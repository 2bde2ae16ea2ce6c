"""A notebook's door to its data: tables in, tables out, and what it says of what they lack."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from analysis.codes import Codes
from analysis.data import tables
from analysis.data.names import remembered
from analysis.disclosure.rules.names import named_in, places_in
from analysis.language import as_data, joined, text, translated
from analysis.publish.published import Published
from analysis.publish.release import Release

WITHHELD = "withheld"
"""Column of findings that are passed on: why one is not shown; empty for those that are."""

NOTHING = Markup('<p data-published="none">{}</p>')


class Door(Release):
    """Loads and writes internal tables; all that is in them is known to the gate."""

    @property
    def codes(self) -> Codes:
        """What codes in this edition's data mean."""
        return Codes.model_validate_json(json.dumps(self.workspace.facts.get("codes", {})))

    def load(self, name: str) -> pd.DataFrame:
        """Return the internal table `name`; the names in it are noted, for no text may hold one."""
        frame = self._gate.loaded.add(name, tables.load(self.workspace, name))
        self._note_names([*named_in([(name, frame)])], [*places_in([(name, frame)])])
        return frame

    def find(self, name: str) -> pd.DataFrame:
        """Return the internal table `name`; where this edition does not make it, one without columns."""
        return self.load(name) if self.has(name) else pd.DataFrame()

    def columns(self, name: str) -> frozenset[str]:
        """Return the columns of the internal table `name`; none where this edition does not make it."""
        return tables.columns(self.workspace, name) if self.has(name) else frozenset()

    @property
    def lacking(self) -> list[str]:
        """What is left out because the data lack columns, as the chapter declares."""
        optional: Mapping[str, Mapping[str, Mapping[str, str]]] = self.workspace.facts.get("optional", {})
        lost = [
            what
            for table, uses in optional.get(self.workspace.stem, {}).items()
            for column, what in uses.items()
            if column not in self.columns(table)
        ]
        return [*dict.fromkeys(lost)]

    def left_out(self) -> Published | None:
        """Say in one sentence what is left out because the data lack columns, as the chapter declares; or nothing."""
        if not self.lacking:
            return None
        parts = joined("; ", map(translated, self.lacking))
        words = text("The data of this edition do not have everything. Left out for that reason: {parts}.", parts=parts)
        return self.note("left_out", words)

    def note(self, name: str, words: str) -> Published:
        """Say something of the page itself: what the data are, and not what they tell of anybody."""
        return self._shown("note", name, NOTHING.format(words))

    def has(self, name: str) -> bool:
        """Return whether this edition makes the internal table `name`."""
        return self.workspace.has(name)

    def save(self, name: str, frame: pd.DataFrame) -> None:
        """Write the internal table `name` for later notebooks; it is never published.

        Findings go as data, and without the sentences that this chapter may not show: a later one could not know that.
        """
        self.holds(name, frame)
        tables.save(self.workspace, name, self._cleared(frame) if "sentence" in frame else frame)

    def _cleared(self, by_finding: pd.DataFrame) -> pd.DataFrame:
        """Put the reason why a finding is withheld in place of its sentence."""
        reasons = [
            self._reason(row["name"], row["sentence"], int(row["n"]), row["unit"])
            for row in by_finding.to_dict("records")
        ]
        why = pd.Series(reasons, index=by_finding.index, dtype=str)
        sentences = by_finding["sentence"].where(why == "", "").map(lambda words: json.dumps(as_data(words)))
        return by_finding.assign(sentence=sentences, **{WITHHELD: why})

    def holds(self, name: str, frame: pd.DataFrame) -> None:
        """Note that this chapter has made rows of persons or schools: none of their values may be published."""
        self._gate.loaded.add(name, frame)

    def inputs(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Note for the manifest which source files were read, with their hashes."""
        for record in records:
            self.workspace.record("input", **record)
        self._note_names(**remembered())

    def _note_names(self, names: Sequence[str], places: Sequence[str]) -> None:
        if names:
            self.workspace.record("names", names=names, places=places)
