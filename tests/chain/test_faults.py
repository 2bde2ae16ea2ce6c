"""Kill a run anywhere: the published edition stays whole, nothing lives on, and the same command goes on from there."""

from __future__ import annotations

import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest

from analysis.run.manifest import outputs_of
from analysis.run.verify import COMPARED, NOT_COMPARED, damaged

TRIALS = 100
SEED = 20201101
GONE_WITHIN = 5.0
OLD = {"one": {"number": 7}, "two": {}, "three": {"power": 2}}
PART = {"one": {"number": 8}, "two": {}, "three": {"power": 2}}
NEW = {"one": {"number": 8}, "two": {}, "three": {"power": 3}}
BEFORE: dict[str, dict[str, Any] | None] = {"first edition": None, "all steps anew": OLD, "one step anew": PART}

Victim = Literal["runner", "kernel", "warm parent"]


@dataclass(frozen=True)
class Trial:
    """Who is killed, when, and of which run.

    `moment` is a share of the run's duration, or with `by_operation` of its disk operations; with `late` of those
    from the making of the pages on.
    """

    victim: Victim
    moment: float
    before: str
    jobs: int
    fresh: bool
    by_operation: bool = False
    late: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        return ("--jobs", str(self.jobs), *(["--fresh-kernels"] if self.fresh else []))


def draw(number: int) -> Trial:
    """Draw a trial; of a hundred 20 kill a kernel, 20 the warm parent and 60 the runner: 40 of these by disk
    operation, where moments that take no time count as much as any other."""
    chance = random.Random(SEED + number)  # noqa: S311 - moments, no secrets
    kind = number % 5
    victim: Victim = ("kernel", "warm parent", "runner", "runner", "runner")[kind]
    return Trial(
        victim=victim,
        moment=chance.random(),
        before=chance.choice(list(BEFORE)),
        jobs=chance.choice((1, 2)),
        fresh=victim != "warm parent" and chance.random() < 0.5,
        by_operation=kind > 2,
        late=kind == 4,
    )


class Faults:
    """The small project, its editions before and after, and what happened in each trial."""

    def __init__(self, staat: Any, folder: Path) -> None:
        self.staat, self.folder = staat, folder
        self.trials: list[dict[str, Any]] = []

    @cache  # noqa: B019 - lives as long as the tests
    def edition(self, name: str) -> Path:
        """An edition of an undisturbed run."""
        self.staat.small.blocks = {"old": OLD, "part": PART, "new": NEW}[name]
        outputs = self.folder / f"undisturbed-{name}"
        assert self.staat.run(outputs=outputs).process.returncode == 0
        return outputs / "small"

    @cache  # noqa: B019 - the same
    def contents(self, name: str) -> dict[str, str]:
        return tables(self.edition(name))

    @cache  # noqa: B019 - the same
    def undisturbed(self, before: str, words: tuple[str, ...]) -> list[dict[str, Any]]:
        """The events of a run from a state, with the time since its start."""
        run = self.staat.start(*words, outputs=self.begin(before, f"{before}{words}".replace(" ", "")))
        assert run.wait() == 0, run.said
        return [{**event, "at": event["at"] - run.began} for event in run.events]

    def begin(self, before: str, name: str) -> Path:
        """Make the outputs of a trial as they were before it; the order is for the new edition from now on."""
        outputs = self.folder / name
        parameters = BEFORE[before]
        if parameters is not None:
            shutil.copytree(self.edition("old" if parameters is OLD else "part"), outputs / "small")
        self.edition("new")
        self.staat.small.blocks = NEW
        return outputs

    def what(self, trial: Trial, edition: Path) -> str:
        """Which edition is published; it must be whole."""
        if not edition.exists():
            assert trial.before == "first edition"
            return "none"
        assert damaged(edition) == []
        known = {"new": self.contents("new")}
        if trial.before != "first edition":
            known["old"] = self.contents("old" if BEFORE[trial.before] is OLD else "part")
        found = [name for name, content in known.items() if content == tables(edition)]
        assert found, "the published edition is neither the old nor the new one"
        return found[0]


def tables(edition: Path) -> dict[str, str]:
    return {
        name: digest
        for name, digest in outputs_of(edition).items()
        if name.startswith(COMPARED) and not name.startswith(NOT_COMPARED)
    }


@pytest.fixture(scope="module")
def faults(small_staat_of: Callable[[Path], Any], tmp_path_factory: pytest.TempPathFactory) -> Faults:
    folder = tmp_path_factory.mktemp("faults")
    return Faults(small_staat_of(folder), folder)


