"""A run in words: one line per event that matters."""

from __future__ import annotations

from analysis.run.show.events import Event


class Lines:
    """Puts events into lines, and counts the steps of every edition."""

    def __init__(self) -> None:
        self._settled: dict[str, dict[str, bool]] = {}

    def counts(self) -> tuple[int, int]:
        """Return how many steps have a valid result, and how many there are."""
        steps = [settled for edition in self._settled.values() for settled in edition.values()]
        return sum(steps), len(steps)

    def of(self, event: Event) -> str | None:
        """Take in an event, and return its line; None when it is not worth one."""
        if event.kind == "notice":
            return event.text
        if event.kind == "opened":
            self._settled[event.edition] = {}
            return f"{event.edition}: {event.text}"
        steps = self._settled.setdefault(event.edition, {})
        if event.notebook:
            steps[event.notebook] = event.kind in ("finished", "kept")
        line = _line(event, f"[{sum(steps.values())}/{len(steps)}]")
        return line if line is None or len(self._settled) == 1 else f"{event.edition}: {line.strip()}"


def _line(event: Event, counted: str) -> str | None:
    name = f"{event.notebook:<18}"
    seconds = event.seconds or 0.0
    match event.kind:
        case "waiting" if event.text:
            return f"  {name} runs: {event.text}"
        case "kept":
            return f"  {counted} {name}   {event.text or 'unchanged'}"
        case "finished":
            return f"  {counted} {name} {seconds:6.1f} s"
        case "failed":
            return f"  {event.notebook} failed after {seconds:.1f} s"
        case "blocked":
            return f"  {name} blocked: {event.text}"
        case "pages":
            return "  pages"
        case "published":
            return f"read it: {event.text}"
    return None
