"""Commands on published editions: verify, release, export, diff."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from analysis.commands.running import project_at, stoppable
from analysis.edition import options as option
from analysis.edition.chain import CHAIN
from analysis.edition.orders import check_sources, edition_named, order_of_published
from analysis.errors import StaatError
from analysis.run.assess import Project
from analysis.run.order import Options, processors

app = typer.Typer()


@app.command()
def verify(
    edition: option.EditionName,
    settings: option.Settings = None,
    outputs: option.Outputs = None,
    quiet: option.Quiet = False,
    jobs: option.Jobs = 1,
    fresh_kernels: Annotated[
        bool, typer.Option("--fresh-kernels/--warm-kernels", help="How the second run starts kernels.")
    ] = True,
    hash_seed: Annotated[str, typer.Option("--hash-seed", help="Python's hash seed in the second run.")] = "1",
) -> None:
    """Check every hash of a published edition, run it again elsewhere, and compare byte for byte.

    The second run goes about it differently (one notebook at a time, new interpreters, another hash seed).
    Example: `staat verify amsterdam-2020`.
    """
    from analysis.run.show.view import view
    from analysis.run.verify import damaged, repeated

    root, project = project_at(outputs)
    folder = _published(project, edition)
    _fail_with(folder, damaged(folder))
    order = order_of_published(folder, settings or (), root, Path(edition) if edition.endswith(".yml") else None)
    check_sources(order, root)
    options = Options(jobs or processors(), fresh_kernels=fresh_kernels, hash_seed=hash_seed)
    with stoppable(), view(sys.stdout, quiet=quiet) as watch:
        compared, different = repeated(folder, order, CHAIN, project, options, watch)
    _fail_with(folder, different)
    sys.stdout.write(f"{folder}: every hash is right, and a second run gave the same {compared} files\n")


@app.command()
def release(
    edition: option.EditionName,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="New or empty folder, or one of an earlier release.")],
    outputs: option.Outputs = None,
) -> None:
    """Copy what may be released of a published edition into a folder that can be served or passed on as it is.

    Example: `staat release amsterdam-2020 --to ../website/2020`.
    """
    from analysis.run.release import release as copy

    root, project = project_at(outputs)
    folder = _published(project, edition)
    files = copy(folder, to, root)
    sys.stdout.write(f"{to}: {len(files)} files of {folder.name}, which may leave; nothing internal is among them\n")
    sys.stdout.write(f"read it: {to / 'index.html'}\n")


@app.command()
def export(
    edition: option.EditionName,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="New or empty folder, or one of an earlier export.")],
    outputs: option.Outputs = None,
) -> None:
    """Write what the checker of a secure environment takes: tables as CSV and spreadsheet, and an overview of them.

    Example: `staat export amsterdam-2020 --to ../for-the-checker`.
    """
    from analysis.publish.export import export as copy

    root, project = project_at(outputs)
    folder = _published(project, edition)
    files = copy(folder, to, root)
    sys.stdout.write(f"{to}: {len(files)} files of {folder.name}, all tables and text; begin with overview.xlsx\n")


@app.command()
def diff(
    before: option.Before,
    after: option.After,
    outputs: option.Outputs = None,
    attribute: Annotated[
        bool, typer.Option("--attribute", help="Run A's code on B's data and parameters, for the share of each.")
    ] = False,
    data: option.Data = None,
    tolerance: Annotated[
        float, typer.Option("--tolerance", help="Relative difference up to which numbers are equal.")
    ] = 1e-9,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="Folder of diff.html; default: beside the editions.")
    ] = None,
    fail_on_change: Annotated[
        bool, typer.Option("--fail-on-change", help="Exit code 1 when anything differs.")
    ] = False,
) -> None:
    """Show what changed from edition A to edition B, and why: in the terminal and as a page.

    Example: `staat diff amsterdam-2020 amsterdam-2021 --attribute`.
    """
    from analysis.compare.command import diff as compare

    root, project = project_at(outputs)
    source = (data or root / "data") if attribute else None
    changed = compare((before, after), project.outputs, root, tolerance=tolerance, data=source, to=to)
    if changed and fail_on_change:
        raise typer.Exit(1)


def _published(project: Project, edition: str) -> Path:
    """Return the folder of a published edition, named as such or by its params file."""
    return project.outputs / edition_named(edition)


def _fail_with(folder: Path, problems: Sequence[str]) -> None:
    if problems:
        raise StaatError("\n  ".join([f"{folder}: {len(problems)} files are not what they should be", *problems]))
