"""What a user sees of a run: a live display on a terminal, plain lines anywhere else, nothing when quiet."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from analysis.run.show.events import Event, Watch
from analysis.run.show.lines import Lines


@contextmanager
def view(stream: TextIO, *, quiet: bool = False) -> Iterator[Watch]:
    """Show a run on `stream` while the context is open; it gives what to call with every event, from any thread."""
    if quiet:
        yield lambda _: None
    elif shows_live(stream):
        # Loading rich costs what a command that writes to a file should not pay.
        from rich.console import Console

        from analysis.run.show.live import LiveView

        console = Console(file=stream, force_terminal=True, force_interactive=True, highlight=False)
        with LiveView(console) as watch:
            yield watch
    else:
        yield PlainView(stream)


def shows_live(stream: TextIO) -> bool:
    """Return whether `stream` is a terminal that can move its cursor and show the signs of the live display."""
    able = os.environ.get("TERM", "").lower() not in ("dumb", "unknown")
    encoding = (getattr(stream, "encoding", None) or "").lower().replace("-", "")
    return stream.isatty() and able and encoding == "utf8"


class PlainView:
    """One line per event that matters, for logs and pipes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._lines, self._lock = stream, Lines(), threading.Lock()

    def __call__(self, event: Event) -> None:
        """Show one event; from any thread."""
        with self._lock:
            line = self._lines.of(event)
            if line is not None:
                # A sign that the stream's encoding lacks is no reason to end a run.
                encoding = getattr(self._stream, "encoding", None) or "utf8"
                self._stream.write(line.encode(encoding, "replace").decode(encoding) + "\n")
                self._stream.flush()
