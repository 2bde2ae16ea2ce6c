"""What a user sees of a run: a live display on a terminal, plain lines anywhere else, nothing when asked for quiet."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from analysis.run.show.events import Event, Watch
from analysis.run.show.progress import EditionProgress, Progress


@contextmanager
def view(stream: TextIO, *, quiet: bool = False, clock: Callable[[], float] = time.monotonic) -> Iterator[Watch]:
    """Show a run on `stream` for as long as the context is open.

    Parameters
    ----------
    stream
        Where to show it.
    quiet
        Show nothing at all.
    clock
        Seconds since some moment.

    Yields
    ------
    Watch
        To call with every event; from any thread.
    """
    if quiet:
        yield _ignore
    elif shows_live(stream):
        # Loading rich costs what a command that writes to a file should not pay.
        from rich.console import Console

        from analysis.run.show.live import LiveView

        console = Console(file=stream, force_terminal=True, force_interactive=True, highlight=False)
        with LiveView(console, clock) as watch:
            yield watch
    else:
        yield PlainView(stream)


def shows_live(stream: TextIO) -> bool:
    """Tell whether `stream` is a terminal that can move its cursor and show the signs of the live display."""
    able = os.environ.get("TERM", "").lower() not in ("dumb", "unknown")
    encoding = (getattr(stream, "encoding", None) or "").lower().replace("-", "")
    return stream.isatty() and able and encoding == "utf8"


class PlainView:
    """One line per event that matters, for logs and pipes.

    Parameters
    ----------
    stream
        Where to write.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._progress = Progress()
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        """Show one event."""
        with self._lock:
            if event.kind == "notice":
                line: str | None = event.text
            else:
                edition = self._progress.apply(event, 0.0)
                line = self._line(event, edition)
            if line is not None:
                self._write(line)

    def _line(self, event: Event, edition: EditionProgress) -> str | None:
        if event.kind == "opened":
            return f"{event.edition}: {event.text}"
        line = _line_within(event, edition)
        if line is None or len(self._progress.editions) == 1:
            return line
        return f"{event.edition}: {line.strip()}"

    def _write(self, line: str) -> None:
        # A sign that the stream's encoding lacks is no reason to end a run.
        encoding = getattr(self._stream, "encoding", None) or "utf8"
        self._stream.write(line.encode(encoding, "replace").decode(encoding) + "\n")
        self._stream.flush()


def _line_within(event: Event, edition: EditionProgress) -> str | None:
    """Return the line of an event below the heading of its edition, or None when it is not worth one."""
    name = f"{event.notebook:<18}"
    counted = f"  [{edition.settled}/{len(edition.steps)}] {name}"
    seconds = event.seconds or 0.0
    match event.kind:
        case "waiting" if event.text:
            return f"  {name} runs: {event.text}"
        case "kept":
            return f"{counted}   {event.text or 'unchanged'}"
        case "finished":
            return f"{counted} {seconds:6.1f} s"
        case "failed":
            return f"  {event.notebook} failed after {seconds:.1f} s"
        case "blocked":
            return f"  {name} blocked: {event.text}"
        case "pages":
            return "  pages"
        case "published":
            return f"read it: {event.text}"
    return None


def _ignore(event: Event) -> None:
    del event
