"""`staat sweep`: an edition under several choices, side by side."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from analysis.commands.running import project_at, run_orders
from analysis.edition import options as option
from analysis.edition.chain import CHAIN
from analysis.edition.orders import check_environment, order_of, params_file
from analysis.errors import StaatError
from analysis.run.assess import Assessor
from analysis.run.order import Options, processors
from analysis.run.workspace import MANIFEST_FILE

app = typer.Typer()


@app.command()
def sweep(
    edition: option.EditionName,
    over: Annotated[
        list[str],
        typer.Option(
            "--over", metavar="BLOCK.KEY=A,B", help="A parameter and its values; with | between them for texts."
        ),
    ],
    estimate: Annotated[
        list[str] | None,
        typer.Option(
            "--estimate", metavar="TABLE:TERM", help="An estimate to draw; default: the key figures of the findings."
        ),
    ] = None,
    settings: option.Settings = None,
    outputs: option.Outputs = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="Folder of the page; default: beside the editions.")
    ] = None,
    quiet: option.Quiet = False,
    jobs: option.Jobs = 0,
    cache: option.Cache = None,
    other_versions: option.OtherVersions = False,
) -> None:
    """Run an edition under all combinations of some choices, and lay estimates and conclusions side by side.

    Example: `staat sweep ci --over school_choice.age=4,5 --over school_choice.folds=3,5`.
    """
    from analysis.sweep.grid import choices, combinations
    from analysis.sweep.results import Variant
    from analysis.sweep.write import write

    root, project = project_at(outputs)
    check_environment(root, quiet=quiet, go_on=other_versions)
    path, chosen = params_file(root, edition), choices(over)
    grid = {
        combination: order_of(path, [*(settings or ()), *combination.settings], root, project.memory)
        for combination in combinations(chosen)
    }
    orders = list({order.edition: order for order in grid.values()}.values())
    stale = [each for each in orders if not Assessor(each, CHAIN, project).up_to_date(project.outputs / each.edition)]
    failed: StaatError | None = None
    try:
        if stale:
            run_orders(stale, project, Options(jobs or processors(), cache=cache), quiet)
    except StaatError as error:
        failed = error  # those that could be made are laid side by side all the same
    made = {
        how: order.edition for how, order in grid.items() if (project.outputs / order.edition / MANIFEST_FILE).is_file()
    }
    variants = [Variant.read(how, project.outputs / name) for how, name in made.items()]
    words = " ".join(["staat sweep", edition, *(f"--over {each}" for each in over)])
    folder = to or project.outputs / f"{path.stem}.sweep"
    if len(variants) > 1:
        page = write(variants, tuple(estimate or ()), folder, words)
        sys.stdout.write(f"{len(variants)} variants side by side, for inside the house\nread it: {page}\n")
    project.remember()
    if failed:
        raise failed
