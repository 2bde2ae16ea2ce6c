from __future__ import annotations

import io
import re
import threading

import pytest
from rich.console import Console

from analysis.run.show.events import Event
from analysis.run.show.live import LiveView

STEPS = [f"{number:02}_step" for number in range(1, 8)]


@pytest.fixture
def console() -> Console:
    """A terminal in memory."""
    return Console(force_terminal=True, width=60, height=40, file=io.StringIO(), highlight=False, color_system=None)


def written(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def screen(console: Console) -> list[str]:
    """Return the lines that a terminal shows once all is written to it."""
    rows, row = [""], 0
    for part in re.split(r"(\r|\n|\x1b\[[0-9?]*[a-zA-Z])", written(console)):
        if part == "\n":
            row += 1
            rows += [""] * (row + 1 - len(rows))
        elif part == "\x1b[2K":
            rows[row] = ""
        elif part == "\x1b[1A":
            row -= 1
        elif not part.startswith(("\x1b", "\r")):
            rows[row] += part
    return "\n".join(line.rstrip() for line in rows).rstrip("\n").split("\n")


def opened(view: LiveView, edition: str = "ci") -> None:
    view(Event("opened", edition, text="t"))
    for step in STEPS:
        view(Event("waiting", edition, step, text="never ran"))


def test_what_runs_is_shown_with_its_time_below_what_is_done(console: Console) -> None:
    with LiveView(console) as view:
        opened(view)
        view(Event("kept", "ci", "01_step"))
        view(Event("started", "ci", "02_step"))
        view(Event("started", "ci", "03_step"))
        view(Event("finished", "ci", "02_step", 9.04))
        view(Event("failed", "ci", "04_step", 3.2, "ValueError: a secret"))
        view(Event("blocked", "ci", "05_step", text="needs 04_step"))
        lines = screen(console)
    assert lines[8:12] == [
        "  [1/7] 01_step              unchanged",
        "  [2/7] 02_step               9.0 s",
        "  04_step failed after 3.2 s",
        "  05_step            blocked: needs 04_step",
    ]
    assert re.fullmatch(r"\S ci: 03_step 0:00:0\d", lines[12])
    assert re.search(r"2/7 +steps 0:00:0\d$", lines[13])
    assert len(lines) == 14


def test_the_end_leaves_the_lines_alone_and_where_to_read_last(console: Console) -> None:
    address = "outputs/ci/" + "long/" * 20 + "index.html"
    with LiveView(console) as view:
        view(Event("opened", "ci", text="t"))
        view(Event("started", "ci", "01_step"))
        view(Event("finished", "ci", "01_step", 2.0))
        view(Event("pages", "ci"))
        assert re.fullmatch(r"\S ci: pages 0:00:0\d", screen(console)[-2])
        view(Event("published", "ci", text=address))
    assert screen(console) == ["ci: t", "  [1/1] 01_step               2.0 s", "  pages", f"read it: {address}"]


def test_an_exception_leaves_what_ran_when_it_came(console: Console) -> None:
    def break_off() -> None:
        with LiveView(console) as view:
            view(Event("waiting", "ci", "02_step"))
            view(Event("started", "ci", "01_step"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert re.fullmatch(r"  ci: 01_step stopped after \d\.\d s", screen(console)[0])


def test_the_bar_counts_the_steps_of_all_editions(console: Console) -> None:
    with LiveView(console) as view:
        for edition in ("a", "b"):
            opened(view, edition)
            view(Event("finished", edition, "01_step", 1.0))
        assert re.search(r"2/14 +steps", screen(console)[-1])


def test_a_notice_goes_out_at_once_and_as_it_is(console: Console) -> None:
    with LiveView(console) as view:
        view(Event("notice", "", text="a [red]notice[/red] " + "x" * 60))
        assert "a [red]notice[/red] " + "x" * 60 + "\n" in written(console)


def test_several_threads_may_report_while_frames_are_drawn(console: Console) -> None:
    def speak(view: LiveView, edition: str) -> None:
        for step in STEPS:
            view(Event("started", edition, step))
            view(Event("notice", edition, text=f"{edition} {step}"))
            view(Event("finished", edition, step, 1.0))

    with LiveView(console) as view:
        threads = [threading.Thread(target=speak, args=(view, edition)) for edition in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert not any(thread.is_alive() for thread in threads)
        assert re.search(r"28/28 +steps", screen(console)[-1])
    assert {f"{edition} {step}" for edition in "abcd" for step in STEPS} <= set(screen(console))


def test_no_bar_is_shown_before_it_is_known_how_many_steps_there_are(console: Console) -> None:
    with LiveView(console):
        pass
    assert "steps" not in written(console)
