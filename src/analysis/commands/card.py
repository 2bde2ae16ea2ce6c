"""`staat card`: the source card of files that were received."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from analysis.run.workspace import project_root
from analysis.variables import DATA_VARIABLE

app = typer.Typer()


@app.command()
def card(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder with the files, or one file.")],
    name: Annotated[str, typer.Option("--id", metavar="NAME", help="Name of the card; default: the folder's.")] = "",
    like: Annotated[
        str, typer.Option("--like", metavar="CARD", help="A card of an earlier year whose words hold for these files.")
    ] = "",
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help="The data folder, from which the card names files."),
    ] = None,
) -> None:
    """Write the source card of a folder of files: the hash of each, and what you must say of them.

    Example: `staat card data/duo/leerlingen-2018 --like leerlingen-po-postcode-leeftijd-2017-2018`.
    """
    from analysis.data.new_card import write_card

    root = project_root()
    within = data or Path(os.environ.get(DATA_VARIABLE) or root / "data")
    path, open_keys = write_card(folder, within, root / "params" / "sources", name, like)
    sys.stdout.write(f"{path.relative_to(root)} is written\n")
    if open_keys:
        sys.stdout.write(f"next: say in it {', '.join(open_keys)} (DECIDE)\n")
    sys.stdout.write(f"an edition reads the files with data.cards, such as `cards: {{pupils: {path.stem}}}`\n")
