"""Who made what from what: the record that makes an edition checkable and repeatable."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from analysis.errors import InputError
from analysis.run.drift import drift, recorded
from analysis.run.hashes import Hashes, digest, sha256
from analysis.run.private import INTERNAL
from analysis.run.seal import keyed, read_sealed, write_sealed
from analysis.run.versions import run_git
from analysis.run.workspace import MANIFEST_FILE

SEAL = Path("internal") / "steps" / MANIFEST_FILE  # the one file that the manifest cannot name
_SCIENTIFIC = ("numpy", "pandas", "scipy", "statsmodels", "linearmodels", "seaborn", "matplotlib")
PACKAGES = ("papermill", "ipykernel", *_SCIENTIFIC)


def now() -> str:
    """Return the present moment in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def provenance(root: Path) -> dict[str, Any]:
    """Describe the code and the environment: git commit, lock, versions, and which are not those of the lock."""
    lock = root / "requirements.lock"
    return {
        "git": git(root),
        "lock_sha256": sha256(lock) if lock.exists() else None,
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PACKAGES},
        "drift": recorded(drift(root)),
    }


def step_record(folder: Path, stem: str) -> dict[str, list[dict[str, Any]]]:
    """Collect what a step noted while it ran, by kind: inputs read, objects published, findings."""
    path = folder / "internal" / "records" / f"{stem}.jsonl"
    notes: dict[str, list[dict[str, Any]]] = {}
    for line in path.read_text("utf8").splitlines() if path.exists() else []:
        note = json.loads(line)
        notes.setdefault(note.pop("noted"), []).append(note)
    return notes


def outputs_of(folder: Path, hashes: Hashes | None = None) -> dict[str, str]:
    """Return the SHA-256 of every file of an edition but the manifest, by path; of internal ones keyed.

    The digest of a table of persons would show who guesses it all whether the guess is right.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST_FILE)
    known = hashes or Hashes()
    digests = {path.relative_to(folder).as_posix(): known.of(path) for path in files}
    return {path: keyed(digest) if path.startswith(f"{INTERNAL}/") else digest for path, digest in digests.items()}


def read(folder: Path) -> dict[str, Any]:
    """Return the manifest of a published edition; InputError when there is none, or it cannot be read."""
    path = folder / MANIFEST_FILE
    hint = "run the edition again with --force"
    try:
        manifest = json.loads(path.read_text("utf8"))
    except FileNotFoundError:
        raise InputError(str(path), "there is no such published edition", hint=f"staat run {folder.name}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(str(path), f"cannot be read: {error}", hint=hint) from None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("outputs"), dict):
        raise InputError(str(path), "is not a manifest", hint=hint)
    return manifest


def write(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest; its presence says that the edition is whole."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=False) + "\n"
    write_sealed(folder / SEAL, {"sha256": digest(text)})
    (folder / MANIFEST_FILE).write_text(text, "utf8", newline="\n")


def is_of_here(folder: Path) -> bool:
    """Return whether the manifest of an edition was written here: that of elsewhere has another key."""
    with suppress(OSError, ValueError, LookupError):
        return bool(read_sealed(folder / SEAL)["sha256"] == sha256(folder / MANIFEST_FILE))
    return False


def damage(folder: Path, hashes: Hashes) -> str:
    """Return what of an edition is not as it was published, by its sealed manifest; empty when all is."""
    try:
        if read_sealed(folder / SEAL)["sha256"] != hashes.of(folder / MANIFEST_FILE):
            return f"{MANIFEST_FILE} was changed"
        recorded = json.loads((folder / MANIFEST_FILE).read_text("utf8"))["outputs"]
        present = outputs_of(folder, hashes)
    except FileNotFoundError:
        return f"{MANIFEST_FILE} is missing, or was not written here"
    except (OSError, ValueError, LookupError, TypeError) as error:
        return f"{MANIFEST_FILE} cannot be read: {error}"
    wrong = next((name for name, known in recorded.items() if present.get(name) != known), None)
    return f"{wrong} {'was changed' if wrong in present else 'is missing'}" if wrong else ""


def git(root: Path) -> dict[str, Any]:
    """Return the commit of the code, and whether it has changes on top; None where there is no version control.

    A copy of the project inside the repository of something else has no commit of its own.
    """
    top = _git_output(root, ["rev-parse", "--show-toplevel"])
    if top is None or Path(top).resolve() != root.resolve():
        return {"commit": None, "dirty": None}
    commit = _git_output(root, ["rev-parse", "HEAD"])
    changed = _git_output(root, ["status", "--porcelain", "--untracked-files=normal", "--ignore-submodules=none"])
    return {"commit": commit, "dirty": bool(changed) if changed is not None else None}


def _git_output(root: Path, words: Sequence[str]) -> str | None:
    done = run_git(root, words)
    return done.stdout.strip() if done is not None and done.returncode == 0 else None


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
