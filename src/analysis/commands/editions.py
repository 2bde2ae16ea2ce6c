"""Commands for who makes an edition: new, params, sync, world."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from analysis.edition import options as option
from analysis.edition.marks import reminder
from analysis.edition.orders import params_file
from analysis.errors import InputError
from analysis.run.workspace import project_root

app = typer.Typer()


@app.command()
def new(
    edition: Annotated[str, typer.Argument(metavar="EDITION", help="Name of the new edition.")],
    like: option.Like,
    intake: option.OfRegisters = "",
) -> None:
    """Begin a new edition as a copy of another: its params file, with what must be decided marked.

    Example: `staat new amsterdam-2021 --like amsterdam-2020`.
    """
    from analysis.edition.draft import begin

    root = project_root()
    path = begin(edition, params_file(root, like), root / "params", intake)
    sys.stdout.write(f"{path.relative_to(root)} is written" + (", and runs as it is" if not intake else "") + "\n")
    sys.stdout.write(f"{reminder(path)}\n")
    sys.stdout.write("next: decide, take each mark away, name the edition in the README's table, then\n")
    run = f"staat run {edition}"
    commands = [f"staat check {edition}", run] if intake else [run, f"staat diff {Path(like).stem} {edition}"]
    sys.stdout.write("".join(f"  {command}\n" for command in commands))


@app.command("params")
def show_params() -> None:
    """List every parameter: key, type, unit, default, meaning. Example: `staat params | grep bootstrap`."""
    from rich.console import Console
    from rich.table import Table

    from analysis.edition.model import parameter_rows

    table = Table("key", "type", "unit", "default", "meaning", box=None, pad_edge=False)
    for row in parameter_rows():
        table.add_row(*row.values())
    Console(width=None if sys.stdout.isatty() else 160).print(table)


@app.command()
def sync() -> None:
    """Write what follows from the declarations of chapters: parameters cells, params/schema.json, README's table.

    Example: `staat sync`, after a parameter was added to a chapter.
    """
    from analysis.edition.sync import sync as write

    sys.stdout.write("".join(f"{path}\n" for path in write(project_root())))


@app.command()
def world(
    params: option.EditionName,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Empty folder to write to.")],
    form: option.Form = None,
    settings: option.Settings = None,
) -> None:
    """Write the synthetic world of an edition as a researcher would receive it, or with --as as an office has it.

    Example: `staat world ci --as cbs --to ../world`.
    """
    from analysis.chapters.data.parameters import DataBlock
    from analysis.edition.params import read_edition

    edition = read_edition(params_file(project_root(), params), settings or ())
    block = edition.given.get("data")
    if not isinstance(block, DataBlock) or block.source != "synthetic":
        raise InputError(f"{params}: data.source", "there is a world behind editions of the synthetic city only")
    from analysis.intake import write_edition_world

    written = edition.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    of_data = block.model_dump(include={"scale", "schoolweging_year", "lacks"})
    files = write_edition_world(to, written, form, seed=edition.seed, **of_data)
    sys.stdout.write("".join(f"{path}\n" for path in files))
