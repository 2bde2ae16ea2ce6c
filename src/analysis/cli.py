"""The command `staat`.

Exit codes: 0 done, 1 a notebook failed, 2 the user's input is wrong.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from analysis.chain import CHAIN
from analysis.edition import Edition, json_schema, parameter_rows
from analysis.errors import InputError, StaatError
from analysis.params import DATA_VARIABLE, read_edition
from analysis.run.workspace import OUTPUTS_VARIABLE, project_root

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)

Settings = Annotated[list[str] | None, typer.Option("--set", metavar="BLOCK.KEY=VALUE", help="Override one parameter.")]
ParamsFiles = Annotated[list[Path], typer.Argument(metavar="PARAMS...", help="Params files, such as params/ci.yml.")]
Outputs = Annotated[
    Path | None, typer.Option("--outputs", metavar="DIR", envvar=OUTPUTS_VARIABLE, help="Folder of all editions.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress lines.")]


@app.command()
def run(params: ParamsFiles, settings: Settings = None, outputs: Outputs = None, quiet: Quiet = False) -> None:
    """Run editions: notebooks, tables, figures and pages."""
    root = project_root()
    editions = [read_edition(path, settings or ()) for path in params]
    for edition in editions:
        _check_sources(edition, root)
    for path, edition in zip(params, editions, strict=True):
        os.environ[DATA_VARIABLE] = str((root / edition.place.folder).resolve())
        _run_one(path, edition.recorded(), settings or [], root=root, outputs=outputs or root / "outputs", quiet=quiet)


@app.command("params")
def show_params() -> None:
    """List every parameter: key, type, unit, default, meaning."""
    table = Table("key", "type", "unit", "default", "meaning", box=None, pad_edge=False)
    for row in parameter_rows():
        table.add_row(*row.values())
    Console(width=None if sys.stdout.isatty() else 160).print(table)


@app.command()
def schema() -> None:
    """Print the JSON schema of a params file, for editors (params/schema.json)."""
    sys.stdout.write(json_schema())


@app.command()
def world(
    params: Annotated[Path, typer.Argument(metavar="PARAMS", help="Params file of a synthetic edition.")],
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Empty folder to write to.")],
    settings: Settings = None,
) -> None:
    """Write the synthetic world of an edition as the files that a researcher would receive."""
    edition = read_edition(params, settings or ())
    if edition.data is None or not edition.synthetic:
        raise InputError(f"{params}: data.source", "there is a world behind synthetic editions only")
    from analysis.intake import write_edition_world

    files = write_edition_world(to, edition.edition, edition.data.scale, edition.seed)
    sys.stdout.write("".join(f"{path}\n" for path in files))


def main() -> None:
    """Run the command; an error that the user can mend is one message, not a traceback."""
    try:
        app()
    except StaatError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)


def _run_one(params: Path, edition: Edition, settings: list[str], *, root: Path, outputs: Path, quiet: bool) -> None:
    from analysis.publish import site
    from analysis.run import runner

    order = runner.Order(
        edition=edition.edition,
        facts=edition.facts(),
        shared=edition.shared,
        blocks=edition.blocks,
        command=_command(params, settings),
    )

    def say(line: str) -> None:
        if not quiet:
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()

    say(f"{edition.edition}: {edition.title}" + (" (synthetic data)" if edition.synthetic else ""))
    folder = runner.run(order, CHAIN, root=root, outputs=outputs, render=site.build, say=say)
    say(f"read it: {folder / 'index.html'}")


def _command(params: Path, settings: list[str]) -> str:
    """Return what to type to run this again; without the data folder, which differs from machine to machine."""
    kept = [setting for setting in settings if not setting.startswith(("data.folder=", "value_added.folder="))]
    return " ".join(["staat run", f"params/{params.name}", *(f"--set {setting}" for setting in kept)])


def _check_sources(edition: Edition, root: Path) -> None:
    """Refuse a run whose source files are missing or changed, before any notebook runs."""
    if edition.synthetic:
        return
    from analysis.data import bdf, sources

    place, block = edition.place, "data" if edition.data else "value_added"
    folder, cards = root / place.folder, root / "params" / "sources"
    if not folder.is_dir():
        raise InputError(
            f"{folder}: {block}.folder",
            "there is no such folder",
            given=place.folder,
            hint=f"put the source files there, or point at them: --set {block}.folder=DIR, or STAAT_DATA=DIR",
        )
    if edition.data:
        sources.verify(folder, cards, edition.region, place.allow_changed_sources)
    else:
        bdf.verify(folder, cards, place.allow_changed_sources)


if __name__ == "__main__":
    main()
