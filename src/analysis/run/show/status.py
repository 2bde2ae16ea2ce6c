"""The state of an edition in words: for who wants to know whether it is up to date."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import InputError, nearest
from analysis.run import staging
from analysis.run.assess import Assessor, Standing
from analysis.run.earlier import bases

UP_TO_DATE = "up to date"
WORDS = {"valid": UP_TO_DATE, "stale": "stale", "follows": "follows", "failed": "failed"}


@dataclass(frozen=True)
class Overview:
    """The state of an edition."""

    edition: str
    verdict: str  # in a few words
    standings: Sequence[Standing]

    @property
    def up_to_date(self) -> bool:
        """Whether a run would do nothing."""
        return self.verdict == UP_TO_DATE


def overview(assessor: Assessor) -> Overview:
    """Judge an edition as it is now."""
    standings = assessor.standings(_folders(assessor), _of_base(assessor))
    return Overview(assessor.order.edition, _verdict(assessor, standings), standings)


def table(edition: Overview) -> str:
    """Return the chain of an edition as a table: step, state, how long it took, why it would run.

    ``follows`` says that a step has nothing against it but that what it reads may change.
    """
    rows = [("step", "state", "last time", "why"), *(_row(standing) for standing in edition.standings)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["  ".join([*(f"{row[i]:<{widths[i]}}" for i in range(3)), row[3]]).rstrip() for row in rows]
    return "\n".join([f"{edition.edition}: {edition.verdict}", *(f"  {line}" for line in lines), ""])


def as_json(editions: Sequence[Overview]) -> str:
    """Return the same for programs: a list of editions, each with its steps."""
    told = [
        {
            "edition": edition.edition,
            "up_to_date": edition.up_to_date,
            "verdict": edition.verdict,
            "steps": [_told(standing) for standing in edition.standings],
        }
        for edition in editions
    ]
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _told(standing: Standing) -> dict[str, object]:
    return {
        "step": standing.step.notebook,
        "stem": standing.step.stem,
        "state": WORDS[standing.state],
        "seconds": standing.record.seconds if standing.record else None,
        "why": standing.reason,
    }


def why_line(assessor: Assessor, stem: str) -> str:
    """Return in one line why the step `stem` would run, or that it is up to date."""
    for standing in assessor.standings(_folders(assessor), _of_base(assessor)):
        if standing.step.stem == stem:
            return standing.reason or "it is up to date"
    known = [step.stem for step in assessor.steps]
    near = nearest(stem, known)
    hint = f"did you mean {near}?" if near else None
    raise InputError(stem, f"{assessor.order.edition} has no such step", allowed=", ".join(known), hint=hint)


def _folders(assessor: Assessor) -> list[Path]:
    project, edition = assessor.project, assessor.order.edition
    return [*staging.leftovers(project.outputs, edition), project.outputs / edition]


def _of_base(assessor: Assessor) -> Callable[[str], list[Path]]:
    """Return where else results of a step may lie: a variant begins with those of its edition."""
    return lambda _: [*bases(assessor.project.outputs, assessor.order.edition)]


def _row(standing: Standing) -> tuple[str, str, str, str]:
    seconds = f"{standing.record.seconds:.1f} s" if standing.record else ""
    return standing.step.notebook, WORDS[standing.state], seconds, standing.reason


def _verdict(assessor: Assessor, standings: Sequence[Standing]) -> str:
    published = assessor.project.outputs / assessor.order.edition
    if not published.exists():
        return "not published"
    if assessor.up_to_date(published):
        return UP_TO_DATE
    if all(standing.state == "valid" for standing in standings):
        done = {standing.step.stem: standing.record for standing in standings if standing.record}
        return f"the pages must be made again: {assessor.why_pages(published, done)}"
    return "would run"
