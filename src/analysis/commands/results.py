"""Results for others: `staat tables` and `staat findings`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from analysis.edition import options as option
from analysis.edition.orders import edition_named
from analysis.run.workspace import outputs_folder

app = typer.Typer()


@app.command()
def tables(
    edition: option.EditionName,
    to: Annotated[
        Path,
        typer.Option("--to", metavar="FILE", help="FILE.sqlite for a database, FILE.zip for Parquet and Stata files."),
    ],
    outputs: option.Outputs = None,
) -> None:
    """Write all published tables of an edition as one file, with a data dictionary and the findings.

    Example: `staat tables amsterdam-2020 --to amsterdam-2020.sqlite`.
    """
    from analysis.results.edition import open_edition
    from analysis.results.files import write_tables

    count = write_tables(open_edition(edition_named(edition), outputs or outputs_folder()), to)
    sys.stdout.write(f"{to}: {count} published tables of {edition_named(edition)}, dictionary and findings\n")


@app.command()
def findings(
    edition: option.EditionName,
    outputs: option.Outputs = None,
) -> None:
    """Write the findings of an edition as JSON: sentence, headline, key figure, interval, row of the table, figure.

    Example: `staat findings amsterdam-2020 > findings.json`.
    """
    from analysis.results.edition import open_edition
    from analysis.results.files import findings_json

    sys.stdout.write(findings_json(open_edition(edition_named(edition), outputs or outputs_folder())))
