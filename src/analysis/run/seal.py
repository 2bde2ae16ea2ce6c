"""Whether what a command remembers was written by a command here: a seal that travels with no folder of outputs.

What says that a result is valid decides what is published. Outputs come from elsewhere too, a colleague, a mail, a
shared disk; whoever made them could have written any digest beside any table. So every memory and every record bears a
seal, computed with a key that is with the project's code, or with the user. Without a good seal it counts for nothing,
and what it says is computed anew. A seal says who wrote, not that it is right: what it vouches for is checked as well.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from analysis.run.whole import write_whole

PROJECT = Path(__file__).parents[3]
KEY_FILE = "key"
BYTES = 32
_HEAD, _MIDDLE = '{"seal": "', '", '


def write_sealed(path: Path, values: Mapping[str, Any]) -> None:
    """Write facts as JSON, whole and with a seal that holds for this file's name alone."""
    text = json.dumps(values, default=str, ensure_ascii=False, separators=(",", ":"))
    write_whole(path, f"{_HEAD}{_seal(path.name, text)}{_MIDDLE}{text.removeprefix('{')}")


def read_sealed(path: Path) -> dict[str, Any]:
    """Return facts that were written here.

    Raises
    ------
    OSError, ValueError
        They cannot be read, or bear no seal of ours.
    """
    text = path.read_text("utf8")
    seal, middle, body = text.removeprefix(_HEAD).partition(_MIDDLE)
    facts = f"{{{body}"
    whole = text.startswith(_HEAD) and middle == _MIDDLE
    if not whole or not hmac.compare_digest(seal.encode(), _seal(path.name, facts).encode()):
        raise ValueError("it was not written here")
    values: dict[str, Any] = json.loads(facts)
    return values


def read_memory(path: Path | None, header: Mapping[str, Any]) -> dict[str, Any]:
    """Return the files of a sealed memory with this header; nothing where there is no such memory."""
    if path is None:
        return {}
    with suppress(OSError, ValueError, LookupError, TypeError):
        stored = read_sealed(path)
        if {name: stored[name] for name in header} == header and isinstance(stored["files"], dict):
            return dict(stored["files"])
    return {}


def keyed(digest: str) -> str:
    """Return a digest for where strangers read: who guesses the file cannot check whether it is that one."""
    return f"keyed:{_seal('a digest', digest)}"


def key_for(purpose: str) -> bytes:
    """Return a key for one purpose: who has it can vouch for nothing else."""
    return hmac.digest(_key(), f"a key\n{purpose}".encode(), "sha256")


def _seal(name: str, text: str) -> str:
    return hmac.new(_key(), f"{name}\n{text}".encode(), "sha256").hexdigest()


@cache
def _key() -> bytes:
    """Return the key of the project, or else of the user; one of this process alone where neither can be kept."""
    for folder in _folders():
        with suppress(OSError):
            return _stored(folder)
    return secrets.token_bytes(BYTES)


def _folders() -> Iterator[Path]:
    if (PROJECT / "pyproject.toml").exists():  # else this package is installed, and is among others
        yield PROJECT / ".staat"
    with suppress(RuntimeError):  # who has neither HOME nor an entry among the users has none
        yield Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "staat"


def _name(mine: Path, path: Path) -> None:
    """Give a file a path that is free; FileExistsError when it is not."""
    try:
        os.link(mine, path)
    except FileExistsError:
        raise
    except OSError:  # a disk on which a file has one name, such as many that are shared by Windows
        mine.rename(path)


def _stored(folder: Path) -> bytes:
    """Return the key in a folder, new if there is none; OSError when it can be neither read nor written."""
    path = folder / KEY_FILE
    if not path.exists():
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        (folder / ".gitignore").write_text("*\n", "utf8", newline="\n")
        mine = folder / f"{KEY_FILE}.{secrets.token_hex(8)}"
        mine.touch(0o600)
        mine.write_bytes(secrets.token_bytes(BYTES))
        with suppress(FileExistsError):
            _name(mine, path)  # of two that begin at once, the first one's holds
        mine.unlink(missing_ok=True)
    key = path.read_bytes()
    if len(key) != BYTES:
        raise OSError(f"{path} holds no key")
    return key
