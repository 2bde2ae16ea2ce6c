"""An edition from elsewhere: `verify`, `diff` and `diff --attribute` run and open nothing that its files say."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.compare import rerun
from analysis.compare.command import diff
from analysis.compare.editions import read
from analysis.edition.orders import order_of_published
from analysis.errors import InputError
from analysis.run.hashes import sha256
from analysis.run.manifest import git as git_facts
from analysis.run.verify import damaged

ROOT = Path(__file__).parents[2]
CANARY = "staat-canary"


def of_tests(place: str) -> Any:
    spec = importlib.util.spec_from_file_location(place.replace("/", "_"), ROOT / "tests" / place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


compared = of_tests("unit/compare/conftest.py")
PARAMETERS = {"edition": "a", "seed": 1}


@pytest.fixture
def received(tmp_path: Path) -> Callable[..., Path]:
    """Return what makes an edition whose manifest a stranger has changed."""

    def make(change: Callable[[dict[str, Any]], object], name: str = "b") -> Path:
        edition = compared.Editions(tmp_path / "outputs").make(name)
        manifest = json.loads((edition.folder / "manifest.json").read_text("utf8"))
        change(manifest)
        (edition.folder / "manifest.json").write_text(json.dumps(manifest), "utf8")
        return edition.folder

    return make


def table(path: str) -> Callable[[dict[str, Any]], object]:
    def change(manifest: dict[str, Any]) -> None:
        manifest["steps"][0]["published"][0]["path"] = path
        manifest["outputs"][path] = "0" * 64

    return change


def put(*keys: Any, value: object) -> Callable[[dict[str, Any]], object]:
    def change(manifest: dict[str, Any]) -> None:
        place: Any = manifest
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = value

    return change


OUT = "leads out of the edition's folder: no run wrote that"
MANIFESTS = {
    "a table above": (table("../../secret.csv"), OUT),
    "a table above, further in": (table("tables/../../../secret.csv"), OUT),
    "an absolute table": (table("/etc/passwd"), OUT),
    "a table of Windows": (table("C:secret.csv"), OUT),
    "a table with backslashes": (table("..\\..\\secret.csv"), OUT),
    "a table with a null": (table("tables/x\0.csv"), OUT),
    "an output above": (put("outputs", "../x", value="0" * 64), OUT),
    "an input above": (put("steps", 0, "inputs", value=[{"path": "../../x.csv", "sha256": "0" * 64}]), OUT),
    "data of a figure above": (
        put("steps", 0, "published", value=[{"kind": "figure", "path": "f.png", "data": "../x.csv"}]),
        OUT,
    ),
    "a name that is a path": (put("edition", value="../../elsewhere"), "is no name of an edition"),
    "a name that is an option": (put("edition", value="--outputs"), "is no name of an edition"),
    "a name in HTML": (put("edition", value="<script>alert(1)</script>"), "is no name of an edition"),
    "a stem that is a path": (put("steps", 0, "stem", value="../x"), "is no stem of a notebook"),
    "signs for the terminal": (put("steps", 0, "title", value="\x1b]0;owned\x07"), "signs that steer a terminal"),
    "a text that turns round": (put("facts", "title", value="ab\u202ecd"), "signs that steer a terminal"),
    "steps that are none": (put("steps", value=[1]), "is not the manifest of a whole edition"),
    "a list of outputs": (put("steps", 0, "published", value=7), "is not the manifest of a whole edition"),
}


@pytest.mark.parametrize("way", MANIFESTS)
def test_a_manifest_that_no_run_wrote_is_refused(received: Callable[..., Path], tmp_path: Path, way: str) -> None:
    change, said = MANIFESTS[way]
    compared.Editions(tmp_path / "outputs").make("a")
    received(change)
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    with pytest.raises(InputError, match=r"manifest\.json: ") as refused:
        diff(("a", "b"), tmp_path / "outputs", tmp_path, tolerance=0.0)
    assert said in str(refused.value)
    assert sorted(str(path) for path in tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "{", '{"edition": "b"', "", "\0"], ids=lambda text: text[:3] or "empty"
)
def test_a_manifest_that_is_none_is_one_message(received: Callable[..., Path], text: str) -> None:
    folder = received(lambda _: None)
    (folder / "manifest.json").write_text(text, "utf8")
    with pytest.raises(InputError, match="cannot be read"):
        read(folder)


@pytest.mark.parametrize("kind", ["table", "folder"])
def test_a_link_to_a_file_elsewhere_is_not_read(received: Callable[..., Path], tmp_path: Path, kind: str) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "estimates.csv").write_text("pupil,score\n1,17\n", "utf8")
    folder = received(lambda _: None)
    place = folder / "tables" / "school_choice"
    manifest = json.loads((folder / "manifest.json").read_text("utf8"))
    manifest["outputs"]["tables/school_choice/estimates.csv"] = sha256(tmp_path / "outside" / "estimates.csv")
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf8")
    for file in place.iterdir():
        file.unlink()
    if kind == "folder":
        place.rmdir()
        place.symlink_to(tmp_path / "outside")
    else:
        (place / "estimates.csv").symlink_to(tmp_path / "outside" / "estimates.csv")
    with pytest.raises(InputError, match="not there as a file of its own"):
        read(folder).frame("tables/school_choice/estimates.csv")
    assert "is a link, and no run leaves one" in damaged(folder)[0]


def test_a_table_is_never_unpacked(received: Callable[..., Path]) -> None:
    """A zip that pandas would take for a table may unpack to more than a disk holds."""
    folder = received(lambda _: None)
    packed = folder / "tables" / "school_choice" / "bomb.csv.zip"
    pd.DataFrame({"a": [1]}).to_csv(packed)
    manifest = json.loads((folder / "manifest.json").read_text("utf8"))
    manifest["outputs"]["tables/school_choice/bomb.csv.zip"] = sha256(packed)
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf8")
    with pytest.raises(InputError, match="cannot be read as a table"):
        read(folder).frame("tables/school_choice/bomb.csv.zip")


@pytest.mark.parametrize("where", ["title", "caption", "sentence"])
def test_html_in_a_received_text_is_text_on_the_page(tmp_path: Path, where: str) -> None:
    editions, script = compared.Editions(tmp_path / "outputs"), "<script>alert(1)</script>"
    before = editions.make("a", findings={"one": "Before."})
    after = editions.make(
        "b",
        {"school_choice": {"estimates": compared.estimates(estimate=[0.0, 0.1, 0.3])}},
        findings={"one": script if where == "sentence" else "After."},
        facts={"title": script if where == "title" else "B", "synthetic": True, "language": "en"},
    )
    manifest = json.loads((after.folder / "manifest.json").read_text("utf8"))
    manifest["steps"][0]["published"][0]["caption"] = script if where == "caption" else "Table"
    (after.folder / "manifest.json").write_text(json.dumps(manifest), "utf8")
    diff((before.name, after.name), tmp_path / "outputs", tmp_path, tolerance=0.0, to=tmp_path / "page")
    page = (tmp_path / "page" / "diff.html").read_text("utf8")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_markup_in_a_received_name_is_text_in_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    editions, name = compared.Editions(tmp_path / "outputs"), "[red]x"
    changed = compared.estimates(estimate=[0.0, 0.1, 0.3])
    editions.make("a", {"school_choice": {name: compared.estimates()}})
    editions.make("b", {"school_choice": {name: changed}})
    diff(("a", "b"), tmp_path / "outputs", tmp_path, tolerance=0.0)
    assert name in capsys.readouterr().out


repository = of_tests("unit/compare/test_rerun.py")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project under version control: two commits on a branch, and one that was only fetched."""
    made: Path = repository.root.__wrapped__(tmp_path)
    return made


