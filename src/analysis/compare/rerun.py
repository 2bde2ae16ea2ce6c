"""Run the code of an earlier edition on the data and parameters of a later one, to separate their shares.

The code is checked out from git beside the project, in a folder that is removed afterwards; nothing of the project or
of either edition is touched.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from analysis.compare.editions import PublishedEdition, read
from analysis.compare.received import COMMIT, checked
from analysis.compare.shares import Stage
from analysis.errors import InputError, StaatError
from analysis.run.hashes import sha256
from analysis.run.owner import own_folder, temporary
from analysis.run.versions import run_git
from analysis.run.workspace import MANIFEST_FILE, OUTPUTS_VARIABLE
from analysis.variables import DATA_VARIABLE

LIBRARIES, DATA, PARAMETERS, CODE = "libraries", "data", "parameters", "code"
CARDS = ("params/sources", "params/published")
NAMES = ("edition", "title", "language", "timeout", "timeouts")
LAST_LINES = 6

Say = Callable[[str], None]
Execute = Callable[[Path, str, Path, Mapping[str, str]], None]


@dataclass(frozen=True)
class Rerun:
    """A run between two editions: the earlier code, on the parameters and data of either."""

    taken: str  # what it takes over from the later edition that the run before it did not
    parameters: PublishedEdition  # the edition whose parameters it has
    # The edition whose source cards and published figures it reads; None for those of its own code.
    cards: PublishedEdition | None


def plan(before: PublishedEdition, after: PublishedEdition, lock: str | None) -> list[Rerun | str]:
    """Return what must be run between two editions, and last what the later one itself takes over.

    `lock` is the SHA-256 of the lock of the libraries that are installed now.
    """
    differs = {
        LIBRARIES: before.manifest.get("lock_sha256") != lock and _inputs(before) == _inputs(after),
        DATA: _data(before) != _data(after),
        PARAMETERS: _parameters(before) != _parameters(after),
        CODE: not same_code(before, after),
    }
    recipes = {
        LIBRARIES: Rerun(LIBRARIES, before, None),
        DATA: Rerun(DATA, before, after),
        PARAMETERS: Rerun(PARAMETERS, after, after if differs[DATA] else None),
    }
    taken = [name for name in (LIBRARIES, DATA, PARAMETERS, CODE) if differs[name]]
    return [*(recipes[name] for name in taken[:-1]), *taken[-1:]]


def same_code(before: PublishedEdition, after: PublishedEdition) -> bool:
    """Whether two editions were surely made by the same code with the same libraries."""
    one, other = (edition.manifest.get("git") or {} for edition in (before, after))
    known = one.get("commit") is not None and not one.get("dirty") and not other.get("dirty")
    locks = before.manifest.get("lock_sha256") == after.manifest.get("lock_sha256")
    return known and one.get("commit") == other.get("commit") and locks


def stages(
    before: PublishedEdition,
    after: PublishedEdition,
    root: Path,
    data: Path,
    say: Say,
    execute: Execute | None = None,
) -> Iterator[tuple[list[Stage], list[str]]]:
    """Make the runs between two editions; give the stages, and what a reader must know of them.

    A generator that gives once: the runs' results are in a folder that is gone afterwards. `data` has the source files
    of the later edition; `execute` runs an edition, given the folder of the code, the params file, the folder for the
    outputs and the environment. Raises InputError before anything is run, when the earlier code or the later data are
    not at hand.
    """
    steps = plan(before, after, _lock(root))
    recipes = [step for step in steps if isinstance(step, Rerun)]
    if recipes:
        _refuse_unknown_code(before, root)
        _refuse_missing_data(after, data)
    notes = list(_library_notes(before, after, root))
    with own_folder(temporary(), "staat-diff-") as scratch:
        reruns, carried = list[Stage](), list[str]()
        for number, recipe in enumerate(recipes):
            say(f"running the code of {before.name} with the {recipe.taken} of {_owner(recipe, before, after)}")
            try:
                folder = _run(recipe, before, root, data, scratch / str(number), execute or run_staat)
                reruns.append(Stage(" and ".join([*carried, recipe.taken]), read(folder)))
                carried = []
            except StaatError as error:
                carried.append(recipe.taken)
                notes.append(f"the share of the {recipe.taken} cannot be separated: {error}")
        last = steps[-1] if steps and isinstance(steps[-1], str) else CODE
        yield [*reruns, Stage(" and ".join([*carried, last]), after)], notes


def run_staat(code: Path, params: str, outputs: Path, environment: Mapping[str, str]) -> None:
    """Run an edition with the code in a folder; StaatError with its last lines on stderr when it fails."""
    words = [sys.executable, "-m", "analysis.cli", "run", params, "--outputs", str(outputs), "--quiet"]
    as_text: dict[str, Any] = {"capture_output": True, "encoding": "utf8", "errors": "replace"}
    done = subprocess.run(words, cwd=code, env=dict(environment), check=False, **as_text)  # noqa: S603 - this very interpreter
    if done.returncode:
        last = "\n    ".join(done.stderr.strip().splitlines()[-LAST_LINES:])
        raise StaatError(f"the earlier code could not run:\n    {last}")


def _run(recipe: Rerun, before: PublishedEdition, root: Path, data: Path, scratch: Path, execute: Execute) -> Path:
    scratch.mkdir()
    with _checked_out(root, str(before.manifest["git"]["commit"]), scratch / "code") as code:
        if recipe.cards is not None:
            _take_cards(recipe.cards, code, root)
        name = recipe.parameters.name
        where = str(recipe.parameters.folder / MANIFEST_FILE)
        parameters = _written(checked(recipe.parameters.manifest["parameters"], where))
        (code / "params").mkdir(exist_ok=True)
        (code / "params" / f"{name}.yml").write_text(parameters, "utf8", newline="\n")
        environment = {k: value for k, value in os.environ.items() if k not in (OUTPUTS_VARIABLE, DATA_VARIABLE)}
        environment["PYTHONPATH"] = str(code / "src")
        if _reads_files(recipe.parameters):
            environment[DATA_VARIABLE] = str(data.resolve())
        execute(code, f"params/{name}.yml", scratch / "outputs", environment)
    return scratch / "outputs" / name


def _reads_files(edition: PublishedEdition) -> bool:
    """Whether an edition is made of files, whatever its manifest says about itself."""
    sources = (block.get("source") for block in edition.manifest["parameters"].values() if isinstance(block, Mapping))
    return not edition.facts.get("synthetic") or any(source not in (None, "synthetic") for source in sources)


def _written(parameters: Mapping[str, Any]) -> str:
    """Write parameters as YAML with every text in quotes, so that no reader takes 1e3 or 089 for a number."""
    return yaml.dump(dict(parameters), Dumper=_Quoting, allow_unicode=True, sort_keys=False)


class _Quoting(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - as PyYAML
        return True


_Quoting.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


@contextmanager
def _checked_out(root: Path, commit: str, folder: Path) -> Iterator[Path]:
    _git(root, "worktree", "add", "--detach", str(folder), commit)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _git(root, "worktree", "prune")


def _take_cards(edition: PublishedEdition, code: Path, root: Path) -> None:
    """Put the cards that go with an edition's data in the place of those of the code."""
    git = edition.manifest.get("git") or {}
    known = git.get("commit") and not git.get("dirty") and _is_ours(root, str(git["commit"]))
    for folder in CARDS:
        shutil.rmtree(code / folder, ignore_errors=True)
        if known:
            _git(code, "checkout", str(git["commit"]), "--", folder)
        else:
            shutil.copytree(root / folder, code / folder)


