"""The live display of a run on a terminal: below the lines of what is done, what runs, since when, and one bar."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from analysis.run.show.events import Event, Kind
from analysis.run.show.lines import Lines

# The words of a line say what happened; the colour only helps, so that nothing is lost without it.
STYLES: dict[Kind, str] = {"finished": "green", "kept": "dim", "failed": "bold red", "blocked": "yellow"}


class LiveView:
    """Shows a run on a terminal until the context is left, which leaves the lines alone on the screen."""

    def __init__(self, console: Console) -> None:
        self._console, self._lines, self._lock = console, Lines(), threading.Lock()
        self._tasks: dict[tuple[str, str], TaskID] = {}
        self._running = Progress(
            SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn(), console=console
        )
        self._steps = Progress(
            BarColumn(), MofNCompleteColumn(), TextColumn("steps"), TimeElapsedColumn(), console=console
        )
        self._bar = self._steps.add_task("", total=None, visible=False)
        self._live = Live(
            Group(self._running, self._steps),
            console=console,
            transient=True,
            # What others print to a file or a pipe belongs there, not on this terminal.
            redirect_stdout=sys.stdout.isatty(),
            redirect_stderr=sys.stderr.isatty(),
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._live.stop()
            for task in self._running.tasks:
                self._print(f"  {task.description} stopped after {task.elapsed or 0.0:.1f} s", "yellow")

    def __call__(self, event: Event) -> None:
        """Show one event; from any thread."""
        with self._lock:
            line = self._lines.of(event)
            self._follow(event)
            # Drawn before the line is printed: printing clears as many rows as the last frame had.
            self._live.refresh()
            if line is not None:
                self._print(line, STYLES.get(event.kind, ""))

    def _follow(self, event: Event) -> None:
        """Show what runs now, and how many steps have a result."""
        name = (event.edition, event.notebook)
        if event.kind in ("started", "pages"):
            self._tasks[name] = self._running.add_task(f"{event.edition}: {event.notebook or 'pages'}")
        elif event.kind in ("finished", "failed", "published") and name in self._tasks:
            self._running.remove_task(self._tasks.pop(name))
        settled, steps = self._lines.counts()
        self._steps.update(self._bar, completed=settled, total=steps or None, visible=bool(steps))

    def _print(self, line: str, style: str) -> None:
        self._console.print(Text(line, style), soft_wrap=True)