def attribute(root: Path, tmp_path: Path, ran: list[Path], **told: Any) -> list[Any]:
    editions = compared.Editions(tmp_path / "outputs")
    old, new = repository.commits(root)
    lock = {"lock_sha256": sha256(root / "requirements.lock")}
    before = editions.make("a", **{"parameters": PARAMETERS, "git": {"commit": old, "dirty": False}, **lock, **told})
    given = {"edition": "b", "seed": 2, **told.get("later", {})}
    after = editions.make("b", parameters=given, git={"commit": new, "dirty": False}, **lock)

    def execute(code: Path, params: str, outputs: Path, _: Any) -> None:
        ran.append(code)
        compared.Editions(outputs).make(Path(params).stem)

    return [made for made, _ in rerun.stages(before, after, root, root, lambda _: None, execute)]


COMMITS = {
    "an option": "--upload-pack=touch staat-canary",
    "an option of output": "--output=staat-canary",
    "a branch": "HEAD",
    "a range": "HEAD~1..HEAD",
    "a path": "../../etc",
    "short": "abc1234",
}


@pytest.mark.parametrize("commit", COMMITS.values(), ids=COMMITS)
def test_a_commit_that_is_none_runs_nothing(root: Path, tmp_path: Path, commit: str) -> None:
    ran: list[Path] = []
    with pytest.raises(InputError, match="is not in this copy of the project"):
        attribute(root, tmp_path, ran, git={"commit": commit, "dirty": False})
    assert not ran
    assert not list(tmp_path.rglob(CANARY))