def _refuse_unknown_code(edition: PublishedEdition, root: Path) -> None:
    git = edition.manifest.get("git") or {}
    where, commit = f"{edition.folder}: git", git.get("commit")
    hint = "leave --attribute out: the manifests then say what differs, without shares"
    if not commit:
        raise InputError(where, "the code of this edition is not at hand: it was not under version control", hint=hint)
    if git.get("dirty"):
        problem = "the code of this edition is not at hand: it had changes on top of its commit"
    elif not _has_commit(root, str(commit)):
        problem = "the commit of this edition is not in this copy of the project"
        hint = f"fetch it (git fetch --unshallow), or {hint}"
    elif not _is_ours(root, str(commit)):
        problem = "the commit of this edition is on no branch or tag of this copy of the project"
        hint = f"it may be a stranger's: look at it and merge it, or {hint}"
    else:
        return
    raise InputError(where, problem, given=commit, hint=hint)


def _refuse_missing_data(edition: PublishedEdition, data: Path) -> None:
    inputs = _inputs(edition).items()
    wrong = [path for path, digest in inputs if not (data / path).is_file() or sha256(data / path) != digest]
    if wrong:
        count = f"{len(wrong)} files are missing or others, first {wrong[0]}"
        problem = f"the data of {edition.name} are not at hand: {count}"
        raise InputError(str(data), problem, hint=f"--data DIR, or {DATA_VARIABLE}=DIR, with the files of its manifest")


def _library_notes(before: PublishedEdition, after: PublishedEdition, root: Path) -> Iterator[str]:
    lock = _lock(root)
    if before.manifest.get("lock_sha256") != lock and _inputs(before) != _inputs(after):
        yield f"{before.name} was made with other libraries than are installed now: their share is in the first one"
    if after.manifest.get("lock_sha256") != lock:
        yield f"{after.name} was made with other libraries than are installed now: their share is in the last one"


def _owner(recipe: Rerun, before: PublishedEdition, after: PublishedEdition) -> str:
    return "today" if recipe.taken == LIBRARIES else after.name if recipe.taken else before.name


def _data(edition: PublishedEdition) -> dict[str, Any]:
    keys = (step.get("key", {}).get("files", {}) for step in edition.steps.values())
    return {**_inputs(edition), **{name: digest for files in keys for name, digest in files.items()}}


def _inputs(edition: PublishedEdition) -> dict[str, str]:
    entries = (entry for step in edition.steps.values() for entry in step.get("inputs", ()))
    return {entry["path"]: entry["sha256"] for entry in entries if entry.get("sha256")}


def _parameters(edition: PublishedEdition) -> dict[str, Any]:
    parameters: dict[str, Any] = json.loads(json.dumps(edition.manifest.get("parameters", {})))
    return {name: value for name, value in parameters.items() if name not in NAMES}


def _lock(root: Path) -> str | None:
    lock = root / "requirements.lock"
    return sha256(lock) if lock.exists() else None


def _has_commit(root: Path, commit: str) -> bool:
    if not COMMIT.fullmatch(commit):  # an option of git, or a branch
        return False
    try:
        _git(root, "cat-file", "-e", f"{commit}^{{commit}}")
    except StaatError:
        return False
    return True


def _is_ours(root: Path, commit: str) -> bool:
    """Whether a commit is part of what is checked out here, or of a branch or tag of this copy."""
    if not COMMIT.fullmatch(commit):
        return False
    with suppress(StaatError):
        _git(root, "merge-base", "--is-ancestor", commit, "HEAD")
        return True
    return bool(_git(root, "for-each-ref", f"--contains={commit}", "--count=1", "refs/heads", "refs/tags"))


def _git(folder: Path, *words: str) -> str:
    done = run_git(folder, words)
    if done is None:
        raise StaatError("git cannot be run")
    if done.returncode:
        raise StaatError(f"git {words[0]}: {done.stderr.strip()}")
    return done.stdout
