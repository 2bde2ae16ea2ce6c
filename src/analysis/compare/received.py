"""An edition that came from elsewhere: what its manifest says is checked before anything follows it.

A manifest names files, an edition, a commit and parameters. Each could be a way to read or write outside the edition's
folder, or to have something run: a path with ``..``, a name with a slash, a commit that is an option of git, a formula
that is code. What is not of the form that a run writes is refused by its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from analysis.errors import InputError
from analysis.formula import check_formula

NAME = re.compile(r"(?=.{1,200}$)[a-z0-9][a-z0-9-]*(?:\+[a-z0-9][a-z0-9._=-]*)*")
STEM = re.compile(r"[a-z0-9][a-z0-9_]{0,99}")
COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
DIGEST = re.compile(r"[0-9a-f]{64}")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
CODE = re.compile(r"[()\[\]{}`'\"\\;=@$!|<>]")
FORMULA = "formula"
FOLDERS = ("folder",)  # where the data were on another machine


def problems(manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give what in a manifest no run would have written: where it is, and what is wrong."""
    if not NAME.fullmatch(str(manifest["edition"])):
        yield "edition", "is no name of an edition"
    for path in [*manifest["outputs"], *_named(manifest["steps"])]:
        if not is_inside(path):
            yield _shown(path), "leads out of the edition's folder"
    for step in manifest["steps"]:
        if not STEM.fullmatch(str(step["stem"])):
            yield _shown(step["stem"]), "is no stem of a notebook"
    yield from (("a text", "holds signs that steer a terminal") for text in _texts(manifest) if CONTROL.search(text))


def is_inside(path: object) -> bool:
    """Whether a path of a manifest stays below the folder that it is relative to."""
    if not isinstance(path, str) or not path or "\\" in path or "\0" in path:
        return False
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts and ":" not in pure.parts[0]


def own_file(folder: Path, path: str) -> Path | None:
    """Return a file of an edition; None where there is none, or a link leads elsewhere."""
    file = folder / path
    return file if file.is_file() and file.resolve() == folder.resolve() / path else None


def checked(parameters: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the parameters of an edition for a run of earlier code, which may read a formula less strictly than ours.

    What our parameters know is of a kind: a formula is checked as such, another text is a title or a code. In what they
    do not know, nothing may look like code: InputError names the key. Where the data were on another machine is left
    out.
    """
    from analysis.edition.model import BLOCKS, Edition

    result: dict[str, Any] = {}
    for name, value in parameters.items():
        if isinstance(value, Mapping):
            known = set(BLOCKS[name].model_fields) if name in BLOCKS else set()
            block = {key: each for key, each in value.items() if key not in FOLDERS}
            for key, each in block.items():
                _check(each, key, f"{where}: {name}.{key}", known=key in known)
            result[name] = block
        else:
            _check(value, name, f"{where}: {name}", known=name in Edition.model_fields)
            result[name] = value
    return result


def _check(value: Any, key: str, where: str, *, known: bool) -> None:  # noqa: ANN401 - a parameter holds anything
    if not STEM.fullmatch(str(key)):
        raise InputError(where, "is no name of a parameter")
    for text in _texts(value):
        if FORMULA in key:
            _check_formula(text, where)
        elif not known and CODE.search(text):
            hint = "leave --attribute out: the manifests then say what differs, without shares"
            raise InputError(where, "could be code, and no parameter of this name is known", given=text, hint=hint)


def _check_formula(text: str, where: str) -> None:
    try:
        check_formula(text)
    except InputError as error:
        raise InputError(where, f"the formula {error.problem}", given=text[:80], hint=error.hint) from None


def _named(steps: list[Mapping[str, Any]]) -> Iterator[object]:
    for step in steps:
        for thing in step.get("published", ()):
            yield from (thing[key] for key in ("path", "data") if thing.get(key))
        yield from (entry["path"] for entry in step.get("inputs", ()))


def _texts(value: object) -> Iterator[str]:
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, Mapping):
            waiting += [*part, *part.values()]
        elif isinstance(part, list | tuple):
            waiting += part


def _shown(value: object) -> str:
    return ascii(str(value)[:80])