@pytest.fixture(scope="module")
def report(faults: Faults, request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep what all trials reported for tools/fault_report.py; a report of some of them would be none."""
    cache = request.config.cache
    cache.set("faults/trials", [])
    yield
    if len(faults.trials) == TRIALS:
        cache.set("faults/trials", faults.trials)


def kill(faults: Faults, trial: Trial, outputs: Path, scratch: str) -> tuple[Any, bool]:
    """Start a run and kill the victim; return the run, and whether the victim was alive when its moment came."""
    events = faults.undisturbed(trial.before, trial.words)
    pages = next(event for event in events if event["kind"] == "pages")
    last = events[-1]
    if trial.by_operation:
        first = pages["operations"] if trial.late else 0
        number = first + 1 + int(trial.moment * (last["operations"] - first))
        run = faults.staat.start(*trial.words, outputs=outputs, TMPDIR=scratch, KILL_AT=str(number))
        return run, run.wait() == -signal.SIGKILL
    run = faults.staat.start(*trial.words, outputs=outputs, TMPDIR=scratch)
    time.sleep(trial.moment * (last if trial.victim == "runner" else pages)["at"])
    while run.process.poll() is None:
        alive = {"runner": lambda: [run.process.pid], "kernel": run.kernels, "warm parent": run.zygotes}[trial.victim]()
        if alive:
            os.kill(alive[0], signal.SIGKILL)
            return run, True
        time.sleep(0.002)
    return run, False


def phase(events: list[dict[str, Any]], published: str) -> str:
    """Where the run was when it was killed."""
    kinds = {event["kind"] for event in events}
    if "published" in kinds:
        return "after publishing"
    if "pages" in kinds:
        return "after the swap" if published == "new" else "pages, before the swap"
    return "steps" if "opened" in kinds else "start"


def disturb(faults: Faults, trial: Trial, name: str, until: Any) -> bool:
    """Carry a trial out; False when the run was over before the victim could be killed."""
    outputs = faults.begin(trial.before, name)
    with tempfile.TemporaryDirectory(prefix="kill-") as scratch:
        run, landed = kill(faults, trial, outputs, scratch)
        reached = len(run.events)
        code = run.wait()
        gone = until(lambda: not run.alive(), GONE_WITHIN)
        left = len(list(Path(scratch).iterdir()))
    assert "Traceback" not in run.said
    assert code in {"runner": {-signal.SIGKILL, 0}, "kernel": {0, 1}, "warm parent": {0}}[trial.victim], run.said
    published = faults.what(trial, outputs / "small")
    where = phase(run.events[:reached], published)
    again = faults.staat.run(*trial.words, outputs=outputs)
    assert again.process.returncode == 0, again.said
    assert faults.what(trial, outputs / "small") == "new"
    assert tables(outputs / "small") == faults.contents("new")
    assert {path.name for path in outputs.iterdir()} <= {".cache", ".small.lock", "small"}
    assert not again.alive()
    shutil.rmtree(outputs)
    if landed:
        trial_report = {"victim": trial.victim, "phase": where, "published": published, "seconds": gone, "code": code}
        faults.trials.append({**trial_report, "again": len(again.executed), "temporary": left, "before": trial.before})
    return landed


def until_it_lands(faults: Faults, trial: Trial, number: int, until: Any) -> None:
    """Draw other, earlier moments until the victim is still there when its moment comes."""
    chance = random.Random(SEED * number)  # noqa: S311 - moments, no secrets
    for attempt in range(10):
        if disturb(faults, trial, f"trial-{number}-{attempt}", until):
            return
        trial = Trial(**{**trial.__dict__, "moment": chance.random() * 0.8 ** (attempt + 1)})
    pytest.fail(f"the {trial.victim} could not be killed in ten runs")


@pytest.mark.parametrize("number", [0, 1, 4], ids=["a kernel", "the warm parent", "the runner"])
def test_a_killed_run_leaves_a_whole_edition_and_the_next_one_goes_on(faults, until, number: int) -> None:
    trial = draw(number)
    until_it_lands(
        faults, Trial(**{**trial.__dict__, "before": "one step anew", "jobs": 2, "fresh": False}), number, until
    )


@pytest.mark.slow
@pytest.mark.usefixtures("report")
@pytest.mark.parametrize("number", range(TRIALS))
def test_a_hundred_kills_at_random_moments(faults, until, number: int) -> None:
    until_it_lands(faults, draw(number), number, until)


def test_the_moments_cover_every_victim_and_way_to_start() -> None:
    trials = [draw(number) for number in range(TRIALS)]
    assert [sum(trial.victim == who for trial in trials) for who in ("runner", "kernel", "warm parent")] == [60, 20, 20]
    for name, values in {"before": set(BEFORE), "jobs": {1, 2}, "fresh": {False, True}, "late": {False, True}}.items():
        assert {getattr(trial, name) for trial in trials} == values
