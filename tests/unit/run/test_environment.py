"""What a user has set or installed: it changes no result, or it is part of the key."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.run import environment, manifest
from analysis.run.environment import installed, without_settings
from analysis.run.job import Job
from analysis.run.kernel import warm
from analysis.run.kernel.manager import environment_of

SETTINGS = {
    "MPLBACKEND": "svg",
    "MATPLOTLIBRC": "/home/user/matplotlibrc",
    "LANG": "nl_NL.UTF-8",
    "LC_NUMERIC": "nl_NL.UTF-8",
    "LC_ALL": "nl_NL.UTF-8",
    "TZ": "Asia/Tokyo",
    "OMP_NUM_THREADS": "8",
    "OPENBLAS_CORETYPE": "Prescott",
    "MKL_CBWR": "COMPATIBLE",
    "NUMBA_DISABLE_JIT": "1",
    "PYTHONOPTIMIZE": "2",
    "PYTHONWARNINGS": "error",
    "PYTHONSTARTUP": "/home/user/start.py",
    "PYTHONHASHSEED": "7",
    "JUPYTER_CONFIG_DIR": "/home/user/jupyter",
    "IPYTHONDIR": "/home/user/ipython",
    "SOURCE_DATE_EPOCH": "0",
    "COLUMNS": "20",
}
KEPT = {"PATH": "/bin", "HOME": "/home/user", "PYTHONPATH": "/src", "MPLCONFIGDIR": "/fonts"}


def test_settings_do_not_reach_a_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    job = Job("small", "01_one", "one", str(tmp_path / "01_one.ipynb"), str(tmp_path), {})
    found = environment_of(job, tmp_path)
    assert {name: value for name, value in SETTINGS.items() if found.get(name) == value} == {}
    assert {name: found.get(name) for name in warm.KERNEL_ENVIRONMENT} == warm.KERNEL_ENVIRONMENT


def test_what_says_where_things_are_stays() -> None:
    assert without_settings({**KEPT, **SETTINGS}) == KEPT


def test_matplotlib_in_a_kernel_has_its_own_settings(tmp_path: Path) -> None:
    (tmp_path / "matplotlib").mkdir()
    (tmp_path / "matplotlib" / "matplotlibrc").write_text("font.size: 31\nsavefig.bbox: tight\n", "utf8")
    code = "import matplotlib as m; print(m.rcParams['font.size'], m.rcParams['savefig.bbox'])"
    user = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path)}

    def said(environment: dict[str, str]) -> str:
        return subprocess.run(
            [sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout

    user.pop("MPLCONFIGDIR", None)
    assert said({**without_settings(user), "MATPLOTLIBRC": ""}).startswith("31")  # what a user's own Python does
    assert said({**without_settings(user), **warm.KERNEL_ENVIRONMENT}) == "10.0 None\n"


def write(folder: Path, name: str, text: str = "") -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf8")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site"
    write(folder, "numpy-2.1.0.dist-info/METADATA")
    write(folder, "paths.pth", "/somewhere\n")
    monkeypatch.setattr(sys, "path", [str(folder)])
    monkeypatch.delenv("PYTHONPATH", raising=False)
    return folder


def now() -> dict[str, str]:
    installed.cache_clear()
    return installed()


@pytest.fixture(autouse=True)
def _as_it_was() -> None:
    yield  # type: ignore[misc]
    installed.cache_clear()


def test_packages_and_what_python_runs_first_are_known_by_their_version_or_content(site: Path) -> None:
    assert now() == {"numpy": "2.1.0"}
    (site / "numpy-2.1.0.dist-info").rename(site / "numpy-2.2.0.dist-info")
    assert now() == {"numpy": "2.2.0"}
    for name, text in (("start.pth", "import start"), ("sitecustomize.py", "x = 1"), ("usercustomize.py", "x = 1")):
        before = now()
        write(site, name, text)
        assert now().keys() - before.keys() == {name}
        once = now()[name]
        write(site, name, text + "2")
        assert now()[name] != once


@pytest.mark.usefixtures("site")
def test_a_module_on_the_python_path_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "mine", "numpy/__init__.py", "x = 1")
    write(tmp_path / "mine", "statistics.py", "x = 1")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(environment.OWN), str(tmp_path / "mine")]))
    found = now()
    assert set(found) == {"numpy", "statistics.py"}
    assert found["numpy"] != "2.1.0"


def git(folder: Path, *words: str) -> str:
    settings = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(["git", *settings, *words], cwd=folder, env=clean, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def repository(folder: Path) -> str:
    write(folder, "a.txt", "a")
    git(folder, "init", "-q")
    git(folder, "add", "a.txt")
    git(folder, "commit", "-qm", folder.name)
    return git(folder, "rev-parse", "HEAD")


def test_the_commit_is_that_of_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, others = repository(tmp_path / "ours"), repository(tmp_path / "others")
    assert ours != others
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "others" / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "others"))
    assert manifest.git(tmp_path / "ours") == {"commit": ours, "dirty": False}
    (tmp_path / "link").symlink_to(tmp_path / "ours")
    assert manifest.git(tmp_path / "link")["commit"] == ours


def test_a_copy_within_another_repository_has_no_commit(tmp_path: Path) -> None:
    repository(tmp_path / "others")
    write(tmp_path / "others" / "copy", "b.txt", "b")
    assert manifest.git(tmp_path / "others" / "copy") == {"commit": None, "dirty": None}
    assert manifest.git(tmp_path) == {"commit": None, "dirty": None}


def test_a_new_file_is_a_change_whatever_a_user_has_git_hide(tmp_path: Path) -> None:
    commit = repository(tmp_path / "ours")
    git(tmp_path / "ours", "config", "status.showUntrackedFiles", "no")
    write(tmp_path / "ours", "new.py", "x = 1")
    assert manifest.git(tmp_path / "ours") == {"commit": commit, "dirty": True}


def test_a_kernel_runs_the_code_that_its_runner_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of a copy of the project that is started from its folder, although another is installed."""
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    assert warm.kernel_environment({})["PYTHONPATH"] == "/elsewhere"
    monkeypatch.setattr(sys, "path", [str(environment.OWN), *sys.path])
    assert warm.kernel_environment({})["PYTHONPATH"] == os.pathsep.join([str(environment.OWN), "/elsewhere"])