def test_a_commit_that_was_only_fetched_is_not_run(root: Path, tmp_path: Path) -> None:
    repository.git(root, "checkout", "-q", "--detach")
    (root / "code.txt").write_text("a stranger's", "utf8")
    repository.git(root, "commit", "-q", "-a", "-m", "stranger")
    strange = repository.git(root, "rev-parse", "HEAD")
    repository.git(root, "update-ref", "refs/remotes/fork/main", strange)
    repository.git(root, "checkout", "-q", "-")
    ran: list[Path] = []
    with pytest.raises(InputError, match="is on no branch or tag of this copy"):
        attribute(root, tmp_path, ran, git={"commit": strange, "dirty": False})
    assert not ran


@pytest.mark.parametrize("how", ["hook", "watcher", "GIT_DIR"])
def test_git_runs_nothing_of_a_repository(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path / CANARY}\n", "utf8")
    script.chmod(0o755)
    if how == "hook":
        for name in ("post-checkout", "post-index-change", "reference-transaction"):
            (root / ".git" / "hooks").mkdir(exist_ok=True)
            (root / ".git" / "hooks" / name).symlink_to(script)
    elif how == "watcher":
        repository.git(root, "config", "core.fsmonitor", str(script))
    else:
        monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    git_facts(root)
    ran: list[Path] = []
    if how != "GIT_DIR":
        attribute(root, tmp_path, ran)
        assert ran
    else:
        assert git_facts(root)["commit"]
    assert not (tmp_path / CANARY).exists()


PARAMETERS_OF_STRANGERS = {
    "a formula that is code": {"school_choice": {"formula": "km + __import__('os').system('x')"}},
    "an old formula that is code": {"choice": {"formula": "{__import__('os')}"}},
    "an unknown key with code": {"choice": {"utility": "__import__('os').system('x')"}},
    "an unknown list with code": {"choice": {"terms": ["km", "`x`"]}},
    "a key that is a path": {"choice": {"../x": "km"}},
}


@pytest.mark.parametrize("later", PARAMETERS_OF_STRANGERS.values(), ids=PARAMETERS_OF_STRANGERS)
def test_parameters_that_could_be_code_are_not_handed_to_earlier_code(
    root: Path, tmp_path: Path, later: dict[str, Any]
) -> None:
    ran: list[Path] = []
    made = attribute(root, tmp_path, ran, later=later)
    assert not ran
    assert [stage.taken for stage in made[0]] == ["parameters and code"]


