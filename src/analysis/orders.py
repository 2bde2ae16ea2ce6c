"""From what a user names to what the run system understands: params files, editions, orders."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.chain import CHAIN
from analysis.errors import InputError, nearest
from analysis.run.assess import Project
from analysis.run.hashes import digest, write_whole
from analysis.run.order import Order
from analysis.run.workspace import MANIFEST_FILE
from analysis.variables import DATA_VARIABLE

if TYPE_CHECKING:
    from analysis.edition import Edition

DEFAULT_EDITION = "amsterdam-2020"
PAGES = "analysis.publish.site:build"
DATA_PLACE = "data.folder"  # what steps call the folder of an edition's source files, whichever block names it
LOCALES = "publish/locale"
_READERS = ("edition.py", "params.py", "orders.py", "chain.py")


def project_of(root: Path, outputs: Path) -> Project:
    """Return the project in a folder, with its outputs."""
    return Project(root=root, outputs=outputs, package=Path(__file__).parent, render=PAGES)


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


def languages() -> list[str]:
    """Return the languages that pages are translated into."""
    return sorted(folder.name for folder in (Path(__file__).parent / LOCALES).iterdir() if folder.is_dir())


def params_editions(root: Path) -> list[str]:
    """Return the names of all editions that have a params file."""
    return sorted(path.stem for path in (root / "params").glob("*.yml"))


def order_of(path: Path, settings: Sequence[str], root: Path, memory: Path | None = None) -> Order:
    """Return the order for the edition of a params file.

    Checking parameters takes longer than all else that an up-to-date run does. So an order that was found good is
    remembered in the folder `memory`, for as long as params file, settings and the code that checks them are the same.
    """

    def check() -> Order:
        from analysis.params import read_edition

        return _order(read_edition(path, settings), _command(path, settings), root)

    return check() if memory is None or not path.is_file() else _remembered(memory, path, settings, root, check)


def order_of_published(folder: Path, settings: Sequence[str], root: Path) -> Order:
    """Return the order that made a published edition, from its manifest."""
    path = folder / MANIFEST_FILE
    try:
        told = json.loads(path.read_text("utf8"))
        parameters, command = dict(told["parameters"]), str(told["command"])
    except FileNotFoundError:
        raise InputError(str(path), "there is no such published edition", hint="staat run PARAMS") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(str(path), f"cannot be read: {error}", hint="run the edition again with --force") from None
    from analysis.params import edition_of

    return _order(edition_of(parameters, path, settings), command, root)


def check_sources(order: Order, root: Path) -> None:
    """Refuse a run whose source files are missing or changed, before any notebook runs."""
    if order.told["synthetic"]:
        return
    from analysis.data import bdf, sources

    block = "data" if "data" in order.blocks else "value_added"
    folder, cards = order.places[DATA_PLACE], root / "params" / "sources"
    if not folder.is_dir():
        raise InputError(
            f"{folder}: {block}.folder",
            "there is no such folder",
            hint=f"put the source files there, or point at them: --set {block}.folder=DIR, or {DATA_VARIABLE}=DIR",
        )
    allow_changed = order.blocks[block]["allow_changed_sources"]
    if block == "data":
        sources.verify(folder, cards, order.shared["region"], allow_changed)
    else:
        bdf.verify(folder, cards, allow_changed)


def _order(edition: Edition, command: str, root: Path) -> Order:
    recorded = edition.recorded()
    data = (root / edition.folder).resolve()
    return Order(
        edition=recorded.edition,
        heading=recorded.title + (" (synthetic data)" if recorded.synthetic else ""),
        facts=recorded.facts(),
        told=recorded.told,
        shared=recorded.shared,
        blocks=recorded.blocks,
        command=command,
        places={DATA_PLACE: data},
        environment={DATA_VARIABLE: str(data)},
        unused=tuple(f"{LOCALES}/{language}" for language in languages() if language != edition.language),
        timeouts={step.stem: edition.timeouts.get(step.stem, edition.timeout) for step in CHAIN},
    )


def _remembered(memory: Path, path: Path, settings: Sequence[str], root: Path, check: Callable[[], Order]) -> Order:
    readers = [(Path(__file__).parent / name).read_text("utf8") for name in _READERS]
    given = [str(path.resolve()), path.read_text("utf8", errors="replace"), *settings, os.environ.get(DATA_VARIABLE)]
    state = digest(json.dumps([str(root), *given, *readers]))
    place = memory / f"order-{digest(json.dumps(given[:1] + list(settings)))[:16]}.json"
    with suppress(OSError, ValueError, TypeError, KeyError):
        told = json.loads(place.read_text("utf8"))
        if told["state"] == state:
            return _revived(told["order"])
    order = check()
    with suppress(OSError):
        write_whole(place, json.dumps({"state": state, "order": asdict(order)}, default=str))
    return order


def _revived(told: Mapping[str, Any]) -> Order:
    places = {name: Path(place) for name, place in told["places"].items()}
    return Order(**{**told, "places": places, "unused": tuple(told["unused"])})


def _command(path: Path, settings: Sequence[str]) -> str:
    """Return what to type to run this again; without the data folder, which differs from machine to machine."""
    kept = [setting for setting in settings if not setting.startswith(("data.folder=", "value_added.folder="))]
    return " ".join(["staat run", f"params/{path.name}", *(f"--set {setting}" for setting in kept)])
