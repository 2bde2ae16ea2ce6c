from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from analysis.compare.rerun import Rerun, plan, stages
from analysis.errors import InputError, StaatError

LOCK = "b" * 64
PARAMETERS = {"edition": "a", "seed": 1}


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    done = subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project under version control, with the code of old and, on top, that of now."""
    root = tmp_path / "project"
    (root / "params" / "sources").mkdir(parents=True)
    (root / "params" / "published").mkdir()
    (root / "params" / "sources" / "card.yml").write_text("old", "utf8")
    (root / "params" / "published" / "figures.yml").write_text("figures", "utf8")
    (root / "code.txt").write_text("old code", "utf8")
    (root / "requirements.lock").write_text("", "utf8")
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "old")
    (root / "code.txt").write_text("new code", "utf8")
    (root / "params" / "sources" / "card.yml").write_text("new", "utf8")
    git(root, "commit", "-q", "-a", "-m", "new")
    return root


def commits(root: Path) -> tuple[str, str]:
    return git(root, "rev-parse", "HEAD~1"), git(root, "rev-parse", "HEAD")


def taken(steps: list[Rerun | str]) -> list[str]:
    return [step.taken if isinstance(step, Rerun) else step for step in steps]


@pytest.mark.parametrize(
    ("told", "steps"),
    [
        ({}, []),
        ({"parameters": {**PARAMETERS, "seed": 2}}, ["parameters"]),
        ({"git": {"commit": "c" * 40, "dirty": False}}, ["code"]),
        (
            {"parameters": {**PARAMETERS, "seed": 2}, "git": {"commit": "c" * 40, "dirty": False}},
            ["parameters", "code"],
        ),
        ({"parameters": {**PARAMETERS, "edition": "b", "title": "B"}}, []),
    ],
)
def test_only_what_differs_is_taken_over(editions: Any, told: dict[str, Any], steps: list[str]) -> None:
    before = editions.make("a", parameters=PARAMETERS)
    assert taken(plan(before, editions.make("b", **{"parameters": PARAMETERS, **told}), LOCK)) == steps


def test_other_libraries_than_today_are_a_step_of_their_own(editions: Any) -> None:
    before = editions.make("a", parameters=PARAMETERS)
    after = editions.make("b", parameters={**PARAMETERS, "seed": 2}, git={"commit": "c" * 40, "dirty": False})
    assert taken(plan(before, after, "another lock")) == ["libraries", "parameters", "code"]


class Runs:
    """Stands in for a run: notes what it was given, and leaves an edition with one estimate."""

    def __init__(self, editions: Any, estimates: Any, error: str = "") -> None:
        self.editions, self.estimates, self.error, self.seen = editions, estimates, error, []

    def __call__(self, code: Path, params: str, outputs: Path, environment: Mapping[str, str]) -> None:
        assert environment["PYTHONPATH"] == str(code / "src")
        told = yaml.safe_load((code / params).read_text("utf8"))
        card = (code / "params" / "sources" / "card.yml").read_text("utf8")
        self.seen.append(((code / "code.txt").read_text("utf8"), told["seed"], card))
        if self.error:
            raise StaatError(self.error)
        maker = type(self.editions)(outputs)
        maker.make(Path(params).stem, {"school_choice": {"estimates": self.estimates(estimate=[0.0, 0.1, 0.3])}})


def pair(editions: Any, root: Path, *, sha256: str = "", **told: Any) -> tuple[Any, Any]:
    old, new = commits(root)
    lock = {"lock_sha256": hashlib.sha256(b"").hexdigest()}
    before = editions.make("a", parameters=PARAMETERS, git={"commit": old, "dirty": False}, **lock)
    changed = {"parameters": {"edition": "b", "seed": 2}, "git": {"commit": new, "dirty": False}, **lock, **told}
    after = editions.make("b", **changed)
    if sha256:
        after.manifest["steps"][0]["inputs"] = [{"path": "x.csv", "sha256": sha256}]
    return before, after


def test_the_old_code_runs_on_new_parameters_in_a_folder_of_its_own(editions: Any, estimates: Any, root: Path) -> None:
    runs = Runs(editions, estimates)
    for made, notes in stages(*pair(editions, root), root, root, lambda _: None, runs):
        assert [stage.taken for stage in made] == ["parameters", "code"]
        assert not notes
    assert runs.seen == [("old code", 2, "old")]
    assert git(root, "worktree", "list").count("\n") == 0
    assert not git(root, "status", "--porcelain")


def test_new_data_come_with_their_cards(editions: Any, estimates: Any, root: Path, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("1", "utf8")
    before, after = pair(editions, root, sha256=hashlib.sha256(b"1").hexdigest())
    runs = Runs(editions, estimates)
    for made, _ in stages(before, after, root, tmp_path, lambda _: None, runs):
        assert [stage.taken for stage in made] == ["data", "parameters", "code"]
    assert runs.seen == [("old code", 1, "new"), ("old code", 2, "new")]


def test_a_run_that_fails_joins_two_shares_and_says_why(editions: Any, estimates: Any, root: Path) -> None:
    runs = Runs(editions, estimates, error="no such key: age")
    for made, notes in stages(*pair(editions, root), root, root, lambda _: None, runs):
        assert [stage.taken for stage in made] == ["parameters and code"]
        assert "no such key: age" in notes[0]


@pytest.mark.parametrize(
    ("git_told", "said"),
    [
        ({"commit": None, "dirty": None}, "not under version control"),
        ({"commit": "d" * 40, "dirty": False}, "is not in this copy of the project"),
        ({"commit": "HEAD", "dirty": True}, "had changes on top of its commit"),
    ],
)
def test_code_that_is_not_at_hand_is_refused(editions: Any, root: Path, git_told: dict[str, Any], said: str) -> None:
    _, after = pair(editions, root)
    before = editions.make("a", parameters=PARAMETERS, git=git_told)
    with pytest.raises(InputError, match=said):
        list(stages(before, after, root, root, lambda _: None))


def test_data_that_are_not_at_hand_are_refused(editions: Any, root: Path) -> None:
    with pytest.raises(InputError, match="the data of b are not at hand: 1 files"):
        list(stages(*pair(editions, root, sha256="0" * 64), root, root, lambda _: None))
