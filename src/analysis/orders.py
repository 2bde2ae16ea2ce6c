"""From what a user names to what the run system understands: params files, editions, orders."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from analysis.chain import CHAIN
from analysis.edition import Edition
from analysis.errors import InputError, nearest
from analysis.params import DATA_VARIABLE, edition_of, read_edition
from analysis.run.assess import Project
from analysis.run.manifest import MANIFEST_FILE
from analysis.run.order import Order

DEFAULT_EDITION = "amsterdam-2020"
PAGES = "analysis.publish.site:build"


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


def params_editions(root: Path) -> list[str]:
    """Return the names of all editions that have a params file."""
    return sorted(path.stem for path in (root / "params").glob("*.yml"))


def order_of(path: Path, settings: Sequence[str], root: Path) -> Order:
    """Return the order for the edition of a params file."""
    edition = read_edition(path, settings)
    return _order(edition, _command(path, settings), root)


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
    return _order(edition_of(parameters, path, settings), command, root)


def check_sources(order: Order, root: Path) -> None:
    """Refuse a run whose source files are missing or changed, before any notebook runs."""
    if order.told["synthetic"]:
        return
    from analysis.data.sources import verify

    folder = order.places["data.folder"]
    if not folder.is_dir():
        raise InputError(
            f"{folder}: data.folder",
            "there is no such folder",
            hint="put the source files there, or point at them: --set data.folder=DIR, or STAAT_DATA=DIR",
        )
    verify(folder, root / "params" / "sources", order.shared["region"], order.blocks["data"]["allow_changed_sources"])


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
        places={"data.folder": data},
        environment={DATA_VARIABLE: str(data)},
        timeouts={step.stem: edition.timeouts.get(step.stem, edition.timeout) for step in CHAIN},
    )


def _command(path: Path, settings: Sequence[str]) -> str:
    """Return what to type to run this again; without the data folder, which differs from machine to machine."""
    kept = [setting for setting in settings if not setting.startswith("data.folder=")]
    return " ".join(["staat run", f"params/{path.name}", *(f"--set {setting}" for setting in kept)])
