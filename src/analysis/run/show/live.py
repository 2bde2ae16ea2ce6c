"""The live display of a run on a terminal: one line per step, one bar for all, redrawn a few times per second."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from analysis.run.show.events import Event
from analysis.run.show.progress import EditionProgress, Progress, State, StepProgress

FRAMES_PER_SECOND = 5
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
WIDEST_NAME = 24
BAR = 16

# A state is told by its sign and its words; the colour only helps, so that nothing is lost without it.
SIGNS: dict[State, tuple[str, str]] = {
    "waiting": ("·", "dim"),
    "done": ("✓", "green"),
    "kept": ("=", "dim"),
    "failed": ("✗", "bold red"),
    "blocked": ("!", "yellow"),
    "stopped": ("■", "yellow"),
}


class LiveView:
    """Shows a run on a terminal until the context is left, which leaves the last state on the screen.

    Parameters
    ----------
    console
        The terminal.
    clock
        Seconds since some moment.
    """

    def __init__(self, console: Console, clock: Callable[[], float]) -> None:
        self._console, self._clock = console, clock
        self._progress = Progress()
        self._shown = Text()
        self._over = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)
        # One lock for state and terminal: rich's own refresh thread could draw between a notice and the frame below it.
        self._lock = threading.RLock()
        self._live = Live(
            console=console,
            auto_refresh=False,
            get_renderable=lambda: self._shown,
            # What others print to a file or a pipe belongs there, not on this terminal.
            redirect_stdout=sys.stdout.isatty(),
            redirect_stderr=sys.stderr.isatty(),
        )

    def __enter__(self) -> Self:
        self._live.start()
        self._ticker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._ticker.join()
        with self._lock:
            self._progress.stop(self._clock())
            self.refresh()
            self._live.stop()
            for edition in self._progress.editions.values():
                if edition.address:
                    self._say(f"read it: {edition.address}")

    def __call__(self, event: Event) -> None:
        """Take in one event; a notice goes above the display at once, the rest shows in the next frame."""
        with self._lock:
            if event.kind == "notice":
                self._say(event.text)
            else:
                self._progress.apply(event, self._clock())

    def refresh(self) -> None:
        """Draw the display again, if it changed."""
        with self._lock:
            drawn = frame(self._progress, self._clock(), self._console.width, self._console.height)
            if drawn != self._shown or drawn.spans != self._shown.spans:
                self._shown = drawn
                self._live.refresh()

    def _say(self, text: str) -> None:
        self._console.print(Text(text), soft_wrap=True)

    def _tick(self) -> None:
        while not self._over.wait(1 / FRAMES_PER_SECOND):
            self.refresh()


def frame(progress: Progress, now: float, width: int, height: int) -> Text:
    """Return the display at the time `now`, in at most `width` columns.

    It fits in `height` lines as long as the steps that run, or failed editions, are not more than that.
    """
    if not progress.editions:
        return Text()
    # One line for the bar and one for the cursor.
    lines = [*_editions(progress, now, height - 2), _bar(progress, now)]
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return Text("\n", no_wrap=True, end="").join(lines)


def duration(seconds: float) -> str:
    """Return a duration as people say it: ``8 s``, ``2 min 05 s``, ``1 h 10 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def _exact(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else duration(seconds)


def _editions(progress: Progress, now: float, room: int) -> list[Text]:
    """Return the lines of all editions; those that are complete or not begun give way when room is short."""
    editions = list(progress.editions.values())
    expanded = _expanded(editions, room)
    wide = min(max(len(edition.name) for edition in editions), WIDEST_NAME)
    lines: list[Text] = []
    for edition in _folded(editions, room):
        lines.append(_heading(edition, now, wide))
        parts = edition.parts if edition.name in expanded else edition.of_state("running")
        lines += _steps(parts, now, min(max((len(step.name) for step in progress.steps), default=0), WIDEST_NAME))
    folded = len(editions) - len(_folded(editions, room))
    return [*lines, *([Text(f"… {folded} more editions, complete or waiting", "dim")] if folded else [])]


def _least(edition: EditionProgress) -> int:
    return 1 + len(edition.of_state("running"))


def _folded(editions: list[EditionProgress], room: int) -> list[EditionProgress]:
    """Leave out editions that nothing happens to when not even one line for each fits."""
    if sum(map(_least, editions)) <= room:
        return editions
    return [edition for edition in editions if edition.active or edition.of_state("failed", "stopped")]


def _expanded(editions: list[EditionProgress], room: int) -> set[str]:
    """Return which editions show all their steps: every one if that fits, else those under way, then the failed."""
    if sum(1 + len(edition.parts) for edition in editions) <= room:
        return {edition.name for edition in editions}
    spare = room - sum(map(_least, editions))
    wanted = [edition for edition in editions if edition.active]
    wanted += [edition for edition in editions if edition.of_state("failed") and not edition.active]
    chosen = set()
    for edition in wanted:
        more = 1 + len(edition.parts) - _least(edition)
        if more <= spare:
            chosen.add(edition.name)
            spare -= more
    return chosen


def _heading(edition: EditionProgress, now: float, wide: int) -> Text:
    state = _state_of(edition)
    words = _edition_words(edition, state)
    name = (f"{edition.name:<{wide}}", "bold")
    return Text.assemble(_sign(state, now), " ", name, "  ", words, "  ", (edition.title, "dim"))


def _state_of(edition: EditionProgress) -> State:
    if edition.complete:
        return "done" if edition.began is not None else "kept"
    if edition.active:
        return "running"
    if edition.of_state("failed"):
        return "failed"
    return "stopped" if edition.over else "waiting"


def _edition_words(edition: EditionProgress, state: State) -> str:
    match state:
        case "done":
            return f"complete, {_exact(edition.seconds)}"
        case "kept":
            return "unchanged"
        case "running":
            return f"{edition.settled}/{len(edition.steps)} steps"
        case "failed":
            return f"failed: {', '.join(step.name for step in edition.of_state('failed'))}"
        case "stopped" if edition.began is None:
            return "not run"
        case "stopped" if not edition.of_state("stopped"):
            return "not published"
    return state


def _steps(parts: Iterable[StepProgress], now: float, wide: int) -> list[Text]:
    return [
        Text.assemble(
            "  ",
            _sign(part.state, now),
            f" {part.name:<{wide}}  {_step_words(part, now)}",
            (f"  {part.note}" if part.state in ("waiting", "running") else "", "dim"),
        )
        for part in parts
    ]


def _step_words(part: StepProgress, now: float) -> str:
    about = "" if part.expected is None else f"about {duration(part.expected)}"
    match part.state:
        case "waiting" if not part.to_run:
            return "waiting, so far unchanged"
        case "waiting":
            return f"waiting, {about}" if about else "waiting"
        case "running":
            return " of ".join(filter(None, [duration(part.elapsed(now)), about]))
        case "done":
            return _exact(part.elapsed(now))
        case "kept":
            return part.note or "unchanged"
        case "blocked":
            return f"blocked: {part.note}"
        case "stopped" if part.began is None:
            return "not run"
    return f"{part.state} after {_exact(part.elapsed(now))}"


def _sign(state: State, now: float) -> tuple[str, str]:
    if state == "running":
        return SPINNER[int(now * FRAMES_PER_SECOND) % len(SPINNER)], "cyan"
    return SIGNS[state]


def _bar(progress: Progress, now: float) -> Text:
    share = progress.share(now)
    full = int(share * BAR)
    settled = sum(edition.settled for edition in progress.editions.values())
    counted = f"  {int(share * 100)}%  {settled}/{len(progress.steps)} steps  "
    return Text.assemble(("█" * full, "green"), ("░" * (BAR - full), "dim"), counted, _time_left(progress, now))


def _time_left(progress: Progress, now: float) -> str:
    if not any(step.state in ("waiting", "running") for step in progress.steps):
        under_way = any(edition.active for edition in progress.editions.values())
        return "only pages to make" if under_way else f"in {duration(progress.wall(now))}"
    left = progress.left(now)
    if left is None:
        return "time left not known yet"
    if left >= 1:
        return f"about {duration(left)} left"
    return "longer than last time" if any(step.state == "running" for step in progress.steps) else ""
