"""What of an edition may be released, as a folder of its own: to serve or to pass on as it is."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any

from analysis.errors import InputError, StaatError
from analysis.run import manifest
from analysis.run.hashes import sha256
from analysis.run.machine import spellings
from analysis.run.private import INTERNAL
from analysis.run.staging import put_in_place
from analysis.run.workspace import MANIFEST_FILE

RELEASED = "released"
"""Key of a manifest that says that its folder was written here, and may be written again."""

TEXTS = frozenset({".html", ".csv", ".json", ".svg", ".ipynb", ".txt"})
HOMES = re.compile(r"(?<![\w.:/-])/(?:home|Users|root|tmp|mnt|media|srv)/[\w.-]+|\b[A-Z]:\\\\?Users\\")
LONG_ENOUGH = 6
"""Letters that the name of a machine has at least to be looked for: shorter ones are words, and parts of words."""


def release(edition: Path, to: Path, root: Path) -> list[str]:
    """Copy what may be released of a published edition into a folder that holds nothing else, and return its files.

    These are the files that its manifest names outside ``internal/``, each with the digest that it names, and a
    manifest without anything internal. The folder appears whole or not at all. No file may name the project's folder
    `root`, nor any other path of this machine.

    Raises
    ------
    InputError
        When there is no published edition, or `to` holds anything but what an earlier call wrote.
    StaatError
        When a file is missing or is not the one that passed the gate, or names something of this machine.
    """
    recorded = manifest.read(edition)
    refuse_folder(to, edition, _is_ours)
    paths = sorted(path for path in recorded["outputs"] if not path.startswith(f"{INTERNAL}/"))
    machine = machine_of({root, edition, to})
    with new_folder(to, "releasing") as building:
        for path in paths:
            content = content_of(edition, path, str(recorded["outputs"][path]))
            refuse_machine(path, content, machine)
            write(building / path, content)
        content = (json.dumps(_public(recorded, paths), indent=2, ensure_ascii=False) + "\n").encode()
        refuse_machine(MANIFEST_FILE, content, machine)
        write(building / MANIFEST_FILE, content)
    return [*paths, MANIFEST_FILE]


@contextmanager
def new_folder(to: Path, ending: str) -> Iterator[Path]:
    """Give a folder beside `to` that takes its place when all is written, and is gone when something fails."""
    building = to.absolute().with_name(f".{to.name}.{ending}-{secrets.token_hex(4)}")
    try:
        yield building
        put_in_place(building, to.absolute())
    finally:
        shutil.rmtree(building, ignore_errors=True)


def refuse_folder(to: Path, edition: Path, is_ours: Callable[[Path], bool]) -> None:
    """Refuse a folder that is part of an edition, or holds anything but what an earlier call wrote (`is_ours`)."""
    hint = "choose a new or empty folder: --to DIR"
    if to.is_symlink() or (to.exists() and not to.is_dir()):
        raise InputError(str(to), "is not a folder of its own", hint=hint)
    here, there = edition.resolve(), to.resolve()
    if here == there or here in there.parents or there in here.parents:
        raise InputError(str(to), "is inside the edition, or the edition inside it", hint=hint)
    if to.is_dir() and any(to.iterdir()) and not is_ours(to):
        problem = "holds something that this command did not write, or that was changed since: it is left alone"
        raise InputError(str(to), problem, hint=hint)


def _is_ours(folder: Path) -> bool:
    """Return whether a folder is as an earlier call has left it."""
    with suppress(OSError, ValueError, LookupError, TypeError, AttributeError):
        recorded = json.loads((folder / MANIFEST_FILE).read_text("utf8"))
        files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
        whole = bool(recorded[RELEASED]) and files == {*recorded["outputs"], MANIFEST_FILE}
        return whole and all(sha256(folder / path) == digest for path, digest in recorded["outputs"].items())
    return False


def content_of(edition: Path, path: str, digest: str) -> bytes:
    """Return the content of a published file that is the one which the manifest names, and no link to another."""
    parts = PurePosixPath(path).parts
    linked = any((edition / Path(*parts[:depth])).is_symlink() for depth in range(1, len(parts) + 1))
    if not parts or ".." in parts or PurePosixPath(path).is_absolute() or linked:
        raise StaatError(f"{path}: is not in the edition that names it")
    try:
        content = (edition / path).read_bytes()
    except OSError as error:
        raise StaatError(f"{path}: the manifest names it, and it cannot be read: {error.strerror}") from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise StaatError(f"{path}: is not the file that passed the gate\n  do      staat run {edition.name} --force")
    return content


def _public(recorded: Mapping[str, Any], paths: Collection[str]) -> dict[str, Any]:
    """Return the manifest of what is released: nothing of internal files, not even keyed digests."""
    steps = [
        {**step, "key": {part: value for part, value in step.get("key", {}).items() if part != "tables"}}
        for step in recorded.get("steps", ())
    ]
    outputs = {path: recorded["outputs"][path] for path in paths}
    return {**recorded, RELEASED: True, "steps": steps, "outputs": outputs}


def machine_of(folders: Collection[Path]) -> re.Pattern[str]:
    """Return what names something of this machine: folders, and its own name where that is no word."""
    known = {*folders, Path(sys.prefix), Path(tempfile.gettempdir()), *_home()}
    paths = {str(path) for each in known for path in (each.absolute(), each.resolve()) if len(path.parts) > 1}
    texts = {text for path in paths for text in spellings(path)}
    host = socket.gethostname()
    names = [host] if len(host) >= LONG_ENOUGH and re.search(r"[\d.-]", host) else []
    listed = "|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True))
    return re.compile(rf"(?<![\w.-])(?:{listed})(?![\w-])" + "".join(rf"|\b{re.escape(name)}\b" for name in names))


def _home() -> Iterator[Path]:
    with suppress(RuntimeError):
        yield Path.home()


def refuse_machine(path: str, content: bytes, machine: re.Pattern[str]) -> None:
    """Refuse a text that names something of this machine."""
    if Path(path).suffix not in TEXTS:
        return
    text = content.decode("utf8", errors="replace")
    if machine.search(text) or HOMES.search(text):
        raise StaatError(f"{path}: names a folder of this machine, or the machine\n  do      staat run --force")


def write(path: Path, content: bytes) -> None:
    """Write a file, and the folders that it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
