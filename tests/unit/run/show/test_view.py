from __future__ import annotations

import io
import subprocess
import sys
import threading

import pytest

from analysis.run.show.events import Event, Kind
from analysis.run.show.view import shows_live, view


class Stream(io.StringIO):
    """A stream that may claim to be a terminal, and knows how far it was flushed."""

    encoding = "utf-8"
    flushed = ""

    def __init__(self, terminal: bool = False) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    def flush(self) -> None:
        self.flushed = self.getvalue()


def event(kind: Kind, notebook: str = "", seconds: float | None = None, text: str = "", edition: str = "ci") -> Event:
    return Event(kind, edition, notebook, seconds, text)


def lines_of(*events: Event) -> list[str]:
    stream = Stream()
    with view(stream) as watch:
        for one in events:
            watch(one)
            assert stream.flushed == stream.getvalue()
    return stream.getvalue().splitlines()


def test_plain_lines_of_an_edition_that_succeeds() -> None:
    assert lines_of(
        event("opened", text="The state of a small city"),
        event("waiting", "01_data", 14.0, "parameter data.scale: 1 -> 2"),
        event("waiting", "02_segregation", 3.0),
        event("waiting", "03_school_choice"),
        event("started", "01_data"),
        event("finished", "01_data", 13.84),
        event("kept", "02_segregation"),
        event("kept", "03_school_choice", text="not asked for"),
        event("notice", text="kernels are not forked here: [why]"),
        event("pages"),
        event("published", text="outputs/ci/index.html"),
    ) == [
        "ci: The state of a small city",
        "  01_data            runs: parameter data.scale: 1 -> 2",
        "  [1/3] 01_data              13.8 s",
        "  [2/3] 02_segregation       unchanged",
        "  [3/3] 03_school_choice     not asked for",
        "kernels are not forked here: [why]",
        "  pages",
        "read it: outputs/ci/index.html",
    ]


def test_plain_lines_of_a_failure_leave_the_error_to_the_command() -> None:
    assert lines_of(
        event("opened", text="t"),
        event("waiting", "01_data"),
        event("waiting", "02_segregation"),
        event("failed", "01_data", 3.21, "ValueError: secret"),
        event("blocked", "02_segregation", text="needs 01_data"),
    ) == ["ci: t", "  01_data failed after 3.2 s", "  02_segregation     blocked: needs 01_data"]


def test_plain_lines_say_which_edition_once_there_are_several() -> None:
    assert lines_of(
        event("opened", text="One", edition="a"),
        event("waiting", "01_data", edition="a"),
        event("opened", text="Two", edition="b"),
        event("waiting", "01_data", text="new", edition="b"),
        event("finished", "01_data", 2.0, edition="a"),
        event("published", text="outputs/a/index.html", edition="a"),
    ) == [
        "a: One",
        "b: Two",
        "b: 01_data            runs: new",
        "a: [1/1] 01_data               2.0 s",
        "a: read it: outputs/a/index.html",
    ]


def test_a_sign_that_the_stream_cannot_write_does_not_end_the_run() -> None:
    raw = io.BytesIO()
    with view(io.TextIOWrapper(raw, encoding="ascii")) as watch:
        watch(event("opened", text="São → 1"))
        assert raw.getvalue() == b"ci: S?o ? 1\n"


def test_quiet_is_quiet() -> None:
    stream = Stream(terminal=True)
    with view(stream, quiet=True) as watch:
        watch(event("notice", text="something"))
    assert stream.getvalue() == ""


def test_lines_of_several_threads_do_not_mix() -> None:
    stream = Stream()

    def speak(watch: object, edition: str) -> None:
        for _ in range(200):
            watch(event("notice", text=edition * 50))  # type: ignore[operator]  # a Watch

    with view(stream) as watch:
        threads = [threading.Thread(target=speak, args=(watch, letter)) for letter in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(stream.getvalue().splitlines()) == sorted(letter * 50 for letter in "abcd" for _ in range(200))


@pytest.mark.parametrize(
    ("terminal", "term", "encoding", "live"),
    [
        (True, "xterm-256color", "utf-8", True),
        (True, "dumb", "utf-8", False),
        (True, "xterm", "latin-1", False),
        (False, "xterm", "utf-8", False),
    ],
)
def test_live_only_where_it_can_be_seen(
    terminal: bool, term: str, encoding: str, live: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    stream = Stream(terminal)
    monkeypatch.setattr(stream, "encoding", encoding, raising=False)
    assert shows_live(stream) is live


def test_a_terminal_gets_the_live_view_and_its_cursor_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = Stream(terminal=True)

    def interrupt() -> None:
        with view(stream) as watch:
            watch(event("started", "01_data"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupt()
    assert "stopped after" in stream.getvalue()
    assert stream.getvalue().rindex("\x1b[?25h") > stream.getvalue().rindex("\x1b[?25l")


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    outputs = []
    for no_color in ("", "1"):
        monkeypatch.setenv("NO_COLOR", no_color)
        stream = Stream(terminal=True)
        with view(stream) as watch:
            watch(event("finished", "01_data", 1.0))
        outputs.append("\x1b[32m" in stream.getvalue())
    assert outputs == [True, False]


def test_plain_lines_load_neither_rich_nor_the_heavy_packages() -> None:
    code = """
import sys
from analysis.run.show.events import Event
from analysis.run.show.view import view
with view(sys.stdout) as watch:
    watch(Event("opened", "ci", text="t"))
print([name for name in ("rich", "pandas", "papermill") if name in sys.modules])
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines() == ["ci: t", "[]"]
