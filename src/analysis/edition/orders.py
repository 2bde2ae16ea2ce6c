"""From what a user names to what the run system understands: params files, editions, orders."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from importlib import import_module
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from analysis.chapters import chapters
from analysis.chapters.data.parameters import MADE_UP_YEAR
from analysis.declare import Source
from analysis.edition.chain import CHAIN
from analysis.edition.own import fit, intakes_beside
from analysis.edition.params import edition_of, folders_in, in_project, name_in, read_edition
from analysis.edition.variants import OWN_NAME, Naming, named
from analysis.errors import InputError, nearest
from analysis.run import manifest
from analysis.run.assess import Project
from analysis.run.drift import drift, refuse, told
from analysis.run.environment import installed
from analysis.run.hashes import digest, sha256
from analysis.run.order import Order
from analysis.run.seal import read_sealed, write_sealed
from analysis.run.workspace import MANIFEST_FILE
from analysis.variables import CACHE_VARIABLE, CATALOGUES, CHAPTERS, DATA_VARIABLE, INTAKE_VARIABLE, VOCABULARIES

if TYPE_CHECKING:
    from analysis.edition.model import Edition

DEFAULT_EDITION = "amsterdam-2020"
PAGES = "analysis.site:build"
SETTLE = "analysis.publish.settling"
# In the appendices of methods and regressions.
EXPLAINED = (
    *("chapters/*/models", "chapters/*/models.py", "chapters/*/methods.yml"),
    "chapters/*/regressions.yml",
    *("topics/*/models", "stats", "data", "intake.py"),
)
SAID = frozenset({"exhibits.yml", "findings.yml", "methods.yml", "regressions.yml"})
"""Files of a chapter with its captions, titles, sentences and explanations."""
INTAKE_LABEL = "data.intake"  # the folder with the mappings of own registers
DATA_LABEL = "data.folder"  # what steps call the folder of an edition's source files, whichever block names it
LOCALES = "locale"
DATA_FOLDER = "data"
PACKAGE = Path(__file__).parents[1]


def project_of(root: Path, outputs: Path) -> Project:
    """Return the project in a folder, with its outputs."""
    explains = (root / "docs" / "methods.md", *(path for name in EXPLAINED for path in sorted(PACKAGE.glob(name))))
    return Project(
        root=root, outputs=outputs, package=PACKAGE, render=PAGES, explains=explains, settle=SETTLE, said=SAID
    )


def params_file(root: Path, name: str) -> Path:
    """Return the params file of an edition, named as such or by its file."""
    given = Path(name)
    if given.suffix == ".yml":
        return given
    path = root / "params" / f"{name}.yml"
    if not path.exists():
        known = params_editions(root)
        near = nearest(name, known)
        hint = f"did you mean {near}?" if near else None
        raise InputError(name, "there is no such edition in params/", allowed=", ".join(known), hint=hint)
    return path


def edition_named(name: str) -> str:
    """Return the name of an edition, given as such or by its params file."""
    path = Path(name)
    return name if path.suffix != ".yml" else name_in(path) if path.is_file() else path.stem


def languages() -> list[str]:
    """Return the languages that pages are translated into."""
    return sorted(folder.name for folder in (PACKAGE / LOCALES).iterdir() if folder.is_dir())


def params_editions(root: Path) -> list[str]:
    """Return the names of all editions that have a params file."""
    return sorted(path.stem for path in (root / "params").glob("*.yml"))


def order_of(
    path: Path, settings: Sequence[str], root: Path, memory: Path | None = None, naming: Naming = OWN_NAME
) -> Order:
    """Return the order for the edition of a params file; with settings, for the variant that these make of it.

    Checking parameters takes longer than all else that an up-to-date run does. So an order that was checked is
    remembered in the folder `memory`, for as long as params file, settings and the code that checks them are the same.
    """

    def check() -> Order:
        edition = named(read_edition(path, settings), _plain(path, settings), settings, naming)
        command = " ".join([_command(path, settings), *map(quote, naming.words)])
        return _order(edition, command, root, intakes_beside(path, root), memory)

    typed = (*settings, *naming.words)
    return check() if memory is None or not path.is_file() else _remembered(memory, path, typed, root, check)


def _plain(path: Path, settings: Sequence[str]) -> Edition | None:
    """Return the edition of a params file without the settings; None where it is one with them only."""
    with suppress(InputError):
        return read_edition(path) if settings else None
    return None


def order_of_published(folder: Path, settings: Sequence[str], root: Path, params: Path | None = None) -> Order:
    """Return the order that made a published edition, from its manifest.

    Where its data and its mapping are, which no manifest tells, its params file says: `params`, or that of its name.
    """
    path, recorded = folder / MANIFEST_FILE, manifest.read(folder)
    params = params or root / "params" / f"{folder.name.partition('+')[0]}.yml"
    try:
        parameters, command = _without_folders(recorded["parameters"]), str(recorded["command"])
        absent = _absent(recorded.get("facts", {}).get("absent", {}))
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(str(path), f"cannot be read: {error}", hint="run the edition again with --force") from None
    for stem, place in folders_in(params).items() if params.exists() else ():
        if isinstance(block := parameters.get(stem), dict):
            block["folder"] = place
    edition = edition_of(parameters, path, settings)
    if edition.edition != folder.name:
        problem = "an edition is in a folder of its name, so that another one is not taken for it"
        raise InputError(f"{path}: edition", problem, given=edition.edition, allowed=folder.name)
    if edition.intake and not params.exists() and INTAKE_VARIABLE not in os.environ:
        hint = "name that file, for the mapping and the files are found from it: staat verify DIR/params.yml"
        raise InputError(edition.edition, f"stands on own registers, and there is no {params}", hint=hint)
    order = _order(edition, command, root, intakes_beside(params, root), None)
    lacks = {"absent": {**absent, **order.facts["absent"]}} if edition.intake else {}
    return replace(order, facts={**order.facts, **lacks}, context={**order.context, **lacks})


def _absent(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the chapters that an edition was without for want of data; their parameters are not in its manifest."""
    return {
        stem: {"heading": dict(chapters()[stem].findings), "lacks": [*map(str, each["lacks"])]}
        for stem, each in told.items()
    }


