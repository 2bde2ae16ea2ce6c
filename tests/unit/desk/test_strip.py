"""What cells have shown is in no commit."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from analysis.desk.strip import install, without_outputs

SHOWN = {
    "cells": [
        {"cell_type": "markdown", "id": "a", "metadata": {"tags": ["en"], "editable": True}, "source": "# Title\ntext"},
        {
            "cell_type": "code",
            "id": "b",
            "metadata": {"execution": {"shell": 1}},
            "execution_count": 7,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": "Pieterse"}],
            "source": ["x = 1"],
        },
    ],
    "metadata": {"kernelspec": {"name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}
ATTRIBUTES = Path(__file__).parents[3] / ".gitattributes"


def git(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    usual = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    return subprocess.run(["git", *usual, *words], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / ".gitattributes").write_bytes(ATTRIBUTES.read_bytes())
    (tmp_path / "notebooks" / "01_a.ipynb").write_text(json.dumps(SHOWN), "utf8")
    return tmp_path


def test_outputs_counts_and_notes_go_and_tags_stay() -> None:
    text, code = without_outputs(SHOWN)["cells"]
    assert text == {
        "cell_type": "markdown",
        "id": "a",
        "metadata": {"tags": ["en"]},
        "source": ["# Title\n", "text"],
    }
    assert code == {**SHOWN["cells"][1], "metadata": {}, "execution_count": None, "outputs": []}


def test_git_commits_a_notebook_without_what_it_shows(repository: Path) -> None:
    assert install(repository) == "git strips the outputs of notebooks at every commit"
    assert git(repository, "add", "-A").returncode == 0
    assert git(repository, "commit", "-qm", "A").returncode == 0
    committed = git(repository, "show", "HEAD:notebooks/01_a.ipynb").stdout
    assert json.loads(committed) == without_outputs(SHOWN)
    assert "Pieterse" in (repository / "notebooks" / "01_a.ipynb").read_text("utf8")  # the file itself is left alone
    assert git(repository, "status", "--porcelain").stdout == ""


def test_where_the_filter_cannot_run_or_read_nothing_is_committed(repository: Path) -> None:
    install(repository)
    (repository / "notebooks" / "01_a.ipynb").write_text("<<<<<<< HEAD", "utf8")
    refused = git(repository, "add", "-A")
    assert refused.returncode != 0
    assert "it is not committed" in refused.stderr
    git(repository, "config", "filter.staat-notebook.clean", "no-such-program")
    assert git(repository, "add", "-A").returncode != 0


def test_a_project_inside_another_repository_leaves_that_alone(repository: Path) -> None:
    assert install(repository / "notebooks").startswith("not a git repository of its own")
    assert git(repository, "config", "--get-regexp", "filter").stdout == ""
