from __future__ import annotations

import io
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from analysis.run.show import live
from analysis.run.show.events import Event
from analysis.run.show.live import LiveView, duration, frame
from analysis.run.show.progress import Progress

STEPS = [f"{number:02}_step" for number in range(1, 8)]
TITLE = "The state of education in a city with quite a long name indeed"


def opened(*editions: str, seconds: float | None = 10.0) -> Progress:
    progress = Progress()
    for edition in editions:
        progress.apply(Event("opened", edition, text=TITLE), 0)
        for step in STEPS:
            progress.apply(Event("waiting", edition, step, seconds, "01_step ran"), 0)
    return progress


def finish(progress: Progress, edition: str) -> None:
    for step in STEPS:
        progress.apply(Event("started", edition, step), 0)
        progress.apply(Event("finished", edition, step, 1.0), 1)
    progress.apply(Event("published", edition, text=f"outputs/{edition}/index.html"), 7)


def lines_at(progress: Progress, now: float, width: int = 60, height: int = 40) -> list[str]:
    return [line.rstrip() for line in frame(progress, now, width, height).plain.splitlines()]


def test_every_state_has_a_line_that_says_so_without_colour() -> None:
    progress = opened("ci")
    for event in (
        Event("started", "ci", "01_step"),
        Event("finished", "ci", "01_step", 9.04),
        Event("kept", "ci", "02_step"),
        Event("kept", "ci", "03_step", text="not asked for"),
        Event("started", "ci", "04_step"),
        Event("failed", "ci", "05_step", 3.2, "ValueError: a secret"),
        Event("blocked", "ci", "06_step", text="needs 05_step"),
    ):
        progress.apply(event, 0)
    assert lines_at(progress, 4.0) == [
        "⠋ ci  3/7 steps  The state of education in a city with quit…",
        "  ✓ 01_step  9.0 s",
        "  = 02_step  unchanged",
        "  = 03_step  not asked for",
        "  ⠋ 04_step  4 s of about 10 s  01_step ran",
        "  ✗ 05_step  failed after 3.2 s",
        "  ! 06_step  blocked: needs 05_step",
        "  · 07_step  waiting, about 10 s  01_step ran",
        # Of 5 x 10 s (two steps are kept) 10 + 4 are done, in 4 s; at that pace 6 + 10 take 5 s, but 07_step alone 10.
        "████░░░░░░░░░░░░  28%  3/7 steps  about 10 s left",
    ]


def test_a_step_without_a_reason_to_run_is_not_expected_to_take_time() -> None:
    progress = opened("ci")
    progress.apply(Event("waiting", "ci", "07_step", 10.0), 0)
    progress.apply(Event("started", "ci", "01_step"), 0)
    lines = lines_at(progress, 2.0)
    assert "  · 07_step  waiting, so far unchanged" in lines
    # 6 x 10 s, of which 2 are done.
    assert lines[-1].endswith("0/7 steps  about 58 s left")


def test_an_edition_of_which_not_all_was_asked_for_ends_unpublished() -> None:
    progress = opened("ci")
    progress.apply(Event("started", "ci", "01_step"), 0)
    for step in STEPS[1:]:
        progress.apply(Event("kept", "ci", step, text="not asked for"), 0)
    progress.apply(Event("finished", "ci", "01_step", 2.0), 2)
    progress.stop(2)
    assert lines_at(progress, 2.0)[0].startswith("■ ci  not published  The state")


def test_without_a_last_run_there_is_no_time_left() -> None:
    progress = opened("ci", seconds=None)
    progress.apply(Event("started", "ci", "01_step"), 0)
    lines = lines_at(progress, 65.0)
    assert "  ⠋ 01_step  1 min 05 s  01_step ran" in [line.replace(live.SPINNER[325 % 10], "⠋") for line in lines]
    assert lines[-1].endswith("time left not known yet")


def test_a_step_that_takes_longer_than_last_time_says_so() -> None:
    progress = opened("ci")
    for step in STEPS:
        progress.apply(Event("started", "ci", step), 0)
    assert lines_at(progress, 11.0)[-1].endswith("0/7 steps  longer than last time")


def test_pages_are_made_after_the_last_step() -> None:
    progress = opened("ci")
    for step in STEPS:
        progress.apply(Event("finished", "ci", step, 1.0), 7)
    progress.apply(Event("pages", "ci"), 7)
    lines = lines_at(progress, 10.0)
    assert lines[-2:] == ["  ⠋ pages    3 s", "████████████████  100%  7/7 steps  only pages to make"]


