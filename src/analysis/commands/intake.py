"""`staat intake`: help with the mapping of an office's own files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Help with the mapping of an office's own files (params/intake).")
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder with the files.")]


@app.command("profile")
def intake_profile(
    folder: Folder,
    codes: Annotated[
        str | None, typer.Option("--codes", metavar="COLUMN", help="List its codes that occur ten times or more.")
    ] = None,
) -> None:
    """Say what the files of a folder are like: formats, columns, what is missing; never a value that is rare.

    Example: `staat intake profile ../registers`.
    """
    from analysis.registers import profile

    lines = profile.codes(folder, codes) if codes else profile.as_lines(profile.profile(folder))
    for line in lines:
        typer.echo(line)


@app.command("suggest")
def intake_suggest(folder: Folder) -> None:
    """Write the beginning of a mapping for the files of a folder, from names of columns that are known.

    Example: `staat intake suggest ../registers > params/intake/our-office.yml`.
    """
    from analysis.registers.suggest import suggest

    typer.echo(suggest(folder), nl=False)
