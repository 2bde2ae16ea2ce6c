"""A source card for a folder of files that were received: their hashes, and what a person must say of them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import yaml

from analysis.data.cards import Card, read_card
from analysis.data.files import read_bytes
from analysis.errors import InputError

DECIDE = "DECIDE"
SAID_BY_A_PERSON = ("publisher", "title", "reference_date", "licence", "used_for", "reading")
OF_ITS_YEAR = ("title", "reference_date")
"""What is another next year, when the rest of a card holds for the new files too."""


def write_card(folder: Path, data: Path, cards: Path, id: str = "", like: str = "") -> tuple[Path, list[str]]:
    """Write the card of the files in a folder.

    Parameters
    ----------
    folder : The folder, or a single file, within the data folder.
    data, cards : The data folder and the folder with source cards.
    id : Name of the card; by default that of the folder.
    like : A card whose publisher, licence, use and reading hold for these files too; empty for none.

    Returns
    -------
    tuple
        Where the card is, and the keys that a person must fill in, which begin with `DECIDE` there.

    Raises
    ------
    InputError
        The folder is outside the data folder or empty, or there is a card of that name.
    """
    name = id or folder.resolve().stem
    path = cards / f"{name}.yml"
    if path.exists():
        raise InputError(str(path), "there is such a card", hint="another name: --id NAME")
    usual = read_card(like, cards) if like else None
    told = {key: getattr(usual, key) if usual and key not in OF_ITS_YEAR else "" for key in SAID_BY_A_PERSON}
    words = {key: said or f"{DECIDE}: {getattr(usual, key, '') or 'say it here'}" for key, said in told.items()}
    card = Card(id=name, **words, files=_hashes(folder, data))
    text = yaml.safe_dump(card.model_dump(exclude_defaults=True), sort_keys=False, allow_unicode=True, width=1000)
    path.write_text(text, "utf8", newline="\n")
    return path, [key for key, said in words.items() if said.startswith(DECIDE)]


def _hashes(folder: Path, data: Path) -> dict[str, str]:
    """Return the SHA-256 of every file by its path in the data folder; hidden files are none of the publisher's."""
    if not folder.exists():
        raise InputError(str(folder), "there is no such folder")
    if data.resolve() not in folder.resolve().parents:
        hint = "the data folder is data/, STAAT_DATA, or --data DIR"
        raise InputError(str(folder), f"is not inside the data folder {data}", hint=hint)
    found = [folder] if folder.is_file() else sorted(path for path in folder.rglob("*") if path.is_file())
    files = [path for path in found if not path.name.startswith(".")]
    if not files:
        raise InputError(str(folder), "holds no files")
    below = {path.resolve().relative_to(data.resolve()).as_posix(): path for path in files}
    return {name: hashlib.sha256(read_bytes(path)).hexdigest() for name, path in below.items()}
