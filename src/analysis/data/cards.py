"""Source cards: who published which files, when, under what licence, and the hash of every file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from analysis.data.files import read_bytes
from analysis.errors import InputError, nearest
from analysis.municipality import key
from analysis.plain_yaml import read_yaml


def _inside(path: str) -> str:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\\" in path:
        raise ValueError("paths are relative to the data folder, with forward slashes")
    return path


Text = Annotated[str, Field(min_length=1)]
SourcePath = Annotated[str, Field(min_length=1), AfterValidator(_inside)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Card(BaseModel):
    """One source as its publisher released it.

    ``files`` maps the path in the data folder to the SHA-256 of the file; ``reading`` says how to read it, in a line;
    ``outlines_of`` names the municipality of which it draws the parts, as the background of its editions' maps.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: Text
    publisher: Text
    title: Text
    reference_date: Text
    licence: Text
    used_for: Text
    reading: Text
    files: Annotated[dict[SourcePath, Sha256], Field(min_length=1)]
    outlines_of: str = ""


def read_card(id: str, folder: Path) -> Card:
    """Read and validate the card ``<id>.yml`` of the cards folder.

    Raises
    ------
    InputError
        No such card (the nearest is shown), YAML that cannot be read, or a card that is not as it should be: one
        message with the key at fault.
    """
    path = folder / f"{id}.yml"
    if not path.is_file():
        like = nearest(id, (known.stem for known in folder.glob("*.yml")))
        raise InputError(str(path), "no such source card", hint=f"did you mean {like!r}?" if like else "write the card")
    try:
        card = Card.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(map(str, first["loc"])) or "the card"
        raise InputError(f"{path}: {at}", first["msg"], given=first["input"]) from error
    if card.id != id:
        raise InputError(f"{path}: id", "must be the name of the file", given=card.id, allowed=id)
    return card


def outlines_of(municipality: str, folder: Path) -> Card | None:
    """Return the card whose file draws the parts of a municipality, if there is one: maps can do without."""
    cards = (read_card(path.stem, folder) for path in sorted(folder.glob("*.yml")))
    return next((card for card in cards if card.outlines_of and key(card.outlines_of) == key(municipality)), None)


def verify_files(
    files: Mapping[str, Iterable[str]], data_folder: Path, cards_folder: Path, allow_changed: bool
) -> list[dict[str, Any]]:
    """Compare files with their cards.

    Parameters
    ----------
    files : The files about to be read, relative to the data folder, by the id of their card.
    data_folder, cards_folder : The data folder and the folder with source cards.
    allow_changed
        Whether to go on with a file that differs from the card or is not on it (``data.allow_changed_sources``).

    Returns
    -------
    list of dict
        One record a file, for the manifest: card, path, sha256 (of the file as it is), status ``verified`` or
        ``changed``, and the card's publisher, reference_date and licence.

    Raises
    ------
    InputError
        As `read_card`; a file is missing; or, unless allowed, its hash differs from the card or the card does not
        name it.
    """
    cards = [(read_card(id, cards_folder), paths) for id, paths in files.items()]
    return [_record(card, data_folder, path, allow_changed) for card, paths in cards for path in paths]


def _record(card: Card, data_folder: Path, path: str, allow_changed: bool) -> dict[str, Any]:
    file = data_folder / path
    if not file.is_file():
        raise InputError(str(file), f"missing; the card {card.id!r} ({card.publisher}: {card.title}) asks for it")
    actual, expected = hashlib.sha256(read_bytes(file)).hexdigest(), card.files.get(path)
    if actual != expected and not allow_changed:
        problem = "not the file that the card describes" if expected else "the card does not name this file"
        raise InputError(
            str(file),
            f"{problem} (card {card.id!r})",
            given=f"sha256 {actual}",
            allowed=f"sha256 {expected}" if expected else None,
            hint="fetch the file again, or correct the card; to go on regardless: data.allow_changed_sources: true",
        )
    source = card.model_dump(include={"publisher", "reference_date", "licence"})
    status = "verified" if actual == expected else "changed"
    return {"card": card.id, "path": path, "sha256": actual, "status": status, **source}
