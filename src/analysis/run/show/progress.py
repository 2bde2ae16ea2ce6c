"""How far a run is: the states of its steps, kept up to date by events, and the time that is left.

Work is counted in expected seconds: what each step took the last time. How many steps run side by side, and how fast
this machine is today, is not told but learned: the work done so far over the time it took.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from analysis.run.show.events import Event

State = Literal["waiting", "running", "done", "kept", "failed", "blocked", "stopped"]

UNKNOWN_SECONDS = 10.0

# Of a run that hangs: slower than this, a forecast says nothing any more.
SLOWEST_PACE = 0.01


@dataclass
class StepProgress:
    """One step: its state, what the last run lets expect (seconds), and what there is to say about it."""

    name: str
    state: State = "waiting"
    expected: float | None = None
    began: float | None = None
    seconds: float | None = None
    note: str = ""

    @property
    def to_run(self) -> bool:
        """Whether it ran or will, as far as is known: a step that waits without a reason to run is likely kept."""
        return self.state != "kept" and (self.state != "waiting" or bool(self.note))

    def elapsed(self, now: float) -> float:
        """Seconds that it ran, so far or in all."""
        if self.seconds is not None:
            return self.seconds
        return 0.0 if self.began is None else now - self.began

    def start(self, now: float) -> None:
        """Begin to run at the time `now`."""
        self.state, self.began, self.seconds = "running", now, None

    def end(self, state: State, now: float, seconds: float | None = None, note: str = "") -> None:
        """Leave off in `state`; `seconds` as whoever ran it counted them, else by the clock of the view."""
        self.seconds = self.elapsed(now) if seconds is None else seconds
        self.state, self.note = state, note


@dataclass
class EditionProgress:
    """One edition: its steps in the order of the chain, its pages, and where to read it once it is there."""

    name: str
    title: str = ""
    steps: dict[str, StepProgress] = field(default_factory=dict)
    pages: StepProgress | None = None
    address: str | None = None
    began: float | None = None
    seconds: float = 0.0
    over: bool = False

    @property
    def parts(self) -> list[StepProgress]:
        """Its steps, and its pages when these are being made."""
        return [*self.steps.values(), *([self.pages] if self.pages else [])]

    @property
    def settled(self) -> int:
        """How many steps have a valid result."""
        return sum(step.state in ("done", "kept") for step in self.steps.values())

    def of_state(self, *states: State) -> list[StepProgress]:
        """Its parts that are in one of `states`."""
        return [part for part in self.parts if part.state in states]

    @property
    def complete(self) -> bool:
        """Whether it is published."""
        return self.address is not None

    @property
    def active(self) -> bool:
        """Whether it is under way: something of it runs, or did and more is to come."""
        if self.complete or self.over or self.began is None:
            return False
        return bool(self.of_state("running", "waiting")) or not self.of_state("failed")


@dataclass
class Progress:
    """All editions of a run."""

    editions: dict[str, EditionProgress] = field(default_factory=dict)

    def apply(self, event: Event, now: float) -> EditionProgress:
        """Take in what happened at the time `now`; returns the edition that it happened to."""
        if event.kind == "opened":
            self.editions[event.edition] = EditionProgress(event.edition, event.text)
        edition = self.editions.setdefault(event.edition, EditionProgress(event.edition))
        if event.notebook:
            step = edition.steps.setdefault(event.notebook, StepProgress(event.notebook))
            _apply_to_step(step, event, now)
        elif event.kind == "pages":
            edition.pages = StepProgress("pages")
            edition.pages.start(now)
        elif event.kind == "published":
            _publish(edition, event.text, now)
        if edition.began is None and event.kind in ("started", "pages"):
            edition.began = now
        return edition

    def stop(self, now: float) -> None:
        """Leave nothing running: the run is over, however it ended."""
        for edition in self.editions.values():
            edition.over = True
            for part in edition.of_state("running", "waiting"):
                part.end("stopped", now)

    @property
    def steps(self) -> list[StepProgress]:
        """The steps of all editions."""
        return [step for edition in self.editions.values() for step in edition.steps.values()]

    def share(self, now: float) -> float:
        """Share of the work that is done, from 0 to 1, each step weighing the seconds it is expected to take."""
        weighed = [step for step in self.steps if step.to_run]
        work = sum(self._weight(step) for step in weighed)
        return 1 - sum(self._remaining(step, now) for step in weighed) / work if work else 1.0

    def left(self, now: float) -> float | None:
        """Seconds until the last step is done; None while a step is to come that never ran before."""
        open_steps = [step for step in self.steps if step.to_run and step.state in ("waiting", "running")]
        if any(step.expected is None for step in open_steps):
            return None
        remaining = [self._remaining(step, now) for step in open_steps]
        # However many run side by side, no step is faster than itself.
        return max(sum(remaining) / self._pace(now), max(remaining, default=0.0))

    def wall(self, now: float) -> float:
        """Seconds since the first step began."""
        return now - min((step.began for step in self.steps if step.began is not None), default=now)

    def _pace(self, now: float) -> float:
        """Return the expected seconds of work that are done per second that passed."""
        done = sum(self._worked(step, now) for step in self.steps if step.began is not None)
        wall = self.wall(now)
        return max(done / wall, SLOWEST_PACE) if wall > 0 and done > 0 else 1.0

    def _weight(self, step: StepProgress) -> float:
        if step.expected is not None:
            return step.expected
        known = [other.expected for other in self.steps if other.expected is not None]
        return sum(known) / len(known) if known else UNKNOWN_SECONDS

    def _worked(self, step: StepProgress, now: float) -> float:
        # What failed is not done, yet its time was not idle.
        weight = self._weight(step)
        return weight if step.state == "done" else min(step.elapsed(now), weight)

    def _remaining(self, step: StepProgress, now: float) -> float:
        match step.state:
            case "done" | "kept":
                return 0.0
            case "running":
                return max(self._weight(step) - step.elapsed(now), 0.0)
        return self._weight(step)


def _apply_to_step(step: StepProgress, event: Event, now: float) -> None:
    match event.kind:
        case "waiting":
            step.state, step.note, step.expected = "waiting", event.text, event.seconds
        case "started":
            step.expected = step.expected if event.seconds is None else event.seconds
            step.start(now)
        case "finished":
            step.end("done", now, event.seconds)
        case "failed":
            step.end("failed", now, event.seconds, event.text)
        case "kept" | "blocked":
            step.state, step.note = event.kind, event.text


def _publish(edition: EditionProgress, address: str, now: float) -> None:
    edition.address = address
    edition.seconds = 0.0 if edition.began is None else now - edition.began
    if edition.pages:
        edition.pages.end("done", now)