def _without_folders(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out where the data were: a manifest from elsewhere does not say what is read here."""
    return {
        name: {key: each for key, each in value.items() if key != "folder"} if isinstance(value, Mapping) else value
        for name, value in parameters.items()
    }


def refuse_unused_folder(order: Order, root: Path) -> None:
    """Refuse to make up data where the user names a folder of files: the result would pass for that of the files."""
    folder, given = order.places.get(DATA_LABEL), os.environ.get(DATA_VARIABLE)
    if folder is None or not order.context["synthetic"] or "keys" in order.context:  # made-up registers are files
        return
    if given or folder != _data_folder(root, DATA_FOLDER):
        raise InputError(
            f"{DATA_VARIABLE}={given}" if given else DATA_LABEL,
            f"the edition {order.edition} is synthetic: its data are made up, and the folder is not used",
            given=None if given else str(folder),
            hint=f"{f'unset {DATA_VARIABLE}' if given else f'leave {DATA_LABEL} out'}, or run an edition on files "
            "(data.source: duo), such as amsterdam-duo-2017",
        )


def check_declarations(order: Order) -> None:
    """Refuse a run in which a chapter declares something wrong, before any notebook runs."""
    from analysis.publish.declared import read_chapter
    from analysis.publish.journal import FILE, read_journal

    for stem in order.blocks:
        read_chapter(CHAPTERS / stem)
        read_journal(CHAPTERS / stem / FILE)


def check_environment(root: Path, *, quiet: bool, go_on: bool) -> None:
    """Say which packages are not those of the lock; refuse those that compute unless the user says to go on."""
    found = drift(root)
    if not quiet:
        sys.stdout.writelines(f"{line}\n" for line in told(found))
    if not go_on:
        refuse(found)


def with_sources(orders: Sequence[Order], root: Path) -> tuple[list[Order], list[InputError]]:
    """Return the orders whose source files are here, and of each other what it lacks."""
    able, lacking = [], []
    for order in orders:
        try:
            check_sources(order, root)
            able.append(order)
        except InputError as error:
            lacking.append(InputError(order.edition, f"did not run: {error}"))
    return able, lacking


def check_sources(order: Order, root: Path) -> None:
    """Refuse a run whose source files are missing or changed, before any notebook runs."""
    block = next(stem for stem in order.blocks if issubclass(chapters()[stem].parameters, Source))
    given, folder = order.blocks[block], order.places[DATA_LABEL]
    own = given.get("intake")
    if order.context["synthetic"] and not own:
        _refuse_other_years(order, block)
        return
    if not folder.is_dir():
        raise InputError(
            f"{block}.folder" if own else f"{folder}: {block}.folder",
            "is a file, not a folder" if folder.exists() else "there is no such folder",
            hint=f"put the source files there, or point at them: --set {block}.folder=DIR, or {DATA_VARIABLE}=DIR",
        )
    if own:
        from analysis.registers import locate, read_intake

        locate(read_intake(order.places[INTAKE_LABEL] / f"{own}.yml"), folder)
        return
    module, _, name = chapters()[block].verify.rpartition(".")
    verify = getattr(import_module(module), name)
    asked = given["allow_changed_sources"], order.shared["region"], given.get("cards", {}), order.shared["school_years"]
    verify(folder, root / "params" / "sources", *asked)


def _refuse_other_years(order: Order, block: str) -> None:
    """Refuse an edition of the synthetic city that is about other years than the city is."""
    years = order.shared["school_years"]
    if block == "data" and MADE_UP_YEAR not in years:
        problem = f"the synthetic city is about {MADE_UP_YEAR} and the years before it"
        hint = "correct `school_years`, or run the edition on files of that year (data.source: duo or own)"
        raise InputError("school_years", problem, given=", ".join(years), allowed=MADE_UP_YEAR, hint=hint)


def _order(edition: Edition, command: str, root: Path, intakes: Path, memory: Path | None) -> Order:
    data = _data_folder(root, edition.folder)
    fitted = fit(edition, intakes)
    recorded = fitted.edition.recorded()
    return Order(
        edition=recorded.edition,
        heading=recorded.title + (" (synthetic data)" if recorded.synthetic else ""),
        facts={**recorded.facts(), **fitted.facts},
        context={**recorded.context, **fitted.context},
        shared=recorded.shared,
        blocks=recorded.blocks,
        command=command,
        places={DATA_LABEL: data, INTAKE_LABEL: intakes},
        environment={
            DATA_VARIABLE: str(data),
            INTAKE_VARIABLE: str(intakes),
            CACHE_VARIABLE: str(memory / "registers") if memory else "",
        },
        confidential=bool(edition.intake),
        words=_catalogues(edition.language),
        timeouts={step.stem: edition.timeouts.get(step.stem, edition.timeout) for step in CHAIN},
    )


def _catalogues(language: str) -> tuple[str, ...]:
    """Return the files with the words of a language, below the package; of the code's own that is the vocabulary."""
    patterns = (*(pattern.format(language=language) for pattern in CATALOGUES), *VOCABULARIES)
    paths = (path for pattern in patterns for path in PACKAGE.glob(pattern))
    return tuple(sorted(path.relative_to(PACKAGE).as_posix() for path in paths))


def _data_folder(root: Path, folder: str) -> Path:
    """Return the folder of source files. A link is not followed: an order is remembered, and a link may be turned."""
    return Path(os.path.abspath(root / folder))  # noqa: PTH100 - resolve() follows links


def _remembered(memory: Path, path: Path, settings: Sequence[str], root: Path, check: Callable[[], Order]) -> Order:
    given = [str(path.resolve()), path.read_text("utf8", errors="replace"), *settings, os.environ.get(DATA_VARIABLE)]
    mappings = {str(file): sha256(file) for file in sorted(intakes_beside(path, root).glob("*.yml"))}
    state = digest(json.dumps([str(root), str(PACKAGE), languages(), installed(), mappings, *given]))
    remembered = memory / f"order-{digest(json.dumps(given[:1] + list(settings)))[:16]}.json"
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        stored = read_sealed(remembered)
        if stored["state"] == state and stored["code"] == _code(stored["code"]):
            return _revived(stored["order"])
    order = check()
    with suppress(OSError):
        code = _code(name for name in sys.modules if name.partition(".")[0] == PACKAGE.name)
        write_sealed(remembered, {"state": state, "code": code, "order": asdict(order)})
    return order


def _code(modules: Iterable[str]) -> dict[str, str]:
    """Return the digest of the files of modules of the package: of all that are loaded, as what read an order is."""
    files = {name: PACKAGE.parent.joinpath(*name.split(".")) for name in modules}
    whole = {name: file / "__init__.py" if file.is_dir() else file.with_suffix(".py") for name, file in files.items()}
    return {name: sha256(file) for name, file in sorted(whole.items())}


def _revived(stored: Mapping[str, Any]) -> Order:
    places = {name: Path(path) for name, path in stored["places"].items()}
    return Order(**{**stored, "places": places, "words": tuple(stored["words"])})


def _command(path: Path, settings: Sequence[str]) -> str:
    """Return what to type to run this again; without the data folder, which differs from machine to machine."""
    folders = tuple(f"{stem}.folder=" for stem, chapter in chapters().items() if chapter.verify)
    changes = [f"--set {quote(setting)}" for setting in settings if not setting.startswith(folders)]
    return " ".join(["staat run", quote(f"params/{path.name}" if in_project(path) else path.name), *changes])
