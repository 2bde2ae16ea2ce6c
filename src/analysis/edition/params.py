"""Read an edition from its params file, and say everything that is wrong with it in one message."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from analysis.declare import OWN, Block
from analysis.edition.model import BLOCKS, SOURCES, Edition
from analysis.errors import InputError, nearest
from analysis.plain_yaml import parse_yaml, read_yaml
from analysis.variables import DATA_VARIABLE

ANY_EDITION = "params.yml"
"""A file of this name goes with the data beside it: it may be of any edition."""


def read_edition(path: Path, settings: Sequence[str] = (), *, here: bool = True) -> Edition:
    """Read an edition from its params file, a YAML file of the edition's name.

    Settings are overrides as typed: ``block.key=value``. They win over the environment variable STAAT_DATA, which wins
    over the file; unless `here` is false, for an edition as its file has it on any machine.

    Raises
    ------
    InputError
        For a file that cannot be read and for every key that is unknown, missing, of the wrong type or out of
        range: all of them in one message.
    """
    edition = edition_of(_read(path), path, settings, here=here)
    if path.name != ANY_EDITION and edition.edition != path.stem:
        raise InputError(
            f"{path}: edition",
            "an edition bears its file's name, so that a copied file cannot overwrite last year's outputs",
            given=edition.edition,
            allowed=path.stem,
        )
    return edition


def edition_of(raw: dict[str, Any], path: Path, settings: Sequence[str] = (), *, here: bool = True) -> Edition:
    """Return the edition of parameters that were read from `path`; see `read_edition`."""
    _from_beside(raw, path)
    for block in (stem for stem in SOURCES if "folder" in BLOCKS[stem].model_fields):
        if here and os.environ.get(DATA_VARIABLE) and isinstance(raw.get(block), dict):
            raw[block]["folder"] = os.environ[DATA_VARIABLE]
    origins: dict[tuple[str, ...], str] = {}
    for setting in settings:
        where = _apply(raw, setting)
        _refuse_lost(where, setting, origins)
        origins[where] = f"--set {setting}"
    _refuse_empty_blocks(raw, path)
    try:
        return Edition.model_validate_json(json.dumps(raw))
    except ValidationError as error:
        raise InputError.several([_explain(e, path, origins) for e in error.errors()]) from None


def _from_beside(raw: dict[str, Any], path: Path) -> None:
    """See the folder of own registers from the params file that names it, where that is not one of the project."""
    for block in (block for stem in SOURCES if isinstance(block := raw.get(stem), dict)):
        if block.get("source") == OWN and isinstance(block.get("folder"), str) and not in_project(path):
            block["folder"] = str(Path(os.path.abspath(path.parent)) / block["folder"])  # noqa: PTH100 - links stay links


def folders_in(path: Path) -> dict[str, str]:
    """Return the folders of source files that a params file names, by block."""
    raw = _read(path)
    _from_beside(raw, path)
    blocks = {stem: block for stem in SOURCES if isinstance(block := raw.get(stem), dict)}
    return {stem: block["folder"] for stem, block in blocks.items() if isinstance(block.get("folder"), str)}


def name_in(path: Path) -> str:
    """Return the name of the edition of a params file."""
    return str(_read(path).get("edition", path.stem))


def in_project(path: Path) -> bool:
    """Return whether a params file is one of the project's."""
    folder = path.resolve().parent
    return folder.name == "params" and (folder.parent / "notebooks").is_dir()


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        others = [p.stem for p in path.parent.glob("*.yml")] if path.parent.is_dir() else []
        near = nearest(path.stem, others)
        hint = f"did you mean {path.with_name(near + '.yml')}?" if near else None
        known = ", ".join(sorted(others)) or None
        raise InputError(str(path), "there is no such params file", allowed=known, hint=hint)
    raw = read_yaml(path)
    if not isinstance(raw, dict):
        raise InputError(str(path), "must be a YAML mapping of keys to values", given=raw)
    return raw


def _apply(raw: dict[str, Any], setting: str) -> tuple[str, ...]:
    name, equals, text = setting.partition("=")
    where = tuple(name.strip().split("."))
    if not equals or not all(where):
        raise InputError(f"--set {setting}", "must look like block.key=value")
    target = raw
    for part in where[:-1]:
        target = target.setdefault(part, {}) if isinstance(target, dict) else {}
        if not isinstance(target, dict):
            raise InputError(f"--set {setting}", f"{part!r} is a value, not a block")
    target[where[-1]] = text.strip() if _is_text(where, text) else parse_yaml(text, f"--set {setting}", where)
    return where


def _is_text(where: tuple[str, ...], text: str) -> bool:
    """Return whether a setting is taken as it is typed: a text, such as the region, without quotes.

    ``'s-Gravenhage`` would be a string without an end in YAML, and the year 2019 as a title a number.
    """
    field = Edition.model_fields.get(where[0]) if len(where) == 1 else None
    quoted = len(text.strip()) > 1 and text.strip()[0] == text.strip()[-1] and text.strip()[0] in "'\""
    return field is not None and field.annotation is str and not quoted


def _refuse_lost(where: tuple[str, ...], setting: str, before: Mapping[tuple[str, ...], str]) -> None:
    """Refuse a setting that undoes an earlier one."""
    for other, text in before.items():
        if other[: len(where)] == where:
            raise InputError(f"--set {setting}", f"undoes {text}", hint="keep one of the two")


def _refuse_empty_blocks(raw: Mapping[str, Any], path: Path) -> None:
    for name in BLOCKS:
        if name in raw and raw[name] is None:
            hint = f"leave it out to skip the notebook, or write `{name}: {{}}`"
            raise InputError(f"{path}: {name}", "the block is empty", hint=hint)


def _explain(error: Mapping[str, Any], path: Path, origins: Mapping[tuple[str, ...], str]) -> InputError:
    key = tuple(str(part) for part in error["loc"])
    names = _names_beside(key)
    given = error["input"] if error["type"] != "missing" else None
    allowed: str | None = _allowed(error)
    hint = None
    problem = "this value is not allowed"
    if error["type"] == "extra_forbidden":
        problem, allowed = "there is no such key", ", ".join(names)
        near = nearest(key[-1], names)
        hint = f"did you mean {'.'.join((*key[:-1], near))}?" if near else "`staat params` lists every key"
    elif error["type"] == "missing":
        problem, allowed = "this key is missing", _meaning(key)
    origin = next((text for where, text in origins.items() if key[: len(where)] == where), str(path))
    return InputError(f"{origin}: {'.'.join(key)}", problem, given=given, allowed=allowed, hint=hint)


def _names_beside(key: tuple[str, ...]) -> list[str]:
    model = BLOCKS.get(key[0]) if len(key) > 1 else Edition
    return list(model.model_fields) if model else []


def _meaning(key: tuple[str, ...]) -> str | None:
    model: type[Block] | None = BLOCKS.get(key[0]) if len(key) > 1 else Edition
    info = model.model_fields.get(key[-1]) if model else None
    return (info.description or "a block: see `staat params`") if info else None


def _allowed(error: Mapping[str, Any]) -> str:
    message = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    return message[:1].lower() + message[1:]