def test_where_data_lay_elsewhere_is_not_read_here() -> None:
    given = {"edition": "a", "data": {"folder": "/home/somebody/private", "source": "duo"}}
    assert rerun.checked(given, "manifest.json") == {"edition": "a", "data": {"source": "duo"}}


def verified(tmp_path: Path, **told: Any) -> Path:
    """An edition as `staat verify` receives it."""
    import yaml

    folder = tmp_path / "outputs" / "ci"
    (folder / "notebooks").mkdir(parents=True)
    code = {"cells": [{"cell_type": "code", "source": f"open('{tmp_path / CANARY}', 'w')", "metadata": {}}]}
    (folder / "notebooks" / "01_data.ipynb").write_text(json.dumps(code), "utf8")
    parameters = yaml.safe_load((ROOT / "params" / "ci.yml").read_text("utf8"))
    usual = {
        "edition": "ci",
        "command": f"staat run; touch {tmp_path / CANARY}",
        "render": "os:system",
        "parameters": parameters,
        "steps": [],
        "outputs": {"notebooks/01_data.ipynb": sha256(folder / "notebooks" / "01_data.ipynb")},
    }
    (folder / "manifest.json").write_text(json.dumps({**usual, **told}), "utf8")
    return folder


def test_what_is_verified_is_our_notebooks_with_checked_parameters(tmp_path: Path) -> None:
    """The order holds parameters alone: the command is told and never typed, and the pages are made by our code."""
    from analysis.edition.orders import project_of

    order = order_of_published(verified(tmp_path), (), ROOT)
    project = project_of(ROOT, tmp_path / "outputs")
    assert project.render == "analysis.site:build"
    assert project.notebooks == ROOT / "notebooks"
    assert set(order.environment) == {"STAAT_DATA", "STAAT_INTAKE", "STAAT_REGISTERS"}
    assert not (tmp_path / CANARY).exists()


VERIFIED = {
    "another name": ({"parameters": {"edition": "amsterdam-2020"}}, "this key is missing|is in a folder of its name"),
    "no parameters": ({"parameters": 7}, "cannot be read"),
    "an unknown key": ({"parameters": {"edition": "ci", "render": "os:system"}}, "there is no such key"),
    "a name that is a path": ({"parameters": {"edition": "../ci"}}, "edition"),
}


@pytest.mark.parametrize("way", VERIFIED)
def test_a_received_edition_is_verified_with_parameters_of_its_own_name(tmp_path: Path, way: str) -> None:
    told, said = VERIFIED[way]
    with pytest.raises(InputError, match=said):
        order_of_published(verified(tmp_path, **told), (), ROOT)


def test_an_edition_in_a_folder_of_another_name_is_not_taken_for_it(tmp_path: Path) -> None:
    folder = verified(tmp_path).rename(tmp_path / "outputs" / "received")
    with pytest.raises(InputError, match="an edition is in a folder of its name"):
        order_of_published(folder, (), ROOT)


def test_the_folder_of_the_data_is_not_that_of_a_received_manifest(tmp_path: Path) -> None:
    import yaml

    parameters = yaml.safe_load((ROOT / "params" / "ci.yml").read_text("utf8"))
    parameters["data"] = {**parameters["data"], "folder": "/etc"}
    order = order_of_published(verified(tmp_path, parameters=parameters), (), ROOT)
    assert order.environment["STAAT_DATA"] == str(ROOT / "data")


def test_verify_stops_at_the_first_wrong_hash_and_runs_nothing(tmp_path: Path) -> None:
    verified(tmp_path, outputs={"notebooks/01_data.ipynb": "0" * 64})
    words = [sys.executable, "-m", "analysis.cli", "verify", "ci", "--outputs", str(tmp_path / "outputs")]
    done = subprocess.run(words, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "is not what the manifest says" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / CANARY).exists()