def test_twelve_editions_of_seven_steps_fit_forty_lines_and_show_what_runs() -> None:
    editions = [f"edition-{number}" for number in range(12)]
    progress = opened(*editions)
    for edition in editions[:4]:
        finish(progress, edition)
    for edition in editions[4:10]:
        progress.apply(Event("started", edition, "01_step"), 8)
    lines = lines_at(progress, 10.0)
    # 12 headings, 6 running steps, the other 6 steps of three editions, the bar; one line is left for the cursor.
    assert len(lines) == 12 + 6 + 3 * 6 + 1 == 40 - 3
    assert sum("2 s of about 10 s" in line for line in lines) == 6
    assert sum(line.startswith("✓ edition-") for line in lines) == 4


def test_on_a_low_terminal_what_runs_stays_in_sight() -> None:
    editions = [f"edition-{number:02}" for number in range(30)]
    progress = opened(*editions)
    progress.apply(Event("started", "edition-20", "03_step"), 0)
    lines = lines_at(progress, 0.0, height=12)
    assert lines[0].startswith("⠋ edition-20")
    assert "  ⠋ 03_step  0 s of about 10 s  01_step ran" in lines
    assert lines[-2] == "… 29 more editions, complete or waiting"
    assert len(lines) < 12


@given(st.integers(1, 120), st.integers(6, 60), st.integers(1, 14), st.integers(0, 3))
def test_no_line_is_wider_and_no_frame_higher_than_the_terminal(width: int, height: int, n: int, running: int) -> None:
    editions = [f"edition-{number}" for number in range(n)]
    progress = opened(*editions)
    for step in STEPS[: min(running, (height - 4) // 2)]:
        progress.apply(Event("started", editions[0], step), 0)
    drawn = frame(progress, 3.0, width, height)
    assert all(len(line) <= width for line in drawn.plain.split("\n"))
    assert len(drawn.plain.split("\n")) < height


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (125, "2 min 05 s"), (4210, "1 h 10 min")]
)
def test_durations_read_as_people_say_them(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch) -> Console:
    """A terminal in memory; frames are drawn when a test asks for one."""
    monkeypatch.setattr(live, "FRAMES_PER_SECOND", 1e-6)
    return Console(force_terminal=True, width=60, height=40, file=io.StringIO(), highlight=False, color_system=None)


def written(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_last_frame_stays_and_below_it_where_to_read(console: Console) -> None:
    with LiveView(console, lambda: 3.0) as view:
        view(Event("opened", "ci", text="t"))
        view(Event("started", "ci", "01_step"))
        view(Event("finished", "ci", "01_step", 2.0))
        view(Event("published", "ci", text="outputs/ci/" + "long/" * 20 + "index.html"))
    last = written(console).split("\x1b[2K")[-1]
    assert "✓ ci  complete, 0.0 s  t" in last
    assert "  ✓ 01_step  2.0 s" in last
    assert last.endswith("read it: outputs/ci/" + "long/" * 20 + "index.html\n")


def test_an_exception_leaves_the_state_in_which_the_run_stopped(console: Console) -> None:
    def break_off() -> None:
        with LiveView(console, lambda: 3.0) as view:
            view(Event("waiting", "ci", "02_step"))
            view(Event("started", "ci", "01_step"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    last = written(console).split("\x1b[2K")[-1]
    assert "■ 01_step  stopped after 0.0 s" in last
    assert "■ 02_step  not run" in last


def test_events_wait_for_the_next_frame_and_equal_frames_are_not_drawn_again(console: Console) -> None:
    with LiveView(console, lambda: 3.0) as view:
        before = written(console)
        for _ in range(1000):
            view(Event("started", "ci", "01_step"))
        assert written(console) == before
        view.refresh()
        drawn = written(console)
        assert drawn != before
        view.refresh()
        assert written(console) == drawn


def test_a_notice_goes_out_at_once_and_as_it_is(console: Console) -> None:
    with LiveView(console, lambda: 3.0) as view:
        view(Event("notice", "", text="a [red]notice[/red] " + "x" * 60))
        assert "a [red]notice[/red] " + "x" * 60 + "\n" in written(console)


def test_several_threads_may_tell_while_frames_are_drawn(console: Console) -> None:
    def speak(view: LiveView, edition: str) -> None:
        for step in STEPS:
            view(Event("started", edition, step))
            view.refresh()
            view(Event("notice", edition, text=f"{edition} {step}"))
            view(Event("finished", edition, step, 1.0))

    with LiveView(console, lambda: 3.0) as view:
        threads = [threading.Thread(target=speak, args=(view, edition)) for edition in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert not any(thread.is_alive() for thread in threads)
    assert all(f"{edition} {step}\n" in written(console) for edition in "abcd" for step in STEPS)
    assert "28/28 steps" in written(console).split("\x1b[2K")[-1]
