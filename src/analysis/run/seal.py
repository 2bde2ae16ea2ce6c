"""Whether what a command remembers was written by a command here: a seal that travels with no folder of outputs.

What says that a result is valid decides what is published. Outputs come from elsewhere too, a colleague, a mail, a
shared disk; whoever made them could have written any digest beside any table. So every memory and every record bears a
seal, made with a key that lies with the project's code, or with the user. Without a good seal it counts for nothing,
and what it tells is computed anew. A seal says who wrote, not that it is right: what it vouches for is checked as well.
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


def keyed(digest: str) -> str:
    """Return what stands for a digest where strangers read: who guesses the file cannot tell whether it is that one."""
    return f"keyed:{_seal('a digest', digest)}"


def _seal(name: str, text: str) -> str:
    return hmac.new(_key(), f"{name}\n{text}".encode(), "sha256").hexdigest()


@cache
def _key() -> bytes:
    """Return the key of the project, or else of the user; one of this process alone where neither can be kept."""
    for folder in _places():
        with suppress(OSError):
            return _kept(folder)
    return secrets.token_bytes(BYTES)


def _places() -> Iterator[Path]:
    if (PROJECT / "pyproject.toml").exists():  # else this package is installed, and lies among others
        yield PROJECT / ".staat"
    with suppress(RuntimeError):  # who has neither HOME nor an entry among the users has none
        yield Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "staat"


def _kept(folder: Path) -> bytes:
    """Return the key in a folder, made if there is none; OSError when it can be neither read nor kept."""
    place = folder / KEY_FILE
    if not place.exists():
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        (folder / ".gitignore").write_text("*\n", "utf8")
        mine = folder / f"{KEY_FILE}.{secrets.token_hex(8)}"
        mine.touch(0o600)
        mine.write_bytes(secrets.token_bytes(BYTES))
        with suppress(FileExistsError):
            os.link(mine, place)  # of two that begin at once, the first one's holds
        mine.unlink()
    key = place.read_bytes()
    if len(key) != BYTES:
        raise OSError(f"{place} holds no key")
    return key
