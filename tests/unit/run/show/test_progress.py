from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.run.show.events import Event
from analysis.run.show.progress import Progress


def told(*events: tuple[float, Event]) -> Progress:
    progress = Progress()
    for now, event in events:
        progress.apply(event, now)
    return progress


def waiting(step: str, seconds: float | None, edition: str = "ci") -> tuple[float, Event]:
    return 0.0, Event("waiting", edition, step, seconds, "why")


def test_steps_weigh_what_they_took_the_last_time() -> None:
    progress = told(waiting("a", 30), waiting("b", 10), (0, Event("started", "ci", "a")))
    assert progress.share(0) == 0
    assert progress.share(15) == pytest.approx(15 / 40)
    progress.apply(Event("finished", "ci", "a", seconds=60), 60)
    assert progress.share(60) == pytest.approx(30 / 40)


def test_a_step_that_is_overdue_does_not_count_for_more_than_itself() -> None:
    progress = told(waiting("a", 30), waiting("b", 10), (0, Event("started", "ci", "a")))
    assert progress.share(1000) == pytest.approx(30 / 40)


def test_a_kept_step_is_no_work() -> None:
    progress = told(waiting("a", 30), waiting("b", 10), (0, Event("kept", "ci", "a")), (0, Event("started", "ci", "b")))
    assert progress.share(5) == pytest.approx(5 / 10)
    progress.apply(Event("kept", "ci", "b"), 5)
    assert progress.share(5) == 1


def test_what_failed_or_is_blocked_is_not_done() -> None:
    progress = told(
        waiting("a", 30),
        waiting("b", 10),
        (0, Event("finished", "ci", "b")),
        (9, Event("failed", "ci", "a", seconds=9)),
    )
    assert progress.share(9) == pytest.approx(10 / 40)


def test_a_step_that_never_ran_weighs_the_mean_of_the_others_and_leaves_the_time_unknown() -> None:
    progress = told(waiting("a", 30), waiting("b", 10), waiting("new", None), (0, Event("started", "ci", "a")))
    progress.apply(Event("finished", "ci", "a", seconds=30), 30)
    assert progress.share(30) == pytest.approx(30 / (30 + 10 + 20))
    assert progress.left(30) is None
    progress.apply(Event("finished", "ci", "new", seconds=1), 31)
    assert progress.left(31) is not None


def test_the_time_left_follows_the_pace_of_this_run() -> None:
    slow = told(waiting("a", 10), waiting("b", 10), (0, Event("started", "ci", "a")))
    slow.apply(Event("finished", "ci", "a", seconds=20), 20)
    assert slow.left(20) == pytest.approx(10 * 20 / 10)
    steps = [waiting(step, 10) for step in "abcdefgh"]
    abreast = told(*steps, (0, Event("started", "ci", "a")), (0, Event("started", "ci", "b")))
    assert abreast.left(5) == pytest.approx((8 * 10 - 2 * 5) / 2)


def test_a_step_that_ends_at_the_moment_it_began_leaves_a_forecast() -> None:
    progress = told(waiting("a", 10), waiting("b", 7), (3, Event("started", "ci", "a")))
    progress.apply(Event("finished", "ci", "a", seconds=0), 3)
    assert progress.left(3) == 7


def test_the_time_that_a_failed_step_took_does_not_slow_the_forecast() -> None:
    progress = told(waiting("a", 10), waiting("b", 7), (0, Event("started", "ci", "a")))
    progress.apply(Event("failed", "ci", "a", seconds=8), 8)
    progress.apply(Event("started", "ci", "b"), 8)
    assert progress.left(9) == pytest.approx(7 - 1)


def test_no_step_is_expected_to_be_faster_than_itself() -> None:
    progress = told(*[waiting(step, 10) for step in "abc"], *[(0, Event("started", "ci", step)) for step in "abc"])
    progress.apply(Event("finished", "ci", "a", seconds=1), 1)
    assert progress.left(1) == pytest.approx(10 - 1)


def test_an_edition_is_active_from_its_first_step_until_it_is_published() -> None:
    progress = told(waiting("a", 1))
    edition = progress.editions["ci"]
    states = [edition.active]
    for event in (Event("started", "ci", "a"), Event("finished", "ci", "a"), Event("pages", "ci")):
        progress.apply(event, 1)
        states.append(edition.active)
    progress.apply(Event("published", "ci", text="there"), 4)
    assert [*states, edition.active] == [False, True, True, True, False]
    assert (edition.seconds, edition.address) == (4 - 1, "there")


def test_the_end_of_a_run_leaves_nothing_running() -> None:
    progress = told(waiting("a", 9), waiting("b", 9), (2, Event("started", "ci", "a")))
    progress.stop(5)
    a, b = progress.steps
    assert (a.state, a.elapsed(99), b.state, b.began) == ("stopped", 5 - 2, "stopped", None)
    assert not progress.editions["ci"].active


def test_an_edition_that_opens_again_starts_anew() -> None:
    progress = told(waiting("a", 9), (0, Event("failed", "ci", "a")), (1, Event("opened", "ci", text="again")))
    assert progress.steps == []


KINDS = st.sampled_from(["waiting", "kept", "started", "finished", "failed", "blocked"])


@given(
    st.lists(st.tuples(KINDS, st.sampled_from("abc"), st.none() | st.floats(0, 1e5), st.floats(0, 1e5)), max_size=20)
)
def test_share_and_time_left_stay_in_bounds_whatever_is_told(
    happenings: list[tuple[str, str, float | None, float]],
) -> None:
    progress, now = Progress(), 0.0
    for kind, step, seconds, passed in happenings:
        now += passed
        progress.apply(Event(kind, "ci", step, seconds=seconds), now)  # type: ignore[arg-type]  # drawn from the kinds
        assert -1e-9 <= progress.share(now) <= 1 + 1e-9
        left = progress.left(now)
        # Three steps of at most 1e5 s each, at the slowest pace of 1/100.
        assert left is None or 0 <= left <= 100 * 3 * 1e5
